"""An API consumer as an integrator would write it: its own JWTs, its own requests. It shares no code with the simulator
but the keys' type."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from phoneward.numbers.simulator import Clock, Simulator, State, example_state, new_key

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CIBA = "urn:openid:params:grant-type:ciba"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PURPOSE = "dpv:FraudPreventionAndDetection"
RECYCLING = "number-recycling:check"
ROOT = "http://operator.test"
CLIENT = "example-client"
NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
SECONDS = int(NOW.timestamp())
NUMBER = "+447700900001"
"""In the example: the same person for years."""
EVERYTHING = f"{PURPOSE} number-recycling:check sim-swap kyc-tenure:check-tenure"


class InProcess:
    """Sends requests to an ASGI application without a server."""

    def __init__(self, app: Any) -> None:
        self._runner = asyncio.Runner()
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ROOT)

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._runner.run(self._client.request(method, path, **more))

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)

    def get(self, path: str) -> httpx.Response:
        return self.request("GET", path)


@dataclass
class Consumer:
    """A client of one simulator, in process."""

    simulator: Simulator
    key: ec.EllipticCurvePrivateKey
    http: InProcess
    client: str = CLIENT

    def assertion(self, endpoint: str = "/token", *, without: tuple[str, ...] = (), **claims: object) -> str:
        """A client assertion that is right in all that is not said otherwise."""
        now = int(self.simulator.token_clock.now().timestamp())
        right = {
            "iss": self.client,
            "sub": self.client,
            "aud": ROOT + endpoint,
            "iat": now,
            "exp": now + 60,
            "jti": uuid.uuid4().hex,
        }
        said = {name: value for name, value in (right | claims).items() if name not in without}
        return jwt.encode(said, self.key, algorithm="ES256")

    def post(self, endpoint: str, form: Mapping[str, str]) -> httpx.Response:
        return self.http.post(endpoint, data=dict(form))

    def authenticated(self, endpoint: str = "/token", assertion: str | None = None, **form: str) -> httpx.Response:
        """Ask the authorization server, and say who asks."""
        proof = assertion or self.assertion(endpoint)
        return self.post(endpoint, {"client_assertion_type": ASSERTION_TYPE, "client_assertion": proof, **form})

    def token(self, scope: str = EVERYTHING) -> str:
        """A two-legged access token."""
        answer = self.authenticated(grant_type="client_credentials", scope=scope)
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    def token_about(self, number: str, scope: str = EVERYTHING) -> str:
        """A three-legged access token, by JWT bearer."""
        answer = self.post(
            "/token", {"grant_type": JWT_BEARER, "assertion": self.assertion(sub=f"tel:{number}", scope=scope)}
        )
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    def ask(self, path: str, token: str | None, body: object, **headers: str) -> httpx.Response:
        """Ask an API."""
        said = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return self.http.post(path, json=body, headers=said | headers)

    def recycled(self, number: str, date: str, token: str | None = None) -> httpx.Response:
        body = {"phoneNumber": number, "specifiedDate": date}
        return self.ask("/number-recycling/v0.2/check", token or self.token(), body)


def consumer(state: State, now: Clock | None = None, token_clock: Clock | None = None) -> Consumer:
    """Take a client on at an operator."""
    key = new_key()
    keys = {client.id: key.public_key() for client in state.clients if client.public_key is None}
    simulator = Simulator(state, keys=keys, clock=now, token_clock=token_clock, public_url=ROOT)
    return Consumer(simulator, key, InProcess(simulator.app))


def at(now: dt.datetime, state: State | None = None) -> Consumer:
    """A client of the example, or of another operator, at a time that stands still."""
    clock = Clock(now, ticking=False)
    return consumer(state or example_state(now), clock, clock)


def error_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a CAMARA error, or of one of the authorization server; whole, or the test fails."""
    document = answer.json()
    assert answer.headers["content-type"] == "application/json"
    if "error" in document:
        assert set(document) == {"error", "error_description"}
        assert document["error_description"]
        return answer.status_code, document["error"]
    assert set(document) == {"status", "code", "message"}
    assert document["status"] == answer.status_code
    assert document["message"]
    return answer.status_code, document["code"]
