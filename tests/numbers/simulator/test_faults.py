"""The operator misbehaves as it was asked to: for a number, or at a rate."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator
from typing import get_args

import httpx
import pytest

from phoneward.numbers.simulator import (
    NAMED_IN,
    Clock,
    Contract,
    FaultKind,
    Faults,
    Simulator,
    State,
    Subscriber,
    new_key,
    running,
)
from tests.numbers.simulator.consumer import CLIENT, RECYCLING, consumer

KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
CONTRACTS = (Contract(begins=dt.date(2020, 1, 1), holder="A"),)
NUMBERS = {kind: f"+4477009003{position:02}" for position, kind in enumerate(KINDS)}
WELL = "+447700900399"
HTTP = httpx.Client()
PATH = "/number-recycling/v0.2/check"


def state(**faults: object) -> State:
    faulty = tuple(Subscriber(number=number, contracts=CONTRACTS, fault=kind) for kind, number in NUMBERS.items())
    return State(
        faults=Faults(**{"hang_seconds": 0.3, "drip_seconds": 0.002, **faults}),  # type: ignore[arg-type]
        subscribers=(*faulty, Subscriber(number=WELL, contracts=CONTRACTS)),
    )


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator(state(), keys={CLIENT: new_key().public_key()}, clock=Clock(NOW))


@pytest.fixture(scope="module")
def base_url(simulator: Simulator) -> Iterator[str]:
    with running(simulator) as url:
        yield url


def ask(simulator: Simulator, base_url: str, number: str, timeout: float = 20) -> httpx.Response:
    return HTTP.post(
        base_url + PATH,
        json={"phoneNumber": number, "specifiedDate": "2026-01-01"},
        headers={"Authorization": f"Bearer {simulator.token_for(CLIENT, (RECYCLING,))}"},
        timeout=timeout,
    )


def fault_named(answer: httpx.Response) -> str:
    return answer.headers[NAMED_IN.decode()]


def test_a_number_without_a_fault(simulator: Simulator, base_url: str) -> None:
    answer = ask(simulator, base_url, WELL)
    assert answer.json() == {"phoneNumberRecycled": False}
    assert NAMED_IN.decode() not in answer.headers


def test_it_says_nothing_for_a_while(simulator: Simulator, base_url: str) -> None:
    began = time.monotonic()
    answer = ask(simulator, base_url, NUMBERS["hang"])
    assert time.monotonic() - began >= 0.3
    assert (answer.status_code, fault_named(answer)) == (504, "hang")
    assert simulator.journal[-1].fault == "hang"
    with pytest.raises(httpx.ReadTimeout):
        ask(simulator, base_url, NUMBERS["hang"], timeout=0.1)


def test_whoever_hangs_up_is_not_waited_for() -> None:
    """A load test that gives up on thousands of hanging requests does not fill the simulator with them."""
    hanging = Simulator(state(hang_seconds=3600), keys={CLIENT: new_key().public_key()}, clock=Clock(NOW))
    with running(hanging) as url:
        for _time in range(3):
            with pytest.raises(httpx.ReadTimeout):
                ask(hanging, url, NUMBERS["hang"], timeout=0.1)
        assert ask(hanging, url, WELL).status_code == 200
        assert [served.fault for served in hanging.journal] == ["hang"] * 3 + [None]
        began = time.monotonic()
    assert time.monotonic() - began < 1  # nothing under way that would be waited for


def test_it_hangs_up_in_the_middle(simulator: Simulator, base_url: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError, match=r"incomplete|without"):
        ask(simulator, base_url, NUMBERS["cut"])


def test_it_answers_byte_by_byte(simulator: Simulator, base_url: str) -> None:
    began = time.monotonic()
    answer = ask(simulator, base_url, NUMBERS["slow-drip"])
    assert answer.json() == {"phoneNumberRecycled": False}
    assert time.monotonic() - began >= 0.002 * len(answer.content)


def test_it_fails(simulator: Simulator, base_url: str) -> None:
    answers = [ask(simulator, base_url, NUMBERS["server-error"]) for _time in range(20)]
    assert {answer.status_code for answer in answers} == {500, 502, 503, 504}
    assert {fault_named(answer) for answer in answers} == {"server-error"}


def test_it_has_had_enough(simulator: Simulator, base_url: str) -> None:
    answer = ask(simulator, base_url, NUMBERS["too-many-requests"])
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (429, "TOO_MANY_REQUESTS", "1")


def test_it_says_something_else(simulator: Simulator, base_url: str) -> None:
    """None of what it says says that the number is still in the same hands."""
    answers = [ask(simulator, base_url, NUMBERS["wrong-schema"]) for _time in range(40)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) > 5
    for answer in answers:
        try:
            document = answer.json()
        except ValueError:
            continue
        assert not isinstance(document, dict) or document.get("phoneNumberRecycled") is not False


def test_it_answers_with_a_page(simulator: Simulator, base_url: str) -> None:
    answer = ask(simulator, base_url, NUMBERS["wrong-content-type"])
    assert answer.headers["content-type"] == "text/html"


def test_it_lies(simulator: Simulator, base_url: str) -> None:
    assert ask(simulator, base_url, NUMBERS["lie"]).json() == {"phoneNumberRecycled": True}
    assert ask(simulator, base_url, WELL).json() == {"phoneNumberRecycled": False}


def test_one_answer_in_ten_and_the_same_ones_every_time() -> None:
    def run(seed: int) -> list[str | None]:
        asking = consumer(state(rate=0.1, seed=seed, kinds=("server-error", "lie"), where=("api",)), Clock(NOW))
        token = asking.simulator.token_for(CLIENT, (RECYCLING,))
        for _time in range(500):
            asking.recycled(WELL, "2026-01-01", token)
        assert asking.token()  # its tokens are left alone
        return [served.fault for served in asking.simulator.journal if served.path == PATH]

    first = run(7)
    assert first == run(7)
    assert first != run(8)
    counted = Counter(first)
    assert 25 <= counted["server-error"] + counted["lie"] <= 80
    assert min(counted["server-error"], counted["lie"]) > 5


def test_tokens_can_fail_too() -> None:
    asking = consumer(state(rate=1, kinds=("server-error",), where=("token",)), Clock(NOW))
    assert asking.authenticated(grant_type="client_credentials", scope=RECYCLING).status_code >= 500
    assert asking.recycled(WELL, "2026-01-01", asking.simulator.token_for(CLIENT, (RECYCLING,))).status_code == 200
    assert asking.http.get("/.well-known/openid-configuration").status_code == 200
