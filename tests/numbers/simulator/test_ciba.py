"""A person is asked on their phone; the service polls until they answered. By a clock that the test moves."""

import datetime as dt
from typing import Any

import jwt
import pytest

from phoneward.numbers.simulator import Client, Clock, Contract, State, Subscriber, Tokens, new_key
from tests.numbers.simulator.consumer import CIBA, CLIENT, EVERYTHING, PURPOSE, ROOT, Consumer, consumer, error_of

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
CONTRACTS = (Contract(begins=dt.date(2020, 1, 1), holder="A"),)
AT_ONCE, LATE, REFUSES, SILENT = (f"+44770090020{number}" for number in range(4))
STATE = State(
    tokens=Tokens(ciba_seconds=60, ciba_interval=5),
    clients=(Client(id=CLIENT), Client(id="another-client")),
    subscribers=(
        Subscriber(number=AT_ONCE, contracts=CONTRACTS),
        Subscriber(number=LATE, contracts=CONTRACTS, consent_seconds=12),
        Subscriber(number=REFUSES, contracts=CONTRACTS, consent="refused", consent_seconds=3),
        Subscriber(number=SILENT, contracts=CONTRACTS, consent="unanswered"),
    ),
)


@pytest.fixture
def asking() -> Consumer:
    clock = Clock(NOW, ticking=False)
    return consumer(STATE, clock, clock)


def begin(asking: Consumer, number: str, **form: str) -> Any:
    return asking.authenticated("/bc-authorize", **{"scope": EVERYTHING, "login_hint": f"tel:{number}"} | form)


def begun(asking: Consumer, number: str, **form: str) -> str:
    answer = begin(asking, number, **form)
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert (document["expires_in"], document["interval"]) == (60, 5)
    name: str = document["auth_req_id"]
    return name


def poll(asking: Consumer, name: str, after: float = 0) -> Any:
    asking.simulator.token_clock.advance(after)
    return asking.authenticated(grant_type=CIBA, auth_req_id=name)


def test_a_person_who_consents_at_once(asking: Consumer) -> None:
    name = begun(asking, AT_ONCE)
    answer = poll(asking, name)
    assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope"}
    token = answer.json()["access_token"]
    told = asking.ask("/kyc-tenure/v0.2/check-tenure", token, {"tenureDate": "2026-01-01"})
    assert told.json() == {"tenureDateCheck": True}
    assert error_of(poll(asking, name, 10)) == (400, "invalid_grant")  # once


def test_a_person_who_takes_twelve_seconds(asking: Consumer) -> None:
    name = begun(asking, LATE)
    for seconds in (0, 5, 5):
        assert error_of(poll(asking, name, seconds)) == (400, "authorization_pending")
    assert poll(asking, name, 5).status_code == 200


def test_a_service_that_polls_too_fast_must_wait_longer(asking: Consumer) -> None:
    """CIBA Core, 11: the interval grows by five seconds, for this and all that follow."""
    name = begun(asking, LATE)
    assert error_of(poll(asking, name)) == (400, "authorization_pending")
    assert error_of(poll(asking, name, 4.9)) == (400, "slow_down")  # from now on 10
    assert error_of(poll(asking, name, 9.9)) == (400, "slow_down")  # though they have consented: 15
    assert error_of(poll(asking, name, 14.9)) == (400, "slow_down")  # 20
    assert poll(asking, name, 20).status_code == 200


def test_a_person_who_refuses(asking: Consumer) -> None:
    name = begun(asking, REFUSES)
    assert error_of(poll(asking, name)) == (400, "authorization_pending")
    assert error_of(poll(asking, name, 5)) == (400, "access_denied")
    assert error_of(poll(asking, name, 5)) == (400, "invalid_grant")


def test_a_person_who_never_answers(asking: Consumer) -> None:
    name = begun(asking, SILENT)
    assert error_of(poll(asking, name, 59.9)) == (400, "authorization_pending")
    assert error_of(poll(asking, name, 0.1)) == (400, "expired_token")


def test_consent_comes_too_late(asking: Consumer) -> None:
    name = begun(asking, AT_ONCE)
    assert error_of(poll(asking, name, 60)) == (400, "expired_token")


def test_another_client_learns_nothing(asking: Consumer) -> None:
    name = begun(asking, AT_ONCE)
    asking.client = "another-client"
    assert error_of(poll(asking, name)) == (400, "invalid_grant")
    asking.client = CLIENT
    assert poll(asking, name).status_code == 200
    assert error_of(asking.authenticated(grant_type=CIBA)) == (400, "invalid_request")


def test_an_id_token_is_signed_and_does_not_tell_the_number(asking: Consumer) -> None:
    """The profile, "ID Token sub claim": another name towards each client, and never the number."""
    subjects = []
    for client in (CLIENT, "another-client", CLIENT):
        asking.client = client
        name = begun(asking, AT_ONCE, scope=f"openid {EVERYTHING}")
        id_token = poll(asking, name, 6).json()["id_token"]
        (key,) = jwt.PyJWKSet.from_dict(asking.http.get("/jwks").json()).keys
        unchecked = {"verify_exp": False, "verify_iat": False}
        claims = jwt.decode(id_token, key.key, ["ES256"], audience=client, issuer=ROOT, options=unchecked)  # type: ignore[arg-type]
        assert AT_ONCE.strip("+") not in str(claims)
        assert claims["urn:openid:params:jwt:claim:auth_req_id"] == name
        subjects.append(claims["sub"])
    assert subjects[0] == subjects[2] != subjects[1]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"login_hint": ""}, "invalid_request"),
        ({"login_hint_token": "a.b.c"}, "invalid_request"),
        ({"id_token_hint": "a.b.c"}, "invalid_request"),
        ({"login_hint": AT_ONCE}, "unknown_user_id"),
        ({"login_hint": "tel:+447700900999"}, "unknown_user_id"),
        ({"login_hint": "ipport:192.0.2.7:80"}, "unknown_user_id"),
        ({"scope": ""}, "invalid_request"),
        ({"scope": f"{PURPOSE} openid"}, "invalid_scope"),
        ({"scope": "sim-swap"}, "invalid_scope"),
        ({"request": "a.b.c"}, "invalid_request_object"),
    ],
)
def test_nobody_is_asked(asking: Consumer, form: dict[str, str], expected: str) -> None:
    assert error_of(begin(asking, AT_ONCE, **form)) == (400, expected)


def test_an_assertion_for_the_token_endpoint_is_none_for_this_one(asking: Consumer) -> None:
    form = {"scope": EVERYTHING, "login_hint": f"tel:{AT_ONCE}"}
    answer = asking.authenticated("/bc-authorize", asking.assertion("/token"), **form)
    assert error_of(answer) == (401, "invalid_client")


def test_a_signed_request_counts_and_nothing_beside_it(asking: Consumer) -> None:
    """CIBA Core, 7.1.1: with a signed request, only what was signed is asked."""
    said: dict[str, Any] = {"scope": EVERYTHING, "login_hint": f"tel:{AT_ONCE}", "without": ("sub",)}
    for audience in (f"{ROOT}/bc-authorize", ROOT):
        request = asking.assertion(**said, aud=audience)
        answer = begin(asking, SILENT, request=request)
        assert poll(asking, answer.json()["auth_req_id"], 6).status_code == 200
    for wrong in ({"aud": "https://another-operator.test"}, {"without": ("jti",)}, {"without": ("iat",)}):
        answer = begin(asking, AT_ONCE, request=asking.assertion(**said | wrong))
        assert error_of(answer) == (400, "invalid_request_object")
    theirs = jwt.encode(jwt.decode(asking.assertion(**said), options={"verify_signature": False}), new_key(), "ES256")
    assert error_of(begin(asking, AT_ONCE, request=theirs)) == (400, "invalid_request_object")
    asking.client = "another-client"
    others = asking.assertion(**said, aud=ROOT)
    asking.client = CLIENT
    assert error_of(begin(asking, AT_ONCE, request=others)) == (400, "invalid_request_object")
