"""`phoneward number gate simulate`, as another process: an operator that an integrator can ask within a minute."""

import contextlib
import datetime as dt
import json
import re
import shlex
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from phoneward.cli.app import program as app
from phoneward.numbers.simulator import load_state
from tests.cli.program import Program

SCOPE = "dpv:FraudPreventionAndDetection number-recycling:check"


@contextlib.contextmanager
def simulating(program: Program, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    process = program.start("number", "gate", "simulate", *words)
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def document(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    assert told["message_type"] == "simulator"
    return told


def token(told: dict[str, Any]) -> httpx.Response:
    """Get a token as an integrator does, from what was printed."""
    now = int(time.time())
    key = serialization.load_pem_private_key(Path(told["private_key_file"]).read_bytes(), None)
    claims = {"iss": told["client_id"], "sub": told["client_id"], "aud": told["token_endpoint"]}
    claims |= {"iat": now, "exp": now + 60, "jti": uuid.uuid4().hex}
    form = {
        "grant_type": "client_credentials",
        "scope": SCOPE,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode(claims, key, "ES256"),  # type: ignore[arg-type]
    }
    return httpx.post(told["token_endpoint"], data=form)


def ask(told: dict[str, Any], number: str, date: str) -> httpx.Response:
    return httpx.post(
        f"{told['url']}/number-recycling/v0.2/check",
        json={"phoneNumber": number, "specifiedDate": date},
        headers={"Authorization": f"Bearer {token(told).json()['access_token']}"},
    )


def test_all_that_is_needed_is_printed(program: Program) -> None:
    """Without any option; Ctrl-C ends it, and the key is gone."""
    with simulating(program) as process:
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or "/number-recycling/v0.2/check" not in lines[-1]:
            lines.append(process.stdout.readline().decode().rstrip("\n"))
        text = "\n".join(lines)
        (address,) = re.findall(r"simulated operator is at (http://127\.0\.0\.1:\d+) ", text)
        assert f"Token endpoint: {address}/token" in text
        assert "Client id: example-client" in text
        key = Path(re.findall(r"Its private key: (.*)", text)[0])
        assert key.stat().st_mode & 0o777 == 0o600
        assert "+447700900001  the same person for years" in text
        command = shlex.split(text[text.index("  curl") :].replace("\\\n", " "))
        body, headers, url = command[command.index("-d") + 1], command[4:8:2], command[-1]
        sent = dict(header.split(": ", 1) for header in headers)
        answer = httpx.post(url, content=body, headers={name.strip(): value for name, value in sent.items()})
        assert answer.json() == {"phoneNumberRecycled": False}, command
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (0, b"", b"")
        assert not key.parent.exists()


def test_a_program_learns_the_same(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    """And a second one is told that the port is taken."""
    with simulating(program, "--json") as process:
        told = document(process)
        assert told["metadata_url"] == f"{told['url']}/.well-known/openid-configuration"
        metadata = httpx.get(told["metadata_url"]).json()
        assert metadata["issuer"] == told["url"]
        assert metadata["token_endpoint"] == told["token_endpoint"]
        assert metadata["backchannel_authentication_endpoint"] == told["backchannel_authentication_endpoint"]
        assert len(told["numbers"]) == 10
        assert ask(told, "+447700900001", "2025-11-01").json() == {"phoneNumberRecycled": False}
        port = told["url"].rpartition(":")[2]
        assert run("--port", port) == 1
        assert port in capsys.readouterr().err
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=60) == (b"", b"")
        assert process.returncode == 0


def run(*words: str) -> int:
    """Run it in this process, where it does not come as far as serving."""
    return app.main(["number", "gate", "simulate", *words], standalone_mode=False)


def test_an_operator_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The example is written, changed, and believed; it is never written over."""
    file = tmp_path / "operator.toml"
    assert run("--write-state", str(file), "--now", "2026-11-29") == 0
    assert str(file) in capsys.readouterr().out
    text = file.read_text()
    assert "from = 2026-10-30" in text
    file.write_text(text.replace("from = 2026-10-30", "from = 2026-10-29"))
    assert run("--write-state", str(file), "--json") == 1
    assert "2026-10-29" in file.read_text()
    assert run("--write-state", str(tmp_path / "another.toml"), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "message_type": "simulator_state",
        "file": str(tmp_path / "another.toml"),
    }
    state = load_state(file)
    assert state.subscribers[1].contracts[1].begins == dt.date(2026, 10, 29)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[operator", "operator.toml"),
        ("[operator]\nnam = 1", "nam"),
        ("[operator]\ntime_zone = 'Mars/Olympus'", "Mars/Olympus"),
        ("[[subscribers]]\nnumber = '0770'", "subscribers[0].number"),
        ("[[subscribers]]\nnumber = '+447700900001'\n[[subscribers]]\nnumber = '+447700900001'", "twice"),
        ("[[clients]]\nid = 'a'\nscopes = ['everything']", "everything"),
        ("[[clients]]\nid = 'a'\npublic_key_file = 'missing.pem'", "missing.pem"),
        ("[[clients]]\nid = 'a'\npublic_key = 'none'", "a does not hold a key"),
        ("[faults]\nrate = 2", "rate"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    file = tmp_path / "operator.toml"
    file.write_text(content)
    assert run("--state", str(file)) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--now", "yesterday"), 2),
        (("--port", "70000"), 2),
        (("--state", "missing.toml"), 2),
        (("--host", "no such host"), 1),
        (("--key", "/"), 2),
    ],
)
def test_what_makes_no_sense_is_said(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int) -> None:
    assert run(*words) == code
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_without_the_part_for_services_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "jwt", None)
    assert run("--json") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "phoneward[gate]" in json.loads(told.err)["next_step"]
