"""Text constants of a DEX file that hold a wanted part, found in the bytes where all texts lie."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from operator import lt
from typing import Final

from phoneward.apk.dex.tables import MAX_TEXT, Tables

MAX_FOUND: Final = 5_000
"""Texts of one file that are looked for in its code."""


def find_texts(tables: Tables, parts: Sequence[str]) -> dict[int, str]:
    """Return the texts that hold one of the parts, by their numbers; letters of ASCII in either case."""
    if not parts or not len(tables.strings):
        return {}
    offsets: Sequence[int] = tables.strings
    order: Sequence[int] = range(len(offsets))
    if not all(map(lt, offsets, offsets[1:])):  # compilers write texts in their order
        order = sorted(order, key=offsets.__getitem__)
        offsets = [offsets[index] for index in order]
    first, last = offsets[0], offsets[-1] + MAX_TEXT
    region = tables.data[first:last].lower()
    found: dict[int, str] = {}
    for part in parts:
        for at in _places(region, part.lower().encode()):
            index = order[bisect_right(offsets, first + at) - 1]
            if index not in found:
                text = tables.text(index)
                if part.lower() in text.lower():  # else it was found in what lies between the texts
                    found[index] = text
            if len(found) >= MAX_FOUND:
                return found
    return found


def _places(region: bytes, part: bytes) -> Iterable[int]:
    at = region.find(part)
    while at >= 0:
        yield at
        at = region.find(part, at + len(part))
