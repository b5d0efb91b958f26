"""The service, as programs talk to it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth
from starlette.requests import Request

from phoneward.numbers.gate.asking import Word
from phoneward.numbers.gate.bindings import Store, StoreError
from phoneward.numbers.gate.service import openapi
from phoneward.numbers.gate.service.entry import MAX_BODY, Callers
from phoneward.numbers.gate.service.problems import Problem
from phoneward.numbers.gate.service.settings import Caller
from tests.numbers.gate.lifecycle.conftest import NUMBER, OTHER
from tests.numbers.gate.lifecycle.providers import Saying
from tests.numbers.gate.lifecycle.serving import CARRIER_KEY, SHOP_KEY, Site, hashed, site

ANNA = {"account": "anna", "number": NUMBER}


@pytest.fixture
def shop(store: Store) -> Iterator[Site]:
    with site(store, Saying(Word.SAME)) as made:
        yield made


def test_the_whole_story(shop: Site) -> None:
    """Bound, let in, cancelled, kept out, ended, told, come back with another number, let in."""
    bound = shop.done("/bindings", ANNA)
    assert bound == {
        "account": "anna", "number": "+86…00", "state": "active", "why": "bound", "data_closed": False,
        "bound_at": "2026-05-04T12:30:00Z", "verified_at": "2026-05-04T12:30:00Z", "version": 1,
    }  # fmt: skip
    checked = shop.done("/check", {"account": "anna", "purpose": "login"})
    assert (checked["word"], checked["step"]) == ("SAME", "allow")
    assert shop.done("/sessions", {"account": "anna", "session": "s-1"}) == {"may_stay": True}
    assert shop.done("/sessions", {"account": "anna", "session": "s-2"}) == {"may_stay": True}
    assert shop.done("/sessions/ended", {"account": "anna", "session": "s-2"}) == {"done": 1}
    shop.days = 31
    notices = {"notices": [{"number": NUMBER, "on": "2026-06-01"}, {"number": OTHER, "on": "2026-06-01"}]}
    assert shop.done("/notices", notices) == {"heard": 2, "suspended": 1}
    checked = shop.done("/check", {"account": "anna", "purpose": "send-personal-data"})
    assert (checked["step"], checked["state"], checked["data_closed"]) == ("cut-loose", "suspended", True)
    assert shop.done("/sessions", {"account": "anna", "session": "late"}) == {"may_stay": False}
    actions = shop.done("/outbox?limit=10")["actions"]
    assert [(one["kind"], one["account"]) for one in actions] == [
        ("end-sessions", "anna"), ("close-data", "anna"), ("notify", "anna"), ("end-sessions", "anna"),
    ]  # fmt: skip
    assert actions[0]["details"]["sessions"] == ["s-1"]
    keys = [one["key"] for one in actions]
    assert [shop.done("/outbox/done", {"keys": keys})["done"] for _twice in range(2)] == [4, 0]
    refused = shop.ask("/bindings", {"account": "anna", "number": OTHER})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:phoneward:problem:number-closed")
    back = shop.done("/recovered", {"account": "anna", "factor": "passkey", "number": OTHER})
    assert (back["state"], back["data_closed"]) == ("active", False)
    assert [one["kind"] for one in shop.done("/outbox")["actions"]] == ["open-data"]
    assert shop.done("/check", {"account": "anna", "purpose": "login"})["step"] == "allow"
    shop.days = 32
    assert shop.done("/verified", {"account": "anna", "factor": "totp", "number": OTHER})["why"] == "verified"
    refused = shop.ask("/verified", {"account": "anna", "factor": "totp", "number": NUMBER})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:phoneward:problem:another-number")
    assert shop.ask("/verified", {"account": "anna", "factor": "totp"}).status_code == 400
    assert shop.done("/released", {"account": "anna"})["state"] == "released"


def test_an_account_that_had_its_number_before_the_gate_came(shop: Site) -> None:
    """It is asked since then, not since today; a time to come is a mistake, and counts as now."""
    shop.done("/bindings", {**ANNA, "bound_at": "2019-03-04T05:06:07+08:00"})
    shop.done("/check", {"account": "anna", "purpose": "login"})
    shop.done("/bindings", {"account": "ben", "number": NUMBER, "bound_at": "2999-01-01T00:00:00Z"})
    shop.done("/check", {"account": "ben", "purpose": "login"})
    since = [question.since.isoformat() for question in shop.provider.asked]
    assert since == ["2019-03-03T21:06:07+00:00", "2026-05-04T12:30:00+00:00"]
    assert shop.ask("/bindings", {**ANNA, "bound_at": "2019-03-04T05:06:07"}).status_code == 400, "no time zone"


def test_dates_and_keys_at_the_edge_are_no_fault_of_ours(shop: Site) -> None:
    shop.done("/bindings", {**ANNA, "bound_at": "0001-01-01T00:00:00+14:00"})
    shop.done("/check", {"account": "anna", "purpose": "login"})
    assert shop.done("/notices", {"notices": [{"number": NUMBER, "on": "9999-12-31"}]})["suspended"] == 1
    headers = {"authorization": f"Bearer {SHOP_KEY}", "content-type": "application/json"}
    for keys in (rb'{"keys": ["\ud800"]}', rb'{"keys": ["\u0000"]}'):
        assert shop.client.post("/outbox/done", content=keys, headers=headers).status_code == 400


def test_whoever_has_no_key_learns_nothing(shop: Site) -> None:
    shop.done("/bindings", ANNA)
    for key in ("", "wrong", SHOP_KEY + "x", SHOP_KEY.upper()):
        refused = shop.ask("/check", {"account": "anna", "purpose": "login"}, key)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert refused.headers["content-type"] == "application/problem+json"
    assert shop.client.post("/check", json={}, headers={"authorization": f"Basic {SHOP_KEY}"}).status_code == 401
    assert shop.client.get("/outbox").status_code == 401
    assert shop.client.get("/healthz").json() == {"status": "ok"}


def test_no_key_is_no_key_even_where_its_hash_stands_in_the_configuration() -> None:
    """`printf "$KEY" | sha256sum` with a variable that was not set."""
    callers = Callers([Caller(name="shop", key_sha256=hashed(""))])
    for header in (b"Bearer", b"Bearer ", b"bearer  "):
        request = Request({"type": "http", "headers": [(b"authorization", header)]})
        with pytest.raises(Problem):
            callers.admit(request, "check")


def test_a_carriers_key_brings_notices_and_nothing_else(shop: Site) -> None:
    """Who may say that a number was cancelled may not bring an account back, nor read whose they are."""
    for path, sent in (
        ("/check", {"account": "anna", "purpose": "login"}),
        ("/bindings", ANNA),
        ("/recovered", {"account": "anna", "factor": "passkey"}),
        ("/outbox", None),
    ):
        assert shop.ask(path, sent, CARRIER_KEY).status_code == 403
    notices = {"notices": [{"number": NUMBER, "on": "2026-06-01"}]}
    assert shop.ask("/notices", notices, CARRIER_KEY).status_code == 200


def test_who_asks_too_often_is_told_to_wait(shop: Site) -> None:
    notices = {"notices": [{"number": NUMBER, "on": "2026-06-01"}]}
    statuses = [shop.ask("/notices", notices, CARRIER_KEY).status_code for _one in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert shop.ask("/notices", notices).status_code == 200, "others are not held up"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"", "one JSON object"),
        (b"{", "one JSON object"),
        (b"[]", "one JSON object"),
        (b"\xff", "one JSON object"),
        (b"[" * 50_000, "one JSON object"),
        (b'{"account": "a", "purpose": "login", "purpose": "reset"}', "twice"),
        (b'{"account": "a"}', "purpose"),
        (b'{"account": "a", "purpose": "steal"}', "purpose"),
        (b'{"account": 1, "purpose": "login"}', "account"),
        (b'{"account": "", "purpose": "login"}', "account"),
        (b'{"account": "a\\n", "purpose": "login"}', "account"),
        (b'{"account": "\\ud800", "purpose": "login"}', "account"),
        (b'{"account": "a\\u0000", "purpose": "login"}', "account"),
        (b'{"account": "' + b"a" * 201 + b'", "purpose": "login"}', "account"),
        (b'{"account": "a", "purpose": "login", "extra": 1}', "extra"),
    ],
)
def test_what_is_no_request_is_said_by_its_field(shop: Site, sent: bytes, told: str) -> None:
    headers = {"authorization": f"Bearer {SHOP_KEY}", "content-type": "application/json"}
    refused = shop.client.post("/check", content=sent, headers=headers)
    assert refused.status_code == 400, refused.text
    assert told in refused.json()["detail"]
    assert shop.store.read(lambda ledger: ledger.last_entry()) == (0, "")


@pytest.mark.parametrize("number", ["13800138000", "+0123456", "+86138001380001234", "+8613800138000\n", "+86 138"])
def test_a_number_that_is_none_is_not_repeated(shop: Site, number: str) -> None:
    refused = shop.ask("/bindings", {"account": "a", "number": number})
    assert refused.status_code == 400
    assert "number" in refused.json()["detail"]
    assert number.strip() not in refused.text


def test_the_factor_must_not_be_the_number(shop: Site) -> None:
    shop.done("/bindings", ANNA)
    refused = shop.ask("/recovered", {"account": "anna", "factor": "sms"})
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:phoneward:problem:not-a-factor")


def test_what_is_too_large_is_not_read_to_its_end(shop: Site) -> None:
    headers = {"authorization": f"Bearer {SHOP_KEY}", "content-type": "application/json"}
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < MAX_BODY * 10:
            sent += 1 << 14
            yield b" " * (1 << 14)

    assert shop.client.post("/check", content=endless(), headers=headers).status_code == 413


def test_other_paths_methods_and_kinds(shop: Site) -> None:
    assert shop.ask("/nothing").status_code == 404
    wrong = shop.ask("/check")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    headers = {"authorization": f"Bearer {SHOP_KEY}", "content-type": "text/plain"}
    assert shop.client.post("/check", content=b"{}", headers=headers).status_code == 415
    for limit in ("0", "1001", "x", "-1", "1&limit=2", "1&more=1", "9" * 5000):
        assert shop.ask(f"/outbox?limit={limit}").status_code == 400
    for answer in (wrong, shop.ask("/nothing")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail"} == set(answer.json())


def test_a_database_that_fails_lets_nobody_in(shop: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.done("/bindings", ANNA)

    def fail(_works: object) -> None:
        raise StoreError(problem="the disk is gone")

    monkeypatch.setattr(shop.store, "write_each", fail)
    refused = shop.ask("/check", {"account": "anna", "purpose": "login"})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert "allow" not in refused.text


def test_a_mistake_of_our_own_tells_nothing_and_allows_nothing(shop: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.done("/bindings", ANNA)

    async def fail(_question: object) -> None:
        raise ZeroDivisionError(NUMBER)

    monkeypatch.setattr(shop.provider, "decide", fail)
    refused = shop.ask("/check", {"account": "anna", "purpose": "login"})
    assert (refused.status_code, refused.json()["type"]) == (500, "urn:phoneward:problem:own-fault")
    assert NUMBER not in refused.text


def test_a_number_that_somebody_put_into_the_database_is_not_asked_about(shop: Site) -> None:
    """Somebody who can write to the table gives Anna's account their own sealed number."""
    shop.done("/bindings", ANNA)
    shop.done("/bindings", {"account": "mallory", "number": OTHER})
    sql = "UPDATE bindings SET number = (SELECT number FROM bindings WHERE account = 'mallory') WHERE account = 'anna'"
    shop.store.write(lambda ledger: ledger._execute(sql, []))
    refused = shop.ask("/check", {"account": "anna", "purpose": "reset"})
    assert (refused.status_code, refused.json()["type"]) == (500, "urn:phoneward:problem:seal-broken")


def test_the_document_is_what_the_service_does() -> None:
    described = openapi.document()
    assert json.loads(json.dumps(described)) == described
    with_body = {path for path, methods in described["paths"].items() if "post" in methods}
    assert with_body == {
        "/check", "/bindings", "/verified", "/recovered", "/released", "/sessions", "/sessions/ended", "/notices",
        "/outbox/done",
    }  # fmt: skip


def test_whatever_is_sent_is_answered_as_the_document_says(quick_folder: Path) -> None:
    """schemathesis reads /openapi.json and sends what it allows, and what it does not."""
    from phoneward.numbers.gate.bindings import SqliteStore

    store = SqliteStore(quick_folder / "bindings.db")
    with site(store, Saying(Word.SAME)) as shop:
        schema = schemathesis.openapi.from_asgi("/openapi.json", shop.app)
        for result in schema.get_all_operations():
            operation = result.ok()  # type: ignore[union-attr]  # the document is sound
            # Of a query only what is right: some of what it means to be wrong is gone once it is encoded.
            modes = list(GenerationMode) if operation.method == "post" else [GenerationMode.POSITIVE]
            either = [operation.as_strategy(generation_mode=mode) for mode in modes]

            @given(st.one_of(either))
            @settings(max_examples=10, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
            def send(case: schemathesis.Case[Any]) -> None:
                key = {"authorization": f"Bearer {SHOP_KEY}"}
                # Our key goes along with what should be without one; keys have tests of their own.
                case.call_and_validate(headers=key, excluded_checks=[ignored_auth])

            send()
    store.close()
