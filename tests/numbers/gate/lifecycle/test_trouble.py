"""Who runs the gate sees at night what callers see as 500 and 503: once a minute, and no number in it."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from phoneward.numbers.gate import policy
from phoneward.numbers.gate.asking import Word
from phoneward.numbers.gate.bindings import Desk, SqliteStore, StoreError
from phoneward.numbers.gate.gatekeeper import Gatekeeper
from phoneward.numbers.gate.service.app import make_app
from phoneward.numbers.gate.service.trouble import QUIET_S, Trouble
from tests.numbers.gate.lifecycle.conftest import KEYS, NOW, NUMBER
from tests.numbers.gate.lifecycle.providers import Saying
from tests.numbers.gate.lifecycle.serving import SHOP_KEY, service_table


def test_what_goes_wrong_is_told_once_in_a_while(quick_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    told: list[tuple[str, str]] = []
    failing: list[Exception] = []

    async def fail(_question: object) -> None:
        raise failing[0]

    provider = Saying(Word.SAME)
    monkeypatch.setattr(provider, "decide", fail)
    store = SqliteStore(quick_folder / "bindings.db")
    desk = Desk(store)
    keeper = Gatekeeper(desk=desk, decider=provider, policy=policy.read(None), keys=KEYS, clock=lambda: NOW)
    trouble = Trouble(lambda error: told.append((error.code, str(error))), lambda: now)
    with TestClient(make_app(keeper, service_table(), None, trouble), raise_server_exceptions=False) as client:

        def ask(path: str, **sent: str) -> int:
            headers = {"authorization": f"Bearer {SHOP_KEY}"}
            return int(client.post(path, json=sent, headers=headers).status_code)

        def check(error: Exception) -> int:
            failing[:] = [error]
            return ask("/check", account="anna", purpose="login")

        assert ask("/bindings", account="anna", number=NUMBER) == 200
        assert ask("/verified", account="nobody", factor="totp", number=NUMBER) == 404, "the caller's own mistake"
        assert [check(KeyError(NUMBER)) for _twice in range(2)] == [500, 500]
        assert [check(StoreError(problem="disk full")) for _twice in range(2)] == [503, 503]
        assert [code for code, _text in told] == ["answer-fault", "store"]
        assert "KeyError, test_trouble.py:" in told[0][1]
        assert NUMBER not in told[0][1]
        now = QUIET_S
        check(StoreError(problem="disk full"))
        assert [code for code, _text in told] == ["answer-fault", "store", "store"]
    desk.close()
    store.close()
