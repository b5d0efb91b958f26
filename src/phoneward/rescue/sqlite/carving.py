"""One page: the rows that lie in it and that its tree knows nothing of."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from phoneward.rescue.sqlite.btree import (
    Cell,
    Layout,
    cells_of,
    gaps_of,
    layout_of,
)
from phoneward.rescue.sqlite.candidates import candidates
from phoneward.rescue.sqlite.ground import Candidate, Ground
from phoneward.rescue.sqlite.judging import weigh
from phoneward.rescue.sqlite.pages import Image
from phoneward.rescue.sqlite.records import (
    DamagedError,
    as_varint,
    read_types,
    size_of,
    value_of,
    varint,
)
from phoneward.rescue.sqlite.recovered import Value
from phoneward.rescue.sqlite.shapes import Shape
from phoneward.rescue.sqlite.tiling import together

_VOTERS: Final = 24
"""Cells of a page that are asked which table they are of."""
_OTHERS: Final = 24
"""Tables, beside a page's own, whose rows are looked for in what is free in it."""
_FOREIGN: Final = 8.0
"""Bits that a row of another table must have more than one of the page's own."""
_UNKNOWN_TABLE: Final = 22.0
"""Bits for a whole cell that a pointer leads to, where no table is known that it fits."""
_LIVED: Final = 20.0
"""Bits for a cell that a page's own pointer leads to."""


@dataclass(frozen=True, slots=True)
class Found:
    """A row, before anybody asked whether it is still there.

    Attributes:
        shape: of its table; None where nobody can tell.
        rowid: None where it is gone.
        kinds: serial types in stored order.
        record: its record's bytes, header and values, as far as they were found.
        page: its page.
        file: `db`, `wal` or `journal`.
        offset: of its first byte that is left, in that file.
        version: WAL frame.
        method: how it was found.
        bits: evidence.
        size: bytes of the whole record.
    """

    shape: Shape | None
    rowid: int | None
    kinds: tuple[int, ...]
    record: bytes
    page: int
    file: str
    offset: int
    version: int | None
    method: str
    bits: float
    size: int

    @property
    def table(self) -> str | None:
        """Return the name of its table."""
        return self.shape.table.name if self.shape is not None else None

    @property
    def is_whole(self) -> bool:
        """Return whether all bytes of its record were found."""
        return len(self.record) >= self.size

    def values(self, encoding: str) -> tuple[tuple[Value, ...], frozenset[int]]:
        """Return the values in the order of the table's columns, and which of them are gone."""
        at = len(header_of(self.kinds))
        stored: list[Value] = []
        gone: set[int] = set()
        for place, kind in enumerate(self.kinds):
            size = size_of(kind)
            data = self.record[at : at + size]
            at += size
            if len(data) < size:
                gone.add(place)
                stored.append(None)
            else:
                stored.append(value_of(kind, data, encoding))
        if self.shape is None:
            return tuple(stored), frozenset(gone)
        table = self.shape.table
        values = [column.default for column in table.columns]
        for place, value in zip(table.stored, stored, strict=False):
            values[place] = value
        if table.alias is not None:
            values[table.alias] = self.rowid
        lost = {table.stored[place] for place in gone}
        if table.alias is not None and self.rowid is None:
            lost.add(table.alias)
        return tuple(values), frozenset(lost)


def header_of(kinds: Sequence[int]) -> bytes:
    """Return the header of a record with these serial types."""
    types = b"".join(map(as_varint, kinds))
    length = len(types) + 1
    if length > 127:
        length += 1
    return as_varint(length) + types


@dataclass(frozen=True, slots=True)
class Reader:
    """How pages of one database are read.

    Attributes:
        usable: bytes of a page that hold anything.
        encoding: of text.
        old_format: whether 0 and 1 have no serial types of their own.
        rest: returns what an overflow chain holds: first page, bytes wanted.
        shapes: every table that is known; dropped ones first.
    """

    usable: int
    encoding: str
    old_format: bool
    rest: Callable[[int, int], bytes]
    shapes: tuple[Shape, ...]

    def in_gaps(self, image: Image, own: Shape | None, method: str = "") -> Iterator[Found]:
        """Yield what lies in the stretches of a page that no cell lives in.

        Args:
            image: the page.
            own: the table it belongs to.
            method: how it was found; by default what kind of stretch it is.
        """
        layout = layout_of(image, self.usable)
        if layout is None or _is_clean(image, layout):
            return
        hints = self._stale(image, layout.pointed + 2 * layout.count)
        shapes = [shape for shape in self.shapes if shape.table.without_rowid != layout.of_table]
        for gap in gaps_of(image, layout, self.usable):
            ground = Ground(image.data, gap.start, gap.end, self.usable, self.encoding, gap.block, hints,
                            self.old_format, gap.reused)  # fmt: skip
            said = method or ("freeblock" if gap.block else "unallocated")
            yield from self._in_stretch(image, ground, own, said, shapes)

    def whole_page(self, image: Image, own: Shape | None, method: str) -> Iterator[Found]:
        """Yield the rows of a page that no tree holds any more: its cells, and what was free in it."""
        layout = layout_of(image, self.usable)
        if layout is None:
            yield from self.in_raw(image, 0, own, method, whole=True)
            return
        cells = list(cells_of(image.data, layout, self.usable))
        own = own or self._elected(image, layout, cells)
        for cell in cells:
            found = self._lived(image, layout, cell, own, method)
            if found is not None:
                yield found
        yield from self.in_gaps(image, own, method)

    def in_raw(
        self, image: Image, start: int, own: Shape | None, method: str, *, whole: bool = False
    ) -> Iterator[Found]:
        """Yield what lies in a page from a place on, where the page says nothing of itself.

        Args:
            image: the page.
            start: where to begin.
            own: the table it belonged to.
            method: how it was found.
            whole: only whole cells: an overflow page has no others, and text looks like them.
        """
        hints = self._stale(image, start + start % 2)
        ground = Ground(image.data, start, self.usable, self.usable, self.encoding, hints=hints,
                        old_format=self.old_format, whole=whole)  # fmt: skip
        yield from self._in_stretch(image, ground, own, method, self.shapes)

    def _stale(self, image: Image, at: int) -> frozenset[int]:
        """Return where pointers lead to that a page's pointers of today do not cover."""
        found = set()
        for place in range(at, min(at + 1_000, self.usable - 1), 2):
            pointer = int.from_bytes(image.data[place : place + 2], "big")
            if not at < pointer < self.usable:
                break
            found.add(pointer)
        return frozenset(found)

    def _in_stretch(
        self, image: Image, ground: Ground, own: Shape | None, method: str, shapes: Sequence[Shape]
    ) -> Iterator[Found]:
        if image.data.count(0, ground.start, ground.end) == ground.end - ground.start:
            return
        found = together(candidates(ground, own)) if own is not None else []
        if sum(one.end - one.start for one in found) < ground.end - ground.start:
            found = together([*found, *self._of_others(ground, own, shapes)])
        for one in found:
            yield self._made(image, one, method)

    def _of_others(self, ground: Ground, own: Shape | None, shapes: Sequence[Shape]) -> Iterator[Candidate]:
        """Yield cells of other tables than the page's own: it may have been theirs once."""
        against = 0.0 if own is None else _FOREIGN
        for shape in [shape for shape in shapes if shape is not own][:_OTHERS]:
            for one in candidates(ground, shape):
                if one.bits > against:
                    yield replace(one, bits=one.bits - against)

    def _made(self, image: Image, one: Candidate, method: str) -> Found:
        header = header_of(one.kinds)
        size = len(header) + sum(map(size_of, one.kinds))
        record = header + image.data[one.body : one.body + one.local]
        bits = one.bits
        if len(record) < size:
            record += self.rest(one.overflow, size - len(record))
            bits = self._again(one.shape, one.kinds, record[len(header) :], bits)
        if one.shape.table.dropped and image.file == "db":
            method = "dropped-table"
        return Found(one.shape, one.rowid, one.kinds, record, image.number, image.file, image.at + one.first,
                     image.version, method, bits, size)  # fmt: skip

    def _again(self, shape: Shape, kinds: Sequence[int], body: bytes, bits: float) -> float:
        """Weigh a record once more with what the chain holds: a page of it may be another's by now."""
        worth = weigh(shape, list(kinds), body, self.encoding, old_format=self.old_format)
        return min(bits, 8.0) if worth is None or worth < 0 else bits

    def _lived(self, image: Image, layout: Layout, cell: Cell, own: Shape | None, method: str) -> Found | None:
        """Return the row that a cell holds."""
        if layout.of_table != (own is None or not own.table.without_rowid):
            return None
        kinds, length = _types(image.data, cell)
        if kinds is None:
            return None
        body = image.data[cell.payload + length : cell.payload + cell.local]
        bits = _UNKNOWN_TABLE
        if own is not None:
            if len(kinds) not in own.widths:
                return None
            worth = weigh(own, kinds, body, self.encoding, old_format=self.old_format)
            if worth is None:
                return None
            # Its page says that it is a cell: text that looks strange does not make it none.
            bits = max(worth, 0.0) + _LIVED + 8
        elif length + sum(map(size_of, kinds)) != cell.size:
            return None
        record = image.data[cell.payload : cell.payload + cell.local]
        if len(record) < cell.size:
            record += self.rest(cell.overflow, cell.size - len(record))
            if own is not None:
                bits = self._again(own, kinds, record[length:], bits)
        said = "dropped-table" if own is not None and own.table.dropped and image.file == "db" else method
        return Found(own, cell.rowid, tuple(kinds), record, image.number, image.file, image.at + cell.start,
                     image.version, said, bits, cell.size)  # fmt: skip

    def _elected(self, image: Image, layout: Layout, cells: Sequence[Cell]) -> Shape | None:
        """Return the table that most cells of a page fit; None where they fit none."""
        best, most = None, 0.0
        read = [(cell, *_types(image.data, cell)) for cell in cells[:: max(1, len(cells) // _VOTERS)]]
        for shape in self.shapes:
            if shape.table.without_rowid == layout.of_table:
                continue
            votes = 0.0
            for cell, kinds, length in read:
                if kinds is None or len(kinds) != len(shape.table.stored):
                    continue
                body = image.data[cell.payload + length : cell.payload + cell.local]
                worth = weigh(shape, kinds, body, self.encoding, old_format=self.old_format)
                votes += -10 if worth is None else worth + 1
            if votes > most:
                best, most = shape, votes
        return best


def _types(data: bytes, cell: Cell) -> tuple[list[int] | None, int]:
    """Return the serial types of a cell's record and the length of its header; None where it has none in its page."""
    try:
        length, at = varint(data, cell.payload)
    except DamagedError:
        return None, 0
    if not 1 <= length <= cell.local:
        return None, 0
    return read_types(data, at, cell.payload + length), length


def _is_clean(image: Image, layout: Layout) -> bool:
    """Tell whether nothing can lie in what is free in a page: no freeblock, and zeros before its content."""
    start = layout.pointed + 2 * layout.count
    if layout.block or image.data[image.start + 7]:
        return False
    end = min(layout.content, len(image.data))
    return end <= start or image.data.count(0, start, end) == end - start
