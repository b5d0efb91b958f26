"""Whatever is sent to the simulator, it answers in bounded memory, as the APIs say, and goes on."""

import datetime as dt
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.numbers.simulator import Clock, Simulator, example_state, new_key, running
from phoneward.numbers.simulator import access as access_module
from phoneward.numbers.simulator import assertions as assertions_module
from phoneward.numbers.simulator import ciba as ciba_module
from phoneward.numbers.simulator.wire import MAX_BODY_BYTES
from tests.numbers.simulator.consumer import CLIENT, EVERYTHING, RECYCLING, Consumer, consumer, error_of

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
PATH = "/number-recycling/v0.2/check"
GOOD = {"phoneNumber": "+447700900001", "specifiedDate": "2026-01-01"}
ASKING = consumer(example_state(NOW), Clock(NOW, ticking=False), Clock(NOW, ticking=False))
TOKEN = ASKING.simulator.token_for(CLIENT, (RECYCLING,), seconds=10**6)


def send(content: bytes, **headers: str) -> httpx.Response:
    said = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"} | headers
    raw = {name.replace("_", "-").encode(): value.encode() for name, value in said.items()}
    return ASKING.http.post(PATH, content=content, headers=raw)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
        json.dumps(GOOD).encode("utf-16"),
        b'{"specifiedDate": "2026-01-01", "other": "\xff", "phoneNumber": "+447700900001"}',
        b'{"specifiedDate": "2026-01-01", "other": NaN, "phoneNumber": "+447700900001"}',
        b'{"other": ' + b"[" * 10_000 + b"]" * 10_000 + b', "specifiedDate": "2026-01-01"}',
        b"[" * 30_000,
        b'{"specifiedDate": {"$ne": null}, "phoneNumber": "+447700900001"}',
        b'{"specifiedDate": "2026-01-01", "phoneNumber": "+447700900001"} {}',
        b"null",
        b"1" * 5000,
        b'{"specifiedDate": "+2026-01-01", "phoneNumber": "+447700900001"}',
        '{"specifiedDate": "２０２６-01-01", "phoneNumber": "+447700900001"}'.encode(),
        '{"specifiedDate": "2026-01-01", "phoneNumber": "+４４7700900001"}'.encode(),
    ],
)
def test_bodies_that_are_none(content: bytes) -> None:
    assert error_of(send(content)) == (400, "INVALID_ARGUMENT")


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(str).map(str.encode)
)
def test_any_bytes_are_answered(content: bytes) -> None:
    assert error_of(send(content)) in {(400, "INVALID_ARGUMENT"), (422, "MISSING_IDENTIFIER")}


def test_properties_that_nobody_knows_are_ignored() -> None:
    """v0.2 and v2 of these definitions do not forbid them."""
    assert send(json.dumps({**GOOD, "another": [1, {"a": None}]}).encode()).status_code == 200


def test_a_long_body_is_not_read() -> None:
    body = json.dumps({**GOOD, "padding": "x" * MAX_BODY_BYTES}).encode()
    assert send(body).status_code == 413
    answer = ASKING.http.post("/token", data={"grant_type": "client_credentials", "scope": "x" * MAX_BODY_BYTES})
    assert error_of(answer) == (413, "invalid_request")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
def test_a_body_of_another_kind(kind: str) -> None:
    assert error_of(send(json.dumps(GOOD).encode(), content_type=kind)) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_body_may_name_its_encoding() -> None:
    assert send(json.dumps(GOOD).encode(), content_type="Application/JSON; charset=utf-8").status_code == 200


@pytest.mark.parametrize("value", ["a" * 256, "b4333c46-49c0-4f62-80d7-f0ef930f1c46", "a.b;c:d_e/f<g>{h}", ""])
def test_a_correlation_id_comes_back(value: str) -> None:
    answer = send(json.dumps(GOOD).encode(), x_correlator=value)
    assert (answer.status_code, answer.headers["x-correlator"]) == (200, value)
    answer = send(b"{}", x_correlator=value, authorization="Bearer wrong")
    assert (answer.status_code, answer.headers["x-correlator"]) == (401, value)


@pytest.mark.parametrize("value", ["a" * 257, "a b", "a\tb", "é", "a,b", "(a)", '"'])
def test_what_is_no_correlation_id_does_not(value: str) -> None:
    answer = send(json.dumps(GOOD).encode(), x_correlator=value)
    assert error_of(answer) == (400, "INVALID_ARGUMENT")
    assert "x-correlator" not in answer.headers


def test_no_correlation_id_none_back() -> None:
    assert "x-correlator" not in send(json.dumps(GOOD).encode()).headers


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
def test_other_methods(method: str) -> None:
    for path in (PATH, "/token", "/bc-authorize", "/sim-swap/v2/retrieve-date"):
        answer = ASKING.http.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert error_of(ASKING.http.post("/number-recycling/v0.3/check", json=GOOD)) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "form",
    [
        b"grant_type=client_credentials&grant_type=client_credentials",
        b"grant_type=client_credentials&scope=%ff",
        b"&".join(b"a%d=1" % number for number in range(60)),
        b"\xff=1",
        b"",
    ],
)
def test_forms_that_are_none(form: bytes) -> None:
    answer = ASKING.http.post("/token", content=form, headers={"content-type": "application/x-www-form-urlencoded"})
    assert error_of(answer) == (400, "invalid_request")
    answer = ASKING.http.post("/token", content=b"{}", headers={"content-type": "application/json"})
    assert error_of(answer) == (400, "invalid_request")


@given(
    st.dictionaries(
        st.sampled_from(["grant_type", "scope", "assertion", "client_assertion", "auth_req_id", "request"]),
        st.text(max_size=50),
    )
)
def test_any_form_is_answered(form: dict[str, str]) -> None:
    for endpoint in ("/token", "/bc-authorize"):
        try:
            answer = ASKING.post(endpoint, form)
        except UnicodeEncodeError:  # half a surrogate pair cannot be sent
            continue
        assert error_of(answer)[0] in {400, 401}


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> Consumer:
    """An operator that remembers three of everything."""
    monkeypatch.setattr(access_module, "MAX_TOKENS", 3)
    monkeypatch.setattr(assertions_module, "MAX_REMEMBERED", 3)
    monkeypatch.setattr(ciba_module, "MAX_REQUESTS", 3)
    clock = Clock(NOW, ticking=False)
    return consumer(example_state(NOW), clock, clock)


def test_what_is_remembered_is_bounded(bounded: Consumer) -> None:
    """Assertions are refused rather than forgotten, which would let them through twice; tokens and requests age out."""
    clock = bounded.simulator.token_clock
    tokens = [bounded.token() for _time in range(3)]
    answer = bounded.authenticated(grant_type="client_credentials", scope=EVERYTHING)
    assert error_of(answer) == (401, "invalid_client")
    clock.advance(62)  # they have expired, and would still be believed within the leeway
    answer = bounded.authenticated(grant_type="client_credentials", scope=EVERYTHING)
    assert error_of(answer) == (401, "invalid_client")
    clock.advance(4)
    tokens += [bounded.token() for _time in range(2)]
    answers = [bounded.recycled("+447700900001", "2026-01-01", token).status_code for token in tokens]
    assert answers == [401, 401, 200, 200, 200]
    names = []
    for _time in range(4):
        clock.advance(66)
        form = {"scope": EVERYTHING, "login_hint": "tel:+447700900001"}
        names.append(bounded.authenticated("/bc-authorize", **form).json()["auth_req_id"])
    clock.advance(66)
    form = {"grant_type": "urn:openid:params:grant-type:ciba"}
    first = bounded.authenticated(auth_req_id=names[0], **form)
    last = bounded.authenticated(auth_req_id=names[3], **form)
    assert error_of(first) == (400, "invalid_grant")
    assert last.status_code == 200


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    simulator = Simulator(example_state(NOW), keys={CLIENT: new_key().public_key()})
    with running(simulator) as url:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        yield parts.hostname, parts.port
        assert httpx.get(url).status_code == 200  # it is still there after all of that


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(20_000)),
        b"GET /" + b"a" * 200_000,
        b"\x16\x03\x01\x02\x00",
        b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n",
        b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    ],
)
def test_what_is_no_http(address: tuple[str, int], sent: bytes) -> None:
    with socket.create_connection(address, timeout=20) as connection:
        got: Any = b""
        try:
            connection.sendall(sent)
            got = connection.recv(4096)
        except ConnectionError:
            return  # it had hung up while we were still sending
        assert got.startswith(b"HTTP/1.1 4") or got == b""
