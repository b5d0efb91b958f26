"""Rows of Android's calendar, for tests: lists that can be gone through as the tables of a phone can; and judges."""

import io
from collections.abc import Iterator, Mapping, Sequence

import icalendar

from phoneward.phones import RecordKind
from phoneward.phones.adb.content_tables import TABLES
from phoneward.snapshots.records.ical import Calendar, CalendarTables, Event, calendars_in, write_calendars

Row = dict[str, str | None]

MAY = 1_778_227_200_000  # 2026-05-08 08:00 UTC
HOUR = 3_600_000
DAY = 24 * HOUR
OWN = {"_id": 1, "calendar_displayName": "Mine", "account_name": "me@example.com", "account_type": "com.google"}


def columns_of(kind: RecordKind) -> tuple[str, ...]:
    """Return all columns that a phone is asked for."""
    return (*TABLES[kind].numbers, *TABLES[kind].texts)


class ListedRows:
    """Rows in a list; missing columns are NULL."""

    def __init__(self, kind: RecordKind, rows: Sequence[Mapping[str, object]], owner: str = "") -> None:
        self.columns = columns_of(kind)
        self.rows: list[Row] = [
            {name: None if (value := row.get(name)) is None else str(value) for name in (*self.columns, "_id")}
            for row in rows
        ]
        self._owner = owner

    def records(self) -> Iterator[Row]:
        yield from (dict(row) for row in self.rows)

    def groups(self) -> Iterator[int | None]:
        found = {None if (text := row[self._owner]) is None else int(text) for row in self.rows}
        yield from sorted(found, key=lambda number: (number is not None, number or 0))

    def group(self, owner: int | None) -> Iterator[Row]:
        wanted = None if owner is None else str(owner)
        yield from (dict(row) for row in self.rows if row[self._owner] == wanted)


def tables(
    calendars: Sequence[Mapping[str, object]] = (),
    events: Sequence[Mapping[str, object]] = (),
    attendees: Sequence[Mapping[str, object]] = (),
    reminders: Sequence[Mapping[str, object]] = (),
    extras: Sequence[Mapping[str, object]] = (),
) -> CalendarTables:
    """Return tables with these rows."""
    return CalendarTables(
        ListedRows(RecordKind.CALENDARS, calendars),
        ListedRows(RecordKind.EVENTS, events, "calendar_id"),
        ListedRows(RecordKind.ATTENDEES, attendees, "event_id"),
        ListedRows(RecordKind.REMINDERS, reminders, "event_id"),
        ListedRows(RecordKind.EVENT_EXTRAS, extras, "event_id"),
    )


def written(found: CalendarTables) -> bytes:
    return b"".join(write_calendars(found))


def read(data: bytes) -> list[Calendar | Event]:
    return list(calendars_in(io.BytesIO(data)))


def events_in(data: bytes) -> list[Event]:
    return [item for item in read(data) if isinstance(item, Event)]


def judged(data: bytes) -> "list[icalendar.Calendar]":
    """The calendars as the library icalendar understands them, with nothing that it could not read."""
    found = icalendar.Calendar.from_ical(data, multiple=True)
    for calendar in found:
        for component in calendar.walk():
            assert component.errors == []
    return [calendar for calendar in found if isinstance(calendar, icalendar.Calendar)]


def vevents(data: bytes) -> "list[icalendar.Event]":
    return [event for calendar in judged(data) for event in calendar.events]


def event(**columns: object) -> dict[str, object]:
    """A plain event as Android's own calendar stores it, with other columns."""
    plain = {"_id": 7, "calendar_id": 1, "dtstart": MAY, "dtend": MAY + HOUR, "eventTimezone": "Asia/Shanghai"}
    return plain | {"title": "Tea", "allDay": 0, "hasAlarm": 0} | columns
