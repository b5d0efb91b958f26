"""Time zones of calendar files: what the clock showed, and the VTIMEZONE that tells other programs.

The zones come from the package `tzdata` and never from the computer, so that the same events make the same bytes
everywhere; a new release of it may change a file, as the rules of a country did. Sources: RFC 9636 (TZif, with its last
line in the form of POSIX's TZ), RFC 5545 section 3.6.5 (VTIMEZONE). Of the past, what was before 1970 is left out.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from importlib.resources import files
from io import BytesIO
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from phoneward.snapshots.records.contentlines import ContentLine, one

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
UTC_NAMES: Final = frozenset({"UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu", "Etc/Zulu", "Etc/UCT", "UCT", "Universal"})

_FIXED: Final = re.compile(r"GMT([+-])(\d{1,2}):?(\d{2})?\Z", re.ASCII)
"""Zones of this form are Java's own (java.util.TimeZone, "custom time zone IDs")."""

_BEGIN: Final = EPOCH.replace(tzinfo=None)
"""What clocks show, wherever they hang, has no zone here."""

_DAY: Final = 86_400
_RULE_TIME: Final = re.compile(r"M(\d+)\.(\d)\.(\d)(?:/([+-]?\d+)(?::(\d+))?(?::(\d+))?)?\Z", re.ASCII)
_POSIX: Final = re.compile(r"(<[^>]+>|[A-Za-z]+)([+-]?[\d:]+)(?:(<[^>]+>|[A-Za-z]+)([+-]?[\d:]+)?,(.+),(.+))?\Z")
_DAYS: Final = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_LAST_WEEK: Final = 5


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone.

    Attributes:
        name: as Android and TZID have it.
        info: its clock.
        data: its TZif file; empty where it is always as far from UTC.
    """

    name: str
    info: tzinfo
    data: bytes

    @property
    def is_utc(self) -> bool:
        """Whether times are written with a Z and need no VTIMEZONE."""
        return self.name in UTC_NAMES

    def clock(self, milliseconds: int) -> datetime | None:
        """Return what the clock showed at a moment, to the second; None beyond the years 1 to 9999."""
        try:
            moment = EPOCH + timedelta(seconds=milliseconds // 1000)
            return moment.astimezone(self.info).replace(tzinfo=None)
        except (OverflowError, ValueError):
            return None

    def moment(self, clock: datetime) -> int | None:
        """Return the moment when the clock (first) showed this, in milliseconds; None beyond the years 1 to 9999."""
        try:
            return (clock.replace(tzinfo=self.info).astimezone(UTC) - EPOCH) // timedelta(seconds=1) * 1000
        except (OverflowError, ValueError):
            return None


UTC_ZONE: Final = Zone("UTC", UTC, b"")


def clock_text(clock: datetime, *, is_date: bool = False) -> str:
    """Return what a clock shows as DATE-TIME, or DATE."""
    date = f"{clock.year:04}{clock.month:02}{clock.day:02}"  # strftime's %Y has fewer digits for early years
    return date if is_date else f"{date}T{clock.hour:02}{clock.minute:02}{clock.second:02}"


@cache
def zone_names() -> frozenset[str]:
    """Return IANA's names."""
    return frozenset((files("tzdata") / "zones").read_text("ascii").split())


@cache
def zone(name: str) -> Zone | None:
    """Return a zone by its IANA name or of the form `GMT+08:00`; None where there is none of this name."""
    if name in UTC_NAMES:
        return Zone(name, UTC, b"")
    fixed = _FIXED.match(name)
    if fixed and int(fixed[2]) < 24 and int(fixed[3] or 0) < 60:
        offset = timedelta(hours=int(fixed[2]), minutes=int(fixed[3] or 0))
        return Zone(name, timezone(-offset if fixed[1] == "-" else offset), b"")
    if name not in zone_names():
        return None
    place = files("tzdata") / "zoneinfo"
    for part in name.split("/"):
        place = place / part
    data = place.read_bytes()
    return Zone(name, ZoneInfo.from_file(BytesIO(data), key=name), data)


# -- VTIMEZONE -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Period:
    """Attributes: start: seconds of the epoch; offset: seconds east of UTC; part: the name in VTIMEZONE."""

    start: int
    offset: int
    part: str
    short: str


@cache
def timezone_lines(name: str) -> bytes:
    """Return the VTIMEZONE of a zone that `zone` knows."""
    found = zone(name)
    assert found is not None  # noqa: S101 - the caller has it from there
    lines = [one("BEGIN", "VTIMEZONE"), one("TZID", name)]
    if found.data:
        periods, footer = _periods(found.data)
        lines += _past(periods)
        lines += _always(periods[-1], footer)
    else:
        offset = found.info.utcoffset(None) or timedelta()
        lines += _observance(_Period(0, int(offset.total_seconds()), "STANDARD", name), 0, [_BEGIN], "")
    return b"".join(line.encoded() for line in [*lines, one("END", "VTIMEZONE")])


def _periods(data: bytes) -> tuple[list[_Period], str]:
    """Return the periods since 1970, the first from there, and the rule for what comes after the last."""
    counts = struct.unpack(">6l", data[20:44])
    start = 44 + _block_size(counts, 4)
    _isutcnt, _isstdcnt, _leapcnt, timecnt, typecnt, charcnt = counts = struct.unpack(
        ">6l", data[start + 20 : start + 44]
    )
    place = start + 44
    times = struct.unpack(f">{timecnt}q", data[place : place + 8 * timecnt])
    kinds = data[place + 8 * timecnt : place + 9 * timecnt]
    place += 9 * timecnt
    types = list(struct.iter_unpack(">lBB", data[place : place + 6 * typecnt]))
    texts = data[place + 6 * typecnt : place + 6 * typecnt + charcnt]
    footer = data[start + 44 + _block_size(counts, 8) :].strip(b"\n").decode("ascii")

    def period(moment: int, kind: int) -> _Period:
        offset, is_summer, at = types[kind]
        return _Period(
            moment, offset, "DAYLIGHT" if is_summer else "STANDARD", texts[at : texts.index(b"\0", at)].decode("ascii")
        )

    found = [period(0, 0)]
    for moment, kind in zip(times, kinds, strict=True):
        if moment <= 0:
            found = [period(0, kind)]
        else:
            found.append(period(moment, kind))
    return found, footer


def _block_size(counts: tuple[int, ...], time_size: int) -> int:
    isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt = counts
    return timecnt * (time_size + 1) + typecnt * 6 + charcnt + leapcnt * (time_size + 4) + isstdcnt + isutcnt


def _past(periods: list[_Period]) -> Iterator[ContentLine]:
    first = periods[0]
    yield from _observance(first, first.offset, [_BEGIN], "")
    grouped: dict[tuple[int, int, str, str], list[datetime]] = {}
    for before, after in pairwise(periods):
        key = before.offset, after.offset, after.part, after.short
        grouped.setdefault(key, []).append(_clock(after.start, before.offset))
    for (before_offset, offset, part, short), onsets in grouped.items():
        yield from _observance(_Period(0, offset, part, short), before_offset, onsets, "")


def _clock(moment: int, offset: int) -> datetime:
    return _BEGIN + timedelta(seconds=moment + offset)


def _observance(period: _Period, before: int, onsets: list[datetime], rule: str) -> Iterator[ContentLine]:
    yield one("BEGIN", period.part)
    yield one("DTSTART", clock_text(onsets[0]))
    yield one("TZOFFSETFROM", _offset(before))
    yield one("TZOFFSETTO", _offset(period.offset))
    yield one("TZNAME", period.short)
    if rule:
        yield one("RRULE", rule)
    if onsets[1:]:
        yield one("RDATE", ",".join(map(clock_text, onsets[1:])))
    yield one("END", period.part)


def _offset(seconds: int) -> str:
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    return f"{sign}{seconds // 3600:02}{seconds // 60 % 60:02}" + (f"{seconds % 60:02}" if seconds % 60 else "")


def _always(last: _Period, footer: str) -> Iterator[ContentLine]:
    found = _POSIX.match(footer)
    if found is None or not found[3]:
        return
    standard = -_seconds(found[2])
    summer = -_seconds(found[4]) if found[4] else standard + 3600
    names = found[1].strip("<>"), found[3].strip("<>")
    for period, before, rule in (
        (_Period(0, summer, "DAYLIGHT", names[1]), standard, found[5]),
        (_Period(0, standard, "STANDARD", names[0]), summer, found[6]),
    ):
        year = _clock(last.start, before).year
        onsets = (onset_of(one_year, *_rule(rule)) for one_year in range(year, year + 3))
        first = next(onset for onset in onsets if _since(onset, before) > last.start)
        yield from _observance(period, before, [first], f"FREQ=YEARLY;{_by_parts(rule)}")


def _since(clock: datetime, offset: int) -> int:
    return int((clock - _BEGIN).total_seconds()) - offset


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    return sign * sum(part * size for part, size in zip(parts, (3600, 60, 1), strict=False))


def _rule(text: str) -> tuple[int, int, int, int]:
    """Return month, week (5: the last), weekday (0: Sunday) and seconds of the day, within it but for -7 to 7 days."""
    found = _RULE_TIME.match(text)
    assert found is not None, text  # noqa: S101 - `tzdata` has no other form; a test goes through all zones
    time = found[4] or "2"
    seconds = _seconds(":".join(part for part in (time, found[5], found[6]) if part))
    week = int(found[2])
    if week == _LAST_WEEK and seconds >= _DAY:
        seconds = _DAY - 1  # the day after the last Thursday may be in the next month: a second before says the same
    return int(found[1]), week, int(found[3]), seconds


def onset_of(year: int, month: int, week: int, weekday: int, seconds: int) -> datetime:
    """Return a day of a year by POSIX's rule: a weekday (0: Sunday) of a week of a month, the fifth being the last."""
    if week == _LAST_WEEK:
        day = _BEGIN.replace(year=year + month // 12, month=month % 12 + 1) - timedelta(days=1)
        day -= timedelta(days=(day.isoweekday() - weekday) % 7)
    else:
        day = _BEGIN.replace(year=year, month=month)
        day += timedelta(days=(weekday - day.isoweekday()) % 7 + 7 * (week - 1))
    return day + timedelta(seconds=seconds)


def _by_parts(text: str) -> str:
    month, week, weekday, seconds = _rule(text)
    shift = seconds // _DAY
    day = _DAYS[(weekday + shift) % 7]
    if not shift:
        return f"BYMONTH={month};BYDAY={-1 if week == _LAST_WEEK else week}{day}"
    first = -7 + shift if week == _LAST_WEEK else 7 * week - 6 + shift
    return f"BYMONTH={month};BYDAY={day};BYMONTHDAY={','.join(str(first + number) for number in range(7))}"
