"""The audit log proves what happened, and betrays nobody."""

import io
import json
import sqlite3
from pathlib import Path

import pytest

from phoneward.numbers.gate import audit
from phoneward.numbers.gate.bindings import SqliteStore, Store
from phoneward.numbers.gate.keys import Keys
from tests.numbers.gate.lifecycle.conftest import KEYS, NOW, NUMBER, OTHER, steps


def fill(store: Store) -> None:
    store.write(lambda ledger: steps().bind(ledger, "anna@example.com", NUMBER))
    store.write(lambda ledger: steps(1).session_opened(ledger, "anna@example.com", "cookie-of-anna"))
    store.write(lambda ledger: steps(2).verified(ledger, "anna@example.com", "totp", NUMBER))
    store.write(lambda ledger: steps(9).notice(ledger, NUMBER, steps(8).now.date()))
    store.write(lambda ledger: steps(10).recovered(ledger, "anna@example.com", "passkey", OTHER))
    store.write(lambda ledger: steps(11).done(ledger, [one.key for one in ledger.waiting(9)]))
    store.write(lambda ledger: steps(500).remind(ledger, steps(400).now, 9))
    store.write(lambda ledger: steps(501).release(ledger, "anna@example.com"))


def exported(store: Store) -> list[dict[str, object]]:
    stream = io.StringIO()
    audit.export(store, stream)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_every_step_is_in_the_log(store: Store) -> None:
    fill(store)
    lines = exported(store)
    assert [line["event"] for line in lines] == [
        "bound", "session-opened", "verified", "notice", "suspended", "recovered", "action-done", "action-done",
        "action-done", "action-done", "reminded", "released",
    ]  # fmt: skip
    assert {str(line["account"]) for line in lines} == {KEYS.pseudonym("anna@example.com")}
    assert lines[0] == {
        "seq": 1, "time": "2026-05-04T12:30:00.000000Z", "event": "bound", "caller": "shop", "number": "+86…00",
        "number_hash": KEYS.number_hash(NUMBER)[:16], "account": KEYS.pseudonym("anna@example.com"),
        "chain": lines[0]["chain"],
    }  # fmt: skip
    assert audit.check(store, KEYS) == audit.Checked(entries=12, head=str(lines[-1]["chain"]))


def test_no_number_name_or_session_stands_in_it(store: Store) -> None:
    fill(store)
    stream = io.StringIO()
    audit.export(store, stream)
    text = stream.getvalue()
    for secret in (NUMBER, NUMBER[3:], OTHER, OTHER[3:], "anna", "cookie-of-anna"):
        assert secret not in text


TAMPERING = {
    "an entry changed": ("UPDATE audit SET entry = replace(entry, 'verified', 'released') WHERE seq = 3", "chain", 2),
    "an entry removed": ("DELETE FROM audit WHERE seq = 5", "gap", 4),
    "an entry removed and closed up": (
        "DELETE FROM audit WHERE seq = 5; UPDATE audit SET seq = seq - 1 WHERE seq > 5", "chain", 4,
    ),
    "two entries swapped": (
        """UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3;
           UPDATE audit SET seq = 3 WHERE seq = 99""", "chain", 1,
    ),
    "the end cut off": ("DELETE FROM audit WHERE seq > 9", "cut", 9),
    "all of it": ("DELETE FROM audit", "cut", 0),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "problem", "sound"), TAMPERING.values(), ids=TAMPERING)
def test_whoever_changes_the_log_is_found_out(tmp_path: Path, sql: str, problem: str, sound: int) -> None:
    """Somebody with the database and without the secret; the triggers do not stop them."""
    store = SqliteStore(tmp_path / "bindings.db")
    fill(store)
    with sqlite3.connect(tmp_path / "bindings.db") as connection:
        connection.executescript(f"DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; {sql}")
    checked = audit.check(store, KEYS)
    assert (checked.problem, checked.entries) == (problem, sound)
    store.close()


def test_an_older_state_put_back_shows_against_a_noted_head(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "bindings.db")
    fill(store)
    noted = audit.check(store, KEYS)
    store.write(lambda ledger: steps(502).recovered(ledger, "anna@example.com", "totp", NUMBER))
    assert audit.check(store, KEYS, (noted.entries, noted.head)).problem == ""
    assert audit.check(store, KEYS, (noted.entries - 1, noted.head)).problem == "noted-head"
    store.close()
    other = SqliteStore(tmp_path / "younger.db")
    fill(other)
    other.write(lambda ledger: steps(600).bind(ledger, "b", NUMBER))
    forged = audit.check(other, KEYS)
    assert audit.check(other, KEYS, (forged.entries + 1, forged.head)).problem == "noted-head"
    other.close()


def test_nobody_writes_a_log_without_the_secret(store: Store) -> None:
    fill(store)
    assert audit.check(store, Keys(bytes(32))).problem == "chain"


def test_an_event_that_is_not_documented_cannot_be_written(store: Store) -> None:
    with pytest.raises(ValueError, match="sold"):
        store.write(lambda ledger: audit.Audit(KEYS).write(ledger, "sold", NOW))
