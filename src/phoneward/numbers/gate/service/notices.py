"""A carrier's list of cancelled numbers, as large as it may be, worked off in steps that may be repeated."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.numbers.gate.audit import Audit
from phoneward.numbers.gate.bindings.ledger import Ledger
from phoneward.numbers.gate.bindings.store import Store
from phoneward.numbers.gate.keys import Keys
from phoneward.numbers.gate.lifecycle import Lifecycle
from phoneward.numbers.gate.lists import ListError, Shape, read_rows
from phoneward.numbers.gate.service.errors import NoticeListError

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
        path: CSV, `NUMBER,YYYY-MM-DD` a line.
        store: bindings.
        keys: of the service.
        now: the time; aware.

    Raises:
        NoticeListError: it cannot be read, or a line is no notice; nothing was done.
        StoreError: the database cannot be used; run it again.
    """
    for _notice in _notices(path):
        pass
    numbers = suspended = 0
    notices = _notices(path)
    while batch := list(islice(notices, _BATCH)):
        steps = Lifecycle(keys, Audit(keys, "list"), now())
        for one in store.write_each([partial(_apply, steps, number, on) for number, on in batch]):
            if isinstance(one, Exception):
                raise one
            suspended += one if isinstance(one, int) else 0
        numbers += len(batch)
    return Heard(numbers, suspended)


def _apply(steps: Lifecycle, number: str, on: dt.date, ledger: Ledger) -> int:
    return steps.notice(ledger, number, on)


def _notices(path: Path) -> Iterator[tuple[str, dt.date]]:
    try:
        for row in read_rows(path, Shape()):
            if row.date is None:
                raise NoticeListError(path=readable(str(path)), problem=f"line {row.line}: no date")
            yield f"+{row.number}", row.date
    except ListError as error:
        raise NoticeListError(path=readable(str(path)), problem=str(error)) from error
