"""CAMARA Number Recycling v0.2: has the subscriber changed after a date?

https://github.com/camaraproject/NumberRecycling, release r2.2. Its answer about a date is "no change" also where the
holder's contract began on that very day, and it knows days only.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from phoneward.numbers.gate.asking import Question, Reply, Word
from phoneward.numbers.gate.days import days_of
from phoneward.numbers.gate.providers.camara import CamaraApi, NoAnswerError
from phoneward.numbers.gate.reasons import Code

PATH = "/number-recycling/v0.2/check"
SCOPE = "number-recycling:check"
_DAY = dt.timedelta(days=1)


class NumberRecycling:
    """A Number Recycling provider.

    It is asked about the day *before* the number was bound: no change after that day means that the holder's contract
    began before the day of binding, so it is the same holder, whatever the hour. Where there was a change after that
    day, it is asked about the day of binding itself: a change after that one too is a change of hands. What is left is
    a contract that began on the very day of binding, perhaps before, perhaps after: UNKNOWN, `same-day`.

    Args:
        api: the operator's check.
        zone: in which the operator counts days, if it is known; without it, all days are considered which the moment
            may have fallen on anywhere.
        trust_same_day: take a contract that began on the day of binding for the owner's. Only where the operator
            never gives a number to another on the day on which somebody gives it up.
    """

    def __init__(self, api: CamaraApi, *, zone: ZoneInfo | None = None, trust_same_day: bool = False) -> None:
        self.name = api.name
        self._api = api
        self._zone = zone
        self._trust_same_day = trust_same_day

    async def ask(self, question: Question) -> Reply:
        """See `Provider.ask`."""
        try:
            return await self._ask(question)
        except NoAnswerError as error:
            return self._api.unknown(error.reason)

    async def _ask(self, question: Question) -> Reply:
        earliest, latest = days_of(question.since, self._zone)
        first = earliest if self._trust_same_day else earliest - _DAY
        if not await self._recycled_after(first, question):
            return self._api.reply(Word.SAME, Code.NOT_RECYCLED, f"no change after {first}")
        if latest != first:
            doubt = f"a change after {first}; whether before or after the number was bound, a day does not tell"
            if latest > days_of(self._api.clock(), self._zone)[0]:  # tomorrow, for the operator
                return self._api.reply(Word.UNKNOWN, Code.SAME_DAY, doubt)
            try:
                sure = await self._recycled_after(latest, question)
            except NoAnswerError as error:
                return self._api.reply(Word.UNKNOWN, Code.SAME_DAY, doubt, error.reason)
            if not sure:
                return self._api.reply(Word.UNKNOWN, Code.SAME_DAY, doubt)
        return self._api.reply(Word.CHANGED, Code.RECYCLED, f"a change after {latest}")

    async def _recycled_after(self, day: dt.date, question: Question) -> bool:
        said = await self._api.call(question, {"specifiedDate": day.isoformat()})
        return self._api.boolean(said, "phoneNumberRecycled")
