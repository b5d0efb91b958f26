"""The gate: asks the providers and decides, within a time limit, whatever they do."""

import asyncio
import datetime as dt
import enum
import re
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from phoneward.numbers.gate.asking import Provider, Question, Reason, Reply, Word
from phoneward.numbers.gate.cache import DayCache
from phoneward.numbers.gate.decision import Decision, combine
from phoneward.numbers.gate.reasons import Code

_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}")
"""E.164 as the CAMARA definitions write it."""

_CLOCKS_DIFFER = dt.timedelta(minutes=5)


class Order(enum.StrEnum):
    """How the providers are asked."""

    IN_TURN = "in-turn"
    """One after the other, until the replies so far make SAME or CHANGED."""
    TOGETHER = "together"
    """All at once; CHANGED ends it, SAME waits for the others: one of them may say CHANGED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened while a question was answered; never holds the number.

    Attributes:
        kind: `answered`, `from-cache` or `decided`.
        provider: who answered; empty for `decided`.
        seconds: how long it took.
    """

    kind: str
    provider: str
    word: Word
    codes: tuple[str, ...]
    seconds: float


def utc_now() -> dt.datetime:
    """Return now."""
    return dt.datetime.now(dt.UTC)


class Gate:
    """Decides whether a number is still in the same hands.

    Args:
        providers: in the order in which they are asked.
        cache: what they said today; None to ask each time.
        clock: returns now, aware.
        on_event: is told what happens.
        order: in turn or together.
        limit_s: seconds after which the gate decides with what it has.
        close: closes what the providers hold.

    Raises:
        ValueError: two providers have the same name.
    """

    def __init__(
        self,
        providers: Iterable[Provider],
        *,
        cache: DayCache | None = None,
        clock: Callable[[], dt.datetime] = utc_now,
        on_event: Callable[[Event], None] | None = None,
        order: Order = Order.IN_TURN,
        limit_s: float = 5.0,
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.providers = tuple(providers)
        if len({provider.name for provider in self.providers}) != len(self.providers):
            raise ValueError("a provider's name stands twice: one answer would hide the other")
        self.order = order
        self.limit_s = limit_s
        self._cache = cache
        self._clock = clock
        self._on_event = on_event
        self._close = close
        self._given_up: set[asyncio.Task[Reply]] = set()

    async def decide(self, question: Question) -> Decision:
        """Return SAME, CHANGED or UNKNOWN, with reasons, within `limit_s`.

        Raises:
            ValueError: `question.since` has no time zone.
        """
        if question.since.tzinfo is None:
            raise ValueError("since needs a time zone")
        started = time.monotonic()
        refusal = self._not_asked(question)
        if refusal is not None:
            decision = Decision(word=Word.UNKNOWN, reasons=(Reason(code=refusal, provider=""),), replies={})
        else:
            deadline = started + self.limit_s
            ask = self._in_turn if self.order is Order.IN_TURN else self._together
            decision = combine(await ask(question, deadline))
        self._tell("decided", "", decision.word, decision.reasons, started)
        return decision

    async def aclose(self) -> None:
        """Close the connections. The gate is not asked again."""
        for task in self._given_up:
            task.cancel()
        if self._close is not None:
            await self._close()

    def _not_asked(self, question: Question) -> Code | None:
        if not _NUMBER.fullmatch(question.number):
            return Code.BAD_NUMBER
        if question.since > self._clock() + _CLOCKS_DIFFER:
            return Code.SINCE_IN_FUTURE
        return None if self.providers else Code.NO_PROVIDER

    async def _in_turn(self, question: Question, deadline: float) -> dict[str, Reply]:
        replies: dict[str, Reply] = {}
        for provider in self.providers:
            task = asyncio.ensure_future(self._ask(provider, question))
            await self._within(deadline, {task})
            replies[provider.name] = self._result(provider, task)
            if combine(replies).word is not Word.UNKNOWN:
                break
        return replies

    async def _together(self, question: Question, deadline: float) -> dict[str, Reply]:
        tasks = [asyncio.ensure_future(self._ask(provider, question)) for provider in self.providers]
        waiting = set(tasks)
        changed = False
        while waiting and not changed:
            done, waiting = await self._within(deadline, waiting, asyncio.FIRST_COMPLETED)
            if not done:
                break
            changed = any(not task.cancelled() and task.result().word == Word.CHANGED for task in done)
        replies = {}
        for provider, task in zip(self.providers, tasks, strict=True):
            if task.done() or not changed:
                replies[provider.name] = self._result(provider, task)
            else:
                self._drop(task)
        return replies

    async def _within(
        self, deadline: float, tasks: set[asyncio.Task[Reply]], until: str = asyncio.ALL_COMPLETED
    ) -> tuple[set[asyncio.Task[Reply]], set[asyncio.Task[Reply]]]:
        try:
            return await asyncio.wait(tasks, timeout=max(0.0, deadline - time.monotonic()), return_when=until)
        except asyncio.CancelledError:
            for task in tasks:
                self._drop(task)
            raise

    def _result(self, provider: Provider, task: asyncio.Task[Reply]) -> Reply:
        if task.done() and not task.cancelled():
            return task.result()
        self._drop(task)
        return self._unknown(provider.name, Code.TIMED_OUT, f"nothing within {self.limit_s:.1f} s")

    def _drop(self, task: asyncio.Task[Reply]) -> None:
        """Cancel a task and do not wait for it: what does not let itself be cancelled must not hold up a decision."""
        task.cancel()
        self._given_up.add(task)
        task.add_done_callback(self._given_up.discard)

    async def _ask(self, provider: Provider, question: Question) -> Reply:
        started = time.monotonic()
        now = self._clock()
        held = self._cache.get(provider.name, question, now) if self._cache is not None else None
        if held is not None:
            self._tell("from-cache", provider.name, held.word, held.reasons, started)
            return held
        try:
            said: object = await provider.ask(question)
            reply = said if isinstance(said, Reply) else self._unknown(provider.name, Code.PROVIDER_FAILED, "no reply")
        except Exception as error:  # noqa: BLE001  a provider of another's making may raise anything; none of it is SAME
            reply = self._unknown(provider.name, Code.PROVIDER_FAILED, type(error).__name__)
        if reply.word not in set(Word) or not reply.reasons:
            reply = self._unknown(provider.name, Code.PROVIDER_FAILED, "a reply without a word or without a reason")
        if self._cache is not None:
            self._cache.put(provider.name, question, reply, now)
        self._tell("answered", provider.name, reply.word, reply.reasons, started)
        return reply

    def _unknown(self, provider: str, code: Code, detail: str = "") -> Reply:
        reason = Reason(code=code, provider=provider, detail=detail)
        return Reply(word=Word.UNKNOWN, reasons=(reason,), asked=self._clock())

    def _tell(self, kind: str, provider: str, word: Word, reasons: tuple[Reason, ...], started: float) -> None:
        if self._on_event is not None:
            codes = tuple(reason.code for reason in reasons)
            seconds = time.monotonic() - started
            self._on_event(Event(kind=kind, provider=provider, word=word, codes=codes, seconds=seconds))
