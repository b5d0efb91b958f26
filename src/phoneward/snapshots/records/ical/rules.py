"""Rules, dates and durations of repeated events: Android's texts as RFC 5545 has them, nothing where they are none.

Nothing is ever expanded: a rule is looked at, not followed. Sources: RFC 5545 sections 3.3.10 (RECUR) and 3.3.6
(DURATION); AOSP frameworks/opt/calendar: EventRecurrence.java (parse), RecurrenceProcessor.java (what UNTIL is),
RecurrenceSet.java (parseRecurrenceDates: `zone;date,date`, the zone UTC where none is named; lines make several), and
CalendarProvider's Duration.java (`P3600S` is an hour).
"""

import re
from datetime import datetime
from typing import Final

from phoneward.snapshots.records.ical.zones import UTC_ZONE, Zone, zone

_FREQUENCIES: Final = frozenset({"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_DAYS: Final = "SU|MO|TU|WE|TH|FR|SA"
_NUMBER: Final = re.compile(r"[1-9]\d{0,8}\Z", re.ASCII)
_BY_DAY: Final = re.compile(rf"([+-]?\d{{1,2}})?({_DAYS})\Z", re.ASCII)
_SIGNED: Final = re.compile(r"[+-]?\d{1,3}\Z", re.ASCII)
_UNTIL: Final = re.compile(r"(\d{8})(?:T(\d{6})Z?)?\Z", re.ASCII)
_LISTS: Final = {
    "BYSECOND": (0, 60),
    "BYMINUTE": (0, 59),
    "BYHOUR": (0, 23),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYMONTH": (1, 12),
    "BYSETPOS": (-366, 366),
}
_NOT_ZERO: Final = frozenset({"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"})
_MAX_LIST: Final = 366
MAX_DATES: Final = 10_000
"""Dates that one event lists: 27 years of days. Each takes its time."""

_MAX_ORDINAL: Final = 53
_DATE: Final = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?\Z", re.ASCII)
_DURATION: Final = re.compile(r"\+?P((?:\d{1,9}[WDHMS]|T)+)\Z", re.ASCII)
_UNITS: Final = {"W": 604_800, "D": 86_400, "H": 3600, "M": 60, "S": 1}
_DAY: Final = 86_400


def rules(text: str, *, all_day: bool) -> list[str] | None:
    """Return the rules of a column as RFC 5545 has them, in its order; None where one of them is damaged."""
    found = [_rule(line.strip(), all_day=all_day) for line in text.split("\n") if line.strip()]
    whole = [rule for rule in found if rule is not None]
    return whole if whole and len(whole) == len(found) else None


def _rule(text: str, *, all_day: bool) -> str | None:
    parts: dict[str, str] = {}
    for part in text.upper().removeprefix("RRULE:").rstrip(";").split(";"):
        name, _equals, value = part.partition("=")
        shown = _part(name, value, all_day=all_day)
        if shown is None or name in parts:
            return None
        parts[name] = shown
    if "FREQ" not in parts or {"COUNT", "UNTIL"} <= parts.keys():
        return None
    frequency = parts.pop("FREQ")
    if frequency != "YEARLY" and "BYWEEKNO" in parts:
        return None
    return ";".join([f"FREQ={frequency}", *(f"{name}={value}" for name, value in parts.items())])


def _part(name: str, value: str, *, all_day: bool) -> str | None:
    good = False
    if name == "FREQ":
        good = value in _FREQUENCIES
    elif name in {"COUNT", "INTERVAL"}:
        good = _NUMBER.match(value) is not None
    elif name == "WKST":
        good = value in _DAYS.split("|")
    elif name == "UNTIL":
        return _until(value, all_day=all_day)
    elif name == "BYDAY":
        found = [_BY_DAY.match(day) for day in value.split(",")]
        good = len(found) <= _MAX_LIST and all(
            day and (day[1] is None or 1 <= abs(int(day[1])) <= _MAX_ORDINAL) for day in found
        )
    elif name in _LISTS:
        numbers = value.split(",")
        low, high = _LISTS[name]
        good = len(numbers) <= _MAX_LIST and all(
            _SIGNED.match(number) and low <= int(number) <= high and (int(number) or name not in _NOT_ZERO)
            for number in numbers
        )
    return value if good else None


def _until(value: str, *, all_day: bool) -> str | None:
    """Return an end in the form that the event's start asks for: a date, or a moment in UTC."""
    found = _UNTIL.match(value)
    if found is None or _clock(found[1], found[2] or "000000") is None:
        return None
    return found[1] if all_day else f"{found[1]}T{found[2] or '000000'}Z"


def _clock(date: str, time: str) -> datetime | None:
    time = time if time[4:] != "60" else time[:4] + "59"
    numbers = (int(date[:4]), int(date[4:6]), int(date[6:]), int(time[:2]), int(time[2:4]), int(time[4:]))
    try:
        return datetime(*numbers)  # noqa: DTZ001 - what a clock shows, wherever it hangs
    except ValueError:
        return None


def clock_of(value: str) -> tuple[datetime, str] | None:
    """Return a DATE or DATE-TIME: what the clock shows, and `date`, `utc` or `local`; None where it is none."""
    found = _DATE.match(value)
    clock = _clock(found[1], found[2] or "000000") if found else None
    if found is None or clock is None:
        return None
    return clock, "date" if found[2] is None else "utc" if found[3] else "local"


def moment_of(value: str, own: Zone) -> int | None:
    """Return the moment of a DATE or DATE-TIME in milliseconds; a date begins at midnight of the zone given."""
    found = clock_of(value)
    return None if found is None else (UTC_ZONE if found[1] == "utc" else own).moment(found[0])


def dates(text: str) -> list[int] | None:
    """Return the moments that a column lists, in milliseconds; None where one is damaged, or they are too many."""
    moments: list[int] = []
    if text.count(",") > MAX_DATES:
        return None
    for line in text.split("\n"):
        name, semicolon, listed = line.strip().rpartition(";")
        own = zone(name) if semicolon else UTC_ZONE
        if own is None:
            return None
        for value in listed.split(",") if listed else []:
            moment = moment_of(value.strip(), own)
            if moment is None:
                return None
            moments.append(moment)
    return moments or None


def seconds_of(text: str) -> int | None:
    """Return how long a duration is in seconds, Android's (`P3600S`) or RFC 5545's; None where it is damaged."""
    found = _DURATION.match(text)
    if found is None:
        return None
    parts = re.findall(r"(\d+)([WDHMS])", found[1])
    return sum(int(number) * _UNITS[unit] for number, unit in parts) if parts else None


def duration(text: str, *, all_day: bool) -> str | None:
    """Return a duration as RFC 5545 has it; None where it is damaged, or no whole days for an event of whole days."""
    seconds = seconds_of(text)
    if seconds is None or (all_day and (seconds % _DAY or not seconds)):
        return None
    if re.search("[HMS]", text[2:]) is None and not seconds % _DAY:
        return f"P{seconds // _DAY}D"
    return f"P{seconds // _DAY}D" if all_day else f"PT{seconds}S"
