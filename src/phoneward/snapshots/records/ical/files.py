"""The file of calendars that a snapshot holds, with the tables of the phone that it is made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from phoneward.phones import RecordKind
from phoneward.snapshots.records.ical.writing import CalendarTables, write_calendars
from phoneward.snapshots.records.tables import Sources, Subject, Table

_PARTS: Final = (RecordKind.CALENDARS, RecordKind.ATTENDEES, RecordKind.REMINDERS, RecordKind.EVENT_EXTRAS)

_FIRST_LEVEL: Final = 19
"""Android 4.4: AOSP packages/Shell/AndroidManifest.xml asks for READ_CALENDAR there, and has since."""


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """All calendars."""

    name: bytes = b"calendar.ics"
    subjects: tuple[Subject, ...] = (Subject("calendar", RecordKind.EVENTS, _PARTS, _FIRST_LEVEL, "export-calendar"),)
    kinds: tuple[RecordKind, ...] = (RecordKind.EVENTS, *_PARTS)

    def complete(self, tables: Mapping[RecordKind, Table], sources: Sources) -> Iterator[int]:
        """Nothing belongs to them that is in no table."""
        del tables, sources
        yield from ()

    def write(self, tables: Mapping[RecordKind, Table]) -> Iterator[bytes]:
        """Yield the file in pieces of one event."""
        return write_calendars(CalendarTables(*(tables[kind] for kind in (_PARTS[0], RecordKind.EVENTS, *_PARTS[1:]))))
