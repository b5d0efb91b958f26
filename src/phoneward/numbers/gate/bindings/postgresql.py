"""Bindings in PostgreSQL: several machines, or a service that has one anyway. Needs the extra `gate`."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from phoneward.errors import readable
from phoneward.numbers.gate.bindings import schema
from phoneward.numbers.gate.bindings.errors import PostgresPartMissingError, StoreError
from phoneward.numbers.gate.bindings.ledger import Cell, Execute, Row
from phoneward.numbers.gate.bindings.store import SqlStore

if TYPE_CHECKING:
    import psycopg

_MAX_CONNECTIONS: Final = 6
_WAIT_S: Final = 5.0
_STATEMENT_TIMEOUT_MS: Final = 10_000
_MAKING: Final = 0x70776764
"""Whoever makes the tables holds this advisory lock: several may start at once."""


class PostgresStore(SqlStore):
    """See `Store`.

    Args:
        conninfo: as libpq reads it (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).

    Raises:
        PostgresPartMissingError: the driver is not installed.
        StoreError: the server cannot be reached, or does not let us in.
    """

    _read_head = "SELECT schema_version, audit_seq, audit_chain, outbox_seq FROM head FOR UPDATE"

    def __init__(self, conninfo: str) -> None:
        try:
            import psycopg
            import psycopg_pool
        except ImportError as error:
            raise PostgresPartMissingError from error
        # Both are said in BEGIN itself, whatever the server's own settings are.
        self._committed = psycopg.IsolationLevel.READ_COMMITTED
        self._repeatable = psycopg.IsolationLevel.REPEATABLE_READ
        with _worded():
            # Once by itself: the pool would try for long, and keep the reason to itself.
            with psycopg.connect(conninfo, connect_timeout=int(_WAIT_S), application_name="phoneward") as connection:
                _make_tables(connection)
            self._pool = psycopg_pool.ConnectionPool(
                conninfo,
                min_size=1,
                max_size=_MAX_CONNECTIONS,
                timeout=_WAIT_S,
                open=True,
                kwargs={"application_name": "phoneward"},
                configure=_configure,
                check=psycopg_pool.ConnectionPool.check_connection,
            )

    def close(self) -> None:
        """See `Store`."""
        self._pool.close()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Execute]:
        with _worded(), self._pool.connection() as connection:
            connection.isolation_level, connection.read_only = self._repeatable, True
            yield _executing(connection)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Execute]:
        with _worded(), self._pool.connection() as connection:
            connection.isolation_level, connection.read_only = self._committed, False
            yield _executing(connection)


def _executing(connection: "psycopg.Connection[Any]") -> Execute:
    def execute(sql: str, parameters: Sequence[Cell]) -> list[Row]:
        with _worded():
            cursor = connection.execute(sql.replace("?", "%s").encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    return execute


def _configure(connection: "psycopg.Connection[Any]") -> None:
    """Set what the store's promises rest on, whatever the server's own settings are."""
    connection.execute("SET synchronous_commit = on")
    connection.execute(f"SET statement_timeout = {_STATEMENT_TIMEOUT_MS:d}".encode())
    connection.commit()


def _make_tables(connection: "psycopg.Connection[Any]") -> None:
    execute = _executing(connection)
    execute("SELECT pg_advisory_xact_lock(?)", [_MAKING])
    if execute("SELECT 1 FROM pg_tables WHERE tablename = 'head' AND schemaname = current_schema()", []):
        return
    for statement in (*schema.TABLES, *schema.APPEND_ONLY_POSTGRESQL, schema.FIRST_HEAD):
        execute(statement, [])


@contextlib.contextmanager
def _worded() -> Iterator[None]:
    import psycopg  # the pool's own errors are of its family

    try:
        yield
    except psycopg.Error as error:
        # Its first line: the rest may quote a row.
        problem = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise StoreError(problem=readable(problem)) from error
