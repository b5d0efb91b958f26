"""The first 100 bytes of a database, and what can be said where they are damaged (fileformat2.html, 1.3)."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from phoneward.rescue.sqlite.errors import EncryptedDatabaseError, NotADatabaseError

MAGIC: Final = b"SQLite format 3\0"
LENGTH: Final = 100
SIZES: Final = tuple(1 << power for power in range(9, 17))
"""Page sizes there are."""
_SAMPLE: Final = 200
"""Pages that are looked at to guess the page size."""
_RANDOM: Final = 7.9
"""Bits a byte above which 64 kB are encrypted or compressed."""


@dataclass(frozen=True, slots=True)
class Header:
    """How a database is laid out.

    Attributes:
        page_size: in bytes.
        usable: bytes of a page that hold anything.
        encoding: Python's name of the encoding of text.
        format: schema format number; from 4 on 0 and 1 have serial types of their own. 4 where unknown.
        pages: how many pages the file had when it was last written; 0 where unknown.
        trunk: first page of the freelist; 0 where there is none.
        auto_vacuum: whether there are pointer-map pages.
        damaged: whether it had to be guessed.
    """

    page_size: int
    usable: int
    encoding: str
    format: int
    pages: int
    trunk: int
    auto_vacuum: bool
    damaged: bool = False


def read_header(at: Callable[[int, int], bytes], size: int) -> Header:
    """Return how a database is laid out.

    Args:
        at: returns the bytes of the file from an offset on.
        size: of the file.

    Raises:
        EncryptedDatabaseError: it looks like random bytes.
        NotADatabaseError: nothing in it looks like a page of a database.
    """
    first = at(0, LENGTH)
    number = int.from_bytes(first[16:18], "big")
    page_size = 65_536 if number == 1 else number
    if len(first) == LENGTH and page_size in SIZES and page_size - first[20] >= 480 and first.startswith(MAGIC):
        return _told(first, page_size)
    guessed = _guess(at, size)
    if guessed == 0:
        if size >= 512 and _entropy(at(0, 65_536)) > _RANDOM - 2_000 / min(size, 65_536):
            raise EncryptedDatabaseError
        raise NotADatabaseError
    return Header(guessed, guessed, "utf-8", 4, 0, 0, auto_vacuum=False, damaged=True)


def _told(first: bytes, page_size: int) -> Header:
    encodings = {2: "utf-16-le", 3: "utf-16-be"}
    word = [int.from_bytes(first[place : place + 4], "big") for place in range(0, LENGTH, 4)]
    # The size stands for something only where the version-valid-for number equals the change counter (1.3.7).
    return Header(
        page_size,
        page_size - first[20],
        encodings.get(word[14], "utf-8"),
        word[11] if 1 <= word[11] <= 4 else 4,
        word[7] if word[6] == word[23] else 0,
        word[8],
        auto_vacuum=word[13] != 0,
    )


def looks_like_page(page: bytes, start: int = 0) -> bool:
    """Tell whether a page's header is one of a b-tree that holds something."""
    if len(page) < start + 12 or page[start] not in {2, 5, 10, 13}:
        return False
    free, count, content = (int.from_bytes(page[start + at : start + at + 2], "big") for at in (1, 3, 5))
    array = start + (12 if page[start] in {2, 5} else 8) + 2 * count
    return count > 0 and array <= (content or 65_536) <= len(page) and free < len(page) and page[start + 7] <= 60


def _guess(at: Callable[[int, int], bytes], size: int) -> int:
    """Return the page size under which most pages look like pages; 0 where none does."""
    best, most = 0, 0
    for page_size in reversed(SIZES):
        if size % page_size and size > page_size:
            continue
        count = max(1, size // page_size)
        step = max(1, count // _SAMPLE)
        found = 0
        for number in range(0, count, step):
            page = at(number * page_size, page_size)
            if looks_like_page(page, LENGTH if number == 0 else 0) and _content_fits(page, LENGTH * (number == 0)):
                found += step
        # A smaller size sees the pages of a larger one too, and others between them that are none.
        if found > most:
            best, most = page_size, found
    return best


def _content_fits(page: bytes, start: int) -> bool:
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    array = start + (12 if page[start] in {2, 5} else 8)
    content = int.from_bytes(page[start + 5 : start + 7], "big") or 65_536
    pointers = {int.from_bytes(page[array + 2 * n : array + 2 * n + 2], "big") for n in range(count)}
    return len(pointers) == count and min(pointers) >= content and max(pointers) < len(page)


def _entropy(data: bytes) -> float:
    counts = Counter(data).values()
    return -sum(count / len(data) * math.log2(count / len(data)) for count in counts) if data else 0
