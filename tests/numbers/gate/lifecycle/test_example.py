"""The example login, a real gate, a simulated operator: Anna gets in, and whoever has Ben's number now does not."""

import importlib.util
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from starlette.testclient import TestClient

from phoneward.numbers import simulator
from tests.numbers.gate.lifecycle.serving import serving

EXAMPLE = Path(__file__).resolve().parents[4] / "examples" / "gate_login"


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The example's own files; only addresses are others, since ports may be taken."""
    prepared = simulator.prepare(None, tmp_path / "client-key.pem")
    with simulator.running(prepared.simulator) as operator:
        shutil.copy(EXAMPLE / "gate.toml", tmp_path)
        (tmp_path / "gate.secret").write_text("0" * 64)
        config = tmp_path / "gate.toml"
        text = config.read_text().replace("http://127.0.0.1:8471", operator).replace("port = 8470", "port = 0")
        config.write_text(text)
        with serving(config) as (_process, client):
            monkeypatch.setenv("GATE_URL", str(client.base_url))
            spec = importlib.util.spec_from_file_location("gate_login_example", EXAMPLE / "app.py")
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            monkeypatch.setitem(sys.modules, "gate_login_example", module)
            spec.loader.exec_module(module)
            yield module


def test_the_owner_gets_in_and_the_next_holder_does_not(
    example: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with TestClient(example.app) as browser:
        assert browser.post("/login", json={"account": "anna"}).json() == {"sent": True}
        code = re.findall(r"your code is ([0-9]{6})", capsys.readouterr().out)
        wrong = browser.post("/login/code", json={"account": "anna", "code": "abc"})
        assert wrong.status_code == 401
        session = browser.post("/login/code", json={"account": "anna", "code": code[0]}).json()["session"]
        assert browser.get("/photos", headers={"x-session": session}).json() == {"photos": "Anna's photos"}
        again = browser.post("/login/code", json={"account": "anna", "code": code[0]})
        assert again.status_code == 401, "a code works once"

        refused = browser.post("/login", json={"account": "ben"})
        assert (refused.status_code, refused.json()["step"]) == (403, "step-up")
        assert "code" not in capsys.readouterr().out

        recovered = browser.post(
            "/recover", json={"account": "ben", "recovery_code": "ben-knows-this", "number": "+447700900001"}
        )
        session = recovered.json()["session"]
        assert browser.get("/photos", headers={"x-session": session}).json() == {"photos": "Ben's photos"}
        assert "Mail to ben: notify" in capsys.readouterr().out
        odd: list[object] = [[], {"account": ["ben"]}, {"account": "ben", "recovery_code": "密", "code": 1}]
        for sent in odd:
            assert browser.post("/login/code", json=sent).status_code == 401
            assert browser.post("/recover", json=sent).status_code == 401
        assert browser.post("/login", json={"account": "nobody"}).json() == {"sent": True}
        assert "SMS" not in capsys.readouterr().out
