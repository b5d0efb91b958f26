"""SIM Swap and Tenure: evidence about the card and the contract, and what it says about the person."""

import asyncio
import datetime as dt
import json

import httpx
import pytest

from phoneward.numbers.gate import Question, Reply, Word
from phoneward.numbers.gate.providers.simswap import CHECK_PATH, DATE_PATH, SimSwap
from phoneward.numbers.gate.providers.tenure import PATH, Tenure
from tests.numbers.gate.operators import NOW, NUMBER, QUESTION, Answers, Operator, says

DAY = dt.timedelta(days=1)


def ask_sim(answers: Answers, since: dt.datetime, *, date: bool = True, check: bool = True) -> tuple[Reply, Operator]:
    operator = Operator(answers)
    provider = SimSwap(
        "op",
        date_api=operator.api(DATE_PATH) if date else None,
        check_api=operator.api(CHECK_PATH) if check else None,
    )
    return asyncio.run(provider.ask(Question(number=NUMBER, since=since))), operator


@pytest.mark.parametrize(
    ("said", "word", "code"),
    [
        ({"latestSimChange": "2024-03-05T15:20:00Z"}, "SAME", "no-sim-change"),
        ({"latestSimChange": "2019-01-01T00:00:00.123+09:00", "monitoredPeriod": 120}, "SAME", "no-sim-change"),
        ({"latestSimChange": "2024-03-05T15:28:00Z"}, "UNKNOWN", "sim-swapped"),
        ({"latestSimChange": "2024-03-05T16:28:00+01:00"}, "UNKNOWN", "sim-swapped"),
        ({"latestSimChange": "2026-05-20T11:00:00Z"}, "UNKNOWN", "sim-swapped"),
        ({"latestSimChange": None}, "UNKNOWN", "not-monitored"),
        ({"latestSimChange": None, "monitoredPeriod": 120}, "UNKNOWN", "not-monitored"),
        ({"latestSimChange": None, "monitoredPeriod": 805}, "UNKNOWN", "not-monitored"),
        ({"latestSimChange": None, "monitoredPeriod": 807}, "SAME", "no-sim-change"),
        ({}, "UNKNOWN", "bad-answer"),
        ({"monitoredPeriod": 3650}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": ""}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": False}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": 0}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": "2019-01-01"}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": "2019-01-01T00:00:00"}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": "2019-02-30T00:00:00Z"}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": "2019-01-01T00:00:00Z\n"}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": "0001-01-01T00:00:00+14:00"}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": "1970-01-01T00:00:00Z"}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": "9999-12-31T23:59:59-14:00"}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": "2027-01-01T00:00:00Z"}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": None, "monitoredPeriod": "3650"}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": None, "monitoredPeriod": True}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": None, "monitoredPeriod": None}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": None, "monitoredPeriod": -5}, "UNKNOWN", "bad-answer"),
        ({"latestSimChange": None, "monitoredPeriod": 10**30}, "UNKNOWN", "bad-answer"),
    ],
)
def test_the_date_of_the_last_sim_decides_and_null_reaches_only_as_far_as_is_said(
    said: dict[str, object], word: str, code: str
) -> None:
    """Bound on 5 March 2024 at 15:30, 806 days ago. Never CHANGED: a lost phone is a new SIM too."""
    reply, operator = ask_sim(says(**said), QUESTION.since)
    assert (reply.word, reply.reasons[0].code) == (word, code)
    assert operator.bodies == [{"phoneNumber": NUMBER}]


@pytest.mark.parametrize(
    ("ago", "swapped", "word", "code", "hours"),
    [
        (DAY, False, "SAME", "no-sim-change", 25),
        (dt.timedelta(minutes=1), False, "SAME", "no-sim-change", 1),
        (dt.timedelta(0), False, "SAME", "no-sim-change", 1),
        (DAY, True, "UNKNOWN", "sim-swapped", 25),
        (99 * DAY, False, "SAME", "no-sim-change", 2377),
        (100 * DAY - dt.timedelta(minutes=5), False, "SAME", "no-sim-change", 2400),
        (100 * DAY, False, "UNKNOWN", "not-monitored", None),
        (4000 * DAY, False, "UNKNOWN", "not-monitored", None),
        (DAY, "false", "UNKNOWN", "bad-answer", 25),
    ],
)
def test_the_check_reaches_back_a_hundred_days_and_is_not_asked_beyond(
    ago: dt.timedelta, swapped: object, word: str, code: str, hours: int | None
) -> None:
    """The whole time since the number was bound must lie within the hours that are asked about."""
    reply, operator = ask_sim(says(swapped=swapped), NOW - ago, date=False)
    assert (reply.word, reply.reasons[0].code) == (word, code)
    assert operator.bodies == ([{"phoneNumber": NUMBER, "maxAge": hours}] if hours else [])


def test_where_the_date_is_kept_secret_the_check_is_asked() -> None:
    """`null` without a period says nothing; the check may."""

    def answer(request: httpx.Request) -> httpx.Response:
        is_check = request.url.path.endswith("/check")
        return httpx.Response(200, json={"swapped": False} if is_check else {"latestSimChange": None})

    reply, operator = ask_sim(answer, NOW - 5 * DAY)
    assert (reply.word, len(operator.asked)) == (Word.SAME, 2)


def test_where_the_date_is_refused_nothing_else_is_tried() -> None:
    """Not our subscriber for one is not our subscriber for the other."""
    reply, operator = ask_sim(says(404, status=404, code="IDENTIFIER_NOT_FOUND", message=""), NOW - DAY)
    assert (reply.reasons[0].code, len(operator.asked)) == ("not-our-subscriber", 1)


@pytest.mark.parametrize(
    ("said", "word", "code"),
    [
        ({"tenureDateCheck": True}, "SAME", "long-tenure"),
        ({"tenureDateCheck": True, "contractType": "PAYG"}, "SAME", "long-tenure"),
        ({"tenureDateCheck": False}, "UNKNOWN", "shorter-tenure"),
        ({"tenureDateCheck": "true"}, "UNKNOWN", "bad-answer"),
        ({"tenureDateCheck": 1}, "UNKNOWN", "bad-answer"),
        ({}, "UNKNOWN", "bad-answer"),
        ({"contractType": "PAYM"}, "UNKNOWN", "bad-answer"),
        ({"tenureDateCheck": True, "contractType": "Gift"}, "UNKNOWN", "bad-answer"),
        ({"tenureDateCheck": True, "contractType": ["PAYM"]}, "UNKNOWN", "bad-answer"),
    ],
)
def test_a_long_tenure_is_strong_and_a_short_one_is_no_change_of_hands(
    said: dict[str, object], word: str, code: str
) -> None:
    """Whoever ports the number or signs a new contract has a short tenure too."""
    operator = Operator(says(**said))
    reply = asyncio.run(Tenure(operator.api(PATH)).ask(QUESTION))
    assert (reply.word, reply.reasons[0].code) == (word, code)
    assert operator.bodies == [{"phoneNumber": NUMBER, "tenureDate": "2024-03-04"}]


def test_a_tenure_that_began_on_the_day_of_binding_is_not_long() -> None:
    """It may be a stranger's of the evening."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["tenureDate"]
        return httpx.Response(200, json={"tenureDateCheck": asked >= "2024-03-05"})

    assert asyncio.run(Tenure(Operator(answer).api(PATH)).ask(QUESTION)).word is Word.UNKNOWN
