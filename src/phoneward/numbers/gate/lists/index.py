"""Millions of numbers with two days each, looked up in microseconds, built and read in little memory: SQLite."""

import contextlib
import itertools
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

_BATCH = 10_000
_CACHE_KIB = 16 * 1024


class NumberIndex:
    """An index file, open for reading.

    Attributes:
        made_of: what it was built from, as given to `build`.
    """

    def __init__(self, path: Path) -> None:
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._database = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self.made_of: str = self._database.execute("SELECT made_of FROM about").fetchone()[0]

    @classmethod
    def current(cls, path: Path, made_of: str) -> "NumberIndex | None":
        """Return the index at `path` if it is there, whole, and built from `made_of`."""
        if not path.is_file():
            return None
        with contextlib.suppress(sqlite3.Error, TypeError):
            index = cls(path)
            if index.made_of == made_of:
                return index
            index.close()
        return None

    @classmethod
    def build(cls, path: Path, rows: Iterable[tuple[int, int | None, int | None]], made_of: str) -> Self:
        """Write an index to `path`, whole or not at all, and open it.

        Args:
            path: replaced where it exists.
            rows: a number and two values; where a number comes more than once, the largest of each counts.
            made_of: names the source; tells an index that is out of date from one that is not.

        Raises:
            OSError: it cannot be written.
        """
        making = path.with_name(f"{path.name}.{os.getpid()}.making")
        try:
            with contextlib.closing(sqlite3.connect(making, isolation_level=None)) as database:
                _fill(database, rows, made_of)
            with making.open("rb+") as file:
                os.fsync(file.fileno())
            os.replace(making, path)
        except sqlite3.OperationalError as error:
            raise OSError(str(error)) from None
        finally:
            making.unlink(missing_ok=True)
        return cls(path)

    def get(self, number: str) -> tuple[int | None, int | None] | None:
        """Return the two values of a number (E.164 with `+`); None where it is not in the list."""
        found: tuple[int | None, int | None] | None = self._database.execute(
            "SELECT a, b FROM numbers WHERE number = ?", (int(number),)
        ).fetchone()
        return found

    def __len__(self) -> int:
        """Return how many numbers it holds; reads all of it."""
        count: int = self._database.execute("SELECT count(*) FROM numbers").fetchone()[0]
        return count

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _fill(database: sqlite3.Connection, rows: Iterable[tuple[int, int | None, int | None]], made_of: str) -> None:
    # It is thrown away when anything goes wrong, so nothing needs a journal; SQLite sorts on disk.
    database.executescript(
        f"""
        PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;
        PRAGMA cache_size = -{_CACHE_KIB};
        CREATE TEMP TABLE came (number INTEGER, a INTEGER, b INTEGER);
        CREATE TABLE numbers (number INTEGER PRIMARY KEY, a INTEGER, b INTEGER);
        CREATE TABLE about (made_of TEXT NOT NULL);
        """
    )
    iterator = iter(rows)
    while batch := list(itertools.islice(iterator, _BATCH)):
        database.execute("BEGIN")
        database.executemany("INSERT INTO came VALUES (?, ?, ?)", batch)
        database.execute("COMMIT")
    database.execute("BEGIN")
    database.execute("INSERT INTO numbers SELECT number, max(a), max(b) FROM came GROUP BY number ORDER BY number")
    database.execute("INSERT INTO about VALUES (?)", (made_of,))
    database.execute("COMMIT")
