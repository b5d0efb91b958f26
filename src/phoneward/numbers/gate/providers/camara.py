"""What all CAMARA checks have in common: one POST with a bearer token, and errors that say why there is no answer.

Sources: the definitions of Number Recycling v0.2.0, SIM Swap v2.1.0 and KYC Tenure v0.2.0 (CAMARA, Apache-2.0).
"""

import asyncio
import datetime as dt
import json
import random
import time
import uuid
from collections.abc import Callable, Mapping

from phoneward.numbers.gate.asking import Question, Reason, Reply, Word
from phoneward.numbers.gate.oauth import TokenError
from phoneward.numbers.gate.pace import Pace, asked_pause_s
from phoneward.numbers.gate.reasons import Code
from phoneward.numbers.gate.strictjson import NotAnAnswerError, read_object
from phoneward.numbers.gate.tokens import Tokens
from phoneward.numbers.gate.wire import Answer, Wire, WireError

ERRORS = {
    (400, "INVALID_ARGUMENT"): Code.INVALID_ARGUMENT,
    (400, "OUT_OF_RANGE"): Code.OUT_OF_RANGE,
    (401, "UNAUTHENTICATED"): Code.UNAUTHENTICATED,
    (403, "PERMISSION_DENIED"): Code.PERMISSION_DENIED,
    (403, "INVALID_TOKEN_CONTEXT"): Code.PERMISSION_DENIED,
    (404, "IDENTIFIER_NOT_FOUND"): Code.NOT_OUR_SUBSCRIBER,
    (404, "NOT_FOUND"): Code.NOT_FOUND,
    (422, "SERVICE_NOT_APPLICABLE"): Code.NOT_APPLICABLE,
    (422, "MISSING_IDENTIFIER"): Code.MISSING_IDENTIFIER,
    (422, "UNNECESSARY_IDENTIFIER"): Code.UNNECESSARY_IDENTIFIER,
    (429, "QUOTA_EXCEEDED"): Code.RATE_LIMITED,
    (429, "TOO_MANY_REQUESTS"): Code.RATE_LIMITED,
}
"""Every error that the three definitions document, and those of their common part that may come though unlisted."""

_BY_STATUS = {401: Code.UNAUTHENTICATED, 403: Code.PERMISSION_DENIED, 404: Code.NOT_FOUND, 429: Code.RATE_LIMITED}
_NUMBER_FIELDS = ("phoneNumber", "phone_number", "msisdn")
_MOST_ASKED_AGAIN = 2


class NoAnswerError(Exception):
    """The provider did not answer the question; the reason says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class CamaraApi:
    """One check of one operator.

    Args:
        name: the provider's name, as in the configuration.
        url: of the check.
        timeout_s: seconds for one question, with everything: tokens, waiting, asking again.
        clock: returns now, aware.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        wire: Wire,
        tokens: Tokens,
        pace: Pace,
        timeout_s: float,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self.name = name
        self.url = url
        self.clock = clock
        self.timeout_s = timeout_s
        self._wire = wire
        self._tokens = tokens
        self._pace = pace

    async def call(self, question: Question, body: Mapping[str, object]) -> dict[str, object]:
        """Ask and return the object that a 200 brought.

        Args:
            question: whose number goes along where the token is not its own.
            body: the other fields of the request.

        Raises:
            NoAnswerError: nothing was answered, in time and in the documented form.
        """
        try:
            async with asyncio.timeout(self.timeout_s):
                return self._read(*await self._ask(question, body), question)
        except TimeoutError:
            raise self.no(Code.TIMED_OUT, f"nothing within {self.timeout_s:.1f} s") from None
        except (WireError, TokenError) as error:
            raise self.no(error.code, error.detail) from None

    def reply(self, word: Word, code: Code, detail: str = "", *more: Reason) -> Reply:
        """Return a reply of this moment. SAME and CHANGED speak of the day on which they were said, not of the next."""
        now = self.clock()
        good_through = None if word is Word.UNKNOWN else now.astimezone(dt.UTC).date()
        return Reply(
            word=word,
            reasons=(Reason(code=code, provider=self.name, detail=detail), *more),
            asked=now,
            good_through=good_through,
        )

    def unknown(self, reason: Reason) -> Reply:
        """Return the reply that says nothing but why."""
        return Reply(word=Word.UNKNOWN, reasons=(reason,), asked=self.clock())

    async def _ask(self, question: Question, body: Mapping[str, object]) -> tuple[Answer, str]:
        sent = dict(body) if self._tokens.three_legged else {"phoneNumber": question.number, **body}
        content = json.dumps(sent).encode()
        deadline = time.monotonic() + self.timeout_s
        asked_again, renewed = 0, False
        while True:
            await self._wait_for_turn(deadline)
            token = await self._tokens.get(question.number)
            correlator = str(uuid.uuid4())
            headers = {
                "authorization": f"Bearer {token.value}",
                "content-type": "application/json",
                "accept": "application/json",
                "x-correlator": correlator,
            }
            try:
                answer = await self._wire.post(self.url, headers=headers, content=content, timeout_s=self.timeout_s)
            except WireError as error:
                if not error.again or asked_again >= _MOST_ASKED_AGAIN:
                    raise
            else:
                if answer.status == 401 and not renewed:
                    renewed = True
                    self._tokens.forget(question.number, token)
                    continue
                if not self._worth_asking_again(answer, deadline) or asked_again >= _MOST_ASKED_AGAIN:
                    return answer, correlator
            asked_again += 1
            await asyncio.sleep(random.uniform(0.5, 1) * 0.1 * 2**asked_again)  # noqa: S311  no secret, only jitter

    async def _wait_for_turn(self, deadline: float) -> None:
        wait = self._pace.take(deadline - time.monotonic())
        if wait is None:
            raise WireError(Code.HELD_BACK, "asked too often, or the provider asked for a pause")
        if wait:
            await asyncio.sleep(wait)

    def _worth_asking_again(self, answer: Answer, deadline: float) -> bool:
        """Return whether a later answer may be another one, and can come in time. Keeps the pause that is asked for."""
        if answer.status == 429 or (answer.status >= 500 and "retry-after" in answer.headers):
            pause = asked_pause_s(answer.headers.get("retry-after", ""), self.clock())
            self._pace.pause(pause)
            return pause < deadline - time.monotonic()
        return answer.status >= 500

    def _read(self, answer: Answer, correlator: str, question: Question) -> dict[str, object]:
        if answer.status != 200:
            raise self.no(*_why(answer))
        if answer.headers.get("x-correlator", correlator) != correlator:
            raise self.no(Code.ANOTHER_ANSWER, "the x-correlator is not that of the question")
        if not answer.is_json:
            raise self.no(Code.BAD_ANSWER, "not called application/json")
        try:
            said = read_object(answer.body)
        except NotAnAnswerError:
            raise self.no(Code.BAD_ANSWER, "not one JSON object") from None
        if "status" in said or "code" in said:
            raise self.no(Code.BAD_ANSWER, "an error under HTTP 200")
        if any(said.get(field, question.number) != question.number for field in _NUMBER_FIELDS):
            raise self.no(Code.ANOTHER_ANSWER, "about another number")
        return said

    def boolean(self, said: Mapping[str, object], field: str) -> bool:
        """Return a field that must be true or false.

        Raises:
            NoAnswerError: it is neither, or missing.
        """
        value = said.get(field)
        if isinstance(value, bool):
            return value
        raise self.no(Code.BAD_ANSWER, f"{field} is neither true nor false")

    def no(self, code: Code, detail: str) -> NoAnswerError:
        """Return the error that says why this is no answer."""
        return NoAnswerError(Reason(code=code, provider=self.name, detail=detail))


def _why(answer: Answer) -> tuple[Code, str]:
    """Return why there is no answer. Only documented codes are repeated: a message may hold the number."""
    try:
        said = read_object(answer.body).get("code")
    except NotAnAnswerError:
        said = None
    if isinstance(said, str) and (answer.status, said) in ERRORS:
        return ERRORS[answer.status, said], f"HTTP {answer.status} {said}"
    if answer.status >= 500:
        return Code.PROVIDER_ERROR, f"HTTP {answer.status}"
    if answer.status < 300:
        return Code.BAD_ANSWER, f"HTTP {answer.status}, which is not documented"
    return _BY_STATUS.get(answer.status, Code.REFUSED), f"HTTP {answer.status}, with no documented code"
