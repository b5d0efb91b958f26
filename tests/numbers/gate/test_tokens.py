"""The gate proves who it is, gets a token, keeps it, and gets a new one in time."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from phoneward.numbers.gate.assertions import ALGORITHMS, KeyFileError, load_key
from phoneward.numbers.gate.ciba import Ciba
from phoneward.numbers.gate.oauth import TokenEndpoint, TokenError
from phoneward.numbers.gate.tokens import ClientCredentials, JwtBearer, Token
from tests.numbers.gate.operators import NUMBER, ROOT, TOKEN_URL, Operator, ec_key, rsa_key, says

CIBA_URL = f"{ROOT}/oauth2/bc-authorize"
OTHER = "+99999991001"
T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


def answering(*answers: httpx.Response) -> Callable[[dict[str, str]], httpx.Response | None]:
    """The token endpoint gives these answers first, then tokens."""
    left = list(answers)
    return lambda _form: left.pop(0) if left else None


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_client_proves_itself_as_the_profile_demands(algorithm: str) -> None:
    """A signed statement for this endpoint, for at most five minutes, with an id of its own (private_key_jwt)."""
    operator = Operator(says())
    token = run(operator.tokens(algorithm=algorithm).get(NUMBER))
    form = operator.forms[0]
    assertion = form.pop("client_assertion")
    assert form == {
        "grant_type": "client_credentials",
        "scope": "dpv:FraudPreventionAndDetection number-recycling:check",
        "client_id": "client-1",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    claims = jwt.decode(assertion, options={"verify_signature": False})
    assert jwt.get_unverified_header(assertion) == {"alg": algorithm, "typ": "JWT", "kid": "k1"}
    assert set(claims) == {"iss", "sub", "aud", "iat", "exp", "jti"}
    assert claims["iss"] == claims["sub"] == "client-1"
    assert claims["aud"] == TOKEN_URL
    assert claims["iat"] == operator.clock.now.timestamp()
    assert 0 < claims["exp"] - claims["iat"] <= 300
    assert token.value == "planted-token-1"
    assert "planted" not in repr(token)


def test_one_token_serves_all_numbers_until_shortly_before_it_ends() -> None:
    """300 seconds with a tenth kept back."""
    operator = Operator(says())
    tokens = operator.tokens()

    async def issued() -> list[int]:
        counts = []
        for seconds, number in ((0, NUMBER), (269, OTHER), (2, NUMBER)):
            operator.clock.forward(seconds)
            await tokens.get(number)
            counts.append(operator.issued)
        return counts

    assert run(issued()) == [1, 1, 2]


def test_a_hundred_logins_at_once_fetch_one_token_and_an_impatient_one_does_not_take_it_away() -> None:
    """The first of them gives up waiting; the others get what it asked for."""
    operator = Operator(says())
    tokens = operator.tokens()

    async def ask() -> list[Token]:
        first = asyncio.create_task(tokens.get(NUMBER))
        await asyncio.sleep(0)
        first.cancel()
        return await asyncio.gather(*(tokens.get(NUMBER) for _ in range(100)))

    assert len({token.value for token in run(ask())}) == 1
    assert operator.issued == 1


def test_an_assertion_is_good_for_one_request_so_a_second_attempt_makes_a_new_one() -> None:
    """The operator refuses the same id twice."""
    operator = Operator(says())
    attempts = []

    async def cut_twice(request: httpx.Request) -> httpx.Response:
        attempts.append(request)
        answer = await operator.handle(request)
        if len(attempts) < 3:
            raise httpx.ReadError("cut after it was received")
        return answer

    tokens = operator.tokens()
    tokens.endpoint.wire._client._transport = httpx.MockTransport(cut_twice)
    assert run(tokens.get(NUMBER)).value.startswith("planted")
    assert len(operator.seen) == 3


@pytest.mark.parametrize("ahead_s", [-800, -90, -3, 3, 90, 600, 800])
@pytest.mark.parametrize("flow", [ClientCredentials, JwtBearer])
def test_a_clock_that_is_wrong_is_noticed_and_allowed_for(ahead_s: int, flow: type[ClientCredentials]) -> None:
    """The operator refuses statements from the future or the past; its Date header says what time it is there."""
    operator = Operator(says(), ahead_s=ahead_s, expires_in=100)
    tokens = operator.tokens(flow)

    async def twice() -> None:
        await tokens.get(NUMBER)
        operator.clock.forward(200)
        await tokens.get(NUMBER)

    run(twice())
    assert len(operator.forms) <= 3, "once learnt, it is known"
    assert operator.issued == 2


def test_a_clock_that_is_hours_off_is_not_believed() -> None:
    """Whoever sends such a date wants a statement for another time, or somebody must set a clock."""
    operator = Operator(says(), ahead_s=7200)
    with pytest.raises(TokenError) as error:
        run(operator.tokens().get(NUMBER))
    assert error.value.code == "token-refused"
    assert len(operator.forms) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"error": "invalid_client"}, 401, "token-refused"),
        ({"error": "invalid_scope", "error_description": f"planted {NUMBER}"}, 400, "token-refused"),
        ({"error": f"planted {NUMBER}"}, 400, "token-refused"),
        ({"error": "access_denied"}, 400, "consent-refused"),
        ({}, 429, "rate-limited"),
        ({}, 503, "provider-error"),
        ([], 200, "bad-token-answer"),
        ({"access_token": "planted-1", "token_type": "Bearer", "expires_in": "300"}, 200, "bad-token-answer"),
        ({"access_token": "planted-1", "token_type": "Bearer", "expires_in": True}, 200, "bad-token-answer"),
        ({"access_token": "planted-1", "token_type": "Bearer", "expires_in": -1}, 200, "bad-token-answer"),
        ({"access_token": "planted-1", "token_type": "DPoP", "expires_in": 300}, 200, "bad-token-answer"),
        ({"access_token": "planted-1", "expires_in": 300}, 200, "bad-token-answer"),
        ({"access_token": "", "token_type": "Bearer"}, 200, "bad-token-answer"),
        ({"access_token": 5, "token_type": "Bearer"}, 200, "bad-token-answer"),
        ({"access_token": "planted\r\nx: y", "token_type": "Bearer"}, 200, "bad-token-answer"),
        ({"access_token": "plänted", "token_type": "Bearer"}, 200, "bad-token-answer"),
    ],
)
def test_what_is_no_token_is_named_and_not_repeated(body: object, status: int, code: str) -> None:
    """What a server writes into an error may hold anything."""
    operator = Operator(says())
    operator.token_answers = lambda _form: httpx.Response(status, json=body)
    with pytest.raises(TokenError) as error:
        run(operator.tokens().get(NUMBER))
    assert error.value.code == code
    assert "planted" not in str(error.value)
    assert NUMBER not in str(error.value)


@pytest.mark.parametrize(("failures", "issued"), [(1, 1), (2, 1), (3, 0)])
def test_a_token_endpoint_with_a_hiccup_is_asked_again_twice(failures: int, issued: int) -> None:
    """Each time with a new assertion."""
    operator = Operator(says())
    operator.token_answers = answering(*[httpx.Response(503)] * failures)
    with contextlib.suppress(TokenError):
        run(operator.tokens().get(NUMBER))
    assert (operator.issued, len(operator.seen)) == (issued, min(failures + 1, 3))


@pytest.mark.parametrize("expires_in", [None, 0.5, 300, 10**9])
def test_tokens_without_an_end_or_with_a_far_one_are_not_kept_for_ever(expires_in: object) -> None:
    """A minute where nothing is said; a day at most."""
    operator = Operator(says(), expires_in=expires_in)
    token = run(operator.tokens().get(NUMBER))
    kept = token.until - operator.clock.monotonic()
    assert 0 < kept <= {None: 60, 0.5: 0.5, 300: 300}.get(expires_in, 86_400)  # type: ignore[call-overload]


def test_after_a_refusal_the_operator_is_left_alone_for_a_moment() -> None:
    """A wrong key does not become right by being shown a thousand times a second."""
    operator = Operator(says())
    operator.token_answers = answering(httpx.Response(400, json={"error": "unauthorized_client"}))
    tokens = operator.tokens()

    async def ask() -> list[int]:
        counts = []
        for seconds in (0, 1, 10):
            operator.clock.forward(seconds)
            with contextlib.suppress(TokenError):
                await tokens.get(NUMBER)
            counts.append(len(operator.forms))
        return counts

    assert run(ask()) == [1, 1, 2]


def test_jwt_bearer_names_the_number_and_the_scope_in_the_assertion_alone() -> None:
    """No scope parameter, no second proof: the assertion is both (CAMARA profile)."""
    operator = Operator(says())
    tokens = operator.tokens(JwtBearer)

    async def ask() -> list[str]:
        return [(await tokens.get(number)).value for number in (NUMBER, OTHER, NUMBER)]

    assert run(ask()) == ["planted-token-1", "planted-token-2", "planted-token-1"]
    form = operator.forms[0]
    assert set(form) == {"grant_type", "assertion"}
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    claims = jwt.decode(form["assertion"], options={"verify_signature": False})
    assert set(claims) == {"iss", "sub", "aud", "iat", "exp", "jti", "scope"}
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("client-1", f"tel:{NUMBER}", TOKEN_URL)
    assert claims["scope"] == "dpv:FraudPreventionAndDetection number-recycling:check"


def test_numbers_are_not_what_tokens_are_kept_under() -> None:
    """A dump of memory's keys is no list of customers."""
    operator = Operator(says())
    tokens = operator.tokens(JwtBearer)
    run(tokens.get(NUMBER))
    assert NUMBER.encode() not in repr(list(tokens._held)).encode()
    assert NUMBER[1:] not in repr(tokens._held)


def ciba(operator: Operator, *, patience_s: float = 5) -> Ciba:
    endpoint = TokenEndpoint(operator.wire(), TOKEN_URL, operator.signer(), timeout_s=2)
    scope = "dpv:FraudPreventionAndDetection number-recycling:check"
    return Ciba(endpoint, scope, url=CIBA_URL, patience_s=patience_s, monotonic=operator.clock.monotonic)


def asking(operator: Operator, *polls: str | httpx.Response, start: object = None, status: int = 200) -> None:
    """The operator's answers: to the request, then to each poll, then a token."""
    left = list(polls)
    request = {"auth_req_id": "request-1", "expires_in": 120, "interval": 2} if start is None else start

    def answer(form: dict[str, str]) -> httpx.Response | None:
        if "login_hint" in form:
            return httpx.Response(status, json=request)
        poll = left.pop(0) if left else None
        return httpx.Response(400, json={"error": poll}) if isinstance(poll, str) else poll

    operator.token_answers = answer


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited between polls; nobody waits."""
    waits: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await real(0)

    monkeypatch.setattr("phoneward.numbers.gate.ciba.asyncio.sleep", sleep)
    return waits


def test_ciba_asks_for_consent_and_polls_at_the_operators_pace(slept: list[float]) -> None:
    """`slow_down` adds five seconds, as CIBA Core says."""
    operator = Operator(says())
    asking(operator, "authorization_pending", "slow_down", "authorization_pending")
    assert run(ciba(operator).get(NUMBER)).value == "planted-token-1"
    assert slept == [2, 7, 7]
    request, *polls = operator.forms
    assert request["login_hint"] == f"tel:{NUMBER}"
    assert request["scope"] == "openid dpv:FraudPreventionAndDetection number-recycling:check"
    assert jwt.decode(request["client_assertion"], options={"verify_signature": False})["aud"] == CIBA_URL
    assert {poll["grant_type"] for poll in polls} == {"urn:openid:params:grant-type:ciba"}
    assert {poll["auth_req_id"] for poll in polls} == {"request-1"}
    assert "scope" not in polls[0]
    assert len(operator.seen) == 5, "each with an assertion of its own"


@pytest.mark.parametrize(
    ("polls", "code"),
    [
        (["access_denied"], "consent-refused"),
        (["expired_token"], "consent-refused"),
        (["authorization_pending", "invalid_grant"], "token-refused"),
        ([httpx.Response(500)] * 3, "provider-error"),
        ([httpx.Response(200, json={})], "bad-token-answer"),
    ],
)
@pytest.mark.usefixtures("slept")
def test_a_holder_who_refuses_is_not_asked_again_at_once(polls: list[str | httpx.Response], code: str) -> None:
    """Nor is an operator that cannot."""
    operator = Operator(says())
    asking(operator, *polls)
    tokens = ciba(operator)

    async def twice() -> None:
        for _ in range(2):
            with pytest.raises(TokenError) as error:
                await tokens.get(NUMBER)
            assert error.value.code == code
            if code != "consent-refused":
                break

    run(twice())
    assert sum("login_hint" in form for form in operator.forms) == 1


@pytest.mark.parametrize(
    ("start", "status", "code"),
    [
        ({"error": "unknown_user_id"}, 400, "not-our-subscriber"),
        ({"error": "access_denied"}, 403, "consent-refused"),
        ({"error": "invalid_client"}, 401, "token-refused"),
        ({"auth_req_id": "r"}, 200, "bad-token-answer"),
        ({"auth_req_id": "", "expires_in": 5}, 200, "bad-token-answer"),
        ({"auth_req_id": "r", "expires_in": 5, "interval": "5"}, 200, "bad-token-answer"),
        ([], 200, "bad-token-answer"),
    ],
)
def test_a_request_for_consent_that_fails_says_why(start: object, status: int, code: str) -> None:
    """Each of them is UNKNOWN to whoever asked."""
    operator = Operator(says())
    asking(operator, start=start, status=status)
    with pytest.raises(TokenError) as error:
        run(ciba(operator).get(NUMBER))
    assert error.value.code == code


def test_while_the_holder_thinks_the_question_goes_on_without_and_the_next_one_finds_the_token() -> None:
    """Nobody's login waits for minutes, and nobody is asked for consent twice."""
    operator = Operator(says())
    asking(operator, "authorization_pending", start={"auth_req_id": "r", "expires_in": 60, "interval": 1})
    tokens = ciba(operator, patience_s=0.05)

    async def ask() -> Token:
        with pytest.raises(TokenError) as error:
            await tokens.get(NUMBER)
        assert error.value.code == "consent-pending"
        await asyncio.gather(*tokens._under_way.values())
        return await tokens.get(NUMBER)

    assert run(ask()).value == "planted-token-1"
    assert sum("login_hint" in form for form in operator.forms) == 1


def test_closing_the_gate_ends_the_polling() -> None:
    """Nothing keeps running behind a service that stopped."""
    operator = Operator(says())
    asking(operator, *["authorization_pending"] * 100)
    tokens = ciba(operator, patience_s=0.01)

    async def ask() -> int:
        with pytest.raises(TokenError):
            await tokens.get(NUMBER)
        await tokens.aclose()
        return len(tokens._under_way)

    assert run(ask()) == 0


def test_key_files_that_do_not_fit_are_refused_without_showing_them(tmp_path: Path) -> None:
    """The sentence names what is wrong."""
    pem, pkcs8 = Encoding.PEM, PrivateFormat.PKCS8
    keys = {
        "good": (ec_key().private_bytes(pem, pkcs8, NoEncryption()), "ES256", ""),
        "rsa": (rsa_key().private_bytes(pem, pkcs8, NoEncryption()), "PS256", ""),
        "curve": (ec.generate_private_key(ec.SECP384R1()).private_bytes(pem, pkcs8, NoEncryption()), "ES256", "P-256"),
        "other": (ed25519.Ed25519PrivateKey.generate().private_bytes(pem, pkcs8, NoEncryption()), "ES256", "P-256"),
        "short": (rsa.generate_private_key(65537, 2047).private_bytes(pem, pkcs8, NoEncryption()), "RS256", "2048"),  # noqa: S505
        "locked": (ec_key().private_bytes(pem, pkcs8, BestAvailableEncryption(b"pw")), "ES256", "passphrase"),
        "public": (ec_key().public_key().public_bytes(pem, PublicFormat.SubjectPublicKeyInfo), "ES256", "private key"),
        "empty": (b"", "ES256", "private key"),
        "noise": (b"\xff" * 100_000, "ES256", "private key"),
    }
    for name, (content, algorithm, problem) in keys.items():
        path = tmp_path / name
        path.write_bytes(content)
        if not problem:
            load_key(path, algorithm)
            continue
        with pytest.raises(KeyFileError, match=problem):
            load_key(path, algorithm)
    with pytest.raises(KeyFileError, match="No such file"):
        load_key(tmp_path / "missing", "ES256")


def test_time_in_an_assertion_is_the_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the computer's own, where a service brings another."""
    operator = Operator(says())
    operator.clock.now = dt.datetime(2031, 1, 1, tzinfo=dt.UTC)
    monkeypatch.setattr("phoneward.numbers.gate.assertions.LIFETIME_S", 300)
    run(operator.tokens().get(NUMBER))
    claims = jwt.decode(operator.forms[0]["client_assertion"], options={"verify_signature": False})
    assert claims["exp"] - operator.clock.now.timestamp() == 300
