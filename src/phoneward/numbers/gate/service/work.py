"""What the service does for each path: one function each, from what was sent to what is answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from phoneward.numbers.gate.bindings.binding import Binding
from phoneward.numbers.gate.gatekeeper import Gatekeeper
from phoneward.numbers.gate.service import bodies
from phoneward.numbers.gate.service.bodies import (
    AccountBody,
    ActionView,
    AnswerView,
    BindBody,
    BindingView,
    CheckBody,
    DoneBody,
    DoneView,
    NoticesBody,
    NoticesView,
    OutboxView,
    ReasonView,
    RecoveredBody,
    SessionBody,
    SessionView,
    VerifiedBody,
)
from phoneward.numbers.gate.service.settings import May


async def check(keeper: Gatekeeper, caller: str, sent: CheckBody) -> AnswerView:
    """Ask before a code is sent or taken for an account."""
    answer = await keeper.decide_for(sent.account, sent.purpose, caller)
    return AnswerView(
        word=answer.word,
        step=answer.step,
        reasons=tuple(ReasonView(code=one.code, provider=one.provider, detail=one.detail) for one in answer.reasons),
        state=answer.state,
        data_closed=answer.data_closed,
        policy=answer.policy,
    )


async def bind(keeper: Gatekeeper, caller: str, sent: BindBody) -> BindingView:
    """Report that an account has a number."""
    steps = keeper.lifecycle(caller)
    return _view(await keeper.desk.write(lambda ledger: steps.bind(ledger, sent.account, sent.number, sent.bound_at)))


async def verified(keeper: Gatekeeper, caller: str, sent: VerifiedBody) -> BindingView:
    """Report that the owner passed a step-up by another factor, and proved by a code that they hold the number."""
    steps = keeper.lifecycle(caller)
    return _view(await keeper.desk.write(lambda ledger: steps.verified(ledger, sent.account, sent.factor, sent.number)))


async def recovered(keeper: Gatekeeper, caller: str, sent: RecoveredBody) -> BindingView:
    """Report that the owner came back after the number was cut loose, or lost it."""
    steps = keeper.lifecycle(caller)
    return _view(
        await keeper.desk.write(lambda ledger: steps.recovered(ledger, sent.account, sent.factor, sent.number))
    )


async def release(keeper: Gatekeeper, caller: str, sent: AccountBody) -> BindingView:
    """Report that an account has no number any more."""
    steps = keeper.lifecycle(caller)
    return _view(await keeper.desk.write(lambda ledger: steps.release(ledger, sent.account)))


async def session_opened(keeper: Gatekeeper, caller: str, sent: SessionBody) -> SessionView:
    """Report a session that the number opened, so that it can be ended."""
    steps = keeper.lifecycle(caller)
    stays = await keeper.desk.write(lambda ledger: steps.session_opened(ledger, sent.account, sent.session))
    return SessionView(may_stay=stays)


async def session_ended(keeper: Gatekeeper, caller: str, sent: SessionBody) -> DoneView:
    """Report that a session ended by itself."""
    steps = keeper.lifecycle(caller)
    ended = await keeper.desk.write(lambda ledger: steps.session_ended(ledger, sent.account, sent.session))
    return DoneView(done=int(ended))


async def notices(keeper: Gatekeeper, caller: str, sent: NoticesBody) -> NoticesView:
    """Report numbers that a carrier cancelled."""
    steps = keeper.lifecycle(caller)
    suspended = await keeper.desk.write(
        lambda ledger: sum(steps.notice(ledger, one.number, one.on) for one in sent.notices)
    )
    return NoticesView(heard=len(sent.notices), suspended=suspended)


async def outbox(keeper: Gatekeeper, caller: str, limit: int) -> OutboxView:
    """Fetch what is to be carried out. It is listed until it is reported as done."""
    del caller
    waiting = await keeper.desk.read(lambda ledger: ledger.waiting(limit))
    return OutboxView(
        actions=tuple(
            ActionView(key=one.key, kind=one.kind, account=one.account, made_at=one.made_at, details=dict(one.details))
            for one in waiting
        )
    )


async def done(keeper: Gatekeeper, caller: str, sent: DoneBody) -> DoneView:
    """Report what was carried out."""
    steps = keeper.lifecycle(caller)
    return DoneView(done=await keeper.desk.write(lambda ledger: steps.done(ledger, sent.keys)))


def _view(binding: Binding) -> BindingView:
    return BindingView(
        account=binding.account,
        number=binding.number_mask,
        state=binding.state,
        why=binding.why,
        data_closed=binding.data_closed,
        bound_at=binding.bound_at,
        verified_at=binding.verified_at,
        version=binding.version,
    )


@dataclass(frozen=True, slots=True)
class Operation:
    """A path of the service.

    Attributes:
        path: where.
        method: POST with a body, or GET with `limit`.
        right: what the caller's key must be for.
        run: does it.
        sent: what its body is; None where it has none.
        answered: what it answers.
        problems: the statuses, beside everybody's, with which it may refuse.
    """

    path: str
    method: Literal["GET", "POST"]
    right: May
    run: Callable[[Gatekeeper, str, Any], Awaitable[msgspec.Struct]]  # Any: each takes its own `sent`
    sent: type[bodies.Body] | None
    answered: type[msgspec.Struct]
    problems: tuple[int, ...] = ()


OPERATIONS: Final = (
    Operation("/check", "POST", "check", check, CheckBody, AnswerView),
    Operation("/bindings", "POST", "bindings", bind, BindBody, BindingView, (409,)),
    Operation("/verified", "POST", "bindings", verified, VerifiedBody, BindingView, (404, 409, 422)),
    Operation("/recovered", "POST", "bindings", recovered, RecoveredBody, BindingView, (404, 422)),
    Operation("/released", "POST", "bindings", release, AccountBody, BindingView, (404,)),
    Operation("/sessions", "POST", "bindings", session_opened, SessionBody, SessionView, (404,)),
    Operation("/sessions/ended", "POST", "bindings", session_ended, SessionBody, DoneView),
    Operation("/notices", "POST", "notices", notices, NoticesBody, NoticesView),
    Operation("/outbox", "GET", "outbox", outbox, None, OutboxView),
    Operation("/outbox/done", "POST", "outbox", done, DoneBody, DoneView),
)
