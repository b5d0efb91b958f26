"""Puts a phone's contacts together of the rows of its tables, in little memory.

Android keeps what an account has (a raw contact) apart from the contact that a person sees, and each name and number in
a row of its own (AOSP ContactsContract.java). Rows come by number; here they wait by contact, in sealed pages.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from phoneward.phones import Record, RecordKind
from phoneward.snapshots.records.attached import Attached
from phoneward.snapshots.records.tables import Table
from phoneward.snapshots.records.vcard import Contact, Photo, Row
from phoneward.snapshots.rows import RowStore, Sealer

MAX_ROWS: Final = 10_000
"""Rows of one contact that are kept. A person's have some ten; the file's reader takes no contact of any length."""

MAX_TEXT: Final = 3 << 20
"""Characters of all of them."""

_MAX_GROUPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one contact.

    Attributes:
        number: of the contact; below nought where the phone has put none together yet: the raw contact's.
        left_out: how many there were beyond `MAX_ROWS` and `MAX_TEXT`.
    """

    number: int
    row: Row | None
    raw: Sequence[Row]
    data: Sequence[Row]
    left_out: int


class People(Attached):
    """All contacts, and the bytes of their photos by the number of their row."""

    def __init__(self, tables: Mapping[RecordKind, Table], sealer: Sealer) -> None:
        super().__init__(sealer, ())
        self._tables = tables
        self._raw, self._data = RowStore(Record, sealer), RowStore(Record, sealer)
        self._raw_ids, self._owners = array("q"), array("q")
        self.full_photos: set[int] = set()
        self._sort()

    def _sort(self) -> None:
        raw, data = self._tables[RecordKind.RAW_CONTACTS], self._tables[RecordKind.CONTACT_DATA]
        for row in raw.rows():
            owner = _number(row, raw.columns, "contact_id") or -row.id
            self._raw_ids.append(row.id)
            self._owners.append(owner)
            self._raw.add(owner, row)
        for row in data.rows():
            self._data.add(self._owner(_number(row, data.columns, "raw_contact_id") or 0), row)

    def _owner(self, raw: int) -> int:
        place = bisect_left(self._raw_ids, raw)
        found = place < len(self._raw_ids) and self._raw_ids[place] == raw
        return self._owners[place] if found else -raw

    def each(self) -> Iterator[Rows]:
        """Yield the rows of each contact, ascending by its number."""
        contacts = self._tables[RecordKind.CONTACTS].records()
        row = next(contacts, None)
        for number in sorted({*self._raw.folders(), *self._data.folders(), *self._numbers()}):
            mine = row if row is not None and row["_id"] == str(number) else None
            if mine is not None:
                row = next(contacts, None)
            raw, data = self._tables[RecordKind.RAW_CONTACTS], self._tables[RecordKind.CONTACT_DATA]
            room = _Room()
            kept_raw = room.kept(map(raw.by_column, self._raw.each(number)))
            kept_data = room.kept(map(data.by_column, self._data.each(number)))
            yield Rows(number, mine, kept_raw, kept_data, room.left_out)

    def _numbers(self) -> Iterator[int]:
        return (row.id for row in self._tables[RecordKind.CONTACTS].rows())

    def titles(self) -> dict[str, str]:
        """Return what groups are called, by `_id`."""
        groups = self._tables[RecordKind.CONTACT_GROUPS].records()
        return {row["_id"] or "": row["title"] or "" for row, _place in zip(groups, range(_MAX_GROUPS), strict=False)}

    def contact(self, rows: Rows, titles: Mapping[str, str], groups: Sequence[Row]) -> Contact:
        """Return a contact with its photos."""
        photos = {}
        for row in rows.data:
            number = int(row["_id"] or 0)
            pieces = self.bytes_of(number)
            if pieces is not None:
                photos[str(number)] = Photo(b"".join(pieces), number in self.full_photos)
        return Contact(rows.row, rows.raw, rows.data, groups, titles, photos)

    def groups(self) -> list[Row]:
        """Return the rows of groups."""
        return _Room().kept(self._tables[RecordKind.CONTACT_GROUPS].records())

    def close(self) -> None:
        """Forget all."""
        super().close()
        self._raw.close()
        self._data.close()


class _Room:
    """What is left for the rows of one contact."""

    def __init__(self) -> None:
        self.left_out = 0
        self._rows, self._text = MAX_ROWS, MAX_TEXT

    def kept(self, rows: Iterable[Row]) -> list[Row]:
        kept = []
        for row in rows:
            length = sum(len(text) for text in row.values() if text)
            if self._rows > 0 and length <= self._text:
                self._rows -= 1
                self._text -= length
                kept.append(row)
            else:
                self.left_out += 1
        return kept


def _number(row: Record, columns: tuple[str, ...], column: str) -> int | None:
    value = row.values[columns.index(column)]
    return None if value is None else int(value)
