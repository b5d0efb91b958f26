"""A state file becomes an operator: its clients' keys, its day, its address."""

import contextlib
import datetime as dt
import json
from pathlib import Path

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.numbers.simulator import (
    ClientKeyError,
    Prepared,
    State,
    StateFileError,
    example_state,
    example_text,
    load_state,
    new_key,
    prepare,
    private_pem,
    running,
)
from tests.numbers.simulator.consumer import CLIENT, RECYCLING, ROOT, Consumer, InProcess

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)


def ask(prepared: Prepared, number: str, date: str) -> object:
    asking = Consumer(prepared.simulator, new_key(), InProcess(prepared.simulator.app))
    return asking.recycled(number, date, prepared.simulator.token_for(CLIENT, (RECYCLING,))).json()


def test_the_example_is_what_the_file_says(tmp_path: Path) -> None:
    """Written out and read again it is the operator one gets without a file, as TOML and as JSON."""
    for name, content in (
        ("a.toml", example_text(NOW)),
        ("a.json", msgspec.json.encode(example_state(NOW)).decode()),
    ):
        (tmp_path / name).write_text(content)
        assert load_state(tmp_path / name) == example_state(NOW)
    assert (
        msgspec.json.decode((tmp_path / "a.json").read_bytes())["subscribers"][0]["contracts"][0]["from"]
        == "2022-10-21"
    )


def test_the_examples_defaults_are_the_defaults() -> None:
    """What the example spells out is what holds without it, so that nothing changes when a line is deleted."""
    example = example_state(NOW)
    assert example.tokens == State().tokens
    assert msgspec.structs.replace(example.faults, seed=0) == State().faults
    assert example.clients == State().clients
    assert msgspec.structs.replace(example.operator, evaluable_from=None) == State().operator


def test_the_day_is_the_operators(tmp_path: Path) -> None:
    """At 23:30 UTC it is tomorrow in Tokyo, and a contract of that day holds."""
    state = {
        "operator": {"time_zone": "Asia/Tokyo"},
        "subscribers": [{"number": "+819000000001", "contracts": [{"from": "2026-11-30", "holder": "A"}]}],
    }
    (tmp_path / "a.json").write_text(json.dumps(state))
    late = dt.datetime(2026, 11, 29, 23, 30, tzinfo=dt.UTC)
    prepared = prepare(tmp_path / "a.json", tmp_path / "key.pem", now=late, public_url=ROOT)
    assert prepared.simulator.state.clients[0].id == prepared.client == CLIENT
    assert ask(prepared, "+819000000001", "2026-11-30") == {"phoneNumberRecycled": False}
    earlier = prepare(tmp_path / "a.json", tmp_path / "key.pem", now=late - dt.timedelta(hours=9), public_url=ROOT)
    answer = ask(earlier, "+819000000001", "2026-11-30")
    assert isinstance(answer, dict)
    assert answer["code"] == "OUT_OF_RANGE"


def test_keys_come_from_where_the_file_says(tmp_path: Path) -> None:
    ours, theirs = new_key(), new_key()
    (tmp_path / "kept.pem").write_bytes(private_pem(ours))
    (tmp_path / "theirs.pem").write_bytes(private_pem(theirs))  # a private key does: its public half is taken
    state = {"clients": [{"id": "theirs", "public_key_file": "theirs.pem"}, {"id": "ours"}]}
    (tmp_path / "a.json").write_text(json.dumps(state))
    prepared = prepare(tmp_path / "a.json", tmp_path / "kept.pem", public_url=ROOT)
    assert (prepared.client, prepared.key_file) == ("ours", tmp_path / "kept.pem")
    for client, key, expected in (("ours", ours, 200), ("theirs", theirs, 200), ("theirs", ours, 401)):
        asking = Consumer(prepared.simulator, key, InProcess(prepared.simulator.app), client)
        answer = asking.authenticated(
            grant_type="client_credentials", scope=f"dpv:FraudPreventionAndDetection {RECYCLING}"
        )
        assert answer.status_code == expected
    (tmp_path / "a.json").write_text(json.dumps({"clients": [{"id": "theirs", "public_key_file": "theirs.pem"}]}))
    assert prepare(tmp_path / "a.json", tmp_path / "unused.pem").key_file is None
    assert not (tmp_path / "unused.pem").exists()


def test_a_key_file_that_is_none_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("dear diary")
    with pytest.raises(ClientKeyError):
        prepare(None, tmp_path / "diary.txt")
    assert (tmp_path / "diary.txt").read_text() == "dear diary"


@pytest.mark.parametrize(
    "subscriber",
    [
        {"contracts": [{"from": "2024-01-01", "holder": "A"}, {"from": "2025-01-01", "holder": "B"}]},
        {
            "contracts": [
                {"from": "2024-01-01", "to": "2025-01-02", "holder": "A"},
                {"from": "2025-01-01", "holder": "B"},
            ]
        },
        {"contracts": [{"from": "2024-01-01", "to": "2024-01-01", "holder": "A"}]},
        {"contracts": [{"from": "2024-01-01", "to": "2023-01-01", "holder": "A"}]},
        {"contracts": [{"from": "2024-01-01", "holder": "A", "activated": "2024-01-01T00:00:00"}]},
        {"contracts": [{"from": "2024-01-01"}]},
        {"sim_changes": ["2024-01-01T00:00:00"]},
        {"operator": "other", "contracts": [{"from": "2024-01-01", "holder": "A"}]},
        {"number": "+0447700900001"},
        {"consent": "maybe"},
        {"consent_seconds": -1},
    ],
)
def test_what_contradicts_itself_is_refused(tmp_path: Path, subscriber: dict[str, object]) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"subscribers": [{"number": "+447700900001", **subscriber}]}))
    with pytest.raises(StateFileError):
        load_state(tmp_path / "a.json")


@given(st.binary(max_size=300), st.sampled_from([".toml", ".json"]))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(content)
    with contextlib.suppress(StateFileError):
        assert isinstance(load_state(path), State)


def test_an_operator_behind_another_address(tmp_path: Path) -> None:
    """In a container or behind a proxy, assertions are made out to the address that the outside knows."""
    simulator = prepare(None, tmp_path / "key.pem", public_url="http://operator.test:8080/").simulator
    with running(simulator) as url:
        metadata = httpx.get(f"{url}/.well-known/openid-configuration").json()
    assert metadata["token_endpoint"] == "http://operator.test:8080/token"
