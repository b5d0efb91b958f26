"""An event of Android's calendar as lines of a calendar file, for any program; what they cannot bear is added as JSON.

Each event has the line `X-PHONEWARD-EXACT`: the columns that its other lines do not give back exactly (a title with
control characters, milliseconds, a rule that is none, Android's own columns), and those of its attendees and reminders.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from phoneward.snapshots.records.contentlines import ContentLine, escaped, one, shown
from phoneward.snapshots.records.ical.columns import (
    BUSY,
    CLASSES,
    PARTSTAT,
    STATUS,
    Row,
    ZoneOf,
    attendee_columns,
    event_columns,
    reminder_columns,
)
from phoneward.snapshots.records.ical.rules import dates, duration, rules
from phoneward.snapshots.records.ical.zones import UTC_ZONE, Zone, clock_text, zone
from phoneward.snapshots.records.writing import joined

EXACT: Final = "X-PHONEWARD-EXACT"
MAX_SHOWN: Final = 1_000
"""Attendees, and reminders, of one event as lines of their own; more are only in the JSON."""

_STATUS: Final = {number: word for word, number in STATUS.items()}
_CLASSES: Final = {number: word for word, number in CLASSES.items()}
_PARTSTAT: Final = {number: word for word, number in PARTSTAT.items()} | {"0": "NEEDS-ACTION"}
_TENTATIVE: Final = BUSY["TENTATIVE"]
_ADDRESS: Final = re.compile(r"[!#-;=?-\[\]-~\xa1-\ud7ff\ue000-\U0010ffff]+\Z")
"""What an address may hold so that it is one URI behind `mailto:`."""

_NUMBER: Final = re.compile(r"-?\d{1,18}\Z", re.ASCII)
_MAX_MINUTES: Final = 10_000_000
_DAMAGED: Final = "On the phone this event repeats by a rule that no calendar program can read: "
_MAX_COMMENT: Final = 500
_ALARM_TEXT: Final = "Reminder"
_BY_ZONE: Final = frozenset({"dtstart", "dtend", "duration", "rdate", "exdate", "originalInstanceTime", "lastDate"})
"""Which a country can change by changing its clocks, if all that was kept of them were what the clock shows."""

_LINE_ENDS: Final = re.compile("\r\n?")


@dataclass(frozen=True, slots=True)
class Times:
    """When an event is, as far as a calendar file can say it.

    Attributes:
        start: milliseconds.
        own, end: the zones of start and end.
    """

    start: int
    is_all_day: bool
    own: Zone
    end: Zone


@dataclass(frozen=True, slots=True)
class Series:
    """A repeated event to its exceptions.

    Attributes:
        uid: which they share.
        times: of its start.
        without: starts in milliseconds that are left out: cancelled ones.
    """

    uid: str
    times: Times
    without: dict[int, None] = field(default_factory=dict)


def number_in(row: Mapping[str, str | None], column: str) -> int | None:
    """Return a number of a row; None where there is none."""
    text = row.get(column)
    return int(text) if text is not None and _NUMBER.match(text) else None


def times_of(row: Mapping[str, str | None]) -> Times | None:
    """Return when an event starts; None where no calendar file can say it: no start, or one beyond all years."""
    start = number_in(row, "dtstart")
    is_all_day = row.get("allDay") not in {None, "0"}
    own = UTC_ZONE if is_all_day else zone(row.get("eventTimezone") or "") or UTC_ZONE
    end = UTC_ZONE if is_all_day else zone(row.get("eventEndTimezone") or "") or own
    if start is None or own.clock(start) is None or end.clock(start) is None:
        return None
    return Times(start, is_all_day, own, end)


def moment_line(name: str, milliseconds: Sequence[int], own: Zone, *, is_all_day: bool) -> ContentLine | None:
    """Return a line with moments in one zone; None where one of them is beyond all years."""
    clocks = [(UTC_ZONE if is_all_day else own).clock(number) for number in milliseconds]
    if None in clocks or not clocks:
        return None
    told = [clock for clock in clocks if clock is not None]
    if is_all_day:
        return one(name, ",".join(clock_text(clock, is_date=True) for clock in told), ("VALUE", "DATE"))
    value = ",".join(clock_text(clock) + ("Z" if own.is_utc else "") for clock in told)
    return one(name, value) if own.is_utc else one(name, value, ("TZID", own.name))


def _readable(text: str) -> str:
    """Return a text whose lines end with line feeds, and in which nothing stands that no line can hold."""
    return "\n".join(shown(line) for line in _LINE_ENDS.sub("\n", joined(text) or "").split("\n"))


def shown_text(text: str) -> str:
    """Return a text as a value."""
    return escaped(_readable(text))


def packed(name: str, content: object) -> ContentLine:
    """Return a line with JSON in ASCII."""
    return one(name, escaped(json.dumps(content, sort_keys=True, separators=(",", ":"))))


@dataclass(frozen=True, slots=True)
class Event:
    """An event with the rows that belong to it."""

    row: Row
    attendees: Sequence[Row] = ()
    reminders: Sequence[Row] = ()
    extras: Sequence[Row] = ()


def aside_line(name: str, event: Event) -> ContentLine:
    """Return an event as JSON alone."""
    return packed(
        name,
        {
            "event": _whole(event.row),
            "attendees": [_whole(row) for row in event.attendees],
            "reminders": [_whole(row) for row in event.reminders],
            "extras": [_whole(row) for row in event.extras],
        },
    )


def _whole(row: Row) -> Row:
    return {column: joined(text) for column, text in row.items()}


def event_lines(event: Event, times: Times, uid: str, calendar: Row, series: Series | None) -> Iterator[ContentLine]:
    """Yield the lines of an event.

    Args:
        event: what the phone told.
        times: of it.
        uid: of the event, or of the series.
        calendar: what is known of its calendar.
        series: of a repeated event its own, of an exception the one that it belongs to.
    """
    row = event.row
    lines = [*_when(row, times, uid, series), *_what(row)]
    alarms: list[list[ContentLine]] = []
    organizer = row.get("organizer")
    exact_attendees: list[list[object]] = []
    if event.attendees:
        organizer = organizer if organizer and _ADDRESS.match(organizer) else None
        lines += [one("ORGANIZER", f"mailto:{organizer}")] if organizer else []
        for attendee in event.attendees:
            line = _attendee(attendee, len(exact_attendees))
            lines += [line] if line else []
            found = attendee_columns(line, organizer) if line else None
            exact_attendees.append(_beside(attendee, row, found))
    exact_reminders: list[list[object]] = []
    for reminder in event.reminders:
        alarm = _alarm(reminder, len(exact_reminders))
        alarms += [alarm] if alarm else []
        found = reminder_columns(alarm) if alarm else None
        exact_reminders.append(_beside(reminder, row, found))
    derived = event_derived(lines, len(alarms), calendar, zone)
    if any(line.parameter("TZID") for line in lines):
        derived = {column: text for column, text in derived.items() if column not in _BY_ZONE or text is None}
    exact: dict[str, object] = {"event": _difference(row, derived)}
    for name, rows in (("attendees", exact_attendees), ("reminders", exact_reminders)):
        exact |= {name: rows} if rows else {}
    exact |= {"extras": [_whole(extra) for extra in event.extras]} if event.extras else {}
    yield one("BEGIN", "VEVENT")
    yield from lines
    yield packed(EXACT, exact)
    for alarm in alarms:
        yield from alarm
    yield one("END", "VEVENT")


def event_derived(lines: Sequence[ContentLine], alarms: int, calendar: Row, zone_of: ZoneOf) -> Row:
    """Return an event's columns with what its calendar says: which one it is, and whose."""
    derived = event_columns(lines, alarms, zone_of)
    if derived["organizer"] is None:
        derived["organizer"] = calendar.get("ownerAccount")
    return derived | {"calendar_id": calendar.get("_id")}


def _difference(row: Row, derived: Row) -> Row:
    whole = _whole(row)
    return {column: text for column, text in whole.items() if column not in derived or derived[column] != text}


def _beside(row: Row, event: Row, derived: Row | None) -> list[object]:
    """Return what is noted of a row: 0 and all of it, or 1 and what its line does not say."""
    return [0, _whole(row)] if derived is None else [1, _difference(row, derived | {"event_id": event.get("_id")})]


# -- what it says ----------------------------------------------------------------------------------------------------


def _what(row: Row) -> Iterator[ContentLine]:
    for name, column in (("SUMMARY", "title"), ("LOCATION", "eventLocation"), ("DESCRIPTION", "description")):
        text = row.get(column)
        if text is not None:
            yield one(name, shown_text(text))
    if word := _STATUS.get(row.get("eventStatus") or ""):
        yield one("STATUS", word)
    if word := _CLASSES.get(row.get("accessLevel") or ""):
        yield one("CLASS", word)
    yield one("TRANSP", "TRANSPARENT" if row.get("availability") == "1" else "OPAQUE")
    if row.get("availability") == _TENTATIVE:
        yield one("X-MICROSOFT-CDO-BUSYSTATUS", "TENTATIVE")


def _when(row: Row, times: Times, uid: str, series: Series | None) -> Iterator[ContentLine]:
    yield one("UID", uid)
    yield one("DTSTAMP", "19700101T000000Z")  # Android does not keep it, and it must not change by itself
    if line := instance_line(row, times, series):
        yield line
    start = moment_line("DTSTART", [times.start], times.own, is_all_day=times.is_all_day)
    if start is not None:
        yield start
    yield from _end(row, times)
    yield from _repeats(row, times, series)


def instance_line(row: Row, times: Times, series: Series | None) -> ContentLine | None:
    """Return the line that says which one of a repeated event's an exception stands for; None where there is none."""
    instance = number_in(row, "originalInstanceTime")
    if instance is None or not is_exception(row):
        return None
    own = series.times if series else times
    is_all_day = own.is_all_day if series else row.get("originalAllDay") not in {None, "0"}
    return moment_line("RECURRENCE-ID", [instance], own.own, is_all_day=is_all_day)


def is_exception(row: Mapping[str, str | None]) -> bool:
    """Tell whether an event stands for one of a repeated event's."""
    return bool(row.get("original_id") or row.get("original_sync_id"))


def repeats(row: Mapping[str, str | None]) -> bool:
    """Tell whether an event is a repeated one."""
    return bool(row.get("rrule") or row.get("rdate")) and not is_exception(row)


def _end(row: Row, times: Times) -> Iterator[ContentLine]:
    text = row.get("duration")
    lasting = duration(text, all_day=times.is_all_day) if text else None
    end = number_in(row, "dtend")
    if lasting is not None and (end is None or repeats(row)):
        yield one("DURATION", lasting)
    elif end is not None:
        line = moment_line("DTEND", [end], times.end, is_all_day=times.is_all_day)
        step = 86_400_000 if times.is_all_day else 1000
        if line is not None and end // step > times.start // step:
            yield line


def _repeats(row: Row, times: Times, series: Series | None) -> Iterator[ContentLine]:
    if is_exception(row):
        return
    shown_rules: list[ContentLine] = []
    for name, column in (("RRULE", "rrule"), ("EXRULE", "exrule")):
        text = row.get(column)
        found = rules(text, all_day=times.is_all_day) if text else []
        if found is None:
            yield _comment(text or "")
        shown_rules += [one(name, rule) for rule in found or ()]
    yield from shown_rules
    moments: dict[str, list[int]] = {"rdate": [], "exdate": []}
    for column in moments:
        text = row.get(column)
        listed = dates(text) if text else []
        if listed is None or (text and _dates_line("RDATE", listed, times) is None):
            yield _comment(text or "")
        else:
            moments[column] = listed
    without = [*moments["exdate"], *(series.without if series else ())]
    if moments["rdate"] and not shown_rules and times.start not in moments["rdate"]:
        without.append(times.start)  # RFC 5545 counts the start among the dates, Android does not
    for name, listed in (("RDATE", moments["rdate"]), ("EXDATE", list(dict.fromkeys(without)))):
        line = _dates_line(name, listed, times)
        if line is not None:
            yield line


def _comment(text: str) -> ContentLine:
    return one("COMMENT", shown_text(_DAMAGED + text[:_MAX_COMMENT]))


def _dates_line(name: str, moments: Sequence[int], times: Times) -> ContentLine | None:
    return moment_line(name, moments, times.own, is_all_day=times.is_all_day)


# -- who, and when it rings ------------------------------------------------------------------------------------------


def _attendee(row: Row, place: int) -> ContentLine | None:
    email = joined(row.get("attendeeEmail"))
    if not email or not _ADDRESS.match(email) or place >= MAX_SHOWN:
        return None
    parameters: list[tuple[str, str]] = []
    name = joined(row.get("attendeeName"))
    if name:
        parameters.append(("CN", _readable(name)))
    if row.get("attendeeType") == "3":
        parameters.append(("CUTYPE", "RESOURCE"))
    parameters.append(("ROLE", "OPT-PARTICIPANT" if row.get("attendeeType") == "2" else "REQ-PARTICIPANT"))
    parameters.append(("PARTSTAT", _PARTSTAT.get(row.get("attendeeStatus") or "0", "NEEDS-ACTION")))
    return one("ATTENDEE", f"mailto:{email}", *parameters)


def _alarm(row: Row, place: int) -> list[ContentLine] | None:
    minutes = number_in(row, "minutes")
    if minutes is None or not 0 <= minutes <= _MAX_MINUTES or place >= MAX_SHOWN:
        return None
    return [
        one("BEGIN", "VALARM"),
        one("ACTION", "DISPLAY"),
        one("DESCRIPTION", _ALARM_TEXT),
        one("TRIGGER", f"-PT{minutes}M"),
        one("END", "VALARM"),
    ]
