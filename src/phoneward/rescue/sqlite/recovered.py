"""A row that was deleted, overwritten or lost, and where it was found."""

from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = int | float | str | bytes | None
"""What SQLite stores in a column (https://sqlite.org/datatype3.html)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveredRow:
    """One row that no query returns any more.

    Attributes:
        table: its name; None where nobody can tell.
        rowid: None where it was destroyed, or the table has none.
        values: in the order of the table's columns; None also where a value was destroyed (`destroyed` tells which).
        method: how it was found: `freeblock`, `freelist`, `unallocated`, `wal`, `journal`, `dropped-table`…
        page: number of the page, from 1.
        offset: of the record's first byte that is left, in the file `file`.
        confidence: 0 to 1.
        live_duplicate: whether the same row is still in the database.
        destroyed: indexes of columns whose bytes are gone.
        file: which file it was found in: `db`, `wal`, `journal`.
        version: WAL frame number, from 1, where the row is a version in time; None elsewhere.
    """

    table: str | None
    rowid: int | None
    values: tuple[Value, ...]
    method: str
    page: int
    offset: int
    confidence: float
    live_duplicate: bool = False
    destroyed: frozenset[int] = frozenset()
    file: str = "db"
    version: int | None = None
