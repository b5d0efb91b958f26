"""What a file of records is made of: tables of the phone, each kept in little memory until the file is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol

from phoneward.phones import Record, RecordKind, RecordObstacle, Records, RecordsPhone
from phoneward.snapshots.rows import RowStore, Sealer

if TYPE_CHECKING:
    from phoneward.snapshots.records.attached import Attached

BELONGS_TO: Final[Mapping[RecordKind, str]] = {
    RecordKind.EVENTS: "calendar_id",
    RecordKind.ATTENDEES: "event_id",
    RecordKind.REMINDERS: "event_id",
    RecordKind.EVENT_EXTRAS: "event_id",
}
"""Tables whose rows are asked for by what they belong to: the column with its number."""

_NOTHING: Final = -(2**63)


class Table:
    """All rows of one of the phone's tables.

    Attributes:
        kept: how many rows came.
        attached: what belongs to the rows and is in no table, where a file asks for it.
        incomplete: rows that lack some of that, by number, with the reason in the phone's words.
    """

    def __init__(self, found: Records, sealer: Sealer, owner: str | None = None) -> None:
        self._found = found
        self._rows = RowStore(Record, sealer)
        self._owner = owner
        self.kept = 0
        self.attached: Attached | None = None
        self.incomplete: dict[int, str] = {}

    def fill(self) -> Iterator[int]:
        """Ask the phone for the rows; yields how many there are after each. Raises PhoneGoneError."""
        for record in self._found:
            columns = self._found.columns
            owner = record.values[columns.index(self._owner)] if self._owner in columns else b"0"
            self._rows.add(_NOTHING if owner is None else int(owner), record)
            self.kept += 1
            yield self.kept

    def records(self) -> Iterator[dict[str, str | None]]:
        """Yield the rows by column, `_id` among them. Bytes that are no UTF-8 come as surrogates.

        They ascend by `_id`; in a table whose rows belong to something, by that first.
        """
        for owner in self.groups():
            yield from self.group(owner)

    def groups(self) -> Iterator[int | None]:
        """Yield what the rows belong to, ascending; None for nothing."""
        yield from (None if owner == _NOTHING else owner for owner in self._rows.folders())

    def group(self, owner: int | None) -> Iterator[dict[str, str | None]]:
        """Yield the rows that belong to it, ascending by `_id`."""
        return map(self.by_column, self._rows.each(_NOTHING if owner is None else owner))

    def by_column(self, row: Record) -> dict[str, str | None]:
        """Return one of the rows as `records` yields it."""
        texts = (None if value is None else value.decode("utf-8", "surrogateescape") for value in row.values)
        return dict(zip(self._found.columns, texts, strict=True)) | {"_id": str(row.id)}

    def rows(self) -> Iterator[Record]:
        """Yield them as the phone told them."""
        return self._rows.each(0)

    @property
    def columns(self) -> tuple[str, ...]:
        """What the rows' values are, besides `_id`; complete after `fill`."""
        return self._found.columns

    @property
    def obstacle(self) -> RecordObstacle | None:
        """Why there are none; None where the phone answered."""
        return self._found.obstacle

    @property
    def unclear(self) -> int:
        """How many rows were left out because they could not be read for certain."""
        return self._found.unclear

    @property
    def detail(self) -> str:
        """The phone's words about the obstacle."""
        return self._found.detail

    def close(self) -> None:
        """Forget the rows."""
        self._rows.close()
        if self.attached is not None:
            self.attached.close()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a person calls one kind of records ("text messages"), with a line of its own in the coverage.

    Attributes:
        kind: its stable name there.
        main: the table with one row for each.
        parts: further tables that belong to it.
        first_level: Android's API level from which a computer may usually read it, by what reports of people with such
            phones agree on; nothing that Android promises.
        next_step: code of what a person can do where they are not kept.
    """

    kind: str
    main: RecordKind
    parts: tuple[RecordKind, ...]
    first_level: int
    next_step: str


@dataclass(frozen=True, slots=True)
class Sources:
    """From where what belongs to rows can be had.

    Attributes:
        asked: the phone.
        sealer: seals what does not fit in memory.
        earlier: the file of the same name in the snapshot before, if it may be relied on.
        folder: where on a disk what is sealed may wait; None is the system's own place.
    """

    asked: RecordsPhone
    sealer: Sealer
    earlier: IO[bytes] | None
    folder: Path | None = None


class RecordFile(Protocol):
    """One file below `/records`."""

    @property
    def name(self) -> bytes:
        """Its name there."""

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """What it holds."""

    @property
    def kinds(self) -> tuple[RecordKind, ...]:
        """The tables that it is made of, in the order in which the phone is asked."""

    def complete(self, tables: Mapping[RecordKind, Table], sources: Sources) -> Iterator[int]:
        """Ask for what belongs to the rows and is in no table (pictures); yields after each how many there were.

        Raises PhoneGoneError.
        """

    def write(self, tables: Mapping[RecordKind, Table]) -> Iterator[bytes]:
        """Yield the file in pieces, the same for the same rows."""
