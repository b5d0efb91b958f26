"""The time zones that a calendar file names: IANA's, Windows's, and those that only the file describes.

A zone that a file describes is followed as far as files really go: dates, and one rule a year (`BYMONTH` with `BYDAY`,
as Outlook and RFC 5545 section 3.6.5 have them). The names that other programs put before IANA's are passed over
(`/freeassociation.sourceforge.net/Europe/Berlin`).
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Final

from phoneward.snapshots.records.contentlines import ContentLine
from phoneward.snapshots.records.ical.rules import clock_of
from phoneward.snapshots.records.ical.windowszones import WINDOWS_ZONES
from phoneward.snapshots.records.ical.zones import Zone, onset_of, zone

_MAX_ZONES: Final = 1_000
_MAX_ONSETS: Final = 5_000
_OFFSET: Final = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?\Z", re.ASCII)
_BY_DAY: Final = re.compile(r"([1-5]|-1)(SU|MO|TU|WE|TH|FR|SA)\Z", re.ASCII)
_DAYS: Final = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_LAST_YEAR: Final = 2100


class FileZones:
    """The zones of one file."""

    def __init__(self) -> None:
        self._described: dict[str, Zone | None] = {}
        self._known: dict[str, Zone | None] = {}

    def add(self, lines: list[ContentLine]) -> None:
        """Take in the lines of a VTIMEZONE. What cannot be followed is no zone."""
        name = next((line.value for line in lines if line.name == "TZID"), "")
        if not name or name in self._described or len(self._described) >= _MAX_ZONES:
            return
        elsewhere = next((line.value for line in lines if line.name == "X-LIC-LOCATION"), "")
        found = _by_name(name) or _by_name(elsewhere)
        if found is None:
            described = _Described.of(lines)
            found = None if described is None else Zone(name, described, b"")
        self._described[name] = found
        self._known.pop(name, None)

    def find(self, name: str) -> Zone | None:
        """Return a zone by its TZID; None where nobody knows it."""
        if name not in self._known:
            if len(self._known) >= _MAX_ZONES:
                self._known.clear()
            self._known[name] = _by_name(name) or self._described.get(name)
        return self._known[name]


def _by_name(name: str) -> Zone | None:
    name = name.strip().strip('"')
    parts = name.split("/")
    tries = [name, WINDOWS_ZONES.get(name, ""), "/".join(parts[-2:]), "/".join(parts[-3:])]
    return next((found for one_name in tries if (found := zone(one_name)) is not None), None)


class _Described(tzinfo):
    """A zone as a VTIMEZONE describes it: until 2100."""

    def __init__(self, onsets: list[tuple[datetime, timedelta, timedelta]]) -> None:
        self._onsets = sorted(onsets, key=lambda onset: onset[0])
        self._clocks = [onset[0] for onset in self._onsets]

    @classmethod
    def of(cls, lines: list[ContentLine]) -> "_Described | None":
        onsets: list[tuple[datetime, timedelta, timedelta]] = []
        for part in _parts(lines):
            by_name = {line.name: line.value.strip() for line in reversed(part)}
            before, after = _offset(by_name.get("TZOFFSETFROM", "")), _offset(by_name.get("TZOFFSETTO", ""))
            start = clock_of(by_name.get("DTSTART", ""))
            clocks = None if start is None else _clocks(start[0], part, by_name.get("RRULE", ""))
            if before is None or after is None or clocks is None:
                return None
            onsets += [(clock, before, after) for clock in clocks]
            if len(onsets) > _MAX_ONSETS:
                return None
        return cls(onsets) if onsets else None

    def utcoffset(self, moment: datetime | None) -> timedelta:
        if moment is None:
            return self._onsets[-1][2]
        place = bisect_right(self._clocks, moment.replace(tzinfo=None))
        return self._onsets[place - 1][2] if place else self._onsets[0][1]

    def dst(self, moment: datetime | None) -> None:
        del moment

    def tzname(self, moment: datetime | None) -> None:
        del moment


def _parts(lines: Iterable[ContentLine]) -> Iterator[list[ContentLine]]:
    part: list[ContentLine] | None = None
    for line in lines:
        if line.name == "BEGIN":
            if part is not None:
                yield part
            part = []
        elif part is not None:
            part.append(line)
    if part is not None:
        yield part


def _offset(text: str) -> timedelta | None:
    found = _OFFSET.match(text)
    if found is None or int(found[2]) > 23 or int(found[3]) > 59:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=int(found[4] or 0))
    return -offset if found[1] == "-" else offset


def _clocks(start: datetime, part: Iterable[ContentLine], rule: str) -> list[datetime] | None:
    """Return when a part of a VTIMEZONE begins, as its clock shows; None where that cannot be followed."""
    clocks = [start]
    for line in part:
        if line.name == "RDATE":
            found = [clock_of(value.strip()) for value in line.value.split(",", _MAX_ONSETS)]
            clocks += [each[0] for each in found if each is not None]
    if not rule:
        return clocks
    parts = dict(piece.partition("=")[::2] for piece in rule.upper().split(";"))
    day = _BY_DAY.match(parts.get("BYDAY", ""))
    month = parts.get("BYMONTH", "")
    until = clock_of(parts["UNTIL"]) if "UNTIL" in parts else None
    if (
        parts.get("FREQ") != "YEARLY"
        or day is None
        or not month.isascii()
        or not month.isdigit()
        or not 1 <= int(month[:3]) <= 12
        or parts.get("INTERVAL", "1") != "1"
        or ("UNTIL" in parts and until is None)
        or not parts.keys() <= {"FREQ", "BYDAY", "BYMONTH", "INTERVAL", "UNTIL", "WKST"}
    ):
        return None
    week = 5 if day[1] == "-1" else int(day[1])
    time = start.hour * 3600 + start.minute * 60 + start.second
    last = _LAST_YEAR if until is None else min(until[0].year, _LAST_YEAR)
    yearly = (onset_of(year, int(month[:3]), week, _DAYS.index(day[2]), time) for year in range(start.year, last + 1))
    return clocks + [clock for clock in yearly if clock > start and (until is None or clock <= until[0] + timedelta(1))]
