"""Rows of Android's calendar, for tests: lists that can be gone through as the tables of a phone can."""

from collections.abc import Iterator, Mapping, Sequence

from phoneward.phones import RecordKind
from phoneward.phones.adb.content import TABLES
from phoneward.snapshots.records.ical import CalendarTables

Row = dict[str, str | None]


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
