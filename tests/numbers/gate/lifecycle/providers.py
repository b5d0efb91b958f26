"""A provider that says what the test wants, and remembers what it was asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from phoneward.numbers.gate.asking import Question, Reason, Word


@dataclass(frozen=True, slots=True)
class Said:
    word: Word
    reasons: tuple[Reason, ...] = (Reason(code="said", provider="test"),)


@dataclass
class Saying:
    """Says SAME of questions since `changed_on`, CHANGED of older ones; UNKNOWN where it is told so."""

    word: Word | None = None
    code: str = "said"
    changed_on: object = None
    meanwhile: Callable[[], Awaitable[object]] | None = None
    asked: list[Question] = field(default_factory=list)

    async def decide(self, question: Question, /) -> Said:
        self.asked.append(question)
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.word is not None:
            return Said(self.word, (Reason(code=self.code, provider="test"),))
        assert self.changed_on is not None
        return Said(Word.SAME if question.since >= self.changed_on else Word.CHANGED)  # type: ignore[operator]
