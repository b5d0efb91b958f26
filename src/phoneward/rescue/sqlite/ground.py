"""A stretch of a page that is looked at, and what is found there."""

from dataclasses import dataclass

from phoneward.rescue.sqlite.shapes import Shape


@dataclass(frozen=True, slots=True)
class Ground:
    """A stretch of a page, and how to read it.

    Attributes:
        data: the page.
        start: where the stretch begins.
        end: where it ends.
        usable: bytes of the page that hold anything.
        encoding: of text.
        block: whether a freeblock begins at `start`, as the page says.
        hints: places that stale cell pointers lead to.
        old_format: whether 0 and 1 have no serial types of their own.
        reused: whether something may have been put over its end.
        whole: only whole cells are looked for.
    """

    data: bytes
    start: int
    end: int
    usable: int
    encoding: str
    block: bool = False
    hints: frozenset[int] = frozenset()
    old_format: bool = False
    reused: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Bytes that look like a cell.

    Attributes:
        start: where the cell begins in its page.
        end: where it ends there.
        shape: of the table its row would be of.
        rowid: None where it is gone, or there is none.
        kinds: serial types.
        body: where its values begin.
        local: bytes of its values in this page.
        overflow: page it goes on at; 0 where it does not.
        bits: evidence.
        first: the first byte of it that is left.
    """

    start: int
    end: int
    shape: Shape
    rowid: int | None
    kinds: tuple[int, ...]
    body: int
    local: int
    overflow: int
    bits: float
    first: int
