"""Bindings in an SQLite file: no server, and a single machine."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.numbers.gate.bindings import schema
from phoneward.numbers.gate.bindings.errors import StoreError
from phoneward.numbers.gate.bindings.ledger import Cell, Execute, Row
from phoneward.numbers.gate.bindings.store import SqlStore

_BUSY_MS: Final = 10_000


class SqliteStore(SqlStore):
    """See `Store`. Readers do not wait (write-ahead log); what was written is on disk (synchronous FULL).

    Args:
        path: made where it is not there, for its owner alone.

    Raises:
        StoreError: it is no such file, or may not be used.
    """

    _read_head = "SELECT schema_version, audit_seq, audit_chain, outbox_seq FROM head"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer_lock = threading.Lock()
        self._reader_lock = threading.Lock()
        with _worded():
            with contextlib.suppress(FileExistsError):
                path.touch(mode=0o600, exist_ok=False)
            self._writer = self._connect()
            self._make_tables()
            self._reader = self._connect()
            self._reader.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        """See `Store`."""
        with self._reader_lock, self._writer_lock:
            self._reader.close()
            self._writer.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _make_tables(self) -> None:
        with _transaction(self._writer, "BEGIN IMMEDIATE") as execute:
            if execute("SELECT 1 FROM sqlite_master WHERE name = 'head'", []):
                return
            for statement in (*schema.TABLES, *schema.APPEND_ONLY_SQLITE, schema.FIRST_HEAD):
                execute(statement, [])

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Execute]:
        with self._reader_lock, _worded(), _transaction(self._reader, "BEGIN") as execute:
            yield execute

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Execute]:
        with self._writer_lock, _worded(), _transaction(self._writer, "BEGIN IMMEDIATE") as execute:
            yield execute


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[Execute]:
    def execute(sql: str, parameters: Sequence[Cell]) -> list[Row]:
        with _worded():
            return connection.execute(sql, parameters).fetchall()

    connection.execute(begin)
    try:
        yield execute
        connection.execute("COMMIT")
    except BaseException:  # also Ctrl-C: whatever ends the work early, none of it stays
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def _worded() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(problem=readable(str(error))) from error
