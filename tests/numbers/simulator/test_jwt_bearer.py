"""A service speaks for one person: JWT bearer (RFC 7523, 2.1)."""

from typing import Any

import pytest

from tests.numbers.simulator.consumer import (
    ASSERTION_TYPE,
    EVERYTHING,
    JWT_BEARER,
    NUMBER,
    PURPOSE,
    RECYCLING,
    SECONDS,
    Consumer,
    error_of,
)


def bearer(asking: Consumer, assertion: str, **form: str) -> Any:
    return asking.post("/token", {"grant_type": JWT_BEARER, "assertion": assertion, **form})


def test_a_token_about_one_person_asks_about_that_person_alone(asking: Consumer) -> None:
    answer = bearer(asking, asking.assertion(sub=f"tel:{NUMBER}", scope=EVERYTHING))
    assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope"}  # never a refresh token
    token = answer.json()["access_token"]
    path = "/number-recycling/v0.2/check"
    assert asking.ask(path, token, {"specifiedDate": "2026-01-01"}).json() == {"phoneNumberRecycled": False}
    for number in (NUMBER, "+447700900002"):
        answer = asking.ask(path, token, {"specifiedDate": "2026-01-01", "phoneNumber": number})
        assert error_of(answer) == (422, "UNNECESSARY_IDENTIFIER")


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"sub": NUMBER}, "invalid_grant"),
        ({"sub": "tel:+44-7700-900001"}, "invalid_grant"),
        ({"sub": f"tel:{NUMBER}\n"}, "invalid_grant"),
        ({"sub": "tel:+447700900999"}, "invalid_grant"),
        ({"sub": "tel:+447700900008"}, "invalid_grant"),  # another operator's
        ({"sub": "tel:+447700900007"}, "invalid_grant"),  # has refused
        ({"sub": "operatortoken:abc"}, "invalid_grant"),
        ({"sub": None}, "invalid_grant"),
        ({"iss": "somebody-else"}, "invalid_grant"),
        ({"aud": "https://another-operator.test/token"}, "invalid_grant"),
        ({"exp": SECONDS - 10}, "invalid_grant"),
        ({"exp": SECONDS + 310}, "invalid_grant"),
        ({"iat": SECONDS + 30}, "invalid_grant"),
        ({"iat": SECONDS - 280}, "invalid_grant"),
        ({"without": ("iat",)}, "invalid_grant"),
        ({"without": ("jti",)}, "invalid_grant"),
        ({"without": ("scope",)}, "invalid_request"),
        ({"scope": ["sim-swap"]}, "invalid_request"),
        ({"scope": RECYCLING}, "invalid_scope"),
        ({"scope": f"{PURPOSE} everything"}, "invalid_scope"),
    ],
)
def test_assertions_about_a_person_outside_the_rules(asking: Consumer, claims: dict[str, Any], expected: str) -> None:
    assertion = asking.assertion(**({"sub": f"tel:{NUMBER}", "scope": EVERYTHING} | claims))
    assert error_of(bearer(asking, assertion)) == (400, expected)


def test_an_assertion_about_a_person_is_good_for_one_request(asking: Consumer) -> None:
    assertion = asking.assertion(sub=f"tel:{NUMBER}", scope=EVERYTHING)
    assert bearer(asking, assertion).status_code == 200
    assert error_of(bearer(asking, assertion)) == (400, "invalid_grant")


def test_the_scope_stands_in_the_assertion_alone(asking: Consumer) -> None:
    assertion = asking.assertion(sub=f"tel:{NUMBER}", scope=EVERYTHING)
    assert error_of(bearer(asking, assertion, scope=EVERYTHING)) == (400, "invalid_request")
    assert error_of(asking.post("/token", {"grant_type": JWT_BEARER})) == (400, "invalid_request")
    other = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": "a.b.c"}
    assert error_of(bearer(asking, assertion, **other)) == (401, "invalid_client")
    assert error_of(bearer(asking, assertion, client_id="another")) == (400, "invalid_grant")
