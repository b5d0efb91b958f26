"""A list of numbers that were disconnected for good, such as India's Mobile Number Revocation List.

TRAI publishes that list on the 8th of each month for a month (mnrl.trai.gov.in, registration needed); the columns of
its file are not documented in public, so they are named in the configuration. Such a list can say CHANGED, never SAME:
what is not on it may have been on another, or come onto the next.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

from phoneward.numbers.gate.asking import Question, Reason, Reply, Word
from phoneward.numbers.gate.days import days_of
from phoneward.numbers.gate.lists import ListError, NumberIndex, Shape, read_rows
from phoneward.numbers.gate.reasons import Code


class DisconnectedList:
    """A provider that looks into such a list.

    Args:
        name: the provider's name.
        index: built by `open_index`.
        clock: returns now, aware.
    """

    def __init__(self, name: str, index: NumberIndex, *, clock: Callable[[], dt.datetime]) -> None:
        self.name = name
        self._index = index
        self._clock = clock

    async def ask(self, question: Question) -> Reply:
        """See `Provider.ask`."""
        found = self._index.get(question.number)
        if found is None:
            return self._reply(Word.UNKNOWN, Code.NOT_LISTED)
        first, last = (dt.date.fromordinal(day) for day in found if day is not None)
        earliest, latest = days_of(question.since, None)
        if latest < first:
            return self._reply(Word.CHANGED, Code.DISCONNECTED, f"after {latest}, by {last}")
        if earliest > last:
            return self._reply(Word.UNKNOWN, Code.DISCONNECTED_EARLIER, f"by {last}")
        return self._reply(Word.UNKNOWN, Code.SAME_DAY, f"between {first} and {last}, as the number was bound")

    def _reply(self, word: Word, code: Code, detail: str = "") -> Reply:
        reason = Reason(code=code, provider=self.name, detail=detail)
        return Reply(word=word, reasons=(reason,), asked=self._clock())


def open_index(
    path: Path, shape: Shape, *, from_day: dt.date | None = None, until_day: dt.date | None = None
) -> NumberIndex:
    """Return the index of a list, built anew beside it where the list has changed.

    Args:
        path: the list.
        shape: how it is written.
        from_day: the first day on which a number without a date of its own may have been disconnected.
        until_day: the last such day.

    Raises:
        ListError: the list cannot be read, or the index not written; an index that was there is left as it is.
    """
    return indexed(path, lambda: _days(path, shape, from_day, until_day), f"{shape} {from_day} {until_day}")


def indexed(path: Path, rows: Callable[[], Iterator[tuple[int, int | None, int | None]]], made_how: str) -> NumberIndex:
    """Return the index beside the list at `path`, made of `rows` where the list or the way it is read has changed."""
    place = path.with_name(path.name + ".index")
    try:
        stat = path.stat()
        made_of = f"1 {stat.st_size} {stat.st_mtime_ns} {made_how}"
        return NumberIndex.current(place, made_of) or NumberIndex.build(place, rows(), made_of)
    except OSError as error:
        raise ListError(error.strerror or str(error)) from None


def _days(
    path: Path, shape: Shape, from_day: dt.date | None, until_day: dt.date | None
) -> Iterator[tuple[int, int | None, int | None]]:
    for row in read_rows(path, shape):
        first, last = (row.date, row.date) if row.date else (from_day, until_day)
        if first is None or last is None:
            raise ListError(f"line {row.line}: no date; set disconnected_from and disconnected_until for such lines")
        yield row.number, first.toordinal(), last.toordinal()
