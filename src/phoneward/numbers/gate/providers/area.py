"""A provider that is asked about some numbers only."""

import datetime as dt
from collections.abc import Callable, Sequence

from phoneward.numbers.gate.asking import Provider, Question, Reason, Reply, Word
from phoneward.numbers.gate.reasons import Code


class InArea:
    """Passes on the questions about numbers that begin with one of `prefixes`; the others are UNKNOWN, unasked.

    An operator in one country need not learn who banks in another, nor be paid for "not our subscriber".
    """

    def __init__(self, provider: Provider, prefixes: Sequence[str], clock: Callable[[], dt.datetime]) -> None:
        self.name = provider.name
        self._provider = provider
        self._prefixes = tuple(prefixes)
        self._clock = clock

    async def ask(self, question: Question) -> Reply:
        """See `Provider.ask`."""
        if question.number.startswith(self._prefixes):
            return await self._provider.ask(question)
        reason = Reason(code=Code.OTHER_AREA, provider=self.name)
        return Reply(word=Word.UNKNOWN, reasons=(reason,), asked=self._clock())
