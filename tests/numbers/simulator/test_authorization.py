"""Who gets a token from the simulated operator, and who does not: `private_key_jwt`, scopes."""

import base64
import hashlib
import hmac
import json
import uuid
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from phoneward.numbers.simulator import (
    Client,
    ClientKeyError,
    Clock,
    Simulator,
    State,
    Tokens,
    new_key,
)
from phoneward.numbers.simulator.jose import load_public
from tests.numbers.simulator.consumer import (
    ASSERTION_TYPE,
    CIBA,
    CLIENT,
    EVERYTHING,
    JWT_BEARER,
    NOW,
    NUMBER,
    PURPOSE,
    RECYCLING,
    ROOT,
    SECONDS,
    Consumer,
    InProcess,
    at,
    error_of,
)


def ask_with(asking: Consumer, assertion: str, scope: str = EVERYTHING) -> Any:
    return asking.authenticated(assertion=assertion, grant_type="client_credentials", scope=scope)


def pem(key: Any) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    encoded: bytes = key.public_key().public_bytes(serialization.Encoding.PEM, form)
    return encoded


def by_hand(header: dict[str, object], claims: dict[str, object], secret: bytes | None) -> str:
    """A JWT that no library would make."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    signature = b"" if secret is None else hmac.digest(secret, b".".join(parts), hashlib.sha256)
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def right_claims(**other: object) -> dict[str, object]:
    claims = {"iss": CLIENT, "sub": CLIENT, "aud": f"{ROOT}/token", "iat": SECONDS, "exp": SECONDS + 60}
    return claims | {"jti": uuid.uuid4().hex} | other


def test_a_token_says_how_long_it_is_good_and_for_what(asking: Consumer) -> None:
    answer = ask_with(asking, asking.assertion(), f"{PURPOSE} {RECYCLING}")
    document = answer.json()
    assert document.pop("access_token")
    assert document == {"token_type": "Bearer", "expires_in": 900, "scope": f"{PURPOSE} {RECYCLING}"}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "claims",
    [
        {"iat": SECONDS - 240},
        {"exp": SECONDS + 300},
        {"iat": SECONDS + 4, "exp": SECONDS + 304},  # a clock that is four seconds ahead
        {"exp": SECONDS - 4, "iat": SECONDS - 100},  # or behind
        {"aud": [f"{ROOT}/token"]},
        {"exp": SECONDS + 60.5},
        {"without": ("iat",)},  # the profile: SHOULD
        {"nbf": SECONDS},
    ],
)
def test_assertions_within_the_rules_are_believed(asking: Consumer, claims: dict[str, Any]) -> None:
    assert ask_with(asking, asking.assertion(**claims)).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "somebody-else"},
        {"sub": "somebody-else"},
        {"aud": f"{ROOT}/bc-authorize"},
        {"aud": ROOT},
        {"aud": f"{ROOT}/token/"},
        {"aud": "https://another-operator.test/token"},
        {"aud": [f"{ROOT}/token", "https://another-operator.test/token"]},
        {"aud": []},
        {"aud": 1},
        {"exp": SECONDS - 6, "iat": SECONDS - 100},
        {"exp": SECONDS + 301},
        {"exp": SECONDS + 306, "without": ("iat",)},
        {"iat": SECONDS + 6, "exp": SECONDS + 100},
        {"iat": SECONDS - 250, "exp": SECONDS + 60},
        {"iat": SECONDS + 5, "exp": SECONDS},
        {"nbf": SECONDS + 60},
        {"exp": True},
        {"exp": "2026-11-29T13:00:00Z"},
        {"exp": float("inf")},
        {"exp": float("nan"), "without": ("iat",)},
        {"nbf": True},
        {"exp": 10**40},
        {"iat": "now"},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 257},
        {"without": ("exp",)},
        {"without": ("jti",)},
        {"without": ("aud",)},
        {"without": ("iss",)},
        {"without": ("sub",)},
    ],
)
def test_assertions_outside_the_rules_are_not(asking: Consumer, claims: dict[str, Any]) -> None:
    assert error_of(ask_with(asking, asking.assertion(**claims))) == (401, "invalid_client")


def test_an_assertion_is_good_for_one_request(asking: Consumer) -> None:
    """Somebody who has read along cannot use it again, neither at once nor within the leeway after its end."""
    assertion = asking.assertion()
    assert ask_with(asking, assertion).status_code == 200
    assert error_of(ask_with(asking, assertion)) == (401, "invalid_client")
    asking.simulator.token_clock.advance(64)
    assert error_of(ask_with(asking, assertion)) == (401, "invalid_client")
    asking.simulator.token_clock.set(NOW)
    again = asking.assertion(jti="one")
    assert ask_with(asking, again).status_code == 200
    assert error_of(ask_with(asking, asking.assertion(jti="one", exp=SECONDS + 200))) == (401, "invalid_client")


def test_an_assertion_that_was_refused_for_its_scope_cannot_be_used_again_either(asking: Consumer) -> None:
    assertion = asking.assertion()
    assert error_of(ask_with(asking, assertion, "sim-swap")) == (400, "invalid_scope")
    assert error_of(ask_with(asking, assertion)) == (401, "invalid_client")


def test_signatures_that_are_none() -> None:
    key = rsa.generate_private_key(65537, 2048)
    public = pem(key)
    simulator = Simulator(
        State(clients=(Client(id=CLIENT, public_key=public.decode()),)),
        token_clock=Clock(NOW, ticking=False),
        public_url=ROOT,
    )
    asking = Consumer(simulator, new_key(), InProcess(simulator.app))
    good = jwt.encode(right_claims(), key, algorithm="RS256")
    attacks = {
        "alg none": by_hand({"alg": "none", "typ": "JWT"}, right_claims(), None),
        "alg None": by_hand({"alg": "None"}, right_claims(), None),
        "alg missing": by_hand({"typ": "JWT"}, right_claims(), None),
        "the public key as a shared secret": by_hand({"alg": "HS256", "typ": "JWT"}, right_claims(), public),
        "another key": jwt.encode(right_claims(), rsa.generate_private_key(65537, 2048), algorithm="RS256"),
        "another kind of key": jwt.encode(right_claims(), new_key(), algorithm="ES256"),
        "an algorithm that is not offered": jwt.encode(right_claims(), key, algorithm="RS512"),
        "its own key in the header": jwt.encode(
            right_claims(), new_key(), algorithm="ES256", headers={"jwk": {"kty": "EC"}, "jku": "http://127.0.0.1:1/"}
        ),
        "a critical header": jwt.encode(right_claims(), key, algorithm="RS256", headers={"crit": ["exp"], "exp": 1}),
        "cut": good[:-3],
        "the claims of another": ".".join(
            [good.split(".")[0], by_hand({}, right_claims(), None).split(".")[1], good.split(".")[2]]
        ),
        "no JWT": "abc",
        "dots": "..",
        "claims that are no object": jwt.api_jws.encode(b"[1]", key, algorithm="RS256"),
        "long": "a" * 9000,
        "deep": by_hand({"alg": "RS256"}, {}, None).replace(
            ".e30", "." + base64.urlsafe_b64encode(b"[" * 5000).decode()
        ),
    }
    for name, assertion in attacks.items():
        assert error_of(ask_with(asking, assertion)) == (401, "invalid_client"), name
    assert ask_with(asking, good).status_code == 200


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (rsa.generate_private_key(65537, 2048), "RS256"),
        (rsa.generate_private_key(65537, 2048), "PS256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
    ],
)
def test_every_algorithm_of_the_metadata(key: Any, algorithm: str) -> None:
    simulator = Simulator(
        State(clients=(Client(id=CLIENT, public_key=pem(key).decode()),)),
        token_clock=Clock(NOW, ticking=False),
        public_url=ROOT,
    )
    asking = Consumer(simulator, new_key(), InProcess(simulator.app))
    metadata = asking.http.get("/.well-known/openid-configuration").json()
    assert algorithm in metadata["token_endpoint_auth_signing_alg_values_supported"]
    assert ask_with(asking, jwt.encode(right_claims(), key, algorithm=algorithm)).status_code == 200


def test_keys_that_are_no_use_are_named() -> None:
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused
    for content in (b"", b"no key", pem(weak), pem(ec.generate_private_key(ec.SECP521R1()))):
        with pytest.raises(ClientKeyError):
            load_public(content, "key.pem")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            {"grant_type": "client_credentials", "scope": EVERYTHING, "client_assertion_type": ASSERTION_TYPE},
            "invalid_client",
        ),
        (
            {"grant_type": "client_credentials", "scope": EVERYTHING, "client_id": CLIENT, "client_secret": "x"},
            "invalid_client",
        ),
        ({"grant_type": "client_credentials", "scope": EVERYTHING}, "invalid_client"),
        ({"grant_type": "password"}, "invalid_client"),
        ({"scope": EVERYTHING}, "invalid_request"),
    ],
)
def test_requests_without_an_assertion(asking: Consumer, form: dict[str, str], expected: str) -> None:
    assert error_of(asking.post("/token", form))[1] == expected


def test_a_secret_beside_the_assertion_is_refused(asking: Consumer) -> None:
    answer = asking.authenticated(grant_type="client_credentials", scope=EVERYTHING, client_secret="x")
    assert error_of(answer) == (401, "invalid_client")
    answer = asking.authenticated(grant_type="client_credentials", scope=EVERYTHING, client_id="another")
    assert error_of(answer) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("", "invalid_request"),
        (" ", "invalid_request"),
        (PURPOSE, "invalid_scope"),
        (RECYCLING, "invalid_scope"),
        (f"{PURPOSE} dpv:Marketing {RECYCLING}", "invalid_scope"),
        (f"{PURPOSE} {RECYCLING} everything", "invalid_scope"),
        (f"{PURPOSE} openid {RECYCLING}", "invalid_scope"),
        (f"dpv: {RECYCLING}", "invalid_scope"),
        (f'dpv:Fraud"Prevention {RECYCLING}', "invalid_scope"),
        (f"{PURPOSE} number-recycling:CHECK", "invalid_scope"),
        (f"{PURPOSE}\t{RECYCLING}", "invalid_scope"),
    ],
)
def test_scopes_that_are_not_granted(asking: Consumer, scope: str, expected: str) -> None:
    answer = ask_with(asking, asking.assertion(), scope)
    assert error_of(answer) == (400, expected)
    assert '"' not in answer.json()["error_description"]


def test_a_client_gets_what_it_was_taken_on_for() -> None:
    client = Client(
        id=CLIENT, grants=("client-credentials",), scopes=("sim-swap",), purposes=("FraudPreventionAndDetection",)
    )
    asking = at(NOW, State(clients=(client,)))
    assert ask_with(asking, asking.assertion(), f"{PURPOSE} sim-swap").status_code == 200
    for scope in (f"{PURPOSE} {RECYCLING}", f"{PURPOSE} sim-swap {RECYCLING}", "dpv:Marketing sim-swap"):
        assert error_of(ask_with(asking, asking.assertion(), scope)) == (400, "invalid_scope")
    answer = asking.authenticated("/bc-authorize", scope=f"{PURPOSE} sim-swap", login_hint=f"tel:{NUMBER}")
    assert error_of(answer) == (400, "unauthorized_client")
    answer = asking.authenticated(grant_type=CIBA, auth_req_id="x")
    assert error_of(answer) == (400, "unauthorized_client")
    assertion = asking.assertion(sub=f"tel:{NUMBER}", scope=f"{PURPOSE} sim-swap")
    assert error_of(asking.post("/token", {"grant_type": JWT_BEARER, "assertion": assertion})) == (
        400,
        "unauthorized_client",
    )
    assert error_of(asking.authenticated(grant_type="password")) == (400, "unsupported_grant_type")


def test_an_operator_that_does_not_ask_for_a_purpose() -> None:
    asking = at(NOW, State(tokens=Tokens(purpose_required=False)))
    assert ask_with(asking, asking.assertion(), RECYCLING).status_code == 200
    assert error_of(ask_with(asking, asking.assertion(), f"{PURPOSE} dpv:Marketing {RECYCLING}")) == (
        400,
        "invalid_scope",
    )


def test_an_operator_whose_clock_is_wrong() -> None:
    """A client whose own clock is right is told that the clocks differ."""
    asking = at(NOW, State(tokens=Tokens(clock_skew_seconds=-30)))
    answer = ask_with(asking, asking.assertion())
    assert error_of(answer) == (401, "invalid_client")
    assert "clock" in answer.json()["error_description"]
    assert ask_with(asking, asking.assertion(iat=SECONDS - 30)).status_code == 200


def test_what_is_sent_beside_is_ignored(asking: Consumer) -> None:
    """The profile: `acr_values` and DPoP proofs are no reason for an error, and the token stays a bearer token."""
    form = {
        "grant_type": "client_credentials",
        "scope": EVERYTHING,
        "acr_values": "2",
        "client_assertion": asking.assertion(),
        "client_assertion_type": ASSERTION_TYPE,
    }
    answer = asking.http.post("/token", data=form, headers={"DPoP": "a.b.c"})
    assert answer.json()["token_type"] == "Bearer"
