"""Calendars of an iPhone (`HomeDomain/Library/Calendar/Calendar.sqlitedb`) in the tables of Android's calendar.

Times are seconds since 2001 UTC; those of a whole day begin at midnight UTC, in the zone `_float`, and end a second
before midnight. A repeated event has its rule in `Recurrence`: frequency 1 daily to 4 yearly, `specifier` with parts
such as `D=+2MO;O=10` (days of the week, the second Monday, in October) or `M=1,15` (days of the month).

Source: the schema of iOS 13 in a public collection of schemas, and readers of such databases (mvt's `calendar.py` and
others), read for facts. Parts `S`, `W` and `Y` of a rule, and the numbers for availability, were not checked.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Final

from phoneward.databases import Beside, Database, number, text
from phoneward.phones.iosbackup.records.rows import Told, some, unix_ms, value
from phoneward.phones.records import Record

PLACE: Final = b"/domains/HomeDomain/Library/Calendar/Calendar.sqlitedb"

CALENDAR_COLUMNS: Final = (
    *("calendar_color", "calendar_access_level", "visible", "sync_events", "account_name", "account_type", "name"),
    *("ownerAccount", "calendar_displayName"),
)
EVENT_COLUMNS: Final = (
    *("calendar_id", "dtstart", "dtend", "allDay", "eventStatus", "selfAttendeeStatus", "accessLevel", "availability"),
    *("eventColor", "hasAlarm", "hasExtendedProperties", "original_id", "originalInstanceTime", "originalAllDay"),
    *("lastDate", "hasAttendeeData", "guestsCanModify", "guestsCanInviteOthers", "guestsCanSeeGuests", "isOrganizer"),
    *("eventTimezone", "eventEndTimezone", "duration", "rrule", "rdate", "exrule", "exdate", "_sync_id"),
    *("original_sync_id", "organizer", "uid2445", "title", "eventLocation", "description"),
)
ATTENDEE_COLUMNS: Final = (
    *("event_id", "attendeeStatus", "attendeeRelationship", "attendeeType", "attendeeEmail", "attendeeName"),
)
REMINDER_COLUMNS: Final = ("event_id", "minutes", "method")
EXTRA_COLUMNS: Final = ("event_id", "name", "value")

_EVENT_TYPE: Final = 2
"""`entity_type` of an event; 3 is a reminder of the app of that name."""
_DAY_MS: Final = 86_400_000
_ITEM: Final = (
    "ROWID", "summary", "location_id", "description", "start_date", "start_tz", "end_date", "end_tz", "all_day",
    "calendar_id", "orig_item_id", "orig_date", "organizer_id", "status", "availability", "url", "unique_identifier",
    "UUID", "entity_type",
)  # fmt: skip
_FREQUENCIES: Final = {1: "DAILY", 2: "WEEKLY", 3: "MONTHLY", 4: "YEARLY"}
_PARTS: Final = {
    "D": "BYDAY", "M": "BYMONTHDAY", "O": "BYMONTH", "S": "BYSETPOS", "W": "BYWEEKNO", "Y": "BYYEARDAY",
}  # fmt: skip
_NUMBERS: Final = re.compile(r"[+-]?\d{1,3}(,[+-]?\d{1,3}){0,400}\Z", re.ASCII)
_DAYS: Final = re.compile(r"[+-]?\d{0,2}(SU|MO|TU|WE|TH|FR|SA)(,[+-]?\d{0,2}(SU|MO|TU|WE|TH|FR|SA)){0,60}\Z", re.ASCII)
_STATUS: Final = {1: b"1", 2: b"0", 3: b"2"}
"""EKEventStatus (confirmed, tentative, cancelled) as EventsColumns.STATUS_… (AOSP)."""
_ANSWERS: Final = {1: b"1", 2: b"2", 3: b"4"}
"""Accepted, declined, tentative, as AttendeesColumns.ATTENDEE_STATUS_… (AOSP)."""
_INVITED: Final = b"3"
_COLOR: Final = re.compile(r"#([0-9A-Fa-f]{6})")
_ORGANIZER: Final = 8
"""`Participant.entity_type` of an organizer; 7 is a guest."""
_MOST_MINUTES: Final = 60 * 24 * 366


class Calendars:
    """What stands in the database of calendars."""

    def calendars(self, database: Database, told: Told) -> Iterator[Record]:
        """Yield calendars."""
        stores = _texts(database, "Store", "name", told)
        for key, store, title, color in database.rows(
            "Calendar", ("ROWID", "store_id", "title", "color"), "ROWID", told
        ):
            if not isinstance(key, int):
                told.damaged("Calendar")
                continue
            found = _COLOR.match(text(color))
            number_of = None if found is None else int(found[1], 16) - 0x1000000
            name, account = value(text(title) or None), value(stores.get(store) or None)
            yield Record(key, (value(number_of), b"700", b"1", b"1", account, b"iphone", name, account, name))

    def events(self, database: Database, told: Told) -> Iterator[Record]:
        """Yield events; those that stand for one day of a repeated event are events of their own."""
        places = _texts(database, "Location", "title", told)
        people = _texts(database, "Participant", "email", told)
        rules = Beside(database.rows("Recurrence", ("owner_id", *_RULE), "owner_id", told))
        without = Beside(database.rows("ExceptionDate", ("owner_id", "date"), "owner_id", told), 10_000)
        guests = Beside(database.rows("Participant", ("owner_id", "ROWID"), "owner_id", told), 1)
        alarms = Beside(database.rows("Alarm", (_alarm_owner(database), "ROWID"), _alarm_owner(database), told), 1)
        for row in database.rows("CalendarItem", _ITEM, "ROWID", told):
            item = dict(zip(_ITEM, row, strict=True))
            key = item["ROWID"]
            if not isinstance(key, int):
                told.damaged("CalendarItem")
                continue
            if item["entity_type"] not in {_EVENT_TYPE, None}:
                continue
            times = _times(item)
            if times is None:
                told.damaged("start_date")
                continue
            rule = "\n".join(filter(None, (_rule(found[1:], told, all_day=times.all_day) for found in rules.of(key))))
            fields: dict[str, object] = {
                **times.fields(bool(rule)),
                "calendar_id": number(item["calendar_id"]) or 0,
                "title": text(item["summary"]) or None,
                "description": text(item["description"]) or None,
                "eventLocation": places.get(item["location_id"]) or None,
                "eventStatus": _STATUS.get(number(item["status"]) or 0),
                "availability": 1 if item["availability"] == 1 else 0,
                "organizer": people.get(item["organizer_id"]) or None,
                "uid2445": text(item["unique_identifier"]) or text(item["UUID"]) or None,
                "rrule": rule or None,
                "exdate": ",".join(filter(None, (_stamp(found[1]) for found in without.of(key)))) or None,
                "original_id": number(item["orig_item_id"]) or None,
                "originalInstanceTime": unix_ms(item["orig_date"]) if number(item["orig_item_id"]) else None,
                "originalAllDay": int(times.all_day) if number(item["orig_item_id"]) else None,
                "hasAttendeeData": int(bool(guests.of(key))),
                "hasAlarm": int(bool(alarms.of(key))),
                "hasExtendedProperties": int(bool(text(item["url"]))),
            }
            yield Record(key, tuple(_printed({**_FIXED, **fields}.get(name)) for name in EVENT_COLUMNS))

    def attendees(self, database: Database, told: Told) -> Iterator[Record]:
        """Yield who takes part."""
        names = _texts(database, "Identity", "display_name", told)
        addresses = _texts(database, "Identity", "address", told)
        columns = ("ROWID", "owner_id", "entity_type", "status", "role", "email", "identity_id")
        for key, owner, kind, status, role, email, who in database.rows("Participant", columns, "ROWID", told):
            if not isinstance(key, int) or not isinstance(owner, int):
                continue
            address = (text(email) or addresses.get(who, "")).removeprefix("mailto:")
            relation = b"2" if kind == _ORGANIZER else b"1"
            fields = (
                value(owner), _ANSWERS.get(number(status) or 0, _INVITED), relation, b"2" if role == 2 else b"1",
                value(address or None), value(names.get(who) or None),
            )  # fmt: skip
            yield Record(key, fields)

    def reminders(self, database: Database, told: Told) -> Iterator[Record]:
        """Yield alarms that come before their event. Those at a day and hour of their own Android does not know."""
        columns = ("ROWID", _alarm_owner(database), "trigger_interval", "trigger_date")
        for key, owner, interval, moment in database.rows("Alarm", columns, "ROWID", told):
            if not isinstance(key, int) or not isinstance(owner, int) or unix_ms(moment) is not None:
                continue
            minutes = -(number(interval) or 0) // 60
            if 0 <= minutes <= _MOST_MINUTES:
                yield Record(key, (value(owner), value(minutes), b"1"))

    def extras(self, database: Database, told: Told) -> Iterator[Record]:
        """Yield the address (URL) of events that have one."""
        for key, url in database.rows("CalendarItem", ("ROWID", "url"), "ROWID", told):
            if isinstance(key, int) and text(url):
                yield Record(key, (value(key), b"url", value(text(url))))


_RULE: Final = ("frequency", "interval", "count", "end_date", "specifier")
_FIXED: Final = {
    "selfAttendeeStatus": 0, "accessLevel": 0, "guestsCanModify": 0, "guestsCanInviteOthers": 1,
    "guestsCanSeeGuests": 1,
}  # fmt: skip


class _Times:
    """When an event is, in milliseconds since 1970 UTC."""

    def __init__(self, start: int, end: int, *, all_day: bool, zone: str, end_zone: str) -> None:
        self.start, self.end, self.all_day, self.zone, self.end_zone = start, end, all_day, zone, end_zone

    def fields(self, repeats: bool) -> dict[str, object]:  # noqa: FBT001 - one word says it
        length = self.end - self.start
        lasts = f"P{length // _DAY_MS}D" if self.all_day else f"P{length // 1000}S"
        return {
            "dtstart": self.start, "dtend": None if repeats else self.end, "duration": lasts if repeats else None,
            "lastDate": None if repeats else self.end, "allDay": int(self.all_day), "eventTimezone": self.zone,
            "eventEndTimezone": self.end_zone if self.end_zone != self.zone else None,
        }  # fmt: skip


def _times(item: dict[str, object]) -> _Times | None:
    start, end = unix_ms(item["start_date"]), unix_ms(item["end_date"])
    if start is None:
        return None
    end = max(start, start if end is None else end)
    if item["all_day"] == 1:
        begin = start // _DAY_MS * _DAY_MS
        last = max(begin + _DAY_MS, -(-end // _DAY_MS) * _DAY_MS)
        return _Times(begin, last, all_day=True, zone="UTC", end_zone="UTC")
    zone = _zone(item["start_tz"])
    return _Times(start, end, all_day=False, zone=zone, end_zone=_zone(item["end_tz"]) if item["end_tz"] else zone)


def _zone(name: object) -> str:
    found = text(name)
    return "UTC" if not found or found.startswith("_") else found


def _rule(rule: Sequence[object], told: Told, *, all_day: bool) -> str:
    frequency, interval, count, end, specifier = rule
    kind = _FREQUENCIES.get(number(frequency) or 0)
    parts = _specified(text(specifier))
    if kind is None or parts is None:
        told.damaged("Recurrence")
        return ""
    words = [f"FREQ={kind}"]
    if (number(interval) or 1) > 1:
        words.append(f"INTERVAL={number(interval)}")
    if (number(count) or 0) > 0:
        words.append(f"COUNT={number(count)}")
    elif until := _stamp(end):
        words.append(f"UNTIL={until[:8] if all_day else until}")
    return ";".join([*words, *parts])


def _specified(specifier: str) -> list[str] | None:
    """Return the parts of a rule; None where one is not known."""
    words = []
    for part in filter(None, specifier.split(";")):
        letter, _equals, listed = part.partition("=")
        name = _PARTS.get(letter)
        if name is None or not (_DAYS if name == "BYDAY" else _NUMBERS).match(listed):
            return None
        words.append(f"{name}={','.join(map(_ordinal, listed.split(',')))}")
    return words


def _ordinal(word: str) -> str:
    """Return a day or number as RFC 5545 has it: `0MO` is every Monday."""
    found = re.match(r"([+-]?\d*)(.*)", word)
    assert found is not None  # noqa: S101 - it matches anything
    count = int(found[1]) if found[1].strip("+-") else 0
    return (str(count) if count or not found[2] else "") + found[2]


def _stamp(seconds: object) -> str:
    ms = unix_ms(seconds)
    if ms is None:
        return ""
    try:
        moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=ms)
    except OverflowError:
        return ""
    return f"{moment.year:04}{moment:%m%dT%H%M%SZ}"


def _alarm_owner(database: Database) -> str:
    return "calendaritem_owner_id" if "calendaritem_owner_id" in database.columns("Alarm") else "owner_id"


def _texts(database: Database, table: str, column: str, told: Told) -> dict[object, str]:
    rows = some(database.rows(table, ("ROWID", column), "", told), told)
    return {key: text(found) for key, found in rows}


def _printed(found: object) -> bytes | None:
    return found if isinstance(found, bytes) else value(found)
