"""A carrier's list of cancelled numbers, as large as it may be, worked off in steps that may be repeated."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Final

from phoneward.errors import readable
from phoneward.numbers.gate.audit import Audit
from phoneward.numbers.gate.bindings.ledger import Ledger
from phoneward.numbers.gate.bindings.store import Store
from phoneward.numbers.gate.keys import E164, Keys
from phoneward.numbers.gate.lifecycle import Lifecycle
from phoneward.numbers.gate.service.errors import NoticeListError, NoticeListUnreadableError

_LONGEST_LINE: Final = 200
_BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Heard:
    """What a list came to.

    Attributes:
        numbers: lines with a number.
        suspended: accounts in which one was suspended by this run.
    """

    numbers: int
    suspended: int


def work_off(path: Path, store: Store, keys: Keys, now: Callable[[], dt.datetime]) -> Heard:
    """Suspend the numbers of a list. The whole list is read before anything is done.

    Whoever is killed on the way runs it again: what was done already is not done twice.

    Args:
        path: one `NUMBER,YYYY-MM-DD` a line; empty lines and those that begin with `#` say nothing.
        store: bindings.
        keys: of the service.
        now: the time; aware.

    Raises:
        NoticeListUnreadableError: it cannot be read.
        NoticeListError: a line is no notice; nothing was done.
        StoreError: the database cannot be used; run it again.
    """
    try:
        with path.open("rb") as file:
            for _notice in _lines(path, file):
                pass
            file.seek(0)
            numbers = suspended = 0
            lines = _lines(path, file)
            while batch := list(islice(lines, _BATCH)):
                steps = Lifecycle(keys, Audit(keys, "list"), now())
                done = store.write_each([partial(_apply, steps, number, on) for number, on in batch])
                for one in done:
                    if isinstance(one, Exception):
                        raise one
                    suspended += one if isinstance(one, int) else 0
                numbers += len(batch)
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise NoticeListUnreadableError(path=readable(str(path)), problem=problem) from error
    return Heard(numbers, suspended)


def _apply(steps: Lifecycle, number: str, on: dt.date, ledger: Ledger) -> int:
    return steps.notice(ledger, number, on)


def _lines(path: Path, file: IO[bytes]) -> Iterator[tuple[str, dt.date]]:
    count = 0
    while line := file.readline(_LONGEST_LINE + 1):
        count += 1
        try:
            notice = _notice(line)
        except ValueError:
            raise NoticeListError(path=readable(str(path)), line=count) from None
        if notice is not None:
            yield notice


def _notice(line: bytes) -> tuple[str, dt.date] | None:
    text = line.decode("utf-8-sig").strip()
    if len(line) > _LONGEST_LINE:
        raise ValueError("too long")
    if not text or text.startswith("#"):
        return None
    number, day = (part.strip() for part in text.split(","))
    if not E164.fullmatch(number):
        raise ValueError("no number")
    return number, dt.date.fromisoformat(day)
