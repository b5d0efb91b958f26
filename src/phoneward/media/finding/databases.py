"""Pictures in the cells of a SQLite database, read from its pages: bounded, and by no C code.

Source: "Database File Format", sqlite.org/fileformat2.html, sections 1.3 (header), 1.6 (b-tree pages, payload
overflow), 2.1 (records), 2.6 (schema). What lies in a write-ahead log is not part of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from phoneward.errors import readable
from phoneward.media.finding.leftout import LeftOut
from phoneward.media.finding.limits import MAX_PICTURE, Limits
from phoneward.media.finding.pictures import pictures_in
from phoneward.media.finding.source import BytesSource, Source
from phoneward.media.picture import FoundPicture

START: Final = b"SQLite format 3\0"
_HEADER: Final = 100
_SMALLEST: Final = 128
"""Bytes of a cell that is looked at: no picture anybody took is smaller."""
_MAX_TABLES: Final = 10_000
_MAX_PAGES: Final = 1_000_000
"""4 GB in pages of 4 kB."""
_MAX_COLUMNS: Final = 2_000
"""SQLITE_MAX_COLUMN."""
_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE = 2, 5, 10, 13
_SIZES: Final = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
"""Bytes of a value, by serial type."""


class NoDatabaseError(Exception):
    """It begins like a database and is none. Never shown to a person."""


class _DamagedError(Exception):
    """A page contradicts itself."""


@dataclass(frozen=True, slots=True)
class _Value:
    """A value in a row: its serial type, and where it lies in the row's payload."""

    column: int
    kind: int
    start: int
    size: int

    @property
    def is_blob(self) -> bool:
        return self.kind >= 12 and self.kind % 2 == 0


def pictures_in_database(source: Source, limits: Limits) -> Iterator[FoundPicture]:
    """Yield the pictures in the cells of a database's tables.

    Raises:
        NoDatabaseError: its header or its list of tables cannot be read; nothing was yielded.
    """
    pages = _Pages(source)
    for name, root in _tables(pages, limits):
        for row, payload in _rows(pages, root, limits):
            for column, cell in _cells(payload, limits):
                yield from pictures_in(BytesSource(cell), limits, (f"{name}[{row}].{column + 1}",))
            if limits.pictures < 0:
                return


def _cells(payload: "_Payload", limits: Limits) -> Iterator[tuple[int, bytes]]:
    """Yield the column and content of each blob of a row that may hold a picture."""
    try:
        for value in payload.values():
            if value.is_blob and value.size >= _SMALLEST:
                yield value.column, payload.bytes(value.start, min(value.size, MAX_PICTURE))
    except _DamagedError:
        limits.leave_out(LeftOut.DATABASE_DAMAGED)


class _Pages:
    """The pages of a database.

    Attributes:
        usable: bytes of a page that hold anything.
    """

    def __init__(self, source: Source) -> None:
        header = source.at(0, _HEADER)
        size = int.from_bytes(header[16:18], "big")
        self._size = 65_536 if size == 1 else size
        if len(header) < _HEADER or self._size < 512 or self._size & (self._size - 1):
            raise NoDatabaseError
        self.usable = self._size - header[20]
        if self.usable < 480:
            raise NoDatabaseError
        self._source = source
        self.size = source.size
        self.encoding = {2: "utf-16-le", 3: "utf-16-be"}.get(int.from_bytes(header[56:60], "big"), "utf-8")
        self.count = source.size // self._size
        self.left = min(self.count, _MAX_PAGES)
        self._seen = bytearray(self.left + 1)
        self.overflow_left = 2 * source.size + (1 << 20)
        """Bytes of overflow pages that may still be read: chains that lead through one page again and again end."""

    def page(self, number: int) -> bytes:
        """Return a page."""
        if not 1 <= number <= self.count:
            raise _DamagedError
        data = self._source.at((number - 1) * self._size, self._size)
        if len(data) < self._size:
            raise _DamagedError
        return data

    def seen(self, number: int) -> bool:
        """Tell whether this page of a b-tree was met before: trees that lead into each other end."""
        if not 1 <= number <= self.count:
            return False
        if number < len(self._seen):
            if self._seen[number]:
                return True
            self._seen[number] = 1
        self.left -= 1
        return False

    def overflow(self, number: int) -> bytes:
        """Return an overflow page."""
        self.overflow_left -= self._size
        if self.overflow_left < 0:
            raise _DamagedError
        return self.page(number)


class _Payload:
    """What a row holds: its first part in its own page, the rest in a chain of others."""

    def __init__(self, pages: _Pages, local: bytes, size: int, chain: int) -> None:
        self._pages = pages
        self._local = local
        self._size = size
        self._chain = chain

    def values(self) -> list[_Value]:
        """Return the values of the row."""
        length, place = _varint(self._local, 0)
        if length > self._size or length > 9 * _MAX_COLUMNS:
            raise _DamagedError
        header = self.bytes(0, length)
        found, start, column = [], length, 0
        while place < length:
            kind, place = _varint(header, place)
            if kind in {10, 11}:
                raise _DamagedError
            size = _SIZES[kind] if kind < 12 else (kind - 12) // 2
            found.append(_Value(column, kind, start, size))
            start += size
            column += 1
        if start > self._size:
            raise _DamagedError
        return found

    def bytes(self, start: int, size: int) -> bytes:
        """Return a part of the payload, as far as the file holds it."""
        if start + size <= len(self._local):
            return self._local[start : start + size]
        data, number, step = bytearray(self._local[start:]), self._chain, self._pages.usable - 4
        skip = max(0, start - len(self._local))
        while len(data) < size:
            page = self._pages.overflow(number)
            number = int.from_bytes(page[:4], "big")
            data += page[4 + min(skip, step) : 4 + step]
            skip = max(0, skip - step)
        return bytes(data[:size])


def _tables(pages: _Pages, limits: Limits) -> list[tuple[str, int]]:
    """Return the name and root page of each table.

    Raises:
        NoDatabaseError: the page that lists them cannot be read.
    """
    found: list[tuple[str, int]] = []
    try:
        if pages.page(1)[_HEADER] not in {_INTERIOR_TABLE, _LEAF_TABLE}:
            raise NoDatabaseError
    except _DamagedError:
        raise NoDatabaseError from None
    for _row, payload in _rows(pages, 1, limits):
        try:
            table = _table(payload, pages.encoding)
        except _DamagedError:
            limits.leave_out(LeftOut.DATABASE_DAMAGED)
            continue
        if table is not None:
            found.append(table)
        if len(found) >= _MAX_TABLES:
            limits.leave_out(LeftOut.DATABASE_TOO_LARGE)
            break
    return found


def _table(payload: _Payload, encoding: str) -> tuple[str, int] | None:
    """Return what a row of the schema says of a table; None where it is about something else."""
    values = payload.values()[:4]
    if len(values) < 4 or payload.bytes(values[0].start, min(values[0].size, 16)) != "table".encode(encoding):
        return None
    name = payload.bytes(values[1].start, min(values[1].size, 200)).decode(encoding, "replace")
    root = payload.bytes(values[3].start, values[3].size)
    return (readable(name), int.from_bytes(root, "big")) if 1 <= values[3].kind <= 6 else None


def _rows(pages: _Pages, root: int, limits: Limits) -> Iterator[tuple[int, _Payload]]:
    """Yield the rows of a table: its row number (0 where the table has none), and what it holds."""
    waiting = [root] if root else []  # a virtual table has no page
    while waiting:
        number = waiting.pop()
        if pages.seen(number):
            limits.leave_out(LeftOut.DATABASE_DAMAGED)
            continue
        if pages.left < 0:
            limits.leave_out(LeftOut.DATABASE_TOO_LARGE)
            return
        try:
            page = pages.page(number)
            below, rows = _look(pages, page, _HEADER if number == 1 else 0)
        except _DamagedError:
            limits.leave_out(LeftOut.DATABASE_DAMAGED)
            continue
        waiting += reversed(below)
        yield from rows


def _look(pages: _Pages, page: bytes, start: int) -> tuple[list[int], list[tuple[int, _Payload]]]:
    """Return which pages stand below one of a b-tree, and its rows."""
    kind = page[start]
    if kind not in {_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE}:
        raise _DamagedError
    is_leaf = kind in {_LEAF_INDEX, _LEAF_TABLE}
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    array = start + (8 if is_leaf else 12)
    if array + 2 * count > pages.usable:
        raise _DamagedError
    below, rows = [], []
    for number in range(count):
        place = int.from_bytes(page[array + 2 * number : array + 2 * number + 2], "big")
        if not is_leaf:
            below.append(int.from_bytes(page[place : place + 4], "big"))
            place += 4
        if kind != _INTERIOR_TABLE:
            rows.append(_row(pages, page, place, is_table=kind == _LEAF_TABLE))
    if not is_leaf:
        below.append(int.from_bytes(page[start + 8 : start + 12], "big"))
    return below, rows


def _row(pages: _Pages, page: bytes, place: int, *, is_table: bool) -> tuple[int, _Payload]:
    size, place = _varint(page, place)
    row = 0
    if is_table:
        row, place = _varint(page, place)
    if size > pages.size:
        raise _DamagedError
    local = _local(pages.usable, size, is_table=is_table)
    data = page[place : min(place + local, pages.usable)]
    if len(data) < local:
        raise _DamagedError
    chain = int.from_bytes(page[place + local : place + local + 4], "big") if local < size else 0
    return row, _Payload(pages, data, size, chain)


def _local(usable: int, size: int, *, is_table: bool) -> int:
    """Return how many bytes of a payload stand in its own page (section 1.6, "U", "X", "M" and "K")."""
    most = usable - 35 if is_table else (usable - 12) * 64 // 255 - 23
    if size <= most:
        return size
    least = (usable - 12) * 32 // 255 - 23
    wanted = least + (size - least) % (usable - 4)
    return wanted if wanted <= most else least


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Return a number of 1 to 9 bytes, and where it ends."""
    number = 0
    for count in range(9):
        if place >= len(data):
            raise _DamagedError
        byte = data[place]
        place += 1
        if count == 8:
            return (number << 8) | byte, place
        number = (number << 7) | (byte & 0x7F)
        if byte < 0x80:
            return number, place
    raise _DamagedError
