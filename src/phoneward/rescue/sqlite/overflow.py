"""Records that go on in a chain of overflow pages (fileformat2.html, 1.6)."""

from collections.abc import Callable
from typing import Final

MAX_VALUE: Final = 64 << 20
"""Bytes of one record that are read: longer ones are cut, and their last values are lost."""


def chained(page: Callable[[int], bytes], first: int, size: int, usable: int) -> bytes:
    """Return what a chain of overflow pages holds, as far as it can be followed.

    Args:
        page: returns a page's bytes; none where there is no such page, or it is something else's by now.
        first: page the chain begins at.
        size: bytes wanted.
        usable: bytes of a page that hold anything.
    """
    parts: list[bytes] = []
    seen: set[int] = set()
    left = min(size, MAX_VALUE)
    number = first
    while left > 0 and number > 1 and number not in seen:
        seen.add(number)
        data = page(number)
        if not data:
            break
        part = data[4 : 4 + min(left, usable - 4)]
        parts.append(part)
        left -= len(part)
        number = int.from_bytes(data[:4], "big")
    return b"".join(parts)
