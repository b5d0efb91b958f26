"""Cells that may lie in a stretch of a page that nobody uses, whole or without their first four bytes."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from phoneward.rescue.sqlite.beheaded import block_size, first_kinds, fits_block, prefix_fits
from phoneward.rescue.sqlite.ground import Candidate, Ground
from phoneward.rescue.sqlite.judging import ENOUGH, weigh
from phoneward.rescue.sqlite.records import DamagedError, as_varint, local_size, read_types, signed, size_of, varint
from phoneward.rescue.sqlite.shapes import Shape, compiled

_SIZE_FITS: Final = (4.0, 10.0, 16.0, 20.0)
"""Bits for a payload's size that fits, by how many bytes it takes."""
_LENGTH_FITS: Final = 7.0
"""Bits for a length of the record's header that fits."""
_POINTED_AT: Final = 10.0
"""Bits where a stale cell pointer leads to."""
_NEXT_TO: Final = 6.0
"""Bits for an end where another cell, or the stretch, ends."""
_GUESSED_NOTHING: Final = -2.0
_GUESSED_NUMBER: Final = -7.0
_GUESSED_LONG: Final = -16.0
"""Bits for a serial type that is gone: NULL, a number (one of few sizes), text or a blob (of any size)."""
_REUSED: Final = -16.0
"""Bits for a guess that ends where something newer may have been put over its end."""
_NEGATIVE: Final = -6.0
"""Bits for a negative rowid."""
_LONGEST_GUESS: Final = 127
"""Bytes of a first value whose type is gone: the whole record has a size of one byte then."""
_LEAST_GUESSES: Final = 512
"""Guesses in a stretch, beside one for each of its bytes, after which no more are made."""
_CROWDED: Final = 20_000
"""Candidates in one stretch after which no more are looked for: bytes made to look like cells everywhere."""


@dataclass(frozen=True, slots=True)
class _Record:
    """What follows a cell's head: where values begin, their types, and what that makes of the cell."""

    body: int
    kinds: tuple[int, ...]
    length: int
    size: int
    local: int
    end: int
    overflow: int
    worth: float


@dataclass(frozen=True, slots=True)
class _Block:
    """What was once a freeblock, perhaps.

    Attributes:
        start: where it begins.
        lost: how many bytes of the list of types are gone too; -1: the first of the two bytes of the first.
        width: how many columns the record has.
    """

    start: int
    lost: int
    width: int


def candidates(ground: Ground, shape: Shape) -> list[Candidate]:
    """Return what may be cells of one table in a stretch of a page; they may overlap."""
    only = _single(ground, shape)
    if only is not None:
        return [only]
    found: list[Candidate] = []
    for width, pattern in shape.after_size:
        for match in compiled(pattern).finditer(ground.data, ground.start, ground.end):
            found += _from_header(ground, shape, match.start(), width)
            if len(found) > _CROWDED:
                break
    blocks = [
        _Block(match.start(), lost, width)
        for width, lost, pattern in (() if ground.whole else shape.after_block)
        for match in compiled(pattern).finditer(ground.data, ground.start, ground.end)
    ]
    blocks = [block for block in blocks if block_size(ground, block.start)]
    edges = sorted({ground.end, *(one.start for one in found), *(block.start for block in blocks)})
    guesses = _LEAST_GUESSES + ground.end - ground.start
    for block in blocks:
        for guess in _types_of(ground, shape, block, edges):
            guesses -= 1
            one = _from_block(ground, shape, block, guess)
            if one is not None:
                found.append(one)
        if guesses < 0 or len(found) > _CROWDED:
            break
    known = set(edges)
    # Where nothing but zeros is left, nothing is (secure_delete).
    return [
        replace(one, bits=one.bits + _NEXT_TO) if one.end in known else one
        for one in found
        if ground.data[one.first : one.end].strip(b"\0")
    ]


def _single(ground: Ground, shape: Shape) -> Candidate | None:
    """Return the one cell that a freeblock was, where it was exactly one: the most frequent case by far."""
    if not ground.block or ground.whole or block_size(ground, ground.start) != ground.end - ground.start:
        return None
    for width, lost, pattern in shape.after_block:
        if lost == 2 or not compiled(pattern).match(ground.data, ground.start, ground.end):
            continue
        block = _Block(ground.start, lost, width)
        for types in _types_of(ground, shape, block, []):
            one = _from_block(ground, shape, block, types)
            if one is not None and one.end == ground.end and ground.data[one.first : one.end].strip(b"\0"):
                return replace(one, bits=one.bits + _NEXT_TO)
    return None


def _record(ground: Ground, shape: Shape, body: int, kinds: list[int], length: int) -> _Record | None:
    """Return the record with these types whose values begin at `body`; None where it cannot be one.

    Args:
        ground: where it lies.
        shape: of its table.
        body: where the values begin.
        kinds: serial types.
        length: of its header, in bytes.
    """
    size = length + sum(map(size_of, kinds))
    local = local_size(ground.usable, size, table=not shape.table.without_rowid)
    end = body + local - length + (4 if local < size else 0)
    if local < length or end > ground.end:
        return None
    values = ground.data[body : body + local - length]
    worth = weigh(shape, kinds, values, ground.encoding, old_format=ground.old_format)
    if worth is None:
        return None
    overflow = int.from_bytes(ground.data[end - 4 : end], "big") if local < size else 0
    return _Record(body, tuple(kinds), length, size, local, end, overflow, worth)


def _cell(
    shape: Shape, record: _Record, start: int, bits: float, *, lost: int = 0, rowid: int | None = None
) -> Candidate:
    return Candidate(
        start=start,
        end=max(record.end, start + 4),
        shape=shape,
        rowid=rowid,
        kinds=record.kinds,
        body=record.body,
        local=record.local - record.length,
        overflow=record.overflow,
        bits=bits,
        first=start + lost,
    )


def _from_header(ground: Ground, shape: Shape, at: int, width: int) -> Iterator[Candidate]:
    """Yield cells whose record's header begins at a place, with its length."""
    try:
        length, types = varint(ground.data, at)
    except DamagedError:
        return
    kinds = read_types(ground.data, types, at + length) if at + length <= ground.end else None
    record = _record(ground, shape, at + length, kinds, length) if kinds is not None and len(kinds) == width else None
    if record is None:
        return
    written = as_varint(record.size)
    rowids = [(at - len(written), None)] if shape.table.without_rowid else _rowids(ground, at, written)
    for start, rowid in rowids:
        if start < ground.start or ground.data[start : start + len(written)] != written:
            continue
        bits = record.worth + _LENGTH_FITS + _SIZE_FITS[min(len(written), 4) - 1]
        bits += (_POINTED_AT if start in ground.hints else 0) + (_NEGATIVE if rowid is not None and rowid < 0 else 0)
        if bits >= ENOUGH:
            yield _cell(shape, record, start, bits, rowid=rowid)
    if not ground.whole:
        yield from _behind_block(ground, shape, record, at)


def _rowids(ground: Ground, at: int, written: bytes) -> Iterator[tuple[int, int]]:
    """Yield where a whole cell can begin whose record's header begins at a place, and the rowid it would have."""
    data = ground.data
    for long in range(1, 10):
        first = at - long
        if first - len(written) < ground.start or (long < 9 and data[at - 1] >= 0x80):
            return
        if long > 1 and long < 9 and data[first] < 0x80:
            return
        if data[first] != 0x80:
            yield first - len(written), signed(varint(data, first)[0])


def _behind_block(ground: Ground, shape: Shape, record: _Record, at: int) -> Iterator[Candidate]:
    """Yield cells whose first four bytes are a freeblock's header and that kept the length of their record's header."""
    for ahead in range(4, 19 if not shape.table.without_rowid else 10):
        start = at - ahead
        if start < ground.start:
            return
        rest = ground.data[start + 4 : at]
        if rest and (rest[-1] >= 0x80 or any(byte < 0x80 for byte in rest[:-1])):
            continue
        if not prefix_fits(record.size, ahead, is_index=shape.table.without_rowid):
            continue
        fits = fits_block(ground, start, record.end)
        if fits is not None and record.worth + fits + _LENGTH_FITS >= ENOUGH:
            yield _cell(shape, record, start, record.worth + fits + _LENGTH_FITS, lost=4)


@dataclass(frozen=True, slots=True)
class _Types:
    """The types of a record whose first ones are guessed: where its values begin, types, bytes of its header."""

    body: int
    kinds: list[int]
    length: int


def _types_of(ground: Ground, shape: Shape, block: _Block, edges: list[int]) -> Iterator[_Types]:
    """Yield the types that a cell can have had that became a freeblock.

    Args:
        ground: where it lies.
        shape: of the table.
        block: the freeblock.
        edges: where such a cell can end, in order.
    """
    data, start, gone = ground.data, block.start, abs(block.lost)
    low, at = (data[start + 4], start + 5) if block.lost < 0 else (None, start + 4)
    kinds = []
    for _column in range(block.width - gone):
        try:
            kind, at = varint(data, at)
        except DamagedError:
            return
        kinds.append(kind)
    length = 1 + at - start - 4 + gone
    least = at + sum(map(size_of, kinds))
    if length > 127 or least > ground.end:
        return
    if gone == 0:
        yield _Types(at, kinds, length)
        return
    last = start + block_size(ground, start)
    ends = {last}
    if gone == 1:
        most = min(last, least + _LONGEST_GUESS)
        ends.update(edges[bisect_left(edges, least) : bisect_right(edges, most)])
    for end in sorted(ends):
        for guess in first_kinds(shape, gone, end - least, low):
            yield _Types(at, [*guess, *kinds], length)


def _from_block(ground: Ground, shape: Shape, block: _Block, types: _Types) -> Candidate | None:
    """Return the cell that became a freeblock, where it can have had these types."""
    gone = abs(block.lost)
    record = _record(ground, shape, types.body, types.kinds, types.length)
    if record is None or not prefix_fits(record.size, 4 - gone, is_index=shape.table.without_rowid, short=True):
        return None
    fits = fits_block(ground, block.start, record.end)
    if fits is None:
        return None
    bits = record.worth + fits + (_guess_worth(ground, record, gone) if gone else 0)
    return _cell(shape, record, block.start, bits, lost=4) if bits >= ENOUGH else None


def _guess_worth(ground: Ground, record: _Record, gone: int) -> float:
    """Return what guessed types take from the evidence: an end says little where they were made to fit it."""
    bits = 0.0
    for kind in record.kinds[:gone]:
        bits += _GUESSED_NOTHING if kind == 0 else _GUESSED_NUMBER if kind < 12 else _GUESSED_LONG
    return bits + (_REUSED if ground.reused and record.end >= ground.end else 0)
