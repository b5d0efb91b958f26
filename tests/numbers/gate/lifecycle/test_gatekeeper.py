"""What a service is told, and what follows from it."""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import pytest

from phoneward.numbers.gate import policy
from phoneward.numbers.gate.asking import Word
from phoneward.numbers.gate.bindings import Desk, NotBoundError, State, Store
from phoneward.numbers.gate.gatekeeper import Answer, Gatekeeper
from phoneward.numbers.gate.policy import Purpose, Step
from tests.numbers.gate.lifecycle.conftest import KEYS, NOW, NUMBER, OTHER, steps
from tests.numbers.gate.lifecycle.providers import Saying

T = TypeVar("T")


@dataclass
class Shop:
    """A service that uses the gate; `days` is its clock."""

    store: Store
    keeper: Gatekeeper
    provider: Saying
    days: float = 0

    def ask(self, account: str = "a", purpose: Purpose = Purpose.LOGIN) -> Answer:
        return asyncio.run(self.keeper.decide_for(account, purpose, "shop"))

    def do(self, work: str, *arguments: object) -> object:
        return self.store.write(lambda ledger: getattr(steps(self.days), work)(ledger, *arguments))


@pytest.fixture
def making(store: Store) -> Iterator[Callable[..., Shop]]:
    desk = Desk(store)

    def make(provider: Saying, table: object = None) -> Shop:
        keeper = Gatekeeper(
            desk=desk, decider=provider, policy=policy.read(table), keys=KEYS, clock=lambda: steps(shop.days).now
        )
        shop = Shop(store, keeper, provider)
        shop.do("bind", "a", NUMBER)
        return shop

    yield make
    desk.close()


def test_the_owner_gets_in(making: Callable[..., Shop]) -> None:
    shop = making(Saying(Word.SAME))
    answer = shop.ask()
    assert (answer.word, answer.step, answer.state, answer.data_closed) == (Word.SAME, Step.ALLOW, State.ACTIVE, False)
    (question,) = shop.provider.asked
    assert (question.number, question.since) == (NUMBER, NOW)


@pytest.mark.parametrize("purpose", Purpose)
def test_nobody_knows_so_another_factor_is_asked_for(making: Callable[..., Shop], purpose: Purpose) -> None:
    answer = making(Saying(Word.UNKNOWN)).ask(purpose=purpose)
    assert (answer.step, answer.state, answer.data_closed) == (Step.STEP_UP, State.ACTIVE, False)


@pytest.mark.parametrize("purpose", Purpose)
def test_the_next_holder_does_not_get_in_and_the_number_is_cut_loose(
    making: Callable[..., Shop], purpose: Purpose
) -> None:
    shop = making(Saying(Word.CHANGED))
    shop.do("session_opened", "a", "somebody")
    first, second = shop.ask(purpose=purpose), shop.ask(purpose=purpose)
    for answer in (first, second):
        assert (answer.word, answer.step) == (Word.CHANGED, Step.CUT_LOOSE)
        assert (answer.state, answer.data_closed) == (State.SUSPENDED, True)
    assert len(shop.provider.asked) == 1, "a provider who says SAME now would say it of the next holder"
    assert len(shop.store.read(lambda ledger: ledger.waiting(100))) == 3
    assert second.reasons[0].code == "suspended"


@pytest.mark.parametrize("step", ["step-up", "cut-loose"])
def test_a_new_sim_or_a_port_does_not_lock_the_owner_out(making: Callable[..., Shop], step: str) -> None:
    """The carrier says that something changed; the owner shows another factor; the number is theirs again."""
    swapped = NOW + dt.timedelta(days=10)
    shop = making(Saying(changed_on=swapped), {"login": {"CHANGED": step}})
    shop.days = 11
    answer = shop.ask()
    assert (answer.word, answer.step) == (Word.CHANGED, Step(step))
    if step == "step-up":
        assert answer.state is State.ACTIVE
        shop.do("verified", "a", "totp", NUMBER)
    else:
        shop.do("recovered", "a", "totp", NUMBER)
    shop.days = 12
    answer = shop.ask()
    assert (answer.word, answer.step, answer.state, answer.data_closed) == (
        Word.SAME, Step.ALLOW, State.ACTIVE, False,
    )  # fmt: skip


def test_a_sim_that_somebody_else_may_have_got_is_a_reason_for_another_factor(making: Callable[..., Shop]) -> None:
    """The contract is the same person's; the SIM is new. Somebody may have talked the carrier into it."""
    answer = making(Saying(Word.SAME, code="sim-swapped")).ask(purpose=Purpose.RESET)
    assert (answer.word, answer.step, answer.state) == (Word.SAME, Step.STEP_UP, State.ACTIVE)


def test_an_answer_about_yesterdays_number_does_not_hurt_todays(making: Callable[..., Shop]) -> None:
    """While the provider is asked about the old number, the owner comes back with another: that one stays."""
    shop = making(Saying(Word.CHANGED))

    async def meanwhile() -> None:
        shop.provider.meanwhile = None
        shop.days = 1
        await shop.keeper.desk.write(lambda ledger: steps(1).recovered(ledger, "a", "totp", OTHER))
        shop.provider.word = Word.SAME

    shop.provider.meanwhile = meanwhile
    answer = shop.ask()
    assert (answer.word, answer.step, answer.state) == (Word.SAME, Step.ALLOW, State.ACTIVE)
    assert [question.number for question in shop.provider.asked] == [NUMBER, OTHER]


def test_a_number_cut_loose_while_the_provider_thinks_is_not_let_in(making: Callable[..., Shop]) -> None:
    shop = making(Saying(Word.SAME))

    async def meanwhile() -> None:
        await shop.keeper.desk.write(lambda ledger: steps(1).notice(ledger, NUMBER, NOW.date()))

    shop.provider.meanwhile = meanwhile
    answer = shop.ask()
    assert (answer.word, answer.step, answer.data_closed) == (Word.CHANGED, Step.CUT_LOOSE, True)


def test_a_binding_that_never_holds_still_is_unknown(making: Callable[..., Shop]) -> None:
    shop = making(Saying(Word.SAME), {"login": {"UNKNOWN": "allow"}})

    async def meanwhile() -> None:
        shop.days += 1
        await shop.keeper.desk.write(lambda ledger: steps(shop.days).verified(ledger, "a", "totp", NUMBER))

    shop.provider.meanwhile = meanwhile
    answer = shop.ask()
    assert (answer.word, answer.step) == (Word.UNKNOWN, Step.STEP_UP)
    assert [reason.code for reason in answer.reasons] == ["binding-moved"]


@pytest.mark.parametrize("table", [None, {"login": {"UNKNOWN": "allow"}}])
def test_an_account_without_a_number_is_never_allowed(making: Callable[..., Shop], table: object) -> None:
    shop = making(Saying(Word.SAME), table)
    shop.do("release", "a")
    for account, code, state in (("nobody", "not-bound", None), ("a", "released", State.RELEASED)):
        answer = shop.ask(account)
        assert (answer.word, answer.step, answer.state) == (Word.UNKNOWN, Step.STEP_UP, state)
        assert [reason.code for reason in answer.reasons] == [code]
    assert shop.provider.asked == []


def test_many_ask_at_once(making: Callable[..., Shop]) -> None:
    """A hundred log in at the same moment; each is noted, and the one that changed hands is cut loose once."""
    shop = making(Saying(Word.CHANGED))

    async def crowd() -> list[Answer]:
        return await asyncio.gather(*[shop.keeper.decide_for("a", Purpose.LOGIN) for _one in range(100)])

    assert {answer.step for answer in asyncio.run(crowd())} == {Step.CUT_LOOSE}
    assert len(shop.store.read(lambda ledger: ledger.waiting(100))) == 3
    assert shop.store.read(lambda ledger: ledger.last_entry())[0] == 102


def test_a_failed_write_reaches_only_whoever_asked_for_it(making: Callable[..., Shop]) -> None:
    shop = making(Saying(Word.SAME))

    async def both() -> object:
        desk = shop.keeper.desk
        fails = asyncio.create_task(desk.write(lambda ledger: steps().verified(ledger, "nobody", "totp", NUMBER)))
        works = asyncio.create_task(desk.write(lambda ledger: steps().bind(ledger, "b", NUMBER)))
        with pytest.raises(NotBoundError):
            await fails
        return await works

    assert shop.store.read(lambda ledger: ledger.find("b")) is None
    bound = asyncio.run(both())
    assert shop.store.read(lambda ledger: ledger.find("b")) == bound


def test_a_refusal_on_top_does_not_leave_the_number_in_use(making: Callable[..., Shop]) -> None:
    """CHANGED is cut loose; that some reason wants a refusal too must not keep the next holder's sessions open."""
    shop = making(Saying(Word.CHANGED, code="shorter-tenure"), {"login": {"reasons": {"shorter-tenure": "refuse"}}})
    answer = shop.ask()
    assert (answer.step, answer.state, answer.data_closed) == (Step.REFUSE, State.SUSPENDED, True)
