"""Cells whose first four bytes are gone.

A cell that is deleted becomes a freeblock: its first four bytes become the next block's place and its own size
(fileformat2.html, 1.6). They held the payload's size, the rowid, the length of the record's header and, where all of
these are short, the first serial type. What is left is enough to tell the rest, for the size is known.
"""

from collections.abc import Iterator
from typing import Final

from phoneward.rescue.sqlite.ground import Ground
from phoneward.rescue.sqlite.records import BLOB, INTEGER, NULL, REAL, TEXT, as_varint
from phoneward.rescue.sqlite.shapes import Shape

_STARTS: Final = 9.0
"""Bits where the page itself says that a freeblock begins."""
_LOOKS: Final = 3.0
"""Bits where four bytes look like a freeblock's header of earlier days."""
_FITS: Final = 10.0
"""Bits where the freeblock has exactly the cell's size."""
_INTEGERS: Final = {1: 1, 2: 2, 3: 3, 4: 4, 6: 5, 8: 6}


def block_size(ground: Ground, start: int) -> int:
    """Return the size of the freeblock that may have begun at a place; 0 where none can have."""
    following = int.from_bytes(ground.data[start : start + 2], "big")
    size = int.from_bytes(ground.data[start + 2 : start + 4], "big")
    if following and not start + size + 4 <= following <= ground.usable - 4:
        return 0
    return size if size >= 4 and start + size <= ground.usable else 0


def fits_block(ground: Ground, start: int, end: int) -> float | None:
    """Return the evidence that a cell from `start` to `end` became a freeblock there; None where it cannot have."""
    size = block_size(ground, start)
    end = max(end, start + 4)
    if size < end - start:
        return None
    bits = _STARTS if ground.block and start == ground.start else _LOOKS
    # One that is larger grew when its neighbours were deleted too: what follows must be cells.
    return bits + _FITS if start + size == end else bits


def prefix_fits(size: int, ahead: int, *, is_index: bool, short: bool = False) -> bool:
    """Tell whether so many bytes can stand ahead of a record's header, or with `short` ahead of its types.

    Args:
        size: bytes of the record.
        ahead: bytes that hold its size, the rowid, and with `short` the length of its header.
        is_index: whether there is no rowid.
        short: whether the length of the header, one byte, is among them.
    """
    rowid = ahead - short - len(as_varint(size))
    return rowid == 0 if is_index else 1 <= rowid <= 9


def first_kinds(shape: Shape, gone: int, size: int, low: int | None) -> Iterator[list[int]]:
    """Yield the serial types that the first columns can have had whose types are gone, by the size of their values.

    Args:
        shape: of the table.
        gone: how many types are gone, 1 or 2.
        size: bytes of their values together.
        low: the second byte of the first type, where that one is left.
    """
    if size < 0:
        return
    if gone == 1:
        yield from ([kind] for kind in _kinds(shape, 0, size, low))
        return
    for part in range(min(size, 57) + 1):
        for first in _kinds(shape, 0, part, None):
            yield from ([first, second] for second in _kinds(shape, 1, size - part, None))


def _kinds(shape: Shape, column: int, size: int, low: int | None) -> Iterator[int]:
    classes = shape.classes[column]
    classes = classes & shape.seen[column] or classes
    text = [kind for kind in (13 + 2 * size, 12 + 2 * size) if classes & (TEXT if kind & 1 else BLOB)]
    if low is not None:
        yield from (kind for kind in text if kind >= 128 and kind & 0x7F == low)
        return
    if size == 0 and classes & NULL:
        yield 0
    elif size == 0 and classes & INTEGER:
        yield from (8, 9)
    if size in _INTEGERS and classes & INTEGER:
        yield _INTEGERS[size]
    if size == 8 and classes & REAL:
        yield 7
    yield from (kind for kind in text if kind < 128)
