"""What an access token is good for, and how long."""

import pytest

from tests.numbers.simulator.consumer import NUMBER, PURPOSE, RECYCLING, Consumer, error_of


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        (RECYCLING, {"/number-recycling/v0.2/check"}),
        ("sim-swap", {"/sim-swap/v2/check", "/sim-swap/v2/retrieve-date"}),
        ("sim-swap:check", {"/sim-swap/v2/check"}),
        ("sim-swap:retrieve-date", {"/sim-swap/v2/retrieve-date"}),
        ("kyc-tenure:check-tenure", {"/kyc-tenure/v0.2/check-tenure"}),
    ],
)
def test_a_token_of_one_api_is_refused_by_the_others(asking: Consumer, scope: str, allowed: set[str]) -> None:
    token = asking.token(f"{PURPOSE} {scope}")
    body = {"phoneNumber": NUMBER, "specifiedDate": "2026-01-01", "tenureDate": "2026-01-01"}
    paths = [
        "/number-recycling/v0.2/check",
        "/sim-swap/v2/check",
        "/sim-swap/v2/retrieve-date",
        "/kyc-tenure/v0.2/check-tenure",
    ]
    for path in paths:
        answer = asking.ask(path, token, body)
        if path in allowed:
            assert answer.status_code == 200
        else:
            assert error_of(answer) == (403, "PERMISSION_DENIED")


def test_a_token_ends_when_it_said(asking: Consumer) -> None:
    token = asking.token()
    asking.simulator.token_clock.advance(899)
    assert asking.recycled(NUMBER, "2026-01-01", token).status_code == 200
    asking.simulator.token_clock.advance(1)
    answer = asking.recycled(NUMBER, "2026-01-01", token)
    assert error_of(answer) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer " + "x" * 5000, "Bearer a b"])
def test_what_is_no_access_token(asking: Consumer, header: str) -> None:
    answer = asking.http.post(
        "/number-recycling/v0.2/check",
        json={"phoneNumber": NUMBER, "specifiedDate": "2026-01-01"},
        headers={"Authorization": header},
    )
    assert error_of(answer) == (401, "UNAUTHENTICATED")


def test_a_client_assertion_is_no_access_token(asking: Consumer) -> None:
    assert error_of(asking.recycled(NUMBER, "2026-01-01", asking.assertion())) == (401, "UNAUTHENTICATED")


def test_an_access_token_is_a_bearer_token(asking: Consumer) -> None:
    token = asking.token()
    for kind, expected in (("Bearer", 200), ("bearer", 200), ("Basic", 401), ("DPoP", 401), ("", 401)):
        answer = asking.http.post(
            "/sim-swap/v2/check", json={"phoneNumber": NUMBER}, headers={"Authorization": f"{kind} {token}"}
        )
        assert answer.status_code == expected
