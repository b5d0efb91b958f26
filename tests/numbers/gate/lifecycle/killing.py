"""A program that is killed (SIGKILL) at every single statement of a service's life, and looks what is left.

Started by `test_killed.py`; each life is a child process of its own.
"""

import contextlib
import datetime as dt
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from phoneward.numbers.gate import audit
from phoneward.numbers.gate.bindings import Ledger, PostgresStore, SqliteStore
from phoneward.numbers.gate.bindings.ledger import Execute
from phoneward.numbers.gate.service.notices import work_off
from tests.numbers.gate.lifecycle.conftest import KEYS, NOW, NUMBER, OTHER, steps

Opening = Callable[[], Any]
DAY = (NOW + dt.timedelta(days=9)).date()


def life(folder: Path) -> list[Callable[[Any], object]]:
    """What a service does, one transaction after the other."""
    return [
        lambda store: store.write(lambda ledger: steps(0).bind(ledger, "a", NUMBER)),
        lambda store: store.write(lambda ledger: steps(0).bind(ledger, "b", NUMBER)),
        lambda store: store.write(lambda ledger: steps(0).bind(ledger, "c", OTHER)),
        lambda store: store.write(lambda ledger: steps(1).session_opened(ledger, "a", "s-1")),
        lambda store: store.write(lambda ledger: steps(5).remind(ledger, steps(3).now, 10)),
        lambda store: work_off(folder / "list.csv", store, KEYS, lambda: steps(10).now),
        lambda store: store.write(lambda ledger: steps(11).session_opened(ledger, "a", "late")),
        lambda store: store.write(lambda ledger: steps(12).recovered(ledger, "a", "passkey", "+4915112345678")),
        lambda store: store.write(lambda ledger: steps(13).done(ledger, [one.key for one in ledger.waiting(100)])),
        lambda store: store.write(lambda ledger: steps(14).release(ledger, "c")),
        lambda store: store.write_each([
            lambda ledger: steps(15).bind(ledger, "d", OTHER),
            lambda ledger: steps(15).verified(ledger, "a", "totp", "+4915112345678"),
        ]),
    ]  # fmt: skip


def tables(store: Any) -> dict[str, object]:
    """All that is there, but what differs from run to run: the sealing's nonces, and what rests on them."""

    def look(ledger: Ledger) -> dict[str, object]:
        return {
            "bindings": [replace(found, number="") for name in "abcd" if (found := ledger.find(name))],
            "sessions": ledger._execute("SELECT * FROM sessions ORDER BY account, session", []),
            "outbox": ledger._execute("SELECT key, details, done_at FROM outbox ORDER BY seq", []),
            "audit": [entry for _seq, entry, _chain in ledger.entries(0, 1000)],
        }

    found: dict[str, object] = store.read(look)
    return found


def killing_at(store: Any, point: int) -> None:
    """Make a store whose process is killed at its n-th statement, or just before or after a commit."""
    passed = 0
    writing = store._writing

    def pass_by() -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextlib.contextmanager
    def wrapped() -> Iterator[Execute]:
        with writing() as execute:

            def counting(sql: str, parameters: Any) -> Any:
                pass_by()
                return execute(sql, parameters)

            yield counting
            pass_by()
        pass_by()

    store._writing = wrapped


def live(opening: Opening, folder: Path, done: Path, point: int) -> bool:
    """Live in a child; returns whether it came to its end. What it got done it writes down."""
    child = os.fork()
    if child == 0:
        store = opening()
        killing_at(store, point)
        with done.open("ab", buffering=0) as file:
            for step in life(folder):
                step(store)
                file.write(b".")
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0, status
    return not os.WIFSIGNALED(status)


def after(opening: Opening, work: Callable[[Any], Any]) -> Any:
    store = opening()
    try:
        return work(store)
    finally:
        store.close()


def main(kind: str, folder: Path, places: list[str]) -> None:
    (folder / "list.csv").write_text(f"# cancelled\n{NUMBER},{DAY}\n{OTHER},2020-01-01\n+999999999,{DAY}\n")

    def opening_of(place: str) -> Opening:
        return (lambda: SqliteStore(Path(place))) if kind == "sqlite" else (lambda: PostgresStore(place))

    # What is there after each step, undisturbed.
    opening = opening_of(places[0])
    whole = [after(opening, tables)]
    for step in life(folder):
        after(opening, step)
        whole.append(after(opening, tables))

    every = int(os.environ.get("EVERY", "1"))
    killed = 0
    for place, point in zip(places[1:], range(1, 10_000, every), strict=False):
        opening = opening_of(place)
        done = folder / f"done-{point}"
        finished = live(opening, folder, done, point)
        killed += not finished
        count = done.stat().st_size if done.exists() else 0
        found = after(opening, tables)
        # All of a step or nothing of it; the list is several transactions, and done in part it is done again.
        if count != 5:
            assert found in whole[count : count + 2], (point, count, found)
        assert after(opening, lambda store: audit.check(store, KEYS).problem) == "", point
        # Whoever does not know whether it was done does it again.
        after(opening, lambda store, count=count: [step(store) for step in life(folder)[count:]])  # type: ignore[misc]
        last = after(opening, tables)
        for name in ("bindings", "sessions", "outbox"):
            assert last[name] == whole[-1][name], (point, name, last[name], whole[-1][name])
        assert after(opening, lambda store: audit.check(store, KEYS).problem) == "", point
        if finished:
            break
    sys.stdout.write(f"killed {killed} times\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
