"""Databases made with the real SQLite, and what rows they ever held."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from phoneward.rescue.sqlite import RecoveredRow, Report, recover

Row = tuple[object, ...]


def made(path: Path, *statements: str, **pragmas: object) -> Path:
    """Make a database with statements, each committed by itself; `secure_delete` is off, as on phones."""
    database = sqlite3.connect(path, isolation_level=None)
    for name, value in {"secure_delete": 0, **pragmas}.items():
        database.execute(f"PRAGMA {name} = {value}")
    for statement in statements:
        database.executescript(statement)
    database.close()
    return path


def recovered(path: Path, report: Report | None = None) -> list[RecoveredRow]:
    """Return the rows that are found and are not in the database any more."""
    return [row for row in recover(path, report=report) if not row.live_duplicate]


def values(rows: Sequence[RecoveredRow]) -> list[Row]:
    """Return what the rows hold, in an order that does not depend on where they lay."""
    return sorted((row.values for row in rows), key=repr)
