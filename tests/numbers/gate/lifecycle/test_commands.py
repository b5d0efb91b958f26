"""`phoneward number gate serve`, `run`, `audit` and `key`, as those who run a service type them."""

import contextlib
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from phoneward import texts
from phoneward.cli.app import program
from phoneward.numbers.gate.bindings import SqliteStore
from phoneward.numbers.gate.keys import Keys
from phoneward.numbers.gate.service import settings as service_settings
from tests.numbers.gate.lifecycle.conftest import NUMBER, OTHER
from tests.numbers.gate.lifecycle.postgres import Server
from tests.numbers.gate.lifecycle.serving import SHOP_KEY, serving, write_config


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    texts.activate(["en"])
    yield
    texts.activate(["en"])


def gate(*words: str | Path) -> Result:
    return CliRunner().invoke(program, ["number", "gate", *map(str, words)])


def test_it_serves_until_told_to_stop_and_what_it_said_is_kept(tmp_path: Path) -> None:
    """Stopped in order, then killed: what was answered with 200 is there afterwards, and the log is whole."""
    config = write_config(tmp_path)
    with serving(config) as (process, client):
        assert client.post("/bindings", json={"account": "anna", "number": NUMBER}).status_code == 200
        assert client.get("/openapi.json").json()["openapi"] == "3.1.0"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    answered = []
    with serving(config) as (process, client):
        for number in range(200):
            if number == 60:
                os.kill(process.pid, signal.SIGKILL)
            try:
                sent = {"account": f"account-{number}", "number": f"+4477009{number:05}"}
                if client.post("/bindings", json=sent, timeout=20).status_code == 200:
                    answered.append(sent)
            except httpx.TransportError:
                break
    assert len(answered) >= 60
    keys = service_settings.read(config).keys()
    store = SqliteStore(tmp_path / "bindings.db")
    for sent in [{"account": "anna", "number": NUMBER}, *answered]:
        binding = store.read(lambda ledger, sent=sent: ledger.find(sent["account"]))  # type: ignore[misc]
        assert binding is not None
        assert keys.unseal(binding.number, binding.account) == sent["number"]
    store.close()
    checked = gate("audit", "--config", config, "--json")
    assert checked.exit_code == 0
    assert json.loads(checked.stdout)["entries"] in {len(answered) + 1, len(answered) + 2}


def test_a_request_that_has_begun_is_finished_before_it_stops(tmp_path: Path) -> None:
    """Somebody is logging in while the service is restarted."""
    body = json.dumps({"account": "anna", "number": NUMBER}).encode()
    head = (
        f"POST /bindings HTTP/1.1\r\nhost: gate\r\nauthorization: Bearer {SHOP_KEY}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    with serving(write_config(tmp_path)) as (process, client):
        address = (client.base_url.host, client.base_url.port)
        with socket.create_connection(address, timeout=20) as connection:
            connection.sendall(head.encode() + body[:5])
            assert client.get("/healthz").status_code == 200  # what came before it was read by now
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(httpx.TransportError):
                while httpx.get(f"{client.base_url}/healthz", trust_env=False).status_code == 200:
                    pass  # until it takes nothing new
            connection.sendall(body[5:])
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
        assert process.wait(timeout=30) == 0


def test_what_is_no_http_is_refused_in_the_same_form(tmp_path: Path) -> None:
    with serving(write_config(tmp_path)) as (_process, client):
        for sent in (b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\nx: " + b"x" * 40_000 + b"\r\n\r\n"):
            address = (client.base_url.host, client.base_url.port)
            with socket.create_connection(address, timeout=20) as connection:
                connection.sendall(sent + b"\r\n\r\n")
                answer = connection.recv(1000)
            assert answer.startswith(b"HTTP/1.1 400 ")
            assert b"application/problem+json" in answer


def test_numbers_and_keys_are_in_nothing_that_is_left(tmp_path: Path) -> None:
    """Planted ones are looked for in all files of the service and in all that it prints."""
    config = write_config(tmp_path)
    with serving(config) as (process, client):
        for path, sent in (
            ("/bindings", {"account": "anna", "number": NUMBER}),
            ("/check", {"account": "anna", "purpose": "login"}),
            ("/notices", {"notices": [{"number": NUMBER, "on": "2999-01-01"}]}),
            ("/recovered", {"account": "anna", "factor": "totp", "number": OTHER}),
            ("/bindings", {"account": "anna", "number": NUMBER[1:]}),
            ("/nothing", {"number": NUMBER}),
        ):
            client.post(path, json=sent)
        process.send_signal(signal.SIGTERM)
        printed = b"".join(process.communicate(timeout=30))
    assert gate("audit", "--config", config, "--export", tmp_path / "log.jsonl").exit_code == 0
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {"bindings.db", "log.jsonl"} <= set(left)
    for name, content in [("what it prints", printed), *left.items()]:
        for planted in (NUMBER, NUMBER[3:], OTHER, OTHER[3:], SHOP_KEY):
            assert planted.encode() not in content, (name, planted)


def test_it_serves_by_tls(tmp_path: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", "tls.key", "-out", "tls.pem", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    config = write_config(tmp_path)
    config.write_text(
        config.read_text().replace("port = 0", 'port = 0\ntls_certificate = "tls.pem"\ntls_key = "tls.key"')
    )
    assert gate("serve", "--check", "--config", config).exit_code == 0
    trusted = ssl.create_default_context(cafile=str(tmp_path / "tls.pem"))
    with serving(config) as (_process, client):
        assert client.base_url.scheme == "https"
        with httpx.Client(base_url=client.base_url, verify=trusted, trust_env=False) as browser:
            assert browser.get("/healthz").json() == {"status": "ok"}


def test_it_serves_from_postgresql(tmp_path: Path, postgres_server: Server) -> None:
    conninfo = postgres_server.fresh().replace("\\", "\\\\").replace('"', '\\"')
    config = write_config(tmp_path, bindings=f'[bindings]\npostgresql = "{conninfo}"')
    with serving(config) as (_process, client):
        assert client.post("/bindings", json={"account": "anna", "number": NUMBER}).status_code == 200
        answer = client.post("/check", json={"account": "anna", "purpose": "reset"}).json()
        assert (answer["word"], answer["step"], answer["reasons"][0]["code"]) == ("UNKNOWN", "step-up", "no-provider")
        client.headers.pop("authorization")
        assert client.post("/check", json={"account": "anna", "purpose": "reset"}).status_code == 401


def test_a_list_of_cancelled_numbers_is_worked_off_once(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    with serving(config) as (_process, client):
        for account, number in (("anna", NUMBER), ("ben", OTHER)):
            assert client.post("/bindings", json={"account": account, "number": number}).status_code == 200
    (tmp_path / "list.csv").write_text(f"# June\n\n{NUMBER},2999-01-01\n{OTHER}, 2020-01-01\n+999999,2999-01-01\r\n")
    first = gate("run", "--config", config, "--notices", tmp_path / "list.csv")
    assert (first.exit_code, first.stdout.splitlines()) == (
        0,
        ["3 numbers were read.", "In 1 account the number is suspended by this.", "0 reminders were asked for."],
    )
    again = gate("run", "--config", config, "--notices", tmp_path / "list.csv", "--json")
    assert json.loads(again.stdout) == {"message_type": "gate_run", "notices": 3, "suspended": 0, "reminders": 0}


@pytest.mark.parametrize(
    "line",
    ["13800138000,2026-05-01", NUMBER, f"{NUMBER},1.5.2026", "x" * 5000, f'"{NUMBER}',
     "=cmd|' /C calc'!A0,2026-05-01", "\ud800"],
)  # fmt: skip
def test_a_list_with_one_wrong_line_does_nothing(tmp_path: Path, line: str) -> None:
    """A spreadsheet's leftovers in the last line: nothing of the list is carried out, and the line is named."""
    config = write_config(tmp_path)
    with SqliteStoreOf(config) as (store, keys):
        bind(store, keys)
    text = f"{NUMBER},2999-01-01\n" * 300 + line + "\n"
    (tmp_path / "list.csv").write_bytes(text.encode("utf-8", "surrogatepass"))
    refused = gate("run", "--config", config, "--notices", tmp_path / "list.csv")
    assert refused.exit_code == 2
    assert re.search("line 301:|longer than|UTF-8|CSV", refused.stderr)
    assert NUMBER not in refused.stderr
    with SqliteStoreOf(config) as (store, _keys):
        assert store.read(lambda ledger: ledger.last_entry())[0] == 1


@contextmanager
def SqliteStoreOf(config: Path) -> Iterator[tuple[SqliteStore, Keys]]:  # noqa: N802
    store = SqliteStore(config.parent / "bindings.db")
    yield store, service_settings.read(config).keys()
    store.close()


def bind(store: SqliteStore, keys: Keys) -> None:
    from tests.numbers.gate.lifecycle.conftest import steps

    store.write(lambda ledger: steps(keys=keys).bind(ledger, "anna", NUMBER))


def test_the_audit_log_is_checked_against_what_was_noted(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    with SqliteStoreOf(config) as (store, keys):
        bind(store, keys)
    checked = gate("audit", "--config", config)
    assert checked.exit_code == 0
    head = checked.stdout.splitlines()[-1].removeprefix("Note this elsewhere: ")
    exported = gate("audit", "--config", config, "--noted", head, "--export", tmp_path / "log.jsonl")
    assert exported.exit_code == 0
    (line,) = (tmp_path / "log.jsonl").read_text().splitlines()
    assert json.loads(line)["event"] == "bound"
    other = gate("audit", "--config", config, "--noted", f"1:{'0' * 64}")
    assert other.exit_code == 4
    assert "put in its place" in other.stdout
    assert gate("audit", "--config", config, "--noted", "yesterday").exit_code == 2
    assert gate("audit", "--config", config, "--export", tmp_path / "no" / "log").exit_code == 1


def test_a_key_is_made_and_its_hash_lets_it_in() -> None:
    import hashlib

    made = json.loads(gate("key", "--json").stdout)
    assert made["key_sha256"] == hashlib.sha256(made["key"].encode()).hexdigest()
    lines = gate("key").stdout.splitlines()
    assert lines[3] == f'key_sha256 = "{hashlib.sha256(lines[1].encode()).hexdigest()}"'


def test_a_good_configuration_is_said_to_be_one(tmp_path: Path) -> None:
    checked = gate("serve", "--check", "--config", write_config(tmp_path))
    assert (checked.exit_code, checked.stdout) == (0, "The configuration and all that it names can be used.\n")
    assert checked.stderr == "WARNING: No provider is configured: every answer will be UNKNOWN.\n"


def test_a_policy_that_lets_strangers_in_is_warned_about(tmp_path: Path) -> None:
    config = write_config(tmp_path, '[policy.reset]\nUNKNOWN = "allow"')
    assert "WARNING: Careful: policy.reset.UNKNOWN is “allow”." in gate("serve", "--check", "--config", config).stderr
    told = [json.loads(line) for line in gate("serve", "--check", "--config", config, "--json").stderr.splitlines()]
    assert [one["message_type"] for one in told] == ["warning", "warning"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[polices]", "polices"),
        ('[policy.reset]\nCHANGED = "allow"', "policy.reset.CHANGED"),
        ("[lifecycle]\nstale_after_days = 0", "lifecycle.stale_after_days"),
        ("[lifecycle]\nstale_after_days = 3", "lifecycle.remind_days_before"),
        ('[bindings]\nsqlite = "a"\npostgresql = "b"', "bindings.postgresql"),
        ('[bindings]\nmysql = "a"', "bindings"),
        ('[[service.callers]]\nname = "shop"\nkey_sha256 = "00"', "service.callers[1].key_sha256"),
        (f'[[service.callers]]\nname = "shop"\nkey_sha256 = "{"0" * 64}"', "service.callers"),
        ("[[providers]]\nkind = 'x'", "providers[0]"),
        ("[a", "gate.toml"),
    ],
)
def test_a_wrong_configuration_is_said_by_its_field(tmp_path: Path, text: str, field: str) -> None:
    refused = gate("serve", "--check", "--config", write_config(tmp_path, text))
    assert refused.exit_code == 2, refused.stderr
    assert field in refused.stderr


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('secret_file = "gate.secret"', 'secret_file = "nowhere"'), "openssl rand -hex 32"),
        (("port = 0", 'port = 0\nhost = "0.0.0.0"'), "in the clear"),
        (("port = 0", 'port = 0\nhost = "gate.example"'), "service.host"),
        (("port = 0", 'port = 0\ntls_certificate = "a.pem"'), "service.tls_key"),
        (("port = 0", 'port = 0\ntls_certificate = "a.pem"\ntls_key = "b.pem"'), "service.tls_certificate"),
        (("port = 0", "port = 70000"), "service.port"),
    ],
)
def test_what_the_service_needs_is_said(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    config = write_config(tmp_path)
    config.write_text(config.read_text().replace(*change))
    refused = gate("serve", "--check", "--config", config)
    assert refused.exit_code == 2
    assert told in refused.stderr


def test_another_secret_does_not_start(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    assert gate("serve", "--check", "--config", config).exit_code == 0
    (tmp_path / "gate.secret").write_text("another" * 10)
    refused = gate("serve", "--check", "--config", config)
    assert refused.exit_code == 2
    assert "another secret" in refused.stderr


def test_no_configuration(tmp_path: Path) -> None:
    refused = gate("serve", "--config", tmp_path / "nowhere.toml")
    assert (refused.exit_code, "nowhere.toml" in refused.stderr) == (2, True)


OPERATOR = """
[operators.example]
api_root = "https://operator.example"
token_endpoint = "https://operator.example/token"
client_id = "shop"
key_file = "client-key.pem"
[[providers]]
kind = "number-recycling"
operator = "example"
"""


@pytest.mark.parametrize(
    ("part", "text"), [("psycopg", '[bindings]\npostgresql = "host=/nowhere"'), ("httpx", OPERATOR), ("jwt", OPERATOR)]
)
def test_a_part_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, text: str) -> None:
    """Installed without the extra: the command that installs it. What needs none of it works."""
    for one in ("psycopg", "httpx", "jwt"):
        monkeypatch.setitem(sys.modules, one, None)
    refused = gate("serve", "--check", "--config", write_config(tmp_path, text))
    assert (refused.exit_code, part in refused.stderr) == (2, False)
    assert "pip install 'phoneward[gate]'" in refused.stderr
    assert gate("serve", "--check", "--config", write_config(tmp_path)).exit_code == 0
