"""A page of a long list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")

PAGE_SIZE: Final = 200
"""Rows of a page where nothing else is asked for."""
MAX_PAGE_SIZE: Final = 1_000
"""Most rows of a page, whatever is asked for."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and where they stand in it.

    Attributes:
        rows: what stands on this page.
        total: how many rows there are on all pages.
        number: which page this is, from 1.
        size: rows on a full page.
        at_least: there are more than `total`; nobody counted them.
    """

    rows: tuple[T, ...]
    total: int
    number: int
    size: int
    at_least: bool = False

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))


def bounds(number: int, size: int) -> tuple[int, int]:
    """Return the first row of a page and its rows, both made possible: an address bar may say anything."""
    size = min(max(size, 1), MAX_PAGE_SIZE)
    return (max(number, 1) - 1) * size, size


def page_of(rows: Sequence[T], number: int, size: int = PAGE_SIZE) -> Page[T]:
    """Return a page of a list that is in memory. A page after the last is empty."""
    start, size = bounds(number, size)
    return Page(tuple(rows[start : start + size]), len(rows), max(number, 1), size)
