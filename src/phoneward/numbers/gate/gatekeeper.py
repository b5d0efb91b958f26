"""What a service asks: may its number open this account? The providers are asked, the policy followed, all noted."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Protocol

from phoneward.numbers.gate.asking import Question, Reason, Word
from phoneward.numbers.gate.audit import Audit
from phoneward.numbers.gate.bindings.binding import Binding, State
from phoneward.numbers.gate.bindings.desk import Desk
from phoneward.numbers.gate.bindings.ledger import Ledger
from phoneward.numbers.gate.keys import Keys
from phoneward.numbers.gate.lifecycle import Lifecycle
from phoneward.numbers.gate.policy import Policy, Purpose, Step

OWN: Final = "bindings"
"""Who says what the gate knows by itself, where a reason names a provider."""
_TRIES: Final = 3


class Decided(Protocol):
    """What the gate came to."""

    @property
    def word(self) -> Word:
        """The answer."""
        ...

    @property
    def reasons(self) -> Sequence[Reason]:
        """Why."""
        ...


class Decider(Protocol):
    """Asks the providers; errors are UNKNOWN."""

    async def decide(self, question: Question, /) -> Decided:
        """Return the answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the service gets.

    Attributes:
        word: has the number changed hands?
        step: what the service does next.
        reasons: why.
        state: what the number is to the account now; None where the gate knows none.
        data_closed: nothing of the account may be shown or sent until its owner is back.
        policy: version of the policy that was followed.
    """

    word: Word
    step: Step
    reasons: tuple[Reason, ...]
    state: State | None
    data_closed: bool
    policy: str


def unreachable(detail: str) -> Answer:
    """Return what a service does where the gate cannot be asked: nobody gets in by the number."""
    reason = Reason(code="gate-unreachable", provider=OWN, detail=detail)
    return Answer(word=Word.UNKNOWN, step=Step.STEP_UP, reasons=(reason,), state=None, data_closed=False, policy="")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One question and what the providers said to it."""

    account: str
    purpose: Purpose
    caller: str
    seen: Binding | None = None
    word: Word = Word.UNKNOWN
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatekeeper:
    """Answers services.

    Attributes:
        desk: bindings.
        decider: asks the providers.
        policy: what follows.
        keys: of the service.
        clock: the time; aware.
    """

    desk: Desk
    decider: Decider
    policy: Policy
    keys: Keys
    clock: Callable[[], dt.datetime] = field(default=lambda: dt.datetime.now(dt.UTC))

    def lifecycle(self, caller: str = "") -> Lifecycle:
        """Return what carries out steps now, in this caller's name."""
        return Lifecycle(self.keys, Audit(self.keys, caller), self.clock())

    async def decide_for(self, account: str, purpose: Purpose, caller: str = "") -> Answer:
        """Return whether an account's number may be used for something, after all that follows was done and noted.

        The number is asked about since it was bound, or last verified. Where the binding changes while providers are
        asked, their answer is about what is no more: they are asked again.

        Args:
            account: the service's name for it.
            purpose: for what.
            caller: who asks, for the audit log.

        Raises:
            StoreError: the database cannot be used: nothing was decided, and nothing may be allowed.
            SealBrokenError: somebody changed the number in the database.
        """
        for _try in range(_TRIES):
            case = await self._ask(_Case(account=account, purpose=purpose, caller=caller))
            answer = await self.desk.write(partial(self._settle, case))
            if answer is not None:
                return answer
        moved = (Reason(code="binding-moved", provider=OWN),)
        case = _Case(account=account, purpose=purpose, caller=caller, reasons=moved)
        return await self.desk.write(partial(self._give_up, case))

    async def _ask(self, case: _Case) -> _Case:
        binding = await self.desk.read(lambda ledger: ledger.find(case.account))
        if binding is None:
            return replace(case, reasons=(Reason(code="not-bound", provider=OWN),))
        if binding.state is State.RELEASED:
            return replace(case, seen=binding, reasons=(Reason(code="released", provider=OWN),))
        if binding.state is State.SUSPENDED:
            # Not asked: a provider who says SAME now says it of the next holder, too.
            reasons = (Reason(code="suspended", provider=OWN, detail=binding.why),)
            return replace(case, seen=binding, word=Word.CHANGED, reasons=reasons)
        number = self.keys.unseal(binding.number, case.account)
        decided = await self.decider.decide(Question(number=number, since=binding.since))
        return replace(case, seen=binding, word=decided.word, reasons=tuple(decided.reasons))

    def _settle(self, case: _Case, ledger: Ledger) -> Answer | None:
        """Do what follows, if the binding is still the one that was asked about."""
        binding = ledger.find(case.account)
        if (binding and binding.version) != (case.seen and case.seen.version):
            return None
        asked = (case.purpose, case.word, {reason.code for reason in case.reasons})
        step = self.policy.step(*asked)
        if binding is None or binding.state is not State.ACTIVE:
            step = _without_a_factor(case.word, step)
        lifecycle = self._note(case, ledger, binding, step)
        if binding is not None and (step is Step.CUT_LOOSE or self.policy.cuts_loose(*asked)):
            binding = lifecycle.suspend(ledger, binding, "changed")
        return self._answer(case, step, binding)

    def _give_up(self, case: _Case, ledger: Ledger) -> Answer:
        """Answer for a binding that would not hold still: nothing is known, and nothing is allowed."""
        binding = ledger.find(case.account)
        step = _without_a_factor(case.word, self.policy.step(case.purpose, case.word))
        self._note(case, ledger, binding, step)
        return self._answer(case, step, binding)

    def _answer(self, case: _Case, step: Step, binding: Binding | None) -> Answer:
        return Answer(
            word=case.word,
            step=step,
            reasons=case.reasons,
            state=None if binding is None else binding.state,
            data_closed=binding is not None and binding.data_closed,
            policy=self.policy.version,
        )

    def _note(self, case: _Case, ledger: Ledger, binding: Binding | None, step: Step) -> Lifecycle:
        lifecycle = self.lifecycle(case.caller)
        lifecycle.audit.write(
            ledger,
            "asked",
            lifecycle.now,
            binding=binding,
            account=case.account,
            purpose=case.purpose.value,
            word=case.word.value,
            step=step.value,
            reasons=[f"{reason.provider}:{reason.code}" for reason in case.reasons],
            policy=self.policy.version,
        )
        return lifecycle


def _without_a_factor(word: Word, step: Step) -> Step:
    """Return what follows where the number is no factor: no policy makes it one."""
    if step is Step.REFUSE:
        return step
    return Step.CUT_LOOSE if word is Word.CHANGED else Step.STEP_UP
