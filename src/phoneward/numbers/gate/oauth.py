"""The operator's token endpoint: what is posted there, and what its answers mean."""

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from phoneward.numbers.gate.assertions import Signer
from phoneward.numbers.gate.pace import LONGEST_PAUSE_S, asked_pause_s
from phoneward.numbers.gate.reasons import Code
from phoneward.numbers.gate.strictjson import NotAnAnswerError, read_object
from phoneward.numbers.gate.wire import Answer, Wire, WireError

CLIENT_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

CONSENT_QUIET_S = 300
"""Seconds."""

_LONGEST_S = 86_400
_ERRORS = frozenset({
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
    "invalid_scope", "access_denied", "unknown_user_id", "invalid_request_object", "authorization_pending", "slow_down",
    "expired_token", "transaction_failed", "invalid_dpop_proof", "server_error", "temporarily_unavailable",
})  # fmt: skip
"""RFC 6749 section 5.2, CIBA Core sections 11 and 13, and the appendix of the CAMARA profile. Only these are repeated
in a reason: what else a server writes there may hold anything."""


class TokenError(Exception):
    """No token. The text holds none, nor a number.

    Attributes:
        code: why.
        quiet_s: seconds for which none is asked for again: a wrong key does not become right by being shown a thousand
            times a second, and a person who said no does not want to be asked again.
    """

    def __init__(self, code: Code, detail: str, *, quiet_s: float = 0) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.quiet_s = quiet_s


class TokenEndpoint:
    """The operator's token endpoint, and the one for CIBA."""

    def __init__(self, wire: Wire, url: str, signer: Signer, *, timeout_s: float) -> None:
        self.wire = wire
        self.url = url
        self.signer = signer
        self.timeout_s = timeout_s

    async def post(self, url: str, form: Callable[[], Mapping[str, str]]) -> Answer:
        """Send a form and return the answer; up to twice more after a broken connection, a 5xx or a clock that differs.

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
            if attempt < 2 and (answer.status >= 500 or self._clock_was_wrong(answer)):
                continue
            return answer
        raise AssertionError

    def authenticated(self, url: str, fields: Mapping[str, str]) -> Mapping[str, str]:
        """Return the fields with the client's authentication for `url` (private_key_jwt)."""
        return {
            **fields,
            "client_id": self.signer.client_id,
            "client_assertion_type": CLIENT_ASSERTION_TYPE,
            "client_assertion": self.signer.client(url),
        }

    def _clock_was_wrong(self, answer: Answer) -> bool:
        if answer.status not in {400, 401} or error_of(answer) not in {"invalid_client", "invalid_grant"}:
            return False
        with contextlib.suppress(ValueError, TypeError, OverflowError):
            date = parsedate_to_datetime(answer.headers["date"]) if "date" in answer.headers else None
            if date is not None:
                return self.signer.learn_clock(date if date.tzinfo else date.replace(tzinfo=dt.UTC))
        return False


def seconds(value: object) -> float:
    """Return a number of seconds out of an answer.

    Raises:
        TokenError: it is none.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return float(min(value, _LONGEST_S))
    raise TokenError(Code.BAD_TOKEN_ANSWER, "not a number of seconds")


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
        pause = asked_pause_s(answer.headers.get("retry-after", ""), dt.datetime.now(dt.UTC))
        return TokenError(Code.RATE_LIMITED, detail, quiet_s=min(pause, LONGEST_PAUSE_S))
    if error in {"access_denied", "expired_token", "transaction_failed"}:
        return TokenError(Code.CONSENT_REFUSED, detail, quiet_s=CONSENT_QUIET_S)
    if error == "unknown_user_id":
        return TokenError(Code.NOT_OUR_SUBSCRIBER, detail, quiet_s=60)
    return TokenError(Code.TOKEN_REFUSED, detail, quiet_s=5)
