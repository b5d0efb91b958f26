"""Which recovered rows are still in the database: told by their bytes, with those of its living rows."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoneward.rescue.sqlite.btree import LEAF_TABLE, Cell, Layout, cells_of, layout_of, payloads_of
from phoneward.rescue.sqlite.carving import Found
from phoneward.rescue.sqlite.overflow import chained
from phoneward.rescue.sqlite.pages import Pages
from phoneward.rescue.sqlite.records import local_size

if TYPE_CHECKING:
    from array import array


def alive(found: Sequence[Found], pages: Pages, owned: "array[int]", marks: dict[int, int]) -> set[int]:
    """Return the places in `found` of rows that the database still holds.

    Args:
        found: rows.
        pages: of the database as a query sees it.
        owned: the tree each page belongs to.
        marks: for each row's shape (by its identity), the mark of its table's tree.
    """
    wanted: defaultdict[int, defaultdict[bytes, list[int]]] = defaultdict(lambda: defaultdict(list))
    sizes: defaultdict[int, set[int]] = defaultdict(set)
    for place, one in enumerate(found):
        mark = marks.get(id(one.shape), 0)
        if mark and one.is_whole:
            sizes[mark].add(one.size)
            wanted[mark][one.record[: _local(one, pages)]].append(place)
    living: set[int] = set()
    if not wanted:
        return living
    usable = pages.header.usable
    for number, mark in enumerate(owned):
        if mark not in sizes:
            continue
        image = pages.image(number)
        layout = layout_of(image, usable) if image is not None else None
        if image is None or layout is None:
            continue
        here = _Wanted(found, sizes[mark], wanted[mark])
        living.update(_in_page(image.data, layout, pages, here))
    return living


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Rows of one table that are looked for: all rows, sizes of records, bytes of records → places in `rows`."""

    rows: Sequence[Found]
    sizes: AbstractSet[int]
    places: Mapping[bytes, Sequence[int]]


def _in_page(data: bytes, layout: Layout, pages: Pages, wanted: _Wanted) -> Iterator[int]:
    """Yield the places of rows that live in a page."""
    found, sizes = wanted.rows, wanted.sizes
    usable, whole = pages.header.usable, 0
    is_table = layout.kind == LEAF_TABLE
    if is_table:
        for _start, rowid, at, size in payloads_of(data, layout, usable):
            whole += 1
            places = wanted.places.get(data[at : at + size]) if size in sizes else None
            if places is not None:
                yield from (place for place in places if found[place].rowid in {None, rowid})
    if whole < layout.count:
        for cell in cells_of(data, layout, usable):
            places = wanted.places.get(data[cell.payload : cell.payload + cell.local], ())
            yield from (place for place in places if _same(found[place], cell, pages, is_table=is_table))


def _local(one: Found, pages: Pages) -> int:
    assert one.shape is not None  # noqa: S101 - it has a mark
    return local_size(pages.header.usable, one.size, table=not one.shape.table.without_rowid)


def _same(one: Found, cell: Cell, pages: Pages, *, is_table: bool) -> bool:
    if one.size != cell.size or (is_table and one.rowid is not None and one.rowid != cell.rowid):
        return False
    if cell.local == cell.size:
        return True
    rest = chained(pages.data, cell.overflow, cell.size - cell.local, pages.header.usable)
    return hashlib.sha256(rest).digest() == hashlib.sha256(one.record[cell.local :]).digest()
