"""Reminders go out by themselves, and a database that is away for a moment does not end that."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from phoneward.numbers.gate import Gate, policy
from phoneward.numbers.gate.bindings import Desk, Store, StoreError
from phoneward.numbers.gate.gatekeeper import Gatekeeper
from phoneward.numbers.gate.service import job as jobs
from phoneward.numbers.gate.service.job import Job
from phoneward.numbers.gate.service.settings import LifecycleTable
from tests.numbers.gate.lifecycle.conftest import KEYS, NOW, NUMBER, steps

TABLE = LifecycleTable(stale_after_days=100, remind_days_before=10, every_s=1)


@pytest.fixture
def keeper(store: Store) -> Iterator[Gatekeeper]:
    desk = Desk(store)
    later = NOW + dt.timedelta(days=90, minutes=1)
    yield Gatekeeper(desk=desk, decider=Gate(()), policy=policy.read(None), keys=KEYS, clock=lambda: later)
    desk.close()


def reminders(store: Store) -> list[str]:
    return [action.account for action in store.read(lambda ledger: ledger.waiting(1000))]


def test_whoever_is_due_is_reminded_however_many(
    store: Store, keeper: Gatekeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BATCH", 3)
    for number in range(7):
        store.write(lambda ledger, name=f"a{number}": steps().bind(ledger, name, NUMBER))  # type: ignore[misc]
    store.write(lambda ledger: steps(1).bind(ledger, "not yet", NUMBER))
    assert [asyncio.run(Job(keeper, TABLE).remind()) for _twice in range(2)] == [7, 0]
    assert sorted(reminders(store)) == [f"a{number}" for number in range(7)]


@pytest.mark.parametrize("error", [StoreError(problem="away"), ZeroDivisionError()])
def test_a_database_that_is_away_does_not_end_the_job(
    store: Store, keeper: Gatekeeper, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    store.write(lambda ledger: steps().bind(ledger, "anna", NUMBER))
    told: list[StoreError] = []
    turns: list[float] = []
    write_each = store.write_each

    async def turn(seconds: float) -> None:
        """In the place of the wait between two turns."""
        turns.append(seconds)
        monkeypatch.setattr(store, "write_each", write_each)
        if len(turns) == 2:
            raise asyncio.CancelledError

    def fail(_works: Any) -> list[object]:
        raise error

    monkeypatch.setattr(store, "write_each", fail)
    monkeypatch.setattr(asyncio, "sleep", turn)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Job(keeper, TABLE, told.append).run())
    assert (len(told), turns, reminders(store)) == (1, [1, 1], ["anna"])
