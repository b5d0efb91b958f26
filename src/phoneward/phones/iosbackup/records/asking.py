"""Asks the databases of a backup as an Android phone is asked for its records (`phones.records.RecordsPhone`)."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence

from phoneward.databases import Database
from phoneward.errors import readable
from phoneward.phones.errors import FileReadError, RecordBytesError
from phoneward.phones.iosbackup.records import calendars, calls, contacts
from phoneward.phones.iosbackup.records import messages as sms
from phoneward.phones.iosbackup.records.rows import Copies, Files, Told, none_told
from phoneward.phones.records import Record, RecordKind, RecordObstacle, Records

_Rows = Callable[[Database, Told], Iterator[Record]]


class IphoneRecords:
    """The records of one backup. Records of one kind are asked for after those that they belong to.

    Args:
        files: of the backup.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._copies = Copies(files)
        self._messages = sms.Messages(files)
        self._contacts = contacts.Contacts()
        self._calendars = calendars.Calendars()
        self._tables: dict[RecordKind, tuple[bytes, tuple[str, ...], _Rows]] = {
            RecordKind.SMS: (sms.PLACE, sms.SMS_COLUMNS, self._messages.texts),
            RecordKind.MMS: (sms.PLACE, sms.MMS_COLUMNS, self._messages.multimedia),
            RecordKind.MMS_PARTS: (sms.PLACE, sms.PART_COLUMNS, self._messages.contents),
            RecordKind.CALLS: (calls.PLACE, calls.COLUMNS, calls.calls),
            RecordKind.CONTACTS: (contacts.PLACE, contacts.CONTACT_COLUMNS, self._contacts.people),
            RecordKind.RAW_CONTACTS: (contacts.PLACE, contacts.RAW_COLUMNS, self._contacts.raw),
            RecordKind.CONTACT_DATA: (contacts.PLACE, contacts.DATA_COLUMNS, self._contacts.data),
            RecordKind.CONTACT_GROUPS: (contacts.PLACE, contacts.GROUP_COLUMNS, self._contacts.groups),
            RecordKind.CALENDARS: (calendars.PLACE, calendars.CALENDAR_COLUMNS, self._calendars.calendars),
            RecordKind.EVENTS: (calendars.PLACE, calendars.EVENT_COLUMNS, self._calendars.events),
            RecordKind.ATTENDEES: (calendars.PLACE, calendars.ATTENDEE_COLUMNS, self._calendars.attendees),
            RecordKind.REMINDERS: (calendars.PLACE, calendars.REMINDER_COLUMNS, self._calendars.reminders),
            RecordKind.EVENT_EXTRAS: (calendars.PLACE, calendars.EXTRA_COLUMNS, self._calendars.extras),
        }

    def records(self, kind: RecordKind) -> Records:
        """Return all of a kind; see `RecordsPhone.records`."""
        place, columns, rows = self._tables[kind]
        try:
            if not self._copies.has(place):
                return none_told(columns, RecordObstacle.NOT_IN_BACKUP)
            if kind is RecordKind.CONTACT_DATA:
                self._contacts.take_photos(self._copies)
            with self._copies.opened(place) as database:
                if not database.tables:
                    return none_told(columns, RecordObstacle.UNANSWERED, "no tables")
        except FileReadError as error:
            return none_told(columns, RecordObstacle.UNANSWERED, error.sentence())
        except (OSError, sqlite3.Error) as error:
            return none_told(columns, RecordObstacle.UNANSWERED, readable(str(error)))
        return Told(columns, lambda told: self._rows(place, rows, told))

    def _rows(self, place: bytes, rows: _Rows, told: Told) -> Iterator[Record]:
        with self._copies.opened(place) as database:
            yield from rows(database, told)

    def record_bytes(self, kind: RecordKind, number: int, *, limit: int) -> Iterator[bytes]:
        """Yield an attachment or a photo; see `RecordsPhone.record_bytes`."""
        pieces = None
        if kind is RecordKind.MMS_PARTS and number in self._messages.parts:
            pieces = self._files.pieces_of(self._messages.parts[number])
        elif kind is RecordKind.CONTACT_PHOTOS:
            pieces = self._contacts.photo(number)
        if pieces is None:
            raise RecordBytesError(RecordObstacle.ABSENT, detail="-")
        left = limit
        try:
            for piece in pieces:
                left -= len(piece)
                if left < 0:
                    raise RecordBytesError(RecordObstacle.UNANSWERED, detail=f"> {limit}")
                yield piece
        except FileReadError as error:
            raise RecordBytesError(RecordObstacle.ABSENT, detail=error.sentence()) from error

    def message_addresses(self, number: int) -> Sequence[Record]:
        """Return from whom and to whom; see `RecordsPhone.message_addresses`."""
        return sms.address_records(*self._messages.addresses.get(number, (b"", ())))

    def close(self) -> None:
        """Remove what was copied."""
        self._copies.close()
