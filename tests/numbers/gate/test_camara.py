"""What an operator may answer instead of an answer, and what the gate makes of it: never SAME."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from phoneward.numbers.gate import Reply, Word
from phoneward.numbers.gate.pace import Pace
from phoneward.numbers.gate.providers.recycling import PATH, NumberRecycling
from phoneward.numbers.gate.providers.simswap import CHECK_PATH, DATE_PATH, SimSwap
from phoneward.numbers.gate.providers.tenure import PATH as TENURE_PATH
from phoneward.numbers.gate.providers.tenure import Tenure
from phoneward.numbers.gate.tokens import JwtBearer
from tests.numbers.gate.operators import NUMBER, QUESTION, Answers, Operator, says

SAME_ANSWER = {"phoneNumberRecycled": False}

DOCUMENTED = [
    (400, "INVALID_ARGUMENT", "invalid-argument"),
    (400, "OUT_OF_RANGE", "out-of-range"),
    (401, "UNAUTHENTICATED", "unauthenticated"),
    (403, "PERMISSION_DENIED", "permission-denied"),
    (404, "IDENTIFIER_NOT_FOUND", "not-our-subscriber"),
    (404, "NOT_FOUND", "not-found"),
    (422, "SERVICE_NOT_APPLICABLE", "not-applicable"),
    (422, "MISSING_IDENTIFIER", "missing-identifier"),
    (422, "UNNECESSARY_IDENTIFIER", "unnecessary-identifier"),
    (429, "QUOTA_EXCEEDED", "rate-limited"),
    (429, "TOO_MANY_REQUESTS", "rate-limited"),
    (403, "INVALID_TOKEN_CONTEXT", "permission-denied"),
]
UNDOCUMENTED = [
    (400, "SOMETHING", "refused"),
    (404, "OUT_OF_RANGE", "not-found"),
    (405, "METHOD_NOT_ALLOWED", "refused"),
    (410, "GONE", "refused"),
    (500, "INTERNAL", "provider-error"),
    (501, "NOT_IMPLEMENTED", "provider-error"),
    (503, "UNAVAILABLE", "provider-error"),
    (204, "", "bad-answer"),
    (206, "", "bad-answer"),
    (301, "", "redirected"),
    (302, "", "redirected"),
    (307, "", "redirected"),
]


def ask(operator: Operator, make: Callable[[Operator], Any] = lambda o: NumberRecycling(o.api(PATH))) -> Reply:
    reply: Reply = asyncio.run(make(operator).ask(QUESTION))
    return reply


PROVIDERS = {
    "recycling": lambda o: NumberRecycling(o.api(PATH)),
    "tenure": lambda o: Tenure(o.api(TENURE_PATH)),
    "date": lambda o: SimSwap("op", date_api=o.api(DATE_PATH), check_api=None),
    "check": lambda o: SimSwap("op", date_api=None, check_api=o.api(CHECK_PATH)),
}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two attempts nobody waits; how long it would be is told by the pace."""
    monkeypatch.setattr("phoneward.numbers.gate.providers.camara.random.uniform", lambda _low, _high: 0.0)


@pytest.mark.parametrize("kind", PROVIDERS)
@pytest.mark.parametrize(("status", "code", "reason"), DOCUMENTED + UNDOCUMENTED)
def test_every_error_is_unknown_and_says_which(status: int, code: str, reason: str, kind: str) -> None:
    """Even where an error carries every answer that would open an account."""
    positive = {"phoneNumberRecycled": False, "swapped": False, "tenureDateCheck": True, "latestSimChange": None}
    operator = Operator(says(status, status=status, code=code, message=f"{NUMBER} planted", **positive))
    operator.timeout_s = 0.5 if status == 429 else 2  # a second's pause is then not worth waiting for
    if kind == "check":
        operator.clock.now = QUESTION.since + dt.timedelta(days=2)
    reply = ask(operator, PROVIDERS[kind])
    assert reply.word is Word.UNKNOWN
    assert reply.reasons[0].code == reason
    assert "planted" not in repr(reply)
    assert NUMBER not in repr(reply)


@pytest.mark.parametrize("status", [201, 202, 203, 206, 226])
def test_only_the_documented_status_is_an_answer(status: int) -> None:
    """ "Accepted" is not yet a word, though the body has the right form."""
    reply = ask(Operator(says(status, **SAME_ANSWER)))
    assert (reply.word, reply.reasons[0].code) == (Word.UNKNOWN, "bad-answer")


BAD = {
    "empty": b"",
    "not json": b"no",
    "html": b"<html>OK</html>",
    "an array": b"[]",
    "a bare false": b"false",
    "null": b"null",
    "nothing in it": b"{}",
    "a string": b'{"phoneNumberRecycled": "false"}',
    "a number": b'{"phoneNumberRecycled": 0}',
    "null inside": b'{"phoneNumberRecycled": null}',
    "a list inside": b'{"phoneNumberRecycled": [false]}',
    "another name": b'{"phonenumberrecycled": false}',
    "nested": b'{"data": {"phoneNumberRecycled": false}}',
    "twice": b'{"phoneNumberRecycled": true, "phoneNumberRecycled": false}',
    "an error": b'{"phoneNumberRecycled": false, "status": 404, "code": "IDENTIFIER_NOT_FOUND", "message": ""}',
    "cut": b'{"phoneNumberRecycled": fals',
    "more after it": b'{"phoneNumberRecycled": false} {}',
    "NaN": b'{"phoneNumberRecycled": false, "x": NaN}',
    "a mark": b'\xef\xbb\xbf{"phoneNumberRecycled": false}',
    "utf-16": '{"phoneNumberRecycled": false}'.encode("utf-16"),
    "not utf-8": b'{"phoneNumberRecycled": false, "x": "\xff"}',
    "deep": b"[" * 30_000,
    "a huge number": b'{"phoneNumberRecycled": false, "x": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_what_is_not_the_documented_answer_is_no_answer(body: bytes) -> None:
    """A provider that lies, breaks or changes its schema says nothing."""
    reply = ask(Operator(lambda _: httpx.Response(200, content=body, headers={"content-type": "application/json"})))
    assert (reply.word, reply.reasons[0].code) == (Word.UNKNOWN, "bad-answer")


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        ({"content-type": "text/html"}, SAME_ANSWER, "bad-answer"),
        ({}, SAME_ANSWER, "bad-answer"),
        ({"content-type": "application/json", "x-correlator": "another"}, SAME_ANSWER, "another-answer"),
        ({"content-type": "application/json", "content-encoding": "gzip"}, SAME_ANSWER, "bad-answer"),
        ({"content-type": "application/json"}, SAME_ANSWER | {"phoneNumber": "+99999991001"}, "another-answer"),
        ({"content-type": "application/json"}, SAME_ANSWER | {"x": "y" * 70_000}, "too-large"),
    ],
)
def test_an_answer_to_another_question_is_none(headers: dict[str, str], body: dict[str, object], reason: str) -> None:
    """A proxy that mixes up two answers does not open an account."""
    content = json.dumps(body).encode()
    reply = ask(Operator(lambda _: httpx.Response(200, headers=headers, stream=httpx.ByteStream(content))))
    assert (reply.word, reply.reasons[0].code) == (Word.UNKNOWN, reason)


def test_fields_that_came_later_do_no_harm() -> None:
    """A newer release may say more; the echo of the question's own number and id is fine."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200,
            content=json.dumps(SAME_ANSWER | {"phoneNumber": NUMBER, "lastChange": None}),
            headers={
                "content-type": "application/json; charset=utf-8",
                "x-correlator": request.headers["x-correlator"],
            },
        )

    assert ask(Operator(answer)).word is Word.SAME


def failing(times: int, status: int, **headers: str) -> Answers:
    left = [times]

    def answer(_: httpx.Request) -> httpx.Response:
        left[0] -= 1
        return httpx.Response(status, headers=headers) if left[0] >= 0 else httpx.Response(200, json=SAME_ANSWER)

    return answer


@pytest.mark.parametrize(("times", "word"), [(0, "SAME"), (1, "SAME"), (2, "SAME"), (3, "UNKNOWN")])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_hiccup_is_asked_again_twice(status: int, times: int, word: str) -> None:
    """The check changes nothing at the operator, so asking again is harmless; endlessly would not be."""
    operator = Operator(failing(times, status))
    assert ask(operator).word == word
    assert len(operator.asked) == min(times + 1, 3)
    assert len({request.headers["x-correlator"] for request in operator.asked}) == len(operator.asked)


@pytest.mark.parametrize(("error", "asked"), [(httpx.ConnectError("x"), 3), (httpx.ReadError("x"), 3)])
def test_a_connection_that_breaks_is_tried_again(error: Exception, asked: int) -> None:
    """And then given up."""

    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    operator = Operator(answer)
    assert ask(operator).word is Word.UNKNOWN
    assert len(operator.asked) == asked


def test_a_refusal_is_not_asked_again() -> None:
    """400, 403, 404 and 422 will be the same a moment later, and cost money."""
    operator = Operator(says(404, status=404, code="IDENTIFIER_NOT_FOUND", message=""))
    ask(operator)
    assert len(operator.asked) == 1


@pytest.mark.parametrize(
    ("retry_after", "asked"), [("0", 2), ("3600", 1), ("Wed, 20 May 2026 13:00:00 GMT", 1), ("x", 2)]
)
@pytest.mark.parametrize(("status", "code"), [(429, "rate-limited"), (503, "provider-error")])
def test_a_pause_that_the_operator_asks_for_is_kept(status: int, code: str, retry_after: str, asked: int) -> None:
    """Where it is longer than the question has time, the answer is UNKNOWN, and the next question is held back."""
    operator = Operator(failing(1, status, **{"retry-after": retry_after}))
    api = operator.api(PATH)
    reply = asyncio.run(NumberRecycling(api).ask(QUESTION))
    assert len(operator.asked) == asked
    assert reply.word == ("SAME" if asked == 2 else "UNKNOWN")
    if asked == 1:
        assert reply.reasons[0].code == code
        assert asyncio.run(NumberRecycling(api).ask(QUESTION)).reasons[0].code == "held-back"
        operator.clock.forward(301)
        assert asyncio.run(NumberRecycling(api).ask(QUESTION)).word is Word.SAME


def test_the_pace_lets_a_burst_through_and_then_so_many_a_second() -> None:
    """Waiting longer than the question has time is not waited for at all."""
    now = [1000.0]
    pace = Pace(2.0, 3, monotonic=lambda: now[0])
    assert [pace.take(1.2) for _ in range(6)] == [0, 0, 0, 0.5, 1.0, None]
    now[0] += 1
    assert pace.take(0.4) is None
    now[0] += 0.5
    assert pace.take(0.4) == 0
    now[0] += 1000
    assert [pace.take(0) for _ in range(4)] == [0, 0, 0, None]


def test_a_token_that_expired_unseen_is_renewed_once() -> None:
    """The operator's word counts, not the token's announced lifetime."""
    operator = Operator(says(**SAME_ANSWER))
    provider = NumberRecycling(operator.api(PATH))

    async def run() -> tuple[Reply, Reply]:
        first = await provider.ask(QUESTION)
        operator.good.clear()
        return first, await provider.ask(QUESTION)

    assert [reply.word for reply in asyncio.run(run())] == [Word.SAME, Word.SAME]
    assert operator.issued == 2


def test_a_token_that_is_never_believed_is_not_renewed_for_ever() -> None:
    """One new token for a question."""
    operator = Operator(says(401, status=401, code="UNAUTHENTICATED", message=""))
    reply = ask(operator)
    assert (reply.reasons[0].code, operator.issued, len(operator.asked)) == ("unauthenticated", 2, 2)


def test_with_a_token_of_the_holders_own_the_number_is_not_sent() -> None:
    """Sent along, it would be refused as unnecessary."""
    operator = Operator(says(**SAME_ANSWER))
    asyncio.run(NumberRecycling(operator.api(PATH, tokens=operator.tokens(JwtBearer))).ask(QUESTION))
    assert [sorted(body) for body in operator.bodies] == [["specifiedDate"]]


def test_an_operator_that_stalls_within_its_answer_costs_the_time_of_one_question() -> None:
    """Headers at once, then a byte now and then: the clock runs for the whole."""

    async def drip() -> AsyncIterator[bytes]:
        for byte in json.dumps(SAME_ANSWER).encode():
            yield bytes([byte])
            await asyncio.sleep(0.02)

    operator = Operator(lambda _: httpx.Response(200, headers={"content-type": "application/json"}, content=drip()))
    reply = ask(operator, lambda o: NumberRecycling(o.api(PATH, timeout_s=0.1)))
    assert (reply.word, reply.reasons[0].code) == (Word.UNKNOWN, "timed-out")
