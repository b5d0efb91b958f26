"""Access tokens: got with a signed assertion, kept until shortly before they end, one request at a time."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from phoneward.numbers.gate.cache import Keys
from phoneward.numbers.gate.oauth import TokenEndpoint, TokenError, refused, seconds
from phoneward.numbers.gate.reasons import Code
from phoneward.numbers.gate.strictjson import NotAnAnswerError, read_object
from phoneward.numbers.gate.wire import Answer

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"

MAX_HELD = 100_000
"""Tokens held for numbers; those that were used longest ago go first."""

MAX_UNDER_WAY = 1_000
"""Requests for tokens at one time: a person may take minutes to consent."""

_WITHOUT_EXPIRY_S = 60


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token; `until` is on the monotonic clock, in seconds."""

    value: str = field(repr=False)
    until: float


@dataclass(frozen=True, slots=True)
class _Refusal:
    error: TokenError
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
        self._held: OrderedDict[bytes, Token | _Refusal] = OrderedDict()
        self._under_way: dict[bytes, asyncio.Task[Token]] = {}

    async def get(self, number: str) -> Token:
        """See `Tokens.get`. Whoever asks while one is being got waits for that one."""
        # A question that runs out of time does not take the token away from the next one.
        held = self.held(number)
        return held if held is not None else await asyncio.shield(self.start(number))

    def held(self, number: str) -> Token | None:
        """Return a token that is here already.

        Raises:
            TokenError: one was refused a moment ago; asking again so soon only annoys, most of all who must consent.
        """
        key = self._key(number)
        held = self._held.get(key)
        if held is None or held.until <= self._monotonic():
            return None
        self._held.move_to_end(key)
        if isinstance(held, _Refusal):
            raise TokenError(held.error.code, held.error.detail)
        return held

    def start(self, number: str) -> asyncio.Task[Token]:
        """Return the request for a token that is under way; there is one for a number."""
        key = self._key(number)
        task = self._under_way.get(key)
        if task is None:
            if len(self._under_way) >= MAX_UNDER_WAY:
                raise TokenError(Code.HELD_BACK, "too many requests for tokens at one time")
            task = asyncio.create_task(self._fetch(number))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._arrived(key, done))
        return task

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
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._held[key] = task.result()
        elif isinstance(error, TokenError) and error.quiet_s:
            self._held[key] = _Refusal(error, self._monotonic() + error.quiet_s)
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
        value, kind = said.get("access_token"), said.get("token_type")
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value or not value:
            raise TokenError(Code.BAD_TOKEN_ANSWER, "no access_token")
        if not isinstance(kind, str) or kind.lower() != "bearer":
            raise TokenError(Code.BAD_TOKEN_ANSWER, "not a bearer token")
        lasts = seconds(said.get("expires_in", _WITHOUT_EXPIRY_S))
        return Token(value, self._monotonic() + lasts - min(30, lasts / 10))


class ClientCredentials(KeptTokens):
    """The client itself asks (RFC 6749, section 4.4): one token for all numbers."""

    async def _fetch(self, number: str) -> Token:
        del number
        endpoint = self.endpoint
        grant = {"grant_type": "client_credentials", "scope": self.scope}
        return self._read(await endpoint.post(endpoint.url, lambda: endpoint.authenticated(endpoint.url, grant)))


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
