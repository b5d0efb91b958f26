"""An operator made of one function, for the tests that say exactly what it answers."""

import datetime as dt
import json
from collections.abc import Awaitable, Callable
from email.utils import format_datetime
from functools import cache
from urllib.parse import parse_qsl

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from phoneward.numbers.gate import Question
from phoneward.numbers.gate.assertions import Signer
from phoneward.numbers.gate.oauth import TokenEndpoint
from phoneward.numbers.gate.pace import Pace
from phoneward.numbers.gate.providers.camara import CamaraApi
from phoneward.numbers.gate.tokens import ClientCredentials, KeptTokens
from phoneward.numbers.gate.wire import Wire

ROOT = "https://operator.example"
TOKEN_URL = f"{ROOT}/oauth2/token"
NUMBER = "+99999991000"
NOW = dt.datetime(2026, 5, 20, 12, 0, tzinfo=dt.UTC)
SINCE = dt.datetime(2024, 3, 5, 15, 30, tzinfo=dt.UTC)
QUESTION = Question(number=NUMBER, since=SINCE)

Answers = Callable[[httpx.Request], Awaitable[httpx.Response] | httpx.Response]


@cache
def ec_key() -> EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def rsa_key() -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def says(status: int = 200, /, **body: object) -> Answers:
    """An operator that answers each check the same."""
    return lambda _request: httpx.Response(status, json=body)


class Ticking:
    """A clock for both uses; it moves where a test moves it."""

    def __init__(self, now: dt.datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def monotonic(self) -> float:
        return self.now.timestamp()

    def forward(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


class Operator:
    """Gives tokens for properly signed assertions, once each, and answers checks with `answers`.

    It judges an assertion with PyJWT's decoder and the rules of the CAMARA profile; `ahead_s` puts its clock ahead.
    """

    def __init__(self, answers: Answers, *, ahead_s: float = 0, expires_in: object = 300) -> None:
        self.answers = answers
        self.ahead_s = ahead_s
        self.expires_in = expires_in
        self.clock = Ticking()
        self.seen: set[str] = set()
        self.forms: list[dict[str, str]] = []
        self.asked: list[httpx.Request] = []
        self.issued = 0
        self.timeout_s = 2.0
        self.good: set[str] = set()
        self.token_answers: Callable[[dict[str, str]], httpx.Response | None] = lambda _form: None

    async def handle(self, request: httpx.Request) -> httpx.Response:
        answer = await self._handle(request)
        if isinstance(answer.stream, httpx.ByteStream):  # as from a network: not read yet
            stream = httpx.ByteStream(b"".join(answer.stream))
            return httpx.Response(answer.status_code, headers=answer.headers, stream=stream)
        return answer

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/oauth2/"):
            return self._token(request)
        self.asked.append(request)
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.good:
            return httpx.Response(401, json={"status": 401, "code": "UNAUTHENTICATED", "message": "who are you"})
        answer = self.answers(request)
        return answer if isinstance(answer, httpx.Response) else await answer

    @property
    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(request.content) for request in self.asked]

    def issue(self) -> httpx.Response:
        self.issued += 1
        token = f"planted-token-{self.issued}"
        self.good.add(token)
        body: dict[str, object] = {"access_token": token, "token_type": "Bearer"}
        return httpx.Response(200, json=body if self.expires_in is None else body | {"expires_in": self.expires_in})

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
        self.forms.append(form)
        assertion = form.get("client_assertion") or form.get("assertion", "")
        problem = self._problem(assertion, str(request.url))
        if problem:
            date = format_datetime(self._now(), usegmt=True)
            return httpx.Response(401, json={"error": "invalid_client", "x": problem}, headers={"date": date})
        return self.token_answers(form) or self.issue()

    def _now(self) -> dt.datetime:
        return self.clock.now + dt.timedelta(seconds=self.ahead_s)

    def _problem(self, assertion: str, url: str) -> str:
        algorithm = jwt.get_unverified_header(assertion)["alg"]
        key = ec_key().public_key() if algorithm == "ES256" else rsa_key().public_key()
        claims = jwt.decode(
            assertion, key, algorithms=["ES256", "RS256", "PS256"], audience=url, options={"verify_exp": False,
            "verify_iat": False, "require": ["iss", "sub", "aud", "exp", "iat", "jti"]},
        )  # fmt: skip
        now = self._now().timestamp()
        if claims["jti"] in self.seen:
            return "replayed"
        self.seen.add(claims["jti"])
        if claims["iat"] > now or claims["exp"] <= now:
            return "not now"
        if claims["exp"] - claims["iat"] > 300 or claims["exp"] > now + 300:
            return "too long"
        return "" if claims["iss"] == "client-1" else "somebody else"

    def wire(self) -> Wire:
        return Wire(transport=httpx.MockTransport(self.handle))

    def signer(self, algorithm: str = "ES256") -> Signer:
        key = ec_key() if algorithm == "ES256" else rsa_key()
        return Signer(key, client_id="client-1", algorithm=algorithm, key_id="k1", clock=self.clock)

    def tokens(
        self,
        flow: type[KeptTokens] = ClientCredentials,
        scope: str = "number-recycling:check",
        algorithm: str = "ES256",
    ) -> KeptTokens:
        endpoint = TokenEndpoint(self.wire(), TOKEN_URL, self.signer(algorithm), timeout_s=2)
        purpose = "dpv:FraudPreventionAndDetection"
        return flow(endpoint, f"{purpose} {scope}", monotonic=self.clock.monotonic)

    def api(
        self, path: str, *, tokens: KeptTokens | None = None, timeout_s: float | None = None, name: str = "op"
    ) -> CamaraApi:
        return CamaraApi(
            name,
            ROOT + path,
            wire=self.wire(),
            tokens=tokens or self.tokens(),
            pace=Pace(monotonic=self.clock.monotonic),
            timeout_s=timeout_s or self.timeout_s,
            clock=self.clock,
        )
