"""Recovered rows for programs and for other programs' files: JSON lines, a new SQLite file, CSV."""

import base64
import contextlib
import csv
import json
import re
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from phoneward.errors import readable
from phoneward.rescue.sqlite.errors import WhereToError
from phoneward.rescue.sqlite.recovered import RecoveredRow, Value
from phoneward.rescue.sqlite.report import Report

PROVENANCE: Final = (
    "recovered_from", "recovered_rowid", "recovered_method", "recovered_in", "recovered_version", "recovered_page",
    "recovered_offset", "recovered_confidence", "recovered_live_duplicate", "recovered_destroyed",
)  # fmt: skip
"""Columns that stand before a row's own: how it was found."""
UNKNOWN: Final = "unknown_table"
"""Where rows go whose table nobody can tell."""
_MOST_COLUMNS: Final = 1_900
"""SQLite's limit is 2,000; a wider row is kept as JSON in one column."""
_COMMIT: Final = 20_000
"""Rows of a transaction."""


def json_line(row: RecoveredRow) -> str:
    """Return a row as one line of JSON, its line end included; blobs are `{"base64": …}`."""
    document = {
        "table": row.table,
        "rowid": row.rowid,
        "values": [_plain(value) for value in row.values],
        "method": row.method,
        "page": row.page,
        "offset": row.offset,
        "confidence": row.confidence,
        "live_duplicate": row.live_duplicate,
    }
    return json.dumps(document, separators=(",", ":")) + "\n"


def _plain(value: Value) -> object:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    # JSON has no infinity.
    return str(value) if isinstance(value, float) and value in {float("inf"), float("-inf")} else value


def column_names(row: RecoveredRow, report: Report) -> tuple[str, ...]:
    """Return the names of a row's columns; c1, c2 … where they are not known."""
    names = report.columns.get((row.table or "", len(row.values)))
    return names or tuple(f"c{number}" for number in range(1, len(row.values) + 1))


def _provenance(row: RecoveredRow, source: str) -> tuple[Value, ...]:
    return (source, row.rowid, row.method, row.file, row.version, row.page, row.offset, row.confidence,
            int(row.live_duplicate), " ".join(map(str, sorted(row.destroyed))))  # fmt: skip


class RowsDatabase:
    """A new SQLite file with a table for each table that rows were recovered of.

    Args:
        path: must not be there yet.

    Raises:
        WhereToError: it is there, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        if path.exists() or path.is_symlink():
            raise WhereToError(path=readable(str(path)))
        try:
            self._database = sqlite3.connect(path)
            self._database.execute("PRAGMA journal_mode = MEMORY")
        except sqlite3.Error as error:
            raise WhereToError(path=readable(str(path))) from error
        self._tables: dict[tuple[str | None, int], str] = {}
        self._taken: set[str] = set()
        self._rows = 0

    def add(self, row: RecoveredRow, source: str, report: Report) -> None:
        """Write a row.

        Args:
            row: any.
            source: readable name of the file it is from.
            report: of the search, which knows the names of columns.
        """
        values = row.values if len(row.values) <= _MOST_COLUMNS else (json.dumps([*map(_plain, row.values)]),)
        key = (row.table, len(values))
        if key not in self._tables:
            self._tables[key] = self._make(row, len(values), report)
        marks = ",".join("?" * (len(PROVENANCE) + len(values)))
        self._database.execute(
            f"INSERT INTO {self._tables[key]} VALUES ({marks})",  # noqa: S608 - quoted by `_quoted`
            (*_provenance(row, source), *values),
        )
        self._rows += 1
        if self._rows % _COMMIT == 0:
            self._database.commit()

    def _make(self, row: RecoveredRow, width: int, report: Report) -> str:
        name, number = _safe(row.table or UNKNOWN), 1
        while name.lower() in self._taken or name.lower().startswith("sqlite_"):
            number += 1
            name = f"{_safe(row.table or UNKNOWN)}_{number}".replace("sqlite_", "was_sqlite_")
        self._taken.add(name.lower())
        names, taken = [], {one.lower() for one in PROVENANCE}
        for place, one in enumerate(column_names(row, report) if width == len(row.values) else ("values",)):
            column = _safe(one) or f"c{place + 1}"
            while column.lower() in taken:
                column += "_"
            taken.add(column.lower())
            names.append(column)
        # Columns without a type: every value stays what it was.
        self._database.execute(f"CREATE TABLE {_quoted(name)} ({','.join(map(_quoted, (*PROVENANCE, *names)))})")
        return _quoted(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._database.commit()
        self._database.close()


def _safe(name: str) -> str:
    return name.replace("\0", "")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class CsvFolder:
    """A new folder with a CSV file for each table that rows were recovered of.

    Args:
        path: must not be there yet, or be an empty folder.

    Raises:
        WhereToError: something lies there, or it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.mkdir(parents=True, exist_ok=True)
            is_empty = not any(path.iterdir())
        except OSError as error:
            raise WhereToError(path=readable(str(path))) from error
        if not is_empty:
            raise WhereToError(path=readable(str(path)))
        self._path = path
        self._files = contextlib.ExitStack()
        self._tables: dict[tuple[str | None, int], Any] = {}
        self._taken: set[str] = set()

    def add(self, row: RecoveredRow, source: str, report: Report) -> None:
        """Write a row; see `RowsDatabase.add`. Blobs are written as `base64:…`."""
        key = (row.table, len(row.values))
        if key not in self._tables:
            self._tables[key] = csv.writer(self._file(row.table or UNKNOWN))
            self._tables[key].writerow([*PROVENANCE, *column_names(row, report)])
        self._tables[key].writerow([_cell(one) for one in (*_provenance(row, source), *row.values)])

    def _file(self, table: str) -> IO[str]:
        plain = re.sub(r"[^\w.-]", "_", table)[:80].strip(".") or UNKNOWN
        name, number = plain, 1
        while name.lower() in self._taken:
            number += 1
            name = f"{plain}_{number}"
        self._taken.add(name.lower())
        file = (self._path / f"{name}.csv").open("x", encoding="utf-8-sig", newline="")
        return self._files.enter_context(file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._files.close()


def _cell(value: Value) -> object:
    if isinstance(value, bytes):
        return "base64:" + base64.b64encode(value).decode()
    # A spreadsheet must not take a message for a formula.
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + value
    return value
