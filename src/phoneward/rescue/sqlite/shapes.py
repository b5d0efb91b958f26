"""What a record of a table looks like in bytes: a pattern of its header, made from the schema and from living rows."""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from phoneward.rescue.sqlite.records import BLOB, INTEGER, NULL, REAL, TEXT, class_of
from phoneward.rescue.sqlite.schema import Table

_ENOUGH: Final = 20
"""Living rows from which on a class of values that no row holds is unlikely."""
_MOST_WIDTHS: Final = 4
"""Of records with fewer columns than the table has today, how many widths are looked for."""
_MOST_COLUMNS: Final = 400
"""Columns a pattern is made for; a record of more is found only where a pointer leads to it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A table, and the patterns of its records.

    Attributes:
        table: whose records.
        classes: per stored column, the classes of values one expects.
        seen: per stored column, the classes that living rows hold; 0 where too few were looked at.
        widths: how many columns a record can have.
        after_size: match a record's header from its length on: how many columns it has, pattern.
        after_block: match what is left of a cell whose first four bytes are a freeblock's: how many columns the record
            has, how many bytes of the list of types are gone with them (-1: the first of two of the first), pattern.
    """

    table: Table
    classes: tuple[int, ...]
    seen: tuple[int, ...]
    widths: frozenset[int]
    after_size: tuple[tuple[int, bytes], ...]
    after_block: tuple[tuple[int, int, bytes], ...]


@dataclass(slots=True)
class Profile:
    """Which classes of values the living rows of a table hold.

    Attributes:
        rows: how many were looked at.
        classes: per stored column.
        widths: how many columns records have: rows from before a column was added have fewer.
    """

    rows: int
    classes: list[int]
    widths: set[int] = field(default_factory=set)

    def add(self, kinds: list[int]) -> None:
        """Take in one row."""
        self.rows += 1
        self.widths.add(len(kinds))
        for place, kind in enumerate(kinds[: len(self.classes)]):
            self.classes[place] |= class_of(kind)


def shape_of(table: Table, profile: Profile | None, page_size: int, *, old_format: bool = False) -> Shape:
    """Return the shape of a table's records.

    Args:
        table: whose.
        profile: of its living rows.
        page_size: bounds what a freeblock's header can say.
        old_format: whether 0 and 1 have no serial types of their own.
    """
    columns = [table.columns[place] for place in table.stored]
    seen = tuple(profile.classes) if profile is not None else (0,) * len(columns)
    alias = [place == table.alias for place in table.stored]
    classes = tuple(
        NULL if is_alias else column.usual | (one & column.possible)
        for column, one, is_alias in zip(columns, seen, alias, strict=True)
    )
    known = seen if profile is not None and profile.rows >= _ENOUGH else (0,) * len(columns)
    if not 0 < len(columns) <= _MOST_COLUMNS:
        return Shape(table, classes, known, frozenset({len(columns)}), (), ())
    loose = [
        _kinds(NULL if is_alias else column.possible, old_format=old_format)
        for column, is_alias in zip(columns, alias, strict=True)
    ]
    widths = {len(columns), *(width for width in (profile.widths if profile is not None else ()) if width > 0)}
    widths = set(sorted(width for width in widths if width <= len(columns))[-_MOST_WIDTHS:])
    whole = tuple((width, (_length(classes[:width]) + b"".join(loose[:width]))) for width in sorted(widths))
    strict = [_kinds(one, old_format=old_format) for one in classes]
    cut = [one for width in sorted(widths) for one in _beheaded(strict[:width], classes, page_size, table)]
    return Shape(table, classes, known, frozenset(widths), whole, tuple(cut))


def _beheaded(
    kinds: list[bytes], classes: tuple[int, ...], page_size: int, table: Table
) -> Iterator[tuple[int, int, bytes]]:
    """Yield the patterns of cells that became a freeblock: next block, size, then what is left of the types."""
    top = rb"[\x00-\x%02x]." % ((page_size - 1) >> 8)
    # No block is smaller than four bytes: so a run of zeros is none.
    start = top + rb"(?:\x00[\x04-\xff]|(?!\x00)" + top + b")"
    width = len(kinds)
    yield width, 0, (start + b"".join(kinds))
    yield width, 1, (start + b"".join(kinds[1:]))
    if classes[0] & (TEXT | BLOB):
        yield width, -1, (start + rb"[\x00-\x7f]" + b"".join(kinds[1:]))
    if table.without_rowid and width > 1:
        yield width, 2, (start + b"".join(kinds[2:]))


@functools.lru_cache(maxsize=1_000)
def compiled(pattern: bytes) -> re.Pattern[bytes]:
    """Return a pattern of a shape, ready for use. Of thousands of tables few are ever looked for."""
    # Within a lookahead: matches may overlap, and none is consumed.
    return re.compile(b"(?=" + pattern + b")", re.DOTALL)


def _length(classes: tuple[int, ...]) -> bytes:
    """Return the pattern of the length of a header of columns that hold these classes of values."""
    least = len(classes) + 1
    # Only long text and blobs have types of two bytes and more; three are enough for 1 MB.
    most = least + 1 + 2 * sum(1 for one in classes if one & (TEXT | BLOB))
    longer = rb"[\x81-\xff][\x00-\x7f]"
    if least > 127:
        return longer
    single = rb"[\x%02x-\x%02x]" % (least, min(most, 127))
    return single if most <= 127 else b"(?:" + single + b"|" + longer + b")"


def _kinds(classes: int, *, old_format: bool) -> bytes:
    """Return the pattern of one serial type of these classes."""
    single = b""
    if classes & NULL:
        single += b"\\x00"
    if classes & INTEGER:
        single += b"\\x01-\\x06" if old_format else b"\\x01-\\x06\\x08\\x09"
    if classes & REAL:
        single += b"\\x07"
    longer = []
    if classes & (TEXT | BLOB) == TEXT | BLOB:
        single += b"\\x0c-\\x7f"
        longer = [b"[\\x80-\\xff]{1,4}[\\x00-\\x7f]"]
    elif classes & (TEXT | BLOB):
        odd = bool(classes & TEXT)
        single += b"".join(b"\\x%02x" % kind for kind in range(13 if odd else 12, 128, 2))
        last = b"".join(b"\\x%02x" % kind for kind in range(int(odd), 128, 2))
        longer = [b"[\\x81-\\xff][\\x80-\\xff]{0,3}[" + last + b"]"]
    return b"(?:" + b"|".join(([b"[" + single + b"]"] if single else []) + longer) + b")"
