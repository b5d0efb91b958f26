"""Which recovered rows are still in the database: told by their bytes, with those of its living rows."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from phoneward.rescue.sqlite.btree import LEAF_TABLE, Cell, cells_of, layout_of, payloads_of
from phoneward.rescue.sqlite.carving import Found
from phoneward.rescue.sqlite.overflow import chained
from phoneward.rescue.sqlite.pages import Pages

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
        data, fits, mine, whole = image.data, sizes[mark], wanted[mark], 0
        if layout.kind == LEAF_TABLE:
            for _start, rowid, at, size in payloads_of(data, layout, usable):
                whole += 1
                if size in fits:
                    places = mine.get(data[at : at + size])
                    if places is not None:
                        living.update(at for at in places if found[at].rowid in {None, rowid})
        if whole < layout.count:
            for cell in cells_of(data, layout, usable):
                places = mine.get(data[cell.payload : cell.payload + cell.local], ())
                living.update(at for at in places if _same(found[at], cell, pages, is_table=layout.kind == LEAF_TABLE))
    return living


def _local(one: Found, pages: Pages) -> int:
    from phoneward.rescue.sqlite.records import local_size

    assert one.shape is not None  # noqa: S101 - it has a mark
    return local_size(pages.header.usable, one.size, table=not one.shape.table.without_rowid)


def _same(one: Found, cell: Cell, pages: Pages, *, is_table: bool) -> bool:
    if one.size != cell.size or (is_table and one.rowid is not None and one.rowid != cell.rowid):
        return False
    if cell.local == cell.size:
        return True
    rest = chained(pages.data, cell.overflow, cell.size - cell.local, pages.header.usable)
    return hashlib.sha256(rest).digest() == hashlib.sha256(one.record[cell.local :]).digest()
