"""What every database must hold; one suite for both."""

import concurrent.futures
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from phoneward.numbers.gate import audit
from phoneward.numbers.gate.bindings import (
    Ledger,
    NotBoundError,
    PostgresStore,
    SqliteStore,
    Store,
    StoreError,
    StoreTooNewError,
)
from phoneward.numbers.gate.bindings.binding import Binding, State
from phoneward.numbers.gate.keys import Keys
from phoneward.numbers.gate.lifecycle import fit
from phoneward.numbers.gate.secret_errors import WrongSecretError
from tests.numbers.gate.lifecycle import postgres
from tests.numbers.gate.lifecycle.conftest import KEYS, NUMBER, OTHER, steps
from tests.numbers.gate.lifecycle.postgres import Server


def test_what_was_written_is_there_for_whoever_opens_it_next(opening: Callable[[], Store]) -> None:
    bound = opening().write(lambda ledger: steps().bind(ledger, "账户/1", NUMBER))
    assert opening().read(lambda ledger: ledger.find("账户/1")) == bound
    assert KEYS.unseal(bound.number, "账户/1") == NUMBER


def test_a_work_that_fails_leaves_nothing(store: Store) -> None:
    def fail(ledger: Ledger) -> None:
        steps().bind(ledger, "a", NUMBER)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write(fail)
    assert store.read(lambda ledger: ledger.find("a")) is None
    assert store.read(lambda ledger: ledger.last_entry()) == (0, "")


def test_of_several_works_only_the_failed_one_leaves_nothing(store: Store) -> None:
    def fail(ledger: Ledger) -> None:
        steps().bind(ledger, "b", NUMBER)
        ledger.append("{}", "chain")
        raise ZeroDivisionError

    done = store.write_each(
        [
            lambda ledger: steps().bind(ledger, "a", NUMBER).account,
            fail,
            lambda ledger: steps().verified(ledger, "nobody", "totp", NUMBER),
            lambda ledger: steps().bind(ledger, "c", OTHER).account,
        ]
    )
    assert [one if isinstance(one, str) else type(one) for one in done] == ["a", ZeroDivisionError, NotBoundError, "c"]
    assert store.read(lambda ledger: [ledger.find(name) is not None for name in "abc"]) == [True, False, True]
    assert [seq for seq, *_rest in store.read(lambda ledger: ledger.entries(0, 10))] == [1, 2]


def test_a_statement_that_the_database_refuses_spoils_only_its_own_work(store: Store) -> None:
    done = store.write_each(
        [
            lambda ledger: ledger._execute("SELECT no_such_column FROM bindings", []),
            lambda ledger: steps().bind(ledger, "a", NUMBER).account,
        ]
    )
    assert isinstance(done[0], StoreError)
    assert store.read(lambda ledger: ledger.find("a"))


def test_writers_of_several_processes_come_one_after_the_other(opening: Callable[[], Store]) -> None:
    """Two services over one database: the audit log has no gap, and no change of the other is lost."""
    stores = [opening(), opening()]
    start = threading.Barrier(4)

    def bump(which: int) -> None:
        start.wait()
        for _turn in range(10):
            stores[which % 2].write(lambda ledger: steps().bind(ledger, "a", next_number(ledger)))

    def next_number(ledger: Ledger) -> str:
        binding = ledger.find("a")
        return f"+8613800{0 if binding is None else binding.version:06}"

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        list(threads.map(bump, range(4)))
    binding = stores[0].read(lambda ledger: ledger.find("a"))
    assert binding is not None
    assert binding.version == 40
    assert [seq for seq, *_rest in stores[0].read(lambda ledger: ledger.entries(0, 100))] == list(range(1, 41))


def test_a_reader_does_not_wait_for_a_writer_and_sees_what_was_before(store: Store) -> None:
    store.write(lambda ledger: steps().bind(ledger, "a", NUMBER))

    def look_meanwhile(ledger: Ledger) -> State:
        binding = ledger.find("a")
        assert binding is not None
        steps().suspend(ledger, binding, "changed")
        with concurrent.futures.ThreadPoolExecutor(1) as other:
            seen: Binding | None = other.submit(store.read, lambda reading: reading.find("a")).result(timeout=20)
        assert seen is not None
        return seen.state

    assert store.write(look_meanwhile) is State.ACTIVE


def test_the_audit_log_is_append_only_in_the_database_too(store: Store) -> None:
    store.write(lambda ledger: steps().bind(ledger, "a", NUMBER))
    for statement in ("UPDATE audit SET entry = '{}'", "DELETE FROM audit"):
        with pytest.raises(StoreError, match="append-only"):
            store.write(lambda ledger, statement=statement: ledger._execute(statement, []))  # type: ignore[misc]


def test_reading_does_not_write(store: Store) -> None:
    with pytest.raises(StoreError):
        store.read(lambda ledger: ledger.add_session("a", "s", steps().now))


def test_another_secret_is_noticed_at_once(store: Store) -> None:
    """With another secret no notice would find its number: the gate must not start."""
    fit(store, KEYS)
    fit(store, KEYS)
    with pytest.raises(WrongSecretError):
        fit(store, Keys(bytes(32)))


def test_tables_of_a_newer_program_are_left_alone(store: Store) -> None:
    store.write(lambda ledger: ledger._execute("UPDATE head SET schema_version = 2", []))
    with pytest.raises(StoreTooNewError, match="newer"):
        store.write(lambda ledger: steps().bind(ledger, "a", NUMBER))


def test_several_start_at_once_on_an_empty_database(opening: Callable[[], Store]) -> None:
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        stores = list(threads.map(lambda _number: opening(), range(4)))
    for number, one in enumerate(stores):
        one.write(lambda ledger, number=number: steps().bind(ledger, f"a{number}", NUMBER))  # type: ignore[misc]
    assert stores[0].read(lambda ledger: ledger.count())[State.ACTIVE] == 4


def test_a_file_that_is_no_database_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear aunt, " * 100)
    with pytest.raises(StoreError, match="not a database"):
        SqliteStore(tmp_path / "letter.db")
    with pytest.raises(StoreError, match=r"unable to open|No such file"):
        SqliteStore(tmp_path / "nowhere" / "bindings.db")


def test_sqlite_waits_for_the_disk_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "bindings.db")
    assert store._writer.execute("PRAGMA synchronous").fetchone() == (2,)
    assert store._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert (tmp_path / "bindings.db").stat().st_mode & 0o777 == 0o600
    store.close()


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        PostgresStore(f"host={tmp_path} user=postgres password=hunter2")
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_server_that_restarts_is_found_again(postgres_server: Server) -> None:
    """A database that was restarted in the night: the next question is answered, without a restart of the gate."""
    store = PostgresStore(postgres_server.fresh())
    store.write(lambda ledger: steps().bind(ledger, "a", NUMBER))
    with psycopg.connect(postgres_server.plain, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'phoneward'")
    assert store.read(lambda ledger: ledger.find("a"))
    store.write(lambda ledger: steps().bind(ledger, "b", NUMBER))
    store.close()


def test_no_number_stands_in_the_tables(tmp_path: Path) -> None:
    """Who steals the file without the secret has no numbers."""
    store = SqliteStore(tmp_path / "bindings.db")
    store.write(lambda ledger: steps().bind(ledger, "a", NUMBER))
    store.write(lambda ledger: steps().recovered(ledger, "a", "totp", OTHER))
    store.close()
    with sqlite3.connect(tmp_path / "bindings.db") as connection:
        dumped = "\n".join(connection.iterdump())
    for number in (NUMBER, OTHER):
        assert number not in dumped
        assert number[3:] not in dumped


def test_a_full_disk_leaves_nothing_half_done(tmp_path: Path) -> None:
    """There is no room for what is to be written: one sentence, all as before, and it goes on once there is."""
    store = SqliteStore(tmp_path / "bindings.db")
    store.write(lambda ledger: steps().bind(ledger, "a", NUMBER))
    (pages,) = store._writer.execute("PRAGMA page_count").fetchone()
    store._writer.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(StoreError, match="full"):
        store.write(lambda ledger: [steps().bind(ledger, f"b{number}", OTHER) for number in range(200)])
    assert store.read(lambda ledger: ledger.count())[State.ACTIVE] == 1
    assert audit.check(store, KEYS).entries == 1
    store._writer.execute("PRAGMA max_page_count = 1000000")
    store.write(lambda ledger: steps().bind(ledger, "b", OTHER))
    assert audit.check(store, KEYS).entries == 2
    store.close()


def test_what_was_acknowledged_outlives_a_crash_of_the_server() -> None:
    """PostgreSQL is stopped as if the power went, in the middle of writing, and starts again."""
    with postgres.server(durable=True) as server:
        conninfo = server.fresh()
        store = PostgresStore(conninfo)
        acknowledged = []
        stopping = threading.Timer(0.3, lambda: server.stop("immediate"))
        stopping.start()
        with contextlib.suppress(StoreError):
            for number in range(100_000):
                store.write(lambda ledger, name=f"a{number}": steps().bind(ledger, name, NUMBER))  # type: ignore[misc]
                acknowledged.append(f"a{number}")
        stopping.join()
        assert len(acknowledged) < 100_000
        server.start()
        assert acknowledged
        assert store.read(lambda ledger: all(ledger.find(name) for name in acknowledged))
        checked = audit.check(store, KEYS)
        assert checked.problem == ""
        assert checked.entries - len(acknowledged) in {0, 1}
        store.close()
