"""Opens a database of somebody else's for reading: nothing at its place is touched, and nothing in it is run.

Where neither a write-ahead log nor a rollback journal lies beside it, it is opened in place as `immutable`: SQLite then
takes no lock, makes no `-shm` and writes nothing (sqlite.org/uri.html). `immutable` also passes over a log, which may
hold the newest messages; where there is one, database and log are copied into a private folder of the caller's, and
opened there.

A database may be made to harm: views and triggers in the place of tables, expressions that never end, values of
gigabytes. Only ordinary tables are read, in whole passes without joins, and never a generated column, whose expression
would be run (`trusted_schema` must stay on: Signal Desktop's schema uses `json_extract`, and SQLite would refuse it).
The length of a value is bounded, extensions are not loaded, nothing is sorted on disk.
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from phoneward.errors import readable

ROWID: Final = "ROWID"
MAGIC: Final = b"SQLite format 3\0"
SIDES: Final = ("-wal", "-journal")
_MAX_VALUE: Final = 64 << 20
"""Bytes of one value or row; a thumbnail in a row has some kilobytes."""
_SETTINGS: Final = ("query_only=ON", "temp_store=MEMORY", "cell_size_check=ON", "mmap_size=0")
_STEPS: Final = 100_000
_MOST_STEPS_A_ROW: Final = 200
"""Instructions of SQLite's machine, in units of `_STEPS`, without a row coming: more is a trap."""

Row = Sequence[Any]
"""Values as SQLite has them: None, int, float, str, bytes."""


class Damages(Protocol):
    """Hears of what could not be read."""

    def damaged(self, words: str) -> None:
        """Count one; `words` are the machine's own, readable."""


def side_files(path: Path) -> tuple[Path, ...]:
    """Return the log and the journal that lie beside a database and hold anything."""
    beside = (path.with_name(path.name + end) for end in SIDES)
    return tuple(one for one in beside if one.is_file() and one.stat().st_size)


@contextlib.contextmanager
def opened(path: Path, folder: Path, *, odd_text: str = "replace") -> Iterator["Database"]:
    """Yield a database for reading.

    Args:
        path: where it lies; not written to, nor beside.
        folder: where it is copied to if a log or journal lies beside it.
        odd_text: what becomes of text that is no UTF-8, as `bytes.decode` names it.

    Raises:
        OSError: it cannot be read, or copied.
        sqlite3.Error: it is no database.
    """
    sides = side_files(path)
    place, question = path, "?mode=ro&immutable=1"
    copies: list[Path] = []
    try:
        if sides:
            place, question = folder / "copy.sqlite", "?mode=rw"
            for one in (path, *sides):
                copies.append(folder / ("copy.sqlite" + one.name[len(path.name) :]))
                shutil.copyfile(one, copies[-1])
                copies[-1].chmod(0o600)
        connection = sqlite3.connect(place.absolute().as_uri() + question, uri=True, isolation_level=None)
        try:
            yield Database(connection, odd_text)
        finally:
            connection.close()
    finally:
        for one in (*copies, folder / "copy.sqlite-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(one)


class Database:
    """A database that is open for reading."""

    def __init__(self, connection: sqlite3.Connection, odd_text: str = "replace") -> None:
        self._connection = connection
        self._left = _MOST_STEPS_A_ROW
        connection.text_factory = lambda text: text.decode("utf-8", odd_text)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
        connection.set_progress_handler(self._step, _STEPS)
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' LIMIT 5000"
        ).fetchall()
        self.tables = frozenset(name for (name,) in tables if isinstance(name, str))
        """Names of the ordinary tables."""
        self._columns: dict[str, frozenset[str]] = {}

    def columns(self, table: str) -> frozenset[str]:
        """Return the names of a table's columns; none where there is no such table."""
        if table not in self.tables:
            return frozenset()
        if table not in self._columns:
            # `table_info` leaves out hidden and generated columns, whose expressions would be run.
            rows = self._connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
            self._columns[table] = frozenset(str(name) for (name,) in rows)
        return self._columns[table]

    def rows(
        self, table: str, columns: Sequence[str], order: str = "", problems: Damages | None = None
    ) -> Iterator[Row]:
        """Yield a table's rows: these columns, None in the place of one that it does not have.

        Args:
            table: its name.
            columns: their names; ours, never the file's.
            order: the column to sort by, where it has it.
            problems: told of damage, which ends the rows; without it sqlite3.Error is raised.
        """
        there = self.columns(table)
        if not there:
            return
        there = there | {ROWID}  # every ordinary table has one, whether it names it or not
        shown = ", ".join(f'"{column}"' if column in there else "NULL" for column in columns)
        sorting = f' ORDER BY "{order}"' if order in there else ""
        try:
            # The names are ours; only what the table is known to have is named.
            cursor = self._connection.execute(f'SELECT {shown} FROM "{table}"{sorting}')  # noqa: S608
            for row in cursor:
                self._left = _MOST_STEPS_A_ROW
                yield row
        except sqlite3.Error as error:
            if problems is None:
                raise
            problems.damaged(readable(f"{table}: {error}"))

    def is_empty(self, table: str, fewer_than: int) -> bool:
        """Tell whether a table has fewer rows than that."""
        rows = self._connection.execute(f'SELECT 1 FROM "{table}" LIMIT {fewer_than:d}').fetchall()  # noqa: S608 - ours
        return len(rows) < fewer_than

    def _step(self) -> int:
        self._left -= 1
        return self._left < 0


class Beside:
    """The rows of another table that belong to rows read in ascending order of their number: both are passed once.

    Args:
        rows: each begins with the number it belongs to, ascending.
        most: how many of a number are given.
    """

    def __init__(self, rows: Iterator[Row], most: int = 100) -> None:
        self._rows = rows
        self._most = most
        self._next: Row | None = None
        self._advance()

    def of(self, number: int) -> list[Row]:
        """Return the rows of a number, at most `most`; numbers asked for must ascend."""
        found: list[Row] = []
        while self._next is not None and self._next[0] <= number:
            if self._next[0] == number and len(found) < self._most:
                found.append(self._next)
            self._advance()
        return found

    def first(self, number: int) -> Row | None:
        """Return the first row of a number."""
        found = self.of(number)
        return found[0] if found else None

    def _advance(self) -> None:
        self._next = next((row for row in self._rows if isinstance(row[0], int)), None)


def text(value: object) -> str:
    """Return a value as text; nothing for NULL and bytes."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) else ""


def number(value: object) -> int | None:
    """Return a value as a whole number; None where it is none."""
    return value if isinstance(value, int) else None
