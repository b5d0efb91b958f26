"""Cells that may lie in a stretch of a page nobody uses: whole ones, and those whose first four bytes are gone.

A cell that is deleted becomes a freeblock: its first four bytes become the next block's place and its own size
(fileformat2.html, 1.6). They held the payload's size, the rowid, the length of the record's header and, where all of these
are short, the first serial type. What is left is enough to tell the rest, for the size is known.
"""

from collections.abc import Iterator, Sequence
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace

from phoneward.rescue.sqlite.judging import ENOUGH, weigh
from phoneward.rescue.sqlite.records import (
    BLOB,
    INTEGER,
    NULL,
    REAL,
    TEXT,
    DamagedError,
    as_varint,
    local_size,
    read_types,
    signed,
    size_of,
    varint,
)
from phoneward.rescue.sqlite.shapes import Shape

_WHOLE = 4.0
"""Bits for a payload size that fits, for each byte of it beyond chance."""
_NEXT_TO = 6.0
"""Bits for an end where another cell, or the stretch, ends."""
_LONGEST_GUESS = 127
"""Bytes of a first value whose type is gone: the whole record has a size of one byte then."""
_CROWDED = 20_000
"""Candidates in one stretch after which no more are looked for: bytes made to look like cells everywhere."""
_BLOCK_FITS = 10.0
_BLOCK_STARTS = 9.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """Bytes that look like a cell.

    Attributes:
        start: where the cell begins in its page.
        end: where it ends there.
        shape: of the table its row would be of.
        rowid: None where it is gone, or there is none.
        kinds: serial types; -1 for one that is gone and cannot be told.
        body: where its values begin.
        size: bytes of the record.
        local: bytes of the record's values in this page.
        overflow: page it goes on at; 0 where it does not.
        bits: evidence.
        first: the first byte of it that is left.
        destroyed: stored columns whose bytes are gone.
    """

    start: int
    end: int
    shape: Shape
    rowid: int | None
    kinds: tuple[int, ...]
    body: int
    local: int
    overflow: int
    bits: float
    first: int
    destroyed: frozenset[int] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class Ground:
    """A stretch of a page, and how to read it.

    Attributes:
        data: the page.
        start: where the stretch begins.
        end: where it ends.
        usable: bytes of the page that hold anything.
        encoding: of text.
        block: whether a freeblock begins at `start`, as the page says.
        hints: places that stale cell pointers lead to.
        old_format: whether 0 and 1 have no serial types of their own.
    """

    data: bytes
    start: int
    end: int
    usable: int
    encoding: str
    block: bool = False
    hints: frozenset[int] = frozenset()
    old_format: bool = False


def candidates(ground: Ground, shape: Shape) -> list[Candidate]:
    """Return what may be cells of one table in a stretch of a page; they may overlap."""
    if shape.after_size is None:
        return []
    found: list[Candidate] = []
    for match in shape.after_size.finditer(ground.data, ground.start, ground.end):
        found += _from_header(ground, shape, match.start())
        if len(found) > _CROWDED:
            break
    blocks = [(match.start(), lost) for lost, pattern in shape.after_block
              for match in pattern.finditer(ground.data, ground.start, ground.end)]  # fmt: skip
    edges = sorted({ground.end, *(one.start for one in found), *(start for start, _lost in blocks)})
    for start, lost in blocks:
        found += _from_block(ground, shape, start, lost, edges)
        if len(found) > _CROWDED:
            break
    known = set(edges)
    # Where nothing but zeros is left, nothing is (secure_delete).
    return [replace(one, bits=one.bits + _NEXT_TO) if one.end in known else one
            for one in found if ground.data[one.first : one.end].strip(b"\0")]  # fmt: skip


def _from_header(ground: Ground, shape: Shape, at: int) -> Iterator[Candidate]:
    """Yield cells whose record's header begins at a place, with its length."""
    data = ground.data
    try:
        length, types = varint(data, at)
    except DamagedError:
        return
    body = at + length
    kinds = read_types(data, types, body) if body <= ground.end else None
    if kinds is None or len(kinds) != len(shape.table.stored):
        return
    size = length + sum(map(size_of, kinds))
    local = local_size(ground.usable, size, table=not shape.table.without_rowid)
    end = at + local + (4 if local < size else 0)
    if end > ground.end:
        return
    worth = weigh(shape, kinds, data[body : at + local], ground.encoding, old_format=ground.old_format)
    if worth is None:
        return
    overflow = int.from_bytes(data[end - 4 : end], "big") if local < size else 0
    written = as_varint(size)

    def made(start: int, rowid: int | None, bits: float, first: int) -> Candidate:
        return Candidate(start, max(end, start + 4), shape, rowid, tuple(kinds), body, at + local - body, overflow,
                         bits, first)  # fmt: skip

    if shape.table.without_rowid:
        start = at - len(written)
        if start >= ground.start and data[start:at] == written:
            bits = worth + 7 + _whole(written, start, ground)
            if bits >= ENOUGH:
                yield made(start, None, bits, start)
        return
    for start, rowid in _rowids(ground, at, written):
        bits = worth + 7 + _whole(written, start, ground) - (6 if rowid < 0 else 0)
        if bits >= ENOUGH:
            yield made(start, rowid, bits, start)
    # Its first four bytes may be a freeblock's, and the rest of a long rowid may stand before the header's length.
    for long in range(1, 10):
        start = at - long - len(written)
        if at - start < 4 or start < ground.start:
            continue
        rest = data[start + 4 : at]
        if rest and (rest[-1] >= 0x80 or any(byte < 0x80 for byte in rest[:-1])):
            continue
        fits = _block(ground, start, end)
        if fits is not None and worth + fits + 7 >= ENOUGH:
            yield made(start, None, worth + fits + 7, start + 4)


def _whole(written: bytes, start: int, ground: Ground) -> float:
    return _WHOLE + 6 * len(written) - 6 + (10 if start in ground.hints else 0)


def _rowids(ground: Ground, at: int, written: bytes) -> Iterator[tuple[int, int]]:
    """Yield where a whole cell begins whose record's header begins at a place, and its rowid."""
    data = ground.data
    for long in range(1, 10):
        start = at - long - len(written)
        if start < ground.start:
            return
        if long < 9 and data[at - 1] >= 0x80:
            return
        if long > 1 and data[at - long] < 0x80 and long < 9:
            return
        if data[start : at - long] == written and data[at - long] != 0x80:
            yield start, signed(varint(data, at - long)[0])


def _block(ground: Ground, start: int, end: int) -> float | None:
    """Return the evidence that a freeblock began at a place, and that a cell from there to `end` became it."""
    data = ground.data
    following = int.from_bytes(data[start : start + 2], "big")
    size = int.from_bytes(data[start + 2 : start + 4], "big")
    end = max(end, start + 4)
    is_known = ground.block and start == ground.start
    if following and not start + size + 4 <= following <= ground.usable - 4:
        return None
    if size < end - start or start + size > ground.usable:
        return None
    bits = _BLOCK_STARTS if is_known else 3.0
    if start + size == end:
        return bits + _BLOCK_FITS
    # It grew when its neighbours were deleted too: what follows must be cells.
    return bits


def _from_block(ground: Ground, shape: Shape, start: int, lost: int, edges: list[int]) -> Iterator[Candidate]:
    """Yield cells whose first four bytes are a freeblock's header; `lost` bytes of the list of types are gone too.

    -1: the first of two bytes of the first type is gone. `edges`: where such a cell can end, in order.
    """
    data, table = ground.data, shape.table
    kinds, at, missing = [], start + 4, max(lost, 0) + (lost < 0)
    low = 0
    if lost < 0:
        low = data[at]
        at += 1
    for _column in range(len(table.stored) - missing):
        try:
            kind, at = varint(data, at)
        except DamagedError:
            return
        kinds.append(kind)
    if at > ground.end:
        return
    size_gone = int.from_bytes(data[start + 2 : start + 4], "big")
    types = at - start - 4 + max(lost, 0) + (lost < 0)
    known = sum(map(size_of, kinds))
    if lost == 0:
        yield from _complete(ground, shape, start, at, kinds, 1 + types)
        return
    if lost == 2:
        return
    least = at + known
    ends = {start + size_gone, *edges[bisect_left(edges, least) : bisect_right(edges, least + _LONGEST_GUESS)]}
    for end in ends:
        for kind in _first_kinds(shape, end - least, low if lost < 0 else None):
            yield from _complete(ground, shape, start, at, [kind, *kinds], 1 + types, guessed=True)


def _first_kinds(shape: Shape, size: int, low: int | None) -> Sequence[int]:
    """Return the serial types that the first column can have had, by its size."""
    classes = shape.classes[0]
    seen = shape.seen[0] or classes
    if size < 0:
        return []
    if low is not None:
        return [kind for kind in (13 + 2 * size, 12 + 2 * size)
                if classes & (TEXT if kind & 1 else BLOB) and kind >= 128 and kind & 0x7F == low]  # fmt: skip
    found = []
    if size == 0:
        found += [0] if classes & NULL else []
        found += [8, 9] if classes & INTEGER and not classes & NULL else []
    if classes & INTEGER & seen and size in {1, 2, 3, 4, 6, 8}:
        found.append({1: 1, 2: 2, 3: 3, 4: 4, 6: 5, 8: 6}[size])
    if classes & REAL & seen and size == 8:
        found.append(7)
    if classes & TEXT & seen and size < 58:
        found.append(13 + 2 * size)
    if classes & BLOB & seen and size < 58:
        found.append(12 + 2 * size)
    return found


def _complete(
    ground: Ground, shape: Shape, start: int, body: int, kinds: list[int], length: int, *, guessed: bool = False
) -> Iterator[Candidate]:
    """Yield the cell that these types make, where what is gone can have been what a cell begins with."""
    size = length + sum(map(size_of, kinds))
    prefix = 4 - guessed  # bytes of size, rowid and header's length that are gone
    is_index = shape.table.without_rowid
    sizes = len(as_varint(size))
    if not (prefix == sizes + 1 if is_index else 1 <= prefix - sizes - 1 <= 2):
        return
    local = local_size(ground.usable, size, table=not is_index)
    end = body + local - length + (4 if local < size else 0)
    if end > ground.end:
        return
    fits = _block(ground, start, end)
    if fits is None:
        return
    worth = weigh(shape, kinds, ground.data[body : body + local - length], ground.encoding, old_format=ground.old_format)
    if worth is None:
        return
    bits = worth + fits - (4 if guessed else 0)
    if bits < ENOUGH:
        return
    overflow = int.from_bytes(ground.data[end - 4 : end], "big") if local < size else 0
    yield Candidate(start, max(end, start + 4), shape, None, tuple(kinds), body, local - length, overflow, bits, start + 4)
