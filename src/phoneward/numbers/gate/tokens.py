"""Access tokens: got with a signed assertion, kept until shortly before they end, one request at a time."""

import asyncio
import contextlib
import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import urlencode

from phoneward.numbers.gate.assertions import Signer
from phoneward.numbers.gate.cache import Keys
from phoneward.numbers.gate.reasons import Code
from phoneward.numbers.gate.strictjson import NotAnAnswerError, read_object
from phoneward.numbers.gate.wire import Answer, Wire, WireError

CLIENT_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"

MAX_HELD = 100_000
"""Tokens held for numbers; those that were used longest ago go first."""

MAX_UNDER_WAY = 1_000
"""Requests for tokens at one time: a person may take minutes to consent."""

_LONGEST_S = 86_400
_WITHOUT_EXPIRY_S = 60
_ERRORS = frozenset({
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
    "invalid_scope", "access_denied", "unknown_user_id", "invalid_request_object", "authorization_pending", "slow_down",
    "expired_token", "transaction_failed", "invalid_dpop_proof", "server_error", "temporarily_unavailable",
})  # fmt: skip
"""RFC 6749 section 5.2, CIBA Core sections 11 and 13, and the appendix of the CAMARA profile. Only these are repeated
in a reason: what else a server writes there may hold anything."""


class TokenError(Exception):
    """No token. The text holds none, nor a number."""

    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token; `until` is on the monotonic clock, in seconds."""

    value: str = field(repr=False)
    until: float


class Tokens(Protocol):
    """Where a provider gets its tokens."""

    three_legged: bool
    """Whether a token stands for one number, which then MUST NOT be sent with the question."""

    async def get(self, number: str) -> Token:
        """Return a token that is good now.

        Raises:
            TokenError: there is none.
        """
        ...

    def forget(self, number: str, token: Token) -> None:
        """Do not hand this one out again: it was refused."""
        ...

    async def aclose(self) -> None:
        """Stop what is under way."""
        ...


class TokenEndpoint:
    """The operator's token endpoint, and the one for CIBA."""

    def __init__(self, wire: Wire, url: str, signer: Signer, *, timeout_s: float) -> None:
        self.wire = wire
        self.url = url
        self.signer = signer
        self.timeout_s = timeout_s

    async def post(self, url: str, form: Callable[[], Mapping[str, str]]) -> Answer:
        """Send a form and return the answer; once more after a broken connection or a clock that differs.

        Args:
            url: this endpoint, or the one for CIBA.
            form: makes the fields, afresh each time: an assertion is good for one request.

        Raises:
            TokenError: nothing came back that can be read.
        """
        for attempt in range(3):
            try:
                answer = await self.wire.post(
                    url,
                    headers={"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
                    content=urlencode(form()).encode("ascii"),
                    timeout_s=self.timeout_s,
                )
            except WireError as error:
                if error.again and attempt < 2:
                    continue
                raise TokenError(error.code, f"token endpoint: {error.detail}") from None
            if answer.status in {400, 401} and attempt < 2 and self._clock_was_wrong(answer):
                continue
            return answer
        raise AssertionError

    def _clock_was_wrong(self, answer: Answer) -> bool:
        if error_of(answer) not in {"invalid_client", "invalid_grant"}:
            return False
        with contextlib.suppress(ValueError, TypeError, OverflowError):
            date = parsedate_to_datetime(answer.headers["date"]) if "date" in answer.headers else None
            if date is not None:
                return self.signer.learn_clock(date if date.tzinfo else date.replace(tzinfo=dt.UTC))
        return False


class KeptTokens:
    """Tokens that are kept. Subclasses say how one is got.

    Args:
        monotonic: a clock that only goes forward, in seconds.
    """

    three_legged = False

    def __init__(self, endpoint: TokenEndpoint, scope: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.endpoint = endpoint
        self.scope = scope
        self._monotonic = monotonic
        self._keys = Keys()
        self._held: OrderedDict[bytes, Token] = OrderedDict()
        self._under_way: dict[bytes, asyncio.Task[Token]] = {}

    async def get(self, number: str) -> Token:
        """See `Tokens.get`. Whoever asks while one is being got waits for that one."""
        key = self._key(number)
        token = self._held.get(key)
        if token is not None and token.until > self._monotonic():
            self._held.move_to_end(key)
            return token
        task = self._under_way.get(key)
        if task is None:
            if len(self._under_way) >= MAX_UNDER_WAY:
                raise TokenError(Code.HELD_BACK, "too many requests for tokens at one time")
            task = asyncio.create_task(self._fetch(number))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._arrived(key, done))
        # A question that runs out of time does not take the token away from the next one.
        return await asyncio.shield(task)

    def forget(self, number: str, token: Token) -> None:
        """See `Tokens.forget`."""
        key = self._key(number)
        if self._held.get(key) is token:
            del self._held[key]

    async def aclose(self) -> None:
        """See `Tokens.aclose`."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _key(self, number: str) -> bytes:
        return self._keys.of(number) if self.three_legged else b""

    def _arrived(self, key: bytes, task: asyncio.Task[Token]) -> None:
        del self._under_way[key]
        if not task.cancelled() and task.exception() is None:
            self._held[key] = task.result()
            if len(self._held) > MAX_HELD:
                self._held.popitem(last=False)

    async def _fetch(self, number: str) -> Token:
        raise NotImplementedError

    def _read(self, answer: Answer) -> Token:
        """Return the token of a token endpoint's answer (RFC 6749, section 5.1).

        Raises:
            TokenError: it holds none.
        """
        if answer.status != 200:
            raise refused(answer)
        try:
            said = read_object(answer.body)
        except NotAnAnswerError:
            raise TokenError(Code.BAD_TOKEN_ANSWER, "not a JSON object") from None
        value, kind, seconds = said.get("access_token"), said.get("token_type"), said.get("expires_in")
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value or not value:
            raise TokenError(Code.BAD_TOKEN_ANSWER, "no access_token")
        if not isinstance(kind, str) or kind.lower() != "bearer":
            raise TokenError(Code.BAD_TOKEN_ANSWER, "not a bearer token")
        if seconds is None:
            seconds = _WITHOUT_EXPIRY_S
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds > 0:
            raise TokenError(Code.BAD_TOKEN_ANSWER, "expires_in is not a number of seconds")
        lasts = min(seconds, _LONGEST_S)
        return Token(value, self._monotonic() + lasts - min(30, lasts / 10))


class ClientCredentials(KeptTokens):
    """The client itself asks (RFC 6749, section 4.4): one token for all numbers."""

    async def _fetch(self, number: str) -> Token:
        del number
        endpoint = self.endpoint
        return self._read(
            await endpoint.post(
                endpoint.url,
                lambda: {
                    "grant_type": "client_credentials",
                    "scope": self.scope,
                    "client_id": endpoint.signer.client_id,
                    "client_assertion_type": CLIENT_ASSERTION_TYPE,
                    "client_assertion": endpoint.signer.client(endpoint.url),
                },
            )
        )


class JwtBearer(KeptTokens):
    """The client asks in the name of the number's holder (RFC 7523, section 2.1): a token for each number."""

    three_legged = True

    async def _fetch(self, number: str) -> Token:
        endpoint = self.endpoint
        # No scope parameter, and the assertion is the client's authentication (CAMARA profile, "JWT Bearer Flow").
        return self._read(
            await endpoint.post(
                endpoint.url,
                lambda: {
                    "grant_type": JWT_BEARER,
                    "assertion": endpoint.signer.grant(endpoint.url, number=number, scope=self.scope),
                },
            )
        )


def error_of(answer: Answer) -> str:
    """Return the OAuth error code in an answer; empty where it is none that is known."""
    try:
        error = read_object(answer.body).get("error")
    except NotAnAnswerError:
        return ""
    return error if isinstance(error, str) and error in _ERRORS else ""


def refused(answer: Answer) -> TokenError:
    """Return the error for an answer without a token."""
    error = error_of(answer)
    detail = f"token endpoint: HTTP {answer.status} {error}".rstrip()
    if answer.status >= 500:
        return TokenError(Code.PROVIDER_ERROR, detail)
    if answer.status == 429:
        return TokenError(Code.RATE_LIMITED, detail)
    if error in {"access_denied", "expired_token"}:
        return TokenError(Code.CONSENT_REFUSED, detail)
    if error == "unknown_user_id":
        return TokenError(Code.NOT_OUR_SUBSCRIBER, detail)
    return TokenError(Code.TOKEN_REFUSED, detail)
