"""The rules of the US Reassigned Numbers Database (RND): yes, no, no data.

47 CFR 64.1200(l) and (m); DA 21-1649; https://www.reassigned.us. The database is asked through a paid portal or API
whose interface is open to subscribers only: what is here are its rules and two ways to bring its answers, a function of
the service's own, and a file of answers from a batch query.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import phonenumbers

from phoneward.numbers.gate.asking import Question, Reason, Reply, Word
from phoneward.numbers.gate.lists import ListError, NumberIndex, Shape, read_rows
from phoneward.numbers.gate.providers.disconnected import indexed
from phoneward.numbers.gate.reasons import Code

RND_BEGINS = dt.date(2021, 1, 27)
"""Since when all carriers have recorded disconnections."""

AGING_DAYS = 45
"""For at least so long, a disconnected number is given to nobody (FCC 18-177)."""

REGIONS = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
"""Whose numbers are in it. The rule "not listed and recent: no" would speak for a Canadian number too, wrongly."""

_WESTMOST = dt.timedelta(hours=-11)
"""American Samoa, the last of them in which a day begins."""

_A_DAY_EAST = dt.timedelta(days=1)
"""In Guam it is tomorrow already when it is today in UTC."""

Query = Callable[[str, dt.date], Awaitable[str]]
"""Takes a number (E.164) and a date, returns `yes`, `no` or `no data`."""


def answer(disconnected: dt.date | None, date: dt.date) -> str:
    """Return what the database answers.

    Args:
        disconnected: the day of the number's latest permanent disconnection; None where it is not in the database.
        date: the day of consent, or on which the person was surely reached.
    """
    if disconnected is not None:
        return "yes" if date <= disconnected else "no"
    return "no" if date >= RND_BEGINS else "no data"


def covered_through(day: dt.date) -> dt.date:
    """Return the last day whose disconnections the database surely holds on `day`.

    Carriers report by the 15th what was disconnected at least through the 10th.
    """
    month = day.replace(day=10)
    return month if day.day > 15 else (month - dt.timedelta(days=15)).replace(day=10)


class ReassignedNumbers:
    """A provider with the answers of the database.

    "no" is SAME: for as long as nobody can have been given the number since the data were gathered. "yes" says that it
    was disconnected, not who has it now; it is out of its owner's hands either way: CHANGED.

    Args:
        name: the provider's name.
        query: brings an answer; may raise `OSError` or `TimeoutError`.
        clock: returns now, aware.
        answered_on: the day of the answers, where they were not fetched just now.
    """

    def __init__(
        self, name: str, query: Query, *, clock: Callable[[], dt.datetime], answered_on: dt.date | None = None
    ) -> None:
        self.name = name
        self._query = query
        self._clock = clock
        self._answered_on = answered_on

    async def ask(self, question: Question) -> Reply:
        """See `Provider.ask`."""
        if not _is_american(question.number):
            return self._reply(Word.UNKNOWN, Code.OTHER_AREA, "not a number of the US")
        date = (question.since.astimezone(dt.UTC) + _WESTMOST).date()
        try:
            said = await self._query(question.number, date)
        except TimeoutError:
            return self._reply(Word.UNKNOWN, Code.TIMED_OUT)
        except OSError:
            return self._reply(Word.UNKNOWN, Code.UNREACHABLE)
        return self._judge(said, date)

    def _judge(self, said: str, date: dt.date) -> Reply:
        if said == "no":
            today = self._clock().astimezone(dt.UTC).date()
            if self._answered_on is not None and self._answered_on > today + _A_DAY_EAST:
                return self._reply(Word.UNKNOWN, Code.STALE, "answered_on is a day to come: nobody knows their age")
            good_through = covered_through(self._answered_on or today) + dt.timedelta(days=AGING_DAYS - 1)
            if today > good_through:
                return self._reply(Word.UNKNOWN, Code.STALE, f"said nothing about the days after {good_through}")
            return self._reply(Word.SAME, Code.NOT_DISCONNECTED, f"not on {date} nor after", good_through)
        if said == "yes":
            return self._reply(Word.CHANGED, Code.DISCONNECTED, f"on {date} or after")
        if said == "no data":
            return self._reply(Word.UNKNOWN, Code.NO_DATA, f"no answer about {date}")
        return self._reply(Word.UNKNOWN, Code.BAD_ANSWER, "neither yes, no nor no data")

    def _reply(self, word: Word, code: Code, detail: str = "", good_through: dt.date | None = None) -> Reply:
        reason = Reason(code=code, provider=self.name, detail=detail)
        return Reply(word=word, reasons=(reason,), asked=self._clock(), good_through=good_through)


def answers_index(path: Path, shape: Shape) -> NumberIndex:
    """Return the index of the answers of a batch query: CSV with number, date and answer.

    Raises:
        ListError: it cannot be read.
    """
    return indexed(path, lambda: _answers(path, shape), f"rnd {shape}")


def answers(index: NumberIndex) -> Query:
    """Return the query that finds its answers there.

    "no" about a date holds for later ones, "yes" for earlier ones. What was not asked is `no data`.
    """

    async def query(number: str, date: dt.date) -> str:
        yes, no = index.get(number) or (None, None)
        if yes is not None and date <= dt.date.fromordinal(yes):
            return "yes"
        return "no" if no is not None and date >= dt.date.fromordinal(-no) else "no data"

    return query


def _answers(path: Path, shape: Shape) -> Iterator[tuple[int, int | None, int | None]]:
    for row in read_rows(path, shape):
        said = row.answer.lower().replace("_", " ")
        if row.date is None or said not in {"yes", "no", "no data"}:
            raise ListError(f"line {row.line}: needs a number, a date, and yes, no or no data")
        day = row.date.toordinal()
        # The largest of each is kept: the latest day with "yes", the earliest with "no".
        yield row.number, day if said == "yes" else None, -day if said == "no" else None


def _is_american(number: str) -> bool:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.region_code_for_number(parsed) in REGIONS
