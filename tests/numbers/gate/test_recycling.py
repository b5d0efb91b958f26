"""A service asks an operator whether a number has a new subscriber."""

import asyncio
import datetime as dt
import json
from zoneinfo import ZoneInfo

import httpx
import pytest

from phoneward.numbers.gate import Question, Reply, Word
from phoneward.numbers.gate.providers.recycling import PATH, NumberRecycling
from tests.numbers.gate.operators import NUMBER, QUESTION, SINCE, Answers, Operator, says

BERLIN = ZoneInfo("Europe/Berlin")


def contract_began(day: str) -> Answers:
    """An operator whose present contract for the number began on `day`, by the notes in the definition."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["specifiedDate"]
        return httpx.Response(200, json={"phoneNumberRecycled": asked < day})

    return answer


def ask(
    operator: Operator, question: Question = QUESTION, zone: ZoneInfo | None = BERLIN, *, trust: bool = False
) -> Reply:
    provider = NumberRecycling(operator.api(PATH), zone=zone, trust_same_day=trust)
    return asyncio.run(provider.ask(question))


@pytest.mark.parametrize(
    ("began", "word", "code"),
    [
        ("2023-10-09", Word.SAME, "not-recycled"),
        ("2024-03-04", Word.SAME, "not-recycled"),
        ("2024-03-05", Word.UNKNOWN, "same-day"),
        ("2024-03-06", Word.CHANGED, "recycled"),
        ("2024-09-21", Word.CHANGED, "recycled"),
    ],
)
def test_the_day_on_which_a_contract_began_decides_and_the_day_of_binding_itself_does_not(
    began: str, word: Word, code: str
) -> None:
    """Bound on 5 March at 15:30; a contract of that day may be the owner's or a stranger's."""
    reply = ask(Operator(contract_began(began)))
    assert (reply.word, reply.reasons[0].code) == (word, code)


@pytest.mark.parametrize("began", ["2024-03-03", "2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07", "2024-03-08"])
@pytest.mark.parametrize("hour", [0, 6, 11, 12, 18, 23])
@pytest.mark.parametrize("clock", ["Etc/GMT+12", "Pacific/Kiritimati", "Asia/Shanghai", "UTC"])
def test_in_whatever_zone_the_operator_counts_its_days_no_stranger_is_taken_for_the_owner(
    began: str, hour: int, clock: str
) -> None:
    """Nobody told the gate the zone; SAME and CHANGED hold in each, for contracts at any hour of their day."""
    since = dt.datetime(2024, 3, 5, hour, tzinfo=dt.UTC)
    reply = ask(Operator(contract_began(began)), Question(number=NUMBER, since=since), zone=None)
    first = dt.datetime.fromisoformat(began).replace(tzinfo=ZoneInfo(clock))
    if reply.word is Word.SAME:
        assert first + dt.timedelta(hours=24) <= since, "the holder's contract began before, at whatever hour"
    if reply.word is Word.CHANGED:
        assert first > since, "it began afterwards, at whatever hour"


def test_a_number_bound_today_is_not_asked_about_tomorrow() -> None:
    """The definition answers a date in the future with OUT_OF_RANGE."""
    operator = Operator(says(phoneNumberRecycled=True))
    since = operator.clock.now - dt.timedelta(minutes=1)
    reply = ask(operator, Question(number=NUMBER, since=since), zone=None)
    assert (reply.word, reply.reasons[0].code) == (Word.UNKNOWN, "same-day")
    assert [body["specifiedDate"] for body in operator.bodies] == ["2026-05-18"]


def test_a_service_may_trust_that_no_number_changes_hands_within_a_day() -> None:
    """Then one question about the day of binding is enough, and new customers are not asked for another factor."""
    operator = Operator(contract_began("2024-03-05"))
    assert ask(operator, trust=True).word is Word.SAME
    assert ask(Operator(contract_began("2024-03-06")), trust=True).word is Word.CHANGED
    assert operator.bodies == [{"phoneNumber": NUMBER, "specifiedDate": "2024-03-05"}]


def test_where_the_second_question_fails_the_doubt_stays_a_doubt() -> None:
    """A change around the day of binding, and then no further word: neither SAME nor CHANGED."""

    def answer(request: httpx.Request) -> httpx.Response:
        if json.loads(request.content)["specifiedDate"] == "2024-03-04":
            return httpx.Response(200, json={"phoneNumberRecycled": True})
        return httpx.Response(404, json={"status": 404, "code": "IDENTIFIER_NOT_FOUND", "message": NUMBER})

    reply = ask(Operator(answer))
    assert reply.word is Word.UNKNOWN
    assert [reason.code for reason in reply.reasons] == ["same-day", "not-our-subscriber"]


def test_nothing_is_sent_beyond_what_the_definition_asks_for() -> None:
    """Newer releases refuse unknown fields."""
    operator = Operator(says(phoneNumberRecycled=False))
    reply = ask(operator)
    assert operator.bodies == [{"phoneNumber": NUMBER, "specifiedDate": "2024-03-04"}]
    assert reply.good_through == dt.date(2026, 5, 20)
    assert operator.asked[0].url == "https://operator.example/number-recycling/v0.2/check"
    assert operator.forms[0]["scope"] == "dpv:FraudPreventionAndDetection number-recycling:check"
    assert SINCE.tzinfo is not None
