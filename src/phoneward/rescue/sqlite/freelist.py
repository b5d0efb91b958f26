"""The list of pages that nothing lives in (fileformat2.html, 1.5)."""

from typing import TYPE_CHECKING

from phoneward.rescue.sqlite.pages import Pages

if TYPE_CHECKING:
    from array import array

TRUNK, LEAF = 65_535, 65_534
"""Marks of pages of the freelist among the owners of pages."""


def mark_free(pages: Pages, owned: "array[int]") -> dict[int, int]:
    """Mark the pages of the freelist; return the trunk pages and how many leaves each names.

    The list ends where it leads to itself, to a page that is no longer free, or out of the file.
    """
    trunks: dict[int, int] = {}
    number = pages.header.trunk
    while 0 < number < len(owned) and not owned[number]:
        data = pages.data(number)
        if not data:
            break
        owned[number] = TRUNK
        count = min(int.from_bytes(data[4:8], "big"), pages.header.usable // 4 - 2)
        trunks[number] = count
        for place in range(8, 8 + 4 * count, 4):
            leaf = int.from_bytes(data[place : place + 4], "big")
            if 0 < leaf < len(owned) and not owned[leaf]:
                owned[leaf] = LEAF
        number = int.from_bytes(data[:4], "big")
    return trunks
