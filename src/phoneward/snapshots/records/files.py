"""The files of records that a snapshot holds, each with the tables of the phone that it is made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from phoneward.phones import RecordKind
from phoneward.snapshots.records.contacts import ContactsFile
from phoneward.snapshots.records.forms import CALLS, Form
from phoneward.snapshots.records.ical.files import CalendarFile
from phoneward.snapshots.records.messages import MessagesFile
from phoneward.snapshots.records.tables import RecordFile, Sources, Subject, Table
from phoneward.snapshots.records.writing import write_records


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list of one kind of records as XML."""

    form: Form
    subjects: tuple[Subject, ...]

    @property
    def name(self) -> bytes:
        """Its name."""
        return self.form.name

    @property
    def kinds(self) -> tuple[RecordKind, ...]:
        """The one table."""
        return (self.form.kind,)

    def complete(self, tables: Mapping[RecordKind, Table], sources: Sources) -> Iterator[int]:
        """Nothing belongs to them."""
        del tables, sources
        yield from ()

    def write(self, tables: Mapping[RecordKind, Table]) -> Iterator[bytes]:
        """Yield the file in pieces of one record."""
        table = tables[self.form.kind]
        return write_records(self.form, table.kept, table.records())


RECORD_FILES: Final[tuple[RecordFile, ...]] = (
    MessagesFile(),
    ListFile(CALLS, (Subject("calls", RecordKind.CALLS, (), 33, "own-backup-sms"),)),
    ContactsFile(),
    CalendarFile(),
)
