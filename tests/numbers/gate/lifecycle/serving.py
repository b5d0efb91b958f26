"""A whole service in a test: its configuration, its application, and those who call it."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from starlette.testclient import TestClient

from phoneward.numbers.gate import policy
from phoneward.numbers.gate.bindings import Desk, Store
from phoneward.numbers.gate.gatekeeper import Gatekeeper
from phoneward.numbers.gate.service.app import make_app
from phoneward.numbers.gate.service.settings import Caller, ServiceTable
from tests.cli.program import Program
from tests.numbers.gate.lifecycle.conftest import KEYS, steps
from tests.numbers.gate.lifecycle.providers import Saying

SHOP_KEY = "a-key-of-the-shop-that-nobody-guesses"
CARRIER_KEY = "a-key-of-the-carrier-that-nobody-guesses"


def hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def service_table(**more: Any) -> ServiceTable:
    callers = (
        Caller(name="shop", key_sha256=hashed(SHOP_KEY)),
        Caller(name="carrier", key_sha256=hashed(CARRIER_KEY), may=("notices",), per_s=0.001, burst=3),
    )
    return ServiceTable(secret_file="secret", callers=callers, **more)


@dataclass
class Site:
    """A running application; `days` is its clock."""

    store: Store
    provider: Saying
    client: TestClient
    app: Any
    days: float = 0

    def ask(self, path: str, sent: object = None, key: str = SHOP_KEY) -> Any:
        headers = {"authorization": f"Bearer {key}"}
        if sent is None:
            return self.client.get(path, headers=headers)
        return self.client.post(path, json=sent, headers=headers)

    def done(self, path: str, sent: object = None) -> Any:
        answer = self.ask(path, sent)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def site(store: Store, provider: Saying, table: object = None) -> Iterator[Site]:
    desk = Desk(store)
    keeper = Gatekeeper(
        desk=desk, decider=provider, policy=policy.read(table), keys=KEYS, clock=lambda: steps(made.days).now
    )
    app = make_app(keeper, service_table())
    with TestClient(app, raise_server_exceptions=False) as client:
        made = Site(store, provider, client, app)
        yield made
    desk.close()


def write_config(folder: Path, text: str = "", bindings: str = "") -> Path:
    """A configuration without providers, and its secret."""
    (folder / "gate.secret").write_text("0123456789abcdef" * 4 + "\n")
    path = folder / "gate.toml"
    path.write_text(
        f'[service]\nsecret_file = "gate.secret"\nport = 0\n'
        f'[[service.callers]]\nname = "shop"\nkey_sha256 = "{hashed(SHOP_KEY)}"\n{bindings}\n{text}\n'
    )
    return path


@contextmanager
def serving(config: Path) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """The real service in a process of its own."""
    process = Program(config.parent, {}).start("number", "gate", "serve", "--config", config, "--json")
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline() or b"{}")
        assert ready.get("message_type") == "gate_ready", process.communicate()
        with httpx.Client(
            base_url=ready["url"], headers={"authorization": f"Bearer {SHOP_KEY}"}, trust_env=False
        ) as client:
            yield process, client
    finally:
        process.kill()
        process.communicate()
