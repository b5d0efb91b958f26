"""Whatever bytes come back: SAME only for the documented answer, word for word. Judged by another JSON reader."""

import asyncio
import datetime as dt
import json
from collections.abc import Callable
from typing import TypeVar

import httpx
import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phoneward.numbers.gate import Provider, Reply, Word
from phoneward.numbers.gate.providers.recycling import PATH, NumberRecycling
from phoneward.numbers.gate.providers.simswap import CHECK_PATH, DATE_PATH, SimSwap
from phoneward.numbers.gate.providers.tenure import PATH as TENURE_PATH
from phoneward.numbers.gate.providers.tenure import Tenure
from tests.numbers.gate.operators import NUMBER, QUESTION, Operator

T = TypeVar("T")
NAMES = ["phoneNumberRecycled", "swapped", "tenureDateCheck", "latestSimChange", "monitoredPeriod", "contractType"]
NAMES += ["phoneNumber", "status", "code", "message", "x"]
VALUES = st.sampled_from([
    True, False, None, 0, 1, 807, 3650, -1, 1.0, "", "true", "false", "PAYM", "2019-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z", "2019-01-01T00:00:00", "2019-01-01", NUMBER, "+99999991001", [], {}, [False], {"a": False},
])  # fmt: skip
OBJECTS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4)
JSON = OBJECTS.map(lambda value: json.dumps(value).encode())


@st.composite
def bent(draw: st.DrawFn) -> bytes:
    """An answer with a byte changed, left out or put in; or two of them in one."""
    body = draw(JSON)
    at = draw(st.integers(0, len(body)))
    return body[:at] + draw(st.binary(max_size=3) | JSON) + body[at + draw(st.integers(0, 2)) :]


BODIES = st.one_of(JSON, bent(), st.binary(max_size=100), VALUES.map(lambda value: json.dumps(value).encode()))
STATUSES = st.one_of(st.just(200), st.sampled_from([201, 204, 301, 400, 404, 422, 429, 500]), st.integers(200, 599))
TYPES = st.one_of(
    st.just("application/json"), st.sampled_from(["", "text/html", "application/json;charset=utf-8", "text/plain"])
)


class Recycled(msgspec.Struct):
    phoneNumberRecycled: bool  # noqa: N815


class Swapped(msgspec.Struct):
    swapped: bool


class Date(msgspec.Struct):
    latestSimChange: dt.datetime | None  # noqa: N815
    monitoredPeriod: int | None = None  # noqa: N815


class Long(msgspec.Struct):
    tenureDateCheck: bool  # noqa: N815


def by_date(said: Date) -> bool:
    if said.latestSimChange is not None:
        return said.latestSimChange.tzinfo is not None and said.latestSimChange < QUESTION.since
    return said.monitoredPeriod is not None and said.monitoredPeriod > 805


def read(body: bytes, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, RecursionError):
        return None


def positive(body: bytes, which: str) -> bool:
    """Whether the body says, in the documented form, that nothing changed."""
    if which == "recycling":
        recycled = read(body, Recycled)
        return recycled is not None and not recycled.phoneNumberRecycled
    if which == "check":
        swapped = read(body, Swapped)
        return swapped is not None and not swapped.swapped
    if which == "date":
        date = read(body, Date)
        return date is not None and by_date(date)
    tenure = read(body, Long)
    return tenure is not None and tenure.tenureDateCheck


MAKE: dict[str, Callable[[Operator], Provider]] = {
    "recycling": lambda o: NumberRecycling(o.api(PATH)),
    "tenure": lambda o: Tenure(o.api(TENURE_PATH)),
    "date": lambda o: SimSwap("op", date_api=o.api(DATE_PATH), check_api=None),
    "check": lambda o: SimSwap("op", date_api=None, check_api=o.api(CHECK_PATH)),
}


def ask(which: str, status: int, kind: str, body: bytes) -> Reply:
    operator = Operator(lambda _: httpx.Response(status, headers={"content-type": kind}, content=body))
    operator.timeout_s = 0.2
    if which == "check":
        operator.clock.now = QUESTION.since + dt.timedelta(days=3)
    return asyncio.run(MAKE[which](operator).ask(QUESTION))


@settings(max_examples=250)
@given(which=st.sampled_from(sorted(MAKE)), status=STATUSES, kind=TYPES, body=BODIES)
@example(which="recycling", status=200, kind="application/json", body=b'{"phoneNumberRecycled": false}')
@example(which="check", status=200, kind="application/json", body=b'{"swapped": false}')
@example(which="tenure", status=200, kind="application/json", body=b'{"tenureDateCheck": true}')
@example(which="date", status=200, kind="application/json", body=b'{"latestSimChange": "2019-01-01T00:00:00Z"}')
def test_same_comes_from_the_documented_answer_and_from_nothing_else(
    which: str, status: int, kind: str, body: bytes
) -> None:
    """And no answer whatever makes the gate fail."""
    reply = ask(which, status, kind, body)
    if reply.word is Word.SAME:
        assert status == 200
        assert kind.startswith("application/json")
        assert positive(body, which)
    assert reply.reasons
    assert NUMBER not in repr(reply)


def test_the_judge_of_this_test_knows_a_good_answer() -> None:
    """Else nothing above would be SAME, and nothing tested."""
    for which, body in {
        "recycling": b'{"phoneNumberRecycled": false}',
        "check": b'{"swapped": false}',
        "tenure": b'{"tenureDateCheck": true, "contractType": "PAYM"}',
        "date": b'{"latestSimChange": null, "monitoredPeriod": 3650}',
    }.items():
        assert positive(body, which)
        assert ask(which, 200, "application/json", body).word is Word.SAME
