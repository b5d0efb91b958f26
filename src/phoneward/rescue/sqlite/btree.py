"""B-tree pages: their cells, what is free in them, and which page belongs to which tree (fileformat2.html, 1.6)."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from phoneward.rescue.sqlite.pages import Image, Pages
from phoneward.rescue.sqlite.records import MAX_PAYLOAD, DamagedError, local_size, signed, varint

INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE = 2, 5, 10, 13
KINDS: Final = {INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE}
_SAMPLE: Final = 12
"""Leaves of a tree whose rows are looked at beforehand."""
_DEEPEST: Final = 40
"""Levels of a tree; SQLite itself stops at 20 (BTCURSOR_MAX_DEPTH)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a page that holds a record.

    Attributes:
        start: where it begins in its page.
        end: where it ends there.
        rowid: None in an index.
        payload: where its record begins.
        size: bytes of the whole record.
        local: bytes of it in this page.
        overflow: page where it goes on; 0 where it does not.
    """

    start: int
    end: int
    rowid: int | None
    payload: int
    size: int
    local: int
    overflow: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a page that nothing lives in.

    Attributes:
        start: where it begins.
        end: where it ends.
        block: whether a freeblock begins there, as the page itself says.
        reused: whether the cell behind it is newer than the one ahead: it may have been put over its end.
    """

    start: int
    end: int
    block: bool
    reused: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The header of a b-tree page.

    Attributes:
        kind: 2, 5, 10 or 13.
        pointed: where the cell pointers begin.
        count: how many there are.
        content: where cells begin.
        block: the first freeblock; 0 where there is none.
    """

    kind: int
    pointed: int
    count: int
    content: int
    block: int

    @property
    def is_leaf(self) -> bool:
        """Return whether no pages stand below it."""
        return self.kind >= LEAF_INDEX

    @property
    def of_table(self) -> bool:
        """Return whether it is of a table with rowids."""
        return self.kind in {INTERIOR_TABLE, LEAF_TABLE}

    def pointers(self, data: bytes) -> "array[int]":
        """Return the cell pointers."""
        pointers = array("H", data[self.pointed : self.pointed + 2 * self.count])
        pointers.byteswap()  # every system this runs on is little-endian, or the tests say so
        return pointers


def layout_of(image: Image, usable: int) -> Layout | None:
    """Return the header of a page; None where it is no b-tree page."""
    data, start = image.data, image.start
    kind = data[start]
    if kind not in KINDS:
        return None
    block, count, content = (int.from_bytes(data[start + at : start + at + 2], "big") for at in (1, 3, 5))
    at = start + (12 if kind < LEAF_INDEX else 8)
    if at + 2 * count > usable:
        return None
    return Layout(kind, at, count, content or 65_536, block)


def read_cell(data: bytes, at: int, kind: int, usable: int) -> Cell:
    """Return the cell that begins at a place.

    Raises:
        DamagedError: it is none.
    """
    start, rowid = at, None
    if kind == INTERIOR_INDEX:
        at += 4
    size, at = varint(data, at)
    if kind == LEAF_TABLE:
        rowid, at = varint(data, at)
        rowid = signed(rowid)
    if size > MAX_PAYLOAD or size < 1:
        raise DamagedError
    local = local_size(usable, size, table=kind == LEAF_TABLE)
    end, overflow = at + local, 0
    if local < size:
        overflow = int.from_bytes(data[end : end + 4], "big")
        end += 4
    if end > usable:
        raise DamagedError
    return Cell(start, max(end, start + 4), rowid, at, size, local, overflow)


def cells_of(data: bytes, layout: Layout, usable: int) -> Iterator[Cell]:
    """Yield the cells of a page that hold records; what is damaged is left out."""
    if layout.kind == INTERIOR_TABLE:
        return
    for at in layout.pointers(data):
        try:
            yield read_cell(data, at, layout.kind, usable)
        except DamagedError:
            continue


def payloads_of(data: bytes, layout: Layout, usable: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the cells of a table's leaf that lie in their page whole: start, rowid, where its record begins, its size.

    Cells that go on elsewhere, and what is damaged, are left out. This is the loop that most of the time goes into.
    """
    most = usable - 35
    for start in layout.pointers(data):
        try:
            size = data[start]
            at = start + 1
            if size >= 0x80:
                low = data[at]
                at += 1
                if low >= 0x80:
                    continue
                size = (size & 0x7F) << 7 | low
            rowid = data[at]
            at += 1
            if rowid >= 0x80:
                rowid &= 0x7F
                low = data[at]
                at += 1
                while low >= 0x80 and at - start < 10:
                    rowid = rowid << 7 | (low & 0x7F)
                    low = data[at]
                    at += 1
                rowid = rowid << 7 | low
        except IndexError:
            continue
        if 0 < size <= most and at + size <= usable and rowid < 1 << 56:
            yield start, rowid, at, size


def _extents(data: bytes, layout: Layout, usable: int) -> list[tuple[int, int, int | None]]:
    """Return where the cells of a page begin and end, and their rowids, in order."""
    if layout.kind == LEAF_TABLE:
        taken: list[tuple[int, int, int | None]] = [
            (start, at + size if size > 1 else start + 4, rowid)
            for start, rowid, at, size in payloads_of(data, layout, usable)
        ]
        if len(taken) == layout.count:
            taken.sort()
            return taken
    if layout.kind != INTERIOR_TABLE:
        return sorted(
            ((cell.start, cell.end, cell.rowid) for cell in cells_of(data, layout, usable)), key=itemgetter(0)
        )
    taken = []
    for at in layout.pointers(data):
        end = at + 4
        while end < min(at + 12, usable) and data[end] >= 0x80:
            end += 1
        taken.append((at, end + 1, None))
    return sorted(taken, key=itemgetter(0))


def gaps_of(image: Image, layout: Layout, usable: int) -> list[Gap]:
    """Return the stretches of a page that no cell lives in, in order; those of fewer than 5 bytes are left out."""
    data = image.data
    blocks = _blocks(data, layout.block, usable)
    known = set(blocks)
    gaps, at = [], layout.pointed + 2 * layout.count
    last: int | None = None
    for pointer, end, rowid in [*_extents(data, layout, usable), (usable, usable, None)]:
        start = min(pointer, usable)
        if at < start:
            # SQLite fills a page from its end: rows lie with the oldest last, unless one was put into a gap.
            reused = last is not None and rowid is not None and rowid > last
            # What lies before the content begins and a freeblock behind it are two stretches.
            for cut in [*blocks[bisect_right(blocks, at) : bisect_left(blocks, start)], start]:
                if cut - at >= 5:
                    gaps.append(Gap(at, cut, at in known, reused and cut == start))
                at = max(at, cut)
        at = max(at, end)
        last = rowid
    return gaps


def _blocks(data: bytes, at: int, usable: int) -> list[int]:
    """Return where freeblocks begin, in order. Their chain goes forward only; one that does not ends."""
    blocks: list[int] = []
    last = 0
    while last < at <= usable - 4:
        blocks.append(at)
        last, at = at, int.from_bytes(data[at : at + 2], "big")
    return blocks


def children_of(data: bytes, layout: Layout) -> Iterator[int]:
    """Yield the pages below an interior page."""
    for at in layout.pointers(data):
        yield int.from_bytes(data[at : at + 4], "big")
    yield int.from_bytes(data[layout.pointed - 4 : layout.pointed], "big")


@dataclass(frozen=True, slots=True)
class Tree:
    """What walking a tree told.

    Attributes:
        leaves: some of its leaves, spread over the tree.
        damaged: how many of its pages are missing, belong to another tree too, or are no pages of a tree.
    """

    leaves: tuple[int, ...]
    damaged: int


def pages_of_tree(pages: Pages, root: int, owned: "array[int]", mark: int) -> Tree:
    """Mark the pages of a tree as owned.

    Leaves are not read: all of them stand equally deep, so the way down to the first tells where the last level is.
    """
    depth, damaged = _depth(pages, root), 0
    level = array("I", [root])
    for step in range(depth + 1):
        below = array("I")
        for number in level:
            if not 0 < number < len(owned) or owned[number]:
                damaged += 1
                continue
            owned[number] = mark
            if step == depth:
                continue
            image = pages.image(number)
            layout = layout_of(image, pages.header.usable) if image is not None else None
            if image is None or layout is None or layout.is_leaf:
                damaged += 1
                continue
            below.extend(children_of(image.data, layout))
        if step == depth:
            return Tree(tuple(level[:: max(1, len(level) // _SAMPLE)]), damaged)
        level = below
    return Tree((), damaged)


def _depth(pages: Pages, root: int) -> int:
    number = root
    for depth in range(_DEEPEST):
        image = pages.image(number)
        layout = layout_of(image, pages.header.usable) if image is not None else None
        if image is None or layout is None or layout.is_leaf:
            return depth
        number = next(children_of(image.data, layout))
    return _DEEPEST
