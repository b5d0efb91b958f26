"""Tokens for which the number's holder is asked, on another channel than ours: CIBA in poll mode.

OpenID Connect Client-Initiated Backchannel Authentication Core 1.0, as narrowed by the CAMARA profile: `login_hint` is
the only hint, polling the only mode.
"""

import asyncio
import time
from collections.abc import Callable

from phoneward.numbers.gate.oauth import CONSENT_QUIET_S, TokenEndpoint, TokenError, error_of, refused, seconds
from phoneward.numbers.gate.reasons import Code
from phoneward.numbers.gate.strictjson import NotAnAnswerError, read_object
from phoneward.numbers.gate.tokens import KeptTokens, Token
from phoneward.numbers.gate.wire import Answer

CIBA = "urn:openid:params:grant-type:ciba"

_LONGEST_S = 600
"""Seconds. A question to a person that waits longer is given up."""

_INTERVAL_S = 5
"""Between polls, where the operator does not say (CIBA Core, section 7.3), and what `slow_down` adds (section 11)."""


class Ciba(KeptTokens):
    """Asks the operator to ask the number's holder, and polls until there is an answer.

    Whoever wants the token waits for `patience_s`; the polling goes on, so that a later question finds the token.

    Args:
        endpoint: the token endpoint.
        scope: with one purpose.
        url: of the backchannel authentication endpoint.
        patience_s: seconds.
        monotonic: a clock that only goes forward, in seconds.
    """

    three_legged = True

    def __init__(
        self,
        endpoint: TokenEndpoint,
        scope: str,
        *,
        url: str,
        patience_s: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(endpoint, f"openid {scope}", monotonic=monotonic)
        self._url = url
        self._patience_s = patience_s

    async def get(self, number: str) -> Token:
        """See `Tokens.get`."""
        held = self.held(number)
        if held is not None:
            return held
        task = self.start(number)
        done, _ = await asyncio.wait({task}, timeout=self._patience_s)
        if not done:
            raise TokenError(Code.CONSENT_PENDING, "the holder has not answered yet")
        return task.result()

    async def _fetch(self, number: str) -> Token:
        endpoint = self.endpoint
        hint = {"scope": self.scope, "login_hint": f"tel:{number}"}
        request, lasts, interval = _read_request(
            await endpoint.post(self._url, lambda: endpoint.authenticated(self._url, hint))
        )
        grant = {"grant_type": CIBA, "auth_req_id": request}
        try:
            async with asyncio.timeout(lasts):
                while True:
                    answer = await endpoint.post(endpoint.url, lambda: endpoint.authenticated(endpoint.url, grant))
                    error = error_of(answer) if answer.status == 400 else ""
                    if error not in {"authorization_pending", "slow_down"}:
                        return self._read(answer)
                    if error == "slow_down":
                        interval += _INTERVAL_S
                    await asyncio.sleep(interval)
        except TimeoutError:
            raise TokenError(
                Code.CONSENT_REFUSED, "the holder did not answer in time", quiet_s=CONSENT_QUIET_S
            ) from None


def _read_request(answer: Answer) -> tuple[str, float, float]:
    """Return `auth_req_id`, for how long it is good, and the pause between polls, both in seconds."""
    if answer.status != 200:
        raise refused(answer)
    try:
        said = read_object(answer.body)
    except NotAnAnswerError:
        raise TokenError(Code.BAD_TOKEN_ANSWER, "not a JSON object") from None
    request = said.get("auth_req_id")
    if not isinstance(request, str) or not request:
        raise TokenError(Code.BAD_TOKEN_ANSWER, "no auth_req_id")
    lasts, interval = seconds(said.get("expires_in")), seconds(said.get("interval", _INTERVAL_S))
    return request, min(lasts, _LONGEST_S), min(max(interval, 1), _LONGEST_S)
