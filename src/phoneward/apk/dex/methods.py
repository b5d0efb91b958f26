"""Which method owns which code: `class_data_item`, walked for all classes of a DEX file."""

import struct
from array import array
from bisect import bisect_left
from collections.abc import Generator, Iterator
from itertools import pairwise
from typing import Final

from phoneward.apk.dex.header import DexError
from phoneward.apk.dex.instructions import CODE_HEAD, span
from phoneward.apk.dex.tables import Tables

_CLASS_DATA = 6
_COLUMNS = 8
_SIZE: Final = struct.Struct("<I")
_SIZE_AT: Final = 12
"""Where a `code_item` says how many units its instructions take."""


class Methods:
    """Where the code of a DEX file's methods lies.

    Attributes:
        placed: offset of the code << 16 | number of the method, sorted; several methods may share their code.

    Raises:
        DexError: what it says of its classes makes no sense, or code lies in other code: Android loads neither.
    """

    def __init__(self, tables: Tables) -> None:
        self.placed = array("Q", sorted(_methods(tables)))
        self.starts: list[int] = list(dict.fromkeys(one >> 16 for one in self.placed))
        data, size_of = tables.data, _SIZE.unpack_from
        for start, following in pairwise(self.starts):
            if start & 3 or start + CODE_HEAD + 2 * size_of(data, start + _SIZE_AT)[0] > following:
                raise DexError("overlap")
        if self.starts:
            span(data, self.starts[-1])

    def at(self, start: int) -> list[int]:
        """Return the methods whose code begins there."""
        first, last = (bisect_left(self.placed, one << 16) for one in (start, start + 1))
        return [one & 0xFFFF for one in self.placed[first:last]]


def _methods(tables: Tables) -> Iterator[int]:
    """Yield `offset << 16 | method` of each method with code."""
    data, most = tables.data, tables.header.methods
    left = len(data)
    for begin in tables.classes[_CLASS_DATA::_COLUMNS]:
        if not begin:
            continue
        at = begin
        counts = []
        for _number in range(4):
            value, at = uleb(data, at)
            counts.append(value)
        if sum(counts) > left:
            raise DexError("classes")
        for _number in range(2 * (counts[0] + counts[1])):
            while data[at] & 0x80:
                at += 1
            at += 1
        for count in counts[2:]:
            at = yield from _listed(data, at, count, most)
        left -= at - begin  # each byte belongs to one class: many classes in the same bytes are a trap


def _listed(data: bytes, at: int, count: int, most: int) -> Generator[int, None, int]:
    """Yield the methods of one list, and return where it ends. The inner loop of looking at an app."""
    method, end = 0, len(data)
    for _number in range(count):
        value = data[at]
        at += 1
        if value & 0x80:
            value, at = uleb(data, at - 1)
        method += value
        while data[at] & 0x80:
            at += 1
        at += 1
        value = data[at]
        at += 1
        if value & 0x80:
            if at + 1 < end and data[at] & 0x80 and not data[at + 1] & 0x80:  # three bytes, in most files
                value = value & 0x7F | (data[at] & 0x7F) << 7 | data[at + 1] << 14
                at += 2
            else:
                value, at = uleb(data, at - 1)
        if value:
            if method >= most:
                raise DexError("classes")
            yield value << 16 | method
    return at


def uleb(data: bytes, at: int) -> tuple[int, int]:
    """Return a number in LEB128 of at most five bytes, and where it ends.

    Raises:
        DexError: it is longer.
    """
    value = 0
    for shift in range(0, 35, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
    raise DexError("number")
