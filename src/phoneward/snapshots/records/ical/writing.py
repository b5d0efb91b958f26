"""Writes the calendars of a phone as one file, a VCALENDAR for each, in little memory: of the same rows the same bytes.

A calendar's events are gone through three times: for its repeated events, which their exceptions must find; for what is
noted at the head; for the events. A cancelled exception is left out of its series (EXDATE) and noted at the head, as is
an event without a start, which no calendar program could show.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from phoneward.snapshots.records.contentlines import ContentLine, one, shown
from phoneward.snapshots.records.ical.columns import Row, moment
from phoneward.snapshots.records.ical.lines import (
    Event,
    Series,
    Times,
    aside_line,
    event_lines,
    instance_line,
    is_exception,
    number_in,
    packed,
    repeats,
    shown_text,
    times_of,
)
from phoneward.snapshots.records.ical.rules import MAX_DATES
from phoneward.snapshots.records.ical.zones import timezone_lines, zone

HEAD: Final = "X-PHONEWARD-CALENDAR"
ASIDE: Final = "X-PHONEWARD-EVENT"
CANCELLED: Final = "2"

_PRODUCT: Final = "-//Phoneward//Calendars of a phone//EN"
_MAX_UID: Final = 1_000


class Rows(Protocol):
    """One table."""

    @property
    def columns(self) -> tuple[str, ...]:
        """What each row has besides `_id`."""

    def records(self) -> Iterator[Row]:
        """Yield all rows."""

    def groups(self) -> Iterator[int | None]:
        """Yield what the rows belong to: the number of an event or a calendar, ascending; None for nothing."""

    def group(self, owner: int | None) -> Iterator[Row]:
        """Yield the rows that belong to it."""


@dataclass(frozen=True, slots=True)
class CalendarTables:
    """All tables of a phone's calendars; events belong to calendars, the other rows to events."""

    calendars: Rows
    events: Rows
    attendees: Rows
    reminders: Rows
    extras: Rows


def write_calendars(tables: CalendarTables) -> Iterator[bytes]:
    """Yield the file in pieces of one event. `read_calendars` gives back every row exactly.

    Two halves of a surrogate pair that stand together are the one character that they are on the phone. Rows that
    belong to no event that is there are left out: the phone keeps them for a while after the event is deleted.
    """
    known: dict[int | None, Row | None] = {number_in(row, "_id"): row for row in tables.calendars.records()}
    known |= {owner: None for owner in tables.events.groups() if owner not in known}
    for number, (owner, row) in enumerate(known.items(), 1):
        yield from _Writing(tables, owner, row, f"{number}/{len(known)}").pieces()


@dataclass(slots=True)
class _Found:
    """What must be known of a calendar before its first event is written.

    Attributes:
        series: by `_id` of the repeated event.
        synced: their `_id` by `_sync_id`.
        taken: which UIDs, with the start of the exception, are given away.
        zones: names of those that need a VTIMEZONE.
    """

    series: dict[str, Series] = field(default_factory=dict)
    synced: dict[str, str] = field(default_factory=dict)
    taken: set[bytes] = field(default_factory=set)
    zones: set[str] = field(default_factory=set)


class _Writing:
    """One calendar."""

    def __init__(self, tables: CalendarTables, owner: int | None, row: Row | None, place: str) -> None:
        self._tables = tables
        self._owner = owner
        self._row = row
        self._place = place
        self._found = _Found()

    def pieces(self) -> Iterator[bytes]:
        count = self._find_series()
        yield b"".join(line.encoded() for line in self._head(count))
        shown_events = 0
        for row in self._tables.events.group(self._owner):
            if self._is_shown(row):
                shown_events += 1
            else:
                yield aside_line(ASIDE, self._event(row)).encoded()
        for name in sorted(self._found.zones) or ([] if shown_events else ["Etc/UTC"]):  # a VCALENDAR holds something
            yield timezone_lines(name)
        for row in self._tables.events.group(self._owner):
            if lines := self._lines(row):
                yield b"".join(line.encoded() for line in lines)
        yield one("END", "VCALENDAR").encoded()

    def _head(self, count: int) -> Iterator[ContentLine]:
        row = self._row or {}
        yield from (one("BEGIN", "VCALENDAR"), one("VERSION", "2.0"), one("PRODID", _PRODUCT))
        yield one("CALSCALE", "GREGORIAN")
        if name := row.get("calendar_displayName") or row.get("name"):
            yield one("NAME", shown_text(name))
            yield one("X-WR-CALNAME", shown_text(name))
        if account := row.get("account_name"):
            yield one("X-WR-CALDESC", shown_text(account))
        if zone_name := row.get("calendar_timezone"):
            yield one("X-WR-TIMEZONE", shown_text(zone_name))
        color = number_in(row, "calendar_color")
        if color is not None:
            yield one("X-APPLE-CALENDAR-COLOR", f"#{color & 0xFFFFFF:06X}")
        columns = {name: [*getattr(self._tables, name).columns, "_id"] for name in _TABLES}
        yield packed(HEAD, {"calendar": self._row, "place": self._place, "events": count, "columns": columns})

    def _find_series(self) -> int:
        """Find the repeated events; returns how many events there are."""
        count = 0
        for row in self._tables.events.group(self._owner):
            count += 1
            times = times_of(row) if repeats(row) else None
            if times is not None:
                number = row.get("_id") or ""
                self._found.series[number] = Series(self._uid(row, row, ""), times)
                if sync_id := row.get("_sync_id"):
                    self._found.synced.setdefault(sync_id, number)
        return count

    def _series_of(self, row: Row) -> Series | None:
        """Return the series that an exception belongs to."""
        series, synced = self._found.series, self._found.synced.get(row.get("original_sync_id") or "")
        return series.get(row.get("original_id") or "") or series.get(synced or "")

    def _uid(self, row: Row, first: Row, instance: str) -> str:
        """Return a UID that no other event of this calendar has; `first` is the event that its series begins with."""
        own = first.get("uid2445") or ""
        if not (own.strip() == own and shown(own) == own and 0 < len(own) <= _MAX_UID):
            own = ""
        calendar = self._row or {}
        account = [calendar.get(name) for name in ("account_type", "account_name", "_sync_id", "name")]
        event = [first.get(name) for name in ("_sync_id", "_id", "dtstart", "title")]
        own = own or _digest([account, event]).hex()
        if not self._take(own, instance):
            own = _digest([account, event, own, row.get("_id")]).hex()
            self._take(own, instance)
        return own

    def _take(self, uid: str, instance: str) -> bool:
        key = _digest([uid, instance])
        is_free = key not in self._found.taken
        self._found.taken.add(key)
        return is_free

    def _is_shown(self, row: Row) -> bool:
        """Tell whether an event is one for other programs, and note what it needs."""
        times = times_of(row)
        if times is None:
            return False
        series = self._series_of(row) if is_exception(row) else None
        if series is not None and row.get("eventStatus") == CANCELLED:
            instance = number_in(row, "originalInstanceTime")
            if instance is not None and series.times.own.clock(instance) and len(series.without) < MAX_DATES:
                series.without[instance] = None
                return False
        for used in (times, series.times if series else times):
            self._found.zones |= {own.name for own in (used.own, used.end) if not own.is_utc}
        return True

    def _lines(self, row: Row) -> list[ContentLine]:
        times = times_of(row)
        if times is None:
            return []
        series = self._series_of(row) if is_exception(row) else self._found.series.get(row.get("_id") or "")
        if not is_exception(row):
            uid = series.uid if series else self._uid(row, row, "")
        elif (
            series and row.get("eventStatus") == CANCELLED and number_in(row, "originalInstanceTime") in series.without
        ):
            return []
        else:
            uid = self._uid_of_exception(row, times, series)
        return list(event_lines(self._event(row), times, uid, self._row or {}, series))

    def _uid_of_exception(self, row: Row, times: Times, series: Series | None) -> str:
        line = instance_line(row, times, series)
        instance = "" if line is None else str(moment(line, zone))
        if series is None:
            return self._uid(row, row, instance)
        return series.uid if self._take(series.uid, instance) else self._uid(row, {**row, "uid2445": None}, instance)

    def _event(self, row: Row) -> Event:
        number = number_in(row, "_id")
        rows = [list(table.group(number)) for table in self._parts()]
        return Event(row, *rows)

    def _parts(self) -> Sequence[Rows]:
        return self._tables.attendees, self._tables.reminders, self._tables.extras


_TABLES: Final = ("events", "attendees", "reminders", "extras")


def _digest(parts: object) -> bytes:
    return hashlib.sha256(json.dumps(parts).encode()).digest()[:16]
