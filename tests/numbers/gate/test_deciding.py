"""The gate decides: what several providers said, in time, whatever they do."""

import asyncio
import datetime as dt
import random
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.numbers.gate import (
    Code,
    DayCache,
    Decision,
    Event,
    Gate,
    Order,
    Provider,
    Question,
    Reason,
    Reply,
    Word,
    combine,
)
from tests.numbers.gate.operators import NOW, NUMBER, QUESTION, Ticking

CODES = {"SAME": "not-recycled", "CHANGED": "recycled", "UNKNOWN": "out-of-range"}


class Saying:
    """A provider that says one thing."""

    def __init__(self, name: str, word: str, code: str | None = None) -> None:
        self.name = name
        self.word = word
        self.code = code or CODES[word]
        self.asked = 0

    async def ask(self, question: Question) -> Reply:
        del question
        self.asked += 1
        return Reply(word=Word(self.word), reasons=(Reason(code=self.code, provider=self.name),), asked=NOW)


class Hanging:
    """A provider that never answers, and does not let itself be stopped."""

    name = "hanging"

    async def ask(self, question: Question) -> Reply:
        del question
        for _ in range(3):
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                continue
        raise AssertionError


class Slow:
    """A provider that takes an hour."""

    name = "slow"

    async def ask(self, question: Question) -> Reply:
        del question
        await asyncio.sleep(3600)
        raise AssertionError


class Raising:
    """A provider with a mistake in it."""

    name = "raising"

    async def ask(self, question: Question) -> Reply:
        raise KeyError(question.number)


def decide(
    providers: Sequence[Provider], order: Order = Order.IN_TURN, question: Question = QUESTION, limit_s: float = 5
) -> Decision:
    return asyncio.run(Gate(providers, order=order, clock=lambda: NOW, limit_s=limit_s).decide(question))


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize(
    ("said", "word"),
    [
        (["SAME"], "SAME"),
        (["UNKNOWN"], "UNKNOWN"),
        (["UNKNOWN", "SAME"], "SAME"),
        (["UNKNOWN", "CHANGED"], "CHANGED"),
        (["UNKNOWN", "UNKNOWN"], "UNKNOWN"),
        (["CHANGED", "SAME"], "CHANGED"),
    ],
)
def test_a_word_beats_none_and_changed_beats_same(said: list[str], word: str, order: Order) -> None:
    """One provider that knows is enough; nobody who does not know is taken for one who does."""
    decision = decide([Saying(f"p{n}", what) for n, what in enumerate(said)], order)
    assert decision.word == word
    assert decision.reasons[0].code == CODES[word]


def test_together_a_later_changed_beats_an_earlier_same() -> None:
    """Asked at once, all are heard before an account opens."""
    assert decide([Saying("a", "SAME"), Saying("b", "CHANGED")], Order.TOGETHER).word is Word.CHANGED


def test_together_a_changed_waits_for_nobody() -> None:
    """Whatever the one that hangs would say, it would not open the account."""
    decision = asyncio.run(ask_all_at_once([Slow(), Saying("b", "CHANGED")]))
    assert decision.word is Word.CHANGED
    assert list(decision.replies) == ["b"]


async def ask_all_at_once(providers: list[Provider]) -> Decision:
    gate = Gate(providers, order=Order.TOGETHER, clock=lambda: NOW, limit_s=3600)
    return await asyncio.wait_for(gate.decide(QUESTION), 10)


def test_in_turn_the_first_word_ends_it() -> None:
    """What costs money is not asked twice."""
    second = Saying("b", "CHANGED")
    assert decide([Saying("a", "SAME"), second]).word is Word.SAME
    assert not second.asked


def test_a_new_contract_takes_back_a_same_unless_the_operator_says_that_nobody_new_holds_it() -> None:
    """Somebody who takes over a line keeps its SIM; tenure shows it, the SIM does not."""
    tenure = Saying("t", "UNKNOWN", "shorter-tenure")
    sim = Saying("s", "SAME", "no-sim-change")
    decision = decide([tenure, sim])
    assert (decision.word, decision.reasons[0].code) == (Word.UNKNOWN, "contradiction")
    assert decide([tenure, sim, Saying("r", "SAME")]).word is Word.SAME
    assert decide([tenure, sim, Saying("r", "CHANGED")]).word is Word.CHANGED


REPLIES = st.builds(
    lambda word, code: Reply(word=word, reasons=(Reason(code=code, provider="p"),), asked=NOW),
    st.sampled_from(Word),
    st.sampled_from(Code),
)


@given(st.lists(REPLIES, max_size=5), st.randoms(use_true_random=False))
def test_whatever_is_said_changed_is_never_overheard_and_same_never_made_up(
    said: list[Reply], shuffler: random.Random
) -> None:
    """In whichever order they stand; and no reason is lost."""
    decision = combine({str(number): reply for number, reply in enumerate(said)})
    words = {reply.word for reply in said}
    assert (decision.word is Word.CHANGED) == (Word.CHANGED in words)
    assert decision.word is not Word.SAME or Word.SAME in words
    assert {r.code for reply in said for r in reply.reasons} <= {r.code for r in decision.reasons}
    shuffler.shuffle(said)
    assert combine({str(number): reply for number, reply in enumerate(said)}).word is decision.word


@pytest.mark.parametrize("order", Order)
def test_a_provider_that_hangs_costs_the_limit_and_no_more(order: Order) -> None:
    """A login waits for the time limit, then goes on with what is known."""
    started = time.monotonic()

    async def run() -> Decision:
        providers: list[Provider] = [Saying("a", "UNKNOWN"), Hanging()]
        return await asyncio.wait_for(Gate(providers, order=order, clock=lambda: NOW, limit_s=0.05).decide(QUESTION), 5)

    loop = asyncio.new_event_loop()
    decision = loop.run_until_complete(run())
    assert time.monotonic() - started < 2
    assert decision.word is Word.UNKNOWN
    assert [reason.code for reason in decision.reasons] == ["out-of-range", "timed-out"]
    asyncio.set_event_loop(None)


@pytest.mark.parametrize("order", Order)
def test_a_provider_with_a_mistake_in_it_is_unknown_and_named_without_the_number(order: Order) -> None:
    """What it raised held the number; the reason does not."""
    decision = decide([Raising()], order)
    assert decision.word is Word.UNKNOWN
    assert decision.reasons[0].code == "provider-failed"
    assert NUMBER not in repr(decision)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (Question(number="+1", since=NOW), "bad-number"),
        (Question(number="0049151", since=NOW), "bad-number"),
        (Question(number=NUMBER + "\n", since=NOW), "bad-number"),
        (Question(number="+९९९९९९९९", since=NOW), "bad-number"),
        (Question(number=NUMBER, since=NOW + dt.timedelta(days=1)), "since-in-future"),
    ],
)
def test_questions_that_make_no_sense_are_not_passed_on(question: Question, code: str) -> None:
    """A slip in the service's database never opens an account."""
    provider = Saying("a", "SAME")
    decision = decide([provider], question=question)
    assert (decision.word, decision.reasons[0].code, provider.asked) == (Word.UNKNOWN, code, 0)
    assert decision.replies == {}
    assert decide([]).reasons[0].code == "no-provider"
    with pytest.raises(ValueError, match="time zone"):
        decide([provider], question=Question(number=NUMBER, since=NOW.replace(tzinfo=None)))


def test_the_service_hears_what_happened_without_the_number() -> None:
    """Its audit log is written from these."""
    events: list[Event] = []
    gate = Gate([Saying("a", "UNKNOWN"), Saying("b", "SAME")], clock=lambda: NOW, on_event=events.append)
    asyncio.run(gate.decide(QUESTION))
    assert [(event.kind, event.provider, event.word) for event in events] == [
        ("answered", "a", "UNKNOWN"),
        ("answered", "b", "SAME"),
        ("decided", "", "SAME"),
    ]
    assert NUMBER not in repr(events)


def test_a_day_is_asked_once_and_the_next_day_again() -> None:
    """SAME holds for later dates of binding too, not for earlier ones, and not until tomorrow."""
    clock, provider = Ticking(), Saying("a", "SAME")
    gate = Gate([provider], cache=DayCache(), clock=clock)

    async def ask(days_later: int) -> None:
        since = QUESTION.since + dt.timedelta(days=days_later)
        assert (await gate.decide(Question(number=NUMBER, since=since))).word is Word.SAME

    async def run() -> list[int]:
        asked = []
        for days_later, wait_h in ((0, 0), (5, 0), (-1, 0), (0, 11), (0, 2)):
            clock.forward(wait_h * 3600)
            await ask(days_later)
            asked.append(provider.asked)
        return asked

    assert asyncio.run(run()) == [1, 1, 2, 2, 3]


def test_changed_holds_for_earlier_dates_of_binding_only() -> None:
    """A number bound after the new holder came is the new holder's own."""
    provider = Saying("a", "CHANGED")
    gate = Gate([provider], cache=DayCache(), clock=lambda: NOW)

    async def run() -> list[int]:
        asked = []
        for days_later in (0, -5, 1):
            await gate.decide(Question(number=NUMBER, since=QUESTION.since + dt.timedelta(days=days_later)))
            asked.append(provider.asked)
        return asked

    assert asyncio.run(run()) == [1, 1, 2]


def test_unknown_is_asked_again_and_the_cache_stays_small() -> None:
    """An operator that was down this morning is asked at noon; the least used answers go first."""
    unknown, cache = Saying("a", "UNKNOWN"), DayCache()
    gate = Gate([unknown], cache=cache, clock=lambda: NOW)
    same = Saying("b", "SAME")
    small = Gate([same], cache=DayCache(2), clock=lambda: NOW)

    async def run() -> None:
        for _ in range(2):
            await gate.decide(QUESTION)
        for number in ("+441234567", "+441234568", "+441234569", "+441234567"):
            await small.decide(Question(number=number, since=QUESTION.since))

    asyncio.run(run())
    assert (unknown.asked, same.asked) == (2, 4)
    assert not cache._held


class Loose:
    """A provider of another's making, which does not look at types."""

    def __init__(self, name: str, reply: object) -> None:
        self.name = name
        self.reply = reply

    async def ask(self, question: Question) -> Reply:
        del question
        return self.reply  # type: ignore[return-value]


@pytest.mark.parametrize("order", list(Order))
def test_a_changed_that_is_only_a_string_is_heard(order: Order) -> None:
    """One says "CHANGED" and not Word.CHANGED; the other says SAME. Nobody is let in by the difference."""
    said = Reply(word="CHANGED", reasons=(Reason(code="recycled", provider="loose"),), asked=NOW)  # type: ignore[arg-type]
    gate = Gate([Loose("loose", said), Saying("sure", "SAME")], order=order, clock=lambda: NOW)
    assert asyncio.run(gate.decide(QUESTION)).word is Word.CHANGED


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("reply", [None, "SAME", {"word": "SAME"}], ids=repr)
def test_what_is_no_reply_is_unknown(order: Order, reply: object) -> None:
    decision = asyncio.run(Gate([Loose("loose", reply)], order=order, clock=lambda: NOW).decide(QUESTION))
    assert (decision.word, decision.reasons[0].code) == (Word.UNKNOWN, Code.PROVIDER_FAILED)


def test_two_providers_of_one_name_are_a_mistake() -> None:
    """The answer of one would take the place of the other's: a SAME that of a CHANGED."""
    with pytest.raises(ValueError, match="twice"):
        Gate([Saying("one", "CHANGED"), Saying("one", "SAME")])
