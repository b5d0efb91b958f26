"""What the three APIs answer at their edges, and every error code that their definitions name."""

import datetime as dt
from typing import Any

import pytest

from phoneward.numbers.simulator import Clock, Contract, Operator, State, Subscriber, example_state
from tests.numbers.simulator.consumer import Consumer, consumer, error_of

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
NUMBER = "+447700900001"
RECYCLING, TENURE = "/number-recycling/v0.2/check", "/kyc-tenure/v0.2/check-tenure"
SWAP, SWAP_DATE = "/sim-swap/v2/check", "/sim-swap/v2/retrieve-date"
DATES = {RECYCLING: {"specifiedDate": "2026-01-01"}, TENURE: {"tenureDate": "2026-01-01"}, SWAP: {}, SWAP_DATE: {}}
ALL = pytest.mark.parametrize("path", list(DATES))


def operator(*contracts: Contract, settings: Operator | None = None, **facts: Any) -> Consumer:
    """An operator with one number; without a contract, one that goes on since 2020."""
    made = contracts or (Contract(begins=dt.date(2020, 1, 1), holder="A"),)
    state = State(operator=settings or Operator(), subscribers=(Subscriber(number=NUMBER, contracts=made, **facts),))
    clock = Clock(NOW, ticking=False)
    return consumer(state, clock, clock)


def ask(asking: Consumer, path: str, **body: object) -> Any:
    return asking.ask(path, asking.token(), {"phoneNumber": NUMBER, **DATES[path], **body})


CASES: dict[tuple[int, str], dict[str, Any]] = {
    (400, "INVALID_ARGUMENT"): {"phoneNumber": "0770"},
    (401, "UNAUTHENTICATED"): {},
    (403, "PERMISSION_DENIED"): {"phoneNumber": "+447700900006"},
    (404, "IDENTIFIER_NOT_FOUND"): {"phoneNumber": "+447700900008"},
    (422, "SERVICE_NOT_APPLICABLE"): {"phoneNumber": "+447700900005"},
    (422, "MISSING_IDENTIFIER"): {},
    (422, "UNNECESSARY_IDENTIFIER"): {"phoneNumber": NUMBER},
}


@ALL
@pytest.mark.parametrize("expected", CASES)
def test_every_error_that_is_defined(path: str, expected: tuple[int, str]) -> None:
    clock = Clock(NOW, ticking=False)
    asking = consumer(example_state(NOW), clock, clock)
    token = asking.token_about(NUMBER) if expected[1] == "UNNECESSARY_IDENTIFIER" else asking.token()
    token = "wrong" if expected[0] == 401 else token
    assert error_of(asking.ask(path, token, {**DATES[path], **CASES[expected]})) == expected


@pytest.mark.parametrize("path", [RECYCLING, TENURE])
def test_days_that_can_be_judged(path: str) -> None:
    """From the first day that is known of until today; a number may have a day of its own."""
    (name,) = DATES[path]
    settings = Operator(evaluable_from=dt.date(2024, 1, 1))
    for facts, first in (({}, "2024-01-01"), ({"evaluable_from": dt.date(2025, 6, 1)}, "2025-06-01")):
        asking = operator(settings=settings, **facts)
        before = str(dt.date.fromisoformat(first) - dt.timedelta(days=1))
        for day, expected in ((before, 400), (first, 200), ("2026-11-29", 200), ("2026-11-30", 400)):
            answer = ask(asking, path, **{name: day})
            assert answer.status_code == expected, day
            assert expected == 200 or answer.json()["code"] == "OUT_OF_RANGE"


def test_a_number_that_nobody_has_today() -> None:
    contract = Contract(begins=dt.date(2020, 1, 1), ends=dt.date(2026, 11, 29), holder="A")
    asking = operator(contract)
    assert ask(asking, RECYCLING).json() == {"phoneNumberRecycled": True}
    for path in (TENURE, SWAP, SWAP_DATE):
        assert error_of(ask(asking, path)) == (404, "IDENTIFIER_NOT_FOUND")
    strict = operator(contract, settings=Operator(cancelled_numbers="not-found"))
    assert error_of(ask(strict, RECYCLING)) == (404, "IDENTIFIER_NOT_FOUND")
    assert ask(operator(settings=Operator(cancelled_numbers="not-found")), RECYCLING).status_code == 200


@pytest.mark.parametrize("kind", ["PAYG", "PAYM", "Business", None])
def test_the_kind_of_the_contract(kind: Any) -> None:
    asking = operator(Contract(begins=dt.date(2020, 1, 1), holder="A", type=kind))
    expected = {"tenureDateCheck": True} | ({} if kind is None else {"contractType": kind})
    assert ask(asking, TENURE).json() == expected


@pytest.mark.parametrize(
    ("hours_ago", "max_age", "expected"),
    [(24, 24, True), (24, 23, False), (239.9, None, True), (240.1, None, False), (2400, 2400, True), (24, 24.0, True)],
)
def test_a_sim_change_within_so_many_hours(hours_ago: float, max_age: float | None, expected: bool) -> None:
    asking = operator(sim_changes=(NOW - dt.timedelta(hours=hours_ago),))
    body = {} if max_age is None else {"maxAge": max_age}
    assert ask(asking, SWAP, **body).json() == {"swapped": expected}


@pytest.mark.parametrize(
    ("max_age", "code"),
    [
        (0, "INVALID_ARGUMENT"),
        (0.5, "INVALID_ARGUMENT"),
        (1.5, "INVALID_ARGUMENT"),
        (2401, "OUT_OF_RANGE"),
        (10**30, "OUT_OF_RANGE"),
    ],
)
def test_hours_that_cannot_be_asked_about(max_age: float, code: str) -> None:
    assert error_of(ask(operator(), SWAP, maxAge=max_age)) == (400, code)


def test_an_operator_that_may_keep_ten_days() -> None:
    settings = Operator(sim_swap_monitored_days=10)
    asking = operator(settings=settings, sim_changes=(NOW - dt.timedelta(days=10),))
    assert ask(asking, SWAP_DATE).json() == {"latestSimChange": "2026-11-19T12:00:00Z"}
    assert ask(asking, SWAP, maxAge=240).json() == {"swapped": True}
    assert error_of(ask(asking, SWAP, maxAge=241)) == (400, "OUT_OF_RANGE")
    asking = operator(settings=settings, sim_changes=(NOW - dt.timedelta(days=10, seconds=1),))
    assert ask(asking, SWAP_DATE).json() == {"latestSimChange": None, "monitoredPeriod": 10}


def test_sim_changes_that_are_still_to_come_are_not_told() -> None:
    asking = operator(sim_changes=(NOW + dt.timedelta(hours=1),))
    assert ask(asking, SWAP_DATE).json() == {"latestSimChange": "2020-01-01T00:00:00Z"}
    asking.simulator.clock.advance(3600)
    assert ask(asking, SWAP_DATE).json() == {"latestSimChange": "2026-11-29T13:00:00Z"}


def test_a_new_holder_is_a_sim_change_and_a_new_contract_is_none() -> None:
    """SIM Swap: "New subscription is considered as a SIM swap as well"."""
    first = Contract(begins=dt.date(2020, 1, 1), ends=dt.date(2026, 11, 28), holder="A")
    asking = operator(first, Contract(begins=dt.date(2026, 11, 28), holder="A"))
    assert ask(asking, SWAP, maxAge=2400).json() == {"swapped": False}
    asking = operator(first, Contract(begins=dt.date(2026, 11, 28), holder="B"))
    assert ask(asking, SWAP, maxAge=48).json() == {"swapped": True}
    settings = Operator(time_zone="Asia/Shanghai")
    asking = operator(first, Contract(begins=dt.date(2026, 11, 28), holder="B"), settings=settings)
    assert ask(asking, SWAP_DATE).json() == {"latestSimChange": "2026-11-27T16:00:00Z"}
    moment = dt.datetime(2026, 11, 28, 9, 30, tzinfo=dt.UTC)
    asking = operator(first, Contract(begins=dt.date(2026, 11, 28), holder="B", activated=moment))
    assert ask(asking, SWAP_DATE).json() == {"latestSimChange": "2026-11-28T09:30:00Z"}


@ALL
def test_what_is_here_is_what_is_said_to_be_here(path: str) -> None:
    """Its own definition names the path, its properties and the scopes that open it."""
    asking = operator()
    operation = asking.http.get("/openapi.json").json()["paths"][path]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == {"phoneNumber", *DATES[path], *(["maxAge"] if path == SWAP else [])}
    told = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(ask(asking, path).json()) <= set(told["properties"])
    assert set(told["required"]) <= set(ask(asking, path).json())
    for requirement in operation["security"]:
        (scopes,) = requirement.values()
        token = asking.token(f"dpv:FraudPreventionAndDetection {scopes[0]}")
        assert asking.ask(path, token, {"phoneNumber": NUMBER, **DATES[path]}).status_code == 200
