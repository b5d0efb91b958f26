"""What lines of a calendar file say, as columns of Android's calendar.

Both ways need it: the reader, and the writer, which notes what these do not give back exactly. Sources of the columns
and their numbers: AOSP CalendarContract.java (EventsColumns, AttendeesColumns, RemindersColumns, CalendarColumns).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from phoneward.snapshots.records.contentlines import ContentLine, unescaped
from phoneward.snapshots.records.ical.rules import clock_of, moment_of, seconds_of
from phoneward.snapshots.records.ical.zones import UTC_ZONE, Zone, clock_text

Row = dict[str, str | None]
ZoneOf = Callable[[str], Zone | None]
"""Finds a zone by a file's TZID."""

STATUS: Final = {"TENTATIVE": "0", "CONFIRMED": "1", "CANCELLED": "2"}
CLASSES: Final = {"CONFIDENTIAL": "1", "PRIVATE": "2", "PUBLIC": "3"}
BUSY: Final = {"BUSY": "0", "OOF": "0", "WORKINGELSEWHERE": "0", "FREE": "1", "TENTATIVE": "2"}
PARTSTAT: Final = {"ACCEPTED": "1", "DECLINED": "2", "NEEDS-ACTION": "3", "TENTATIVE": "4"}
DEFAULTS: Final[Mapping[str, str | None]] = {
    **dict.fromkeys(("title", "eventLocation", "description", "eventStatus", "eventColor", "eventColor_index")),
    **dict.fromkeys(("eventTimezone", "eventEndTimezone", "duration", "rrule", "rdate", "exrule", "exdate", "dtend")),
    **dict.fromkeys(("original_id", "original_sync_id", "originalInstanceTime", "originalAllDay", "lastDate")),
    **dict.fromkeys(("organizer", "isOrganizer", "customAppPackage", "customAppUri", "uid2445", "_sync_id", "dtstart")),
    **dict.fromkeys(("allDay", "accessLevel", "availability", "selfAttendeeStatus", "hasAlarm"), "0"),
    **dict.fromkeys(("hasExtendedProperties", "hasAttendeeData", "guestsCanModify"), "0"),
    **dict.fromkeys(("guestsCanInviteOthers", "guestsCanSeeGuests"), "1"),
}
"""What the provider puts into columns of which nothing is said (CalendarDatabaseHelper.java, createEventsTable())."""

_ALARM: Final = re.compile(r"-(P(?:\d{1,9}[WDHMS]|T)+)\Z|P(?:T?0{1,9}[WDHMS])+\Z", re.ASCII)
_COLOR: Final = re.compile(r"#([0-9A-Fa-f]{6})(?:[0-9A-Fa-f]{2})?\Z")
_DAY_MS: Final = 86_400_000


def event_columns(lines: Sequence[ContentLine], alarms: int, zone_of: ZoneOf) -> Row:
    """Return an event's columns; `calendar_id` and `_id` are none of them.

    Args:
        lines: of the VEVENT, without what stands in its alarms.
        alarms: how many those are.
        zone_of: finds the zones.
    """
    by_name: dict[str, list[ContentLine]] = {}
    for line in lines:
        by_name.setdefault(line.name, []).append(line)
    row: Row = dict(DEFAULTS)
    for name, column in (("SUMMARY", "title"), ("LOCATION", "eventLocation"), ("DESCRIPTION", "description")):
        if name in by_name:
            row[column] = unescaped(by_name[name][0].value)
    if "UID" in by_name:
        row["uid2445"] = unescaped(by_name["UID"][0].value)
    if "ORGANIZER" in by_name:
        row["organizer"] = _address(by_name["ORGANIZER"][0].value)
    row["eventStatus"] = STATUS.get(_word(by_name, "STATUS"))
    row["accessLevel"] = CLASSES.get(_word(by_name, "CLASS"), "0")
    busy = BUSY.get(_word(by_name, "X-MICROSOFT-CDO-BUSYSTATUS"), "0")
    row["availability"] = "1" if _word(by_name, "TRANSP") == "TRANSPARENT" else busy
    row["hasAlarm"] = "1" if alarms else "0"
    row["hasAttendeeData"] = "1" if "ATTENDEE" in by_name else "0"
    _times(by_name, row, zone_of)
    return row


def _word(by_name: Mapping[str, list[ContentLine]], name: str) -> str:
    return by_name[name][0].value.strip().upper() if name in by_name else ""


def _times(by_name: Mapping[str, list[ContentLine]], row: Row, zone_of: ZoneOf) -> None:
    for name, column in (("RRULE", "rrule"), ("EXRULE", "exrule")):
        if name in by_name:
            row[column] = "\n".join(line.value for line in by_name[name])
    for name, column in (("RDATE", "rdate"), ("EXDATE", "exdate")):
        if name in by_name:
            row[column] = _dates(by_name[name], zone_of)
    if "RECURRENCE-ID" in by_name:
        instance = by_name["RECURRENCE-ID"][0]
        row["originalInstanceTime"] = _text(moment(instance, zone_of))
        row["originalAllDay"] = "1" if _is_date(instance) else "0"
    if "DTSTART" not in by_name:
        return
    line = by_name["DTSTART"][0]
    start = moment(line, zone_of)
    row["dtstart"] = _text(start)
    all_day = _is_date(line)
    row["allDay"] = "1" if all_day else "0"
    row["eventTimezone"] = _zone_name(line, zone_of)
    if start is None:
        return
    end = start + (_DAY_MS if all_day else 0)
    written = by_name["DURATION"][0].value.strip() if "DURATION" in by_name else ""
    seconds = seconds_of(written)
    if "DTEND" in by_name:
        told = moment(by_name["DTEND"][0], zone_of)
        end = end if told is None else told
        own = _zone_name(by_name["DTEND"][0], zone_of)
        row["eventEndTimezone"] = None if own == row["eventTimezone"] else own
    elif seconds is not None:
        end = start + seconds * 1000
    if row["rrule"] is None and row["rdate"] is None:
        row["dtend"] = row["lastDate"] = str(end)
    elif seconds is not None:
        row["duration"] = written.replace("PT", "P") if re.match(r"PT\d+S\Z", written) else written
    else:
        row["duration"] = f"P{(end - start) // _DAY_MS}D" if all_day else f"P{(end - start) // 1000}S"


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _is_date(line: ContentLine) -> bool:
    found = clock_of(line.value.strip())
    return found is not None and found[1] == "date"


def _zone(line: ContentLine, zone_of: ZoneOf) -> Zone | None:
    found = clock_of(line.value.strip())
    if found is None or found[1] != "local":
        return UTC_ZONE
    return zone_of(line.parameter("TZID") or "")


def _zone_name(line: ContentLine, zone_of: ZoneOf) -> str | None:
    own = _zone(line, zone_of)
    return None if own is None else own.name


def moment(line: ContentLine, zone_of: ZoneOf) -> int | None:
    """Return the moment of a line in milliseconds: a date is midnight in UTC, as on Android; None where it is none.

    A time in a zone that nobody knows, or in none at all, is taken as UTC; its zone is None then.
    """
    return moment_of(line.value.strip(), _zone(line, zone_of) or UTC_ZONE)


def _dates(lines: Iterable[ContentLine], zone_of: ZoneOf) -> str | None:
    """Return dates as Android has them: in UTC."""
    told = []
    for line in lines:
        own = zone_of(line.parameter("TZID") or "") or UTC_ZONE
        for listed in line.value.split(","):
            value = listed.partition("/")[0].strip()
            found = clock_of(value)
            milliseconds = moment_of(value, UTC_ZONE if found and found[1] == "date" else own)
            clock = None if milliseconds is None else UTC_ZONE.clock(milliseconds)
            if clock is not None:
                told.append(f"{clock_text(clock)}Z")
    return ",".join(told) or None


def _address(value: str) -> str:
    return value[7:] if value[:7].lower() == "mailto:" else value


def attendee_columns(line: ContentLine, organizer: str | None) -> Row:
    """Return an attendee's columns; `event_id` and `_id` are none of them."""
    email = _address(line.value)
    role, kind = (line.parameter("ROLE") or "").upper(), (line.parameter("CUTYPE") or "").upper()
    optional = "2" if role in {"OPT-PARTICIPANT", "NON-PARTICIPANT"} else "1"
    return {
        "attendeeName": line.parameter("CN"),
        "attendeeEmail": email,
        "attendeeStatus": PARTSTAT.get((line.parameter("PARTSTAT") or "").upper(), "3"),
        "attendeeRelationship": "2" if organizer is not None and email.lower() == organizer.lower() else "1",
        "attendeeType": "3" if kind in {"RESOURCE", "ROOM"} else optional,
        "attendeeIdentity": None,
        "attendeeIdNamespace": None,
    }


def reminder_columns(lines: Iterable[ContentLine]) -> Row | None:
    """Return a reminder's columns; None where Android has no such (at a moment, or after the start)."""
    by_name = {line.name: line for line in lines}
    trigger = by_name.get("TRIGGER")
    found = _ALARM.match(trigger.value.strip()) if trigger else None
    if trigger is None or found is None or (trigger.parameter("RELATED") or "START").upper() != "START":
        return None
    seconds = (seconds_of(found[1]) or 0) if found[1] else 0
    action = by_name["ACTION"].value.strip().upper() if "ACTION" in by_name else ""
    return {"minutes": str(seconds // 60), "method": "2" if action == "EMAIL" else "1"}


def calendar_columns(lines: Iterable[ContentLine]) -> Row:
    """Return what a file of another program says about a calendar."""
    by_name = {line.name: unescaped(line.value) for line in reversed(list(lines))}
    color = _COLOR.match(by_name.get("X-APPLE-CALENDAR-COLOR", "").strip())
    return {
        "calendar_displayName": by_name.get("X-WR-CALNAME", by_name.get("NAME")),
        "calendar_timezone": by_name.get("X-WR-TIMEZONE"),
        "calendar_color": None if color is None else str(int(color[1], 16) - 0x1000000),
    }
