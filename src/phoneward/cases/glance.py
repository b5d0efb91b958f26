"""One look at a case that reads its facts and its log, and no evidence: enough for a list."""

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.cases.custody import LOG
from phoneward.cases.errors import CaseError
from phoneward.cases.facts import MAX_FACTS, CaseFacts, decode_facts
from phoneward.cases.items import ORIGINALS, RENDERINGS
from phoneward.cases.logreading import FACTS, read_log
from phoneward.texts import Words

MAX_LOG: Final = 64 << 20
"""Bytes of a log that a glance reads."""

_LETTER: Final = re.compile(rf"data/{RENDERINGS}/letters/(?P<day>\d{{4}}-\d{{2}}-\d{{2}}) (?P<kind>[a-z0-9-]+) ")
_NO_LETTERS: Final = frozenset({"statement"})


@dataclass(frozen=True, slots=True)
class Glance:
    """A case as a list shows it.

    Attributes:
        folder: where it lies.
        facts: None where they cannot be read.
        is_there: whether there is a case at all.
        originals: pieces of evidence.
        seals: how many times it was sealed.
        sealed: when it was sealed last, by the computer's clock; None where never, or nobody can tell.
        is_stamped: whether an authority was asked for a time at the last seal.
        since: lines of the log since then.
        letters: (day, kind) of the letters that are kept in it.
        problems: what is wrong with its log.
    """

    folder: Path
    facts: CaseFacts | None = None
    is_there: bool = True
    originals: int = 0
    seals: int = 0
    sealed: dt.datetime | None = None
    is_stamped: bool = False
    since: int = 0
    letters: tuple[tuple[dt.date, str], ...] = ()
    problems: tuple[Words, ...] = ()


def glance(folder: Path) -> Glance:
    """Look at a case; never raises for what lies there."""
    facts = _facts(folder)
    try:
        if (folder / LOG).stat().st_size > MAX_LOG:
            return Glance(folder, facts)
        with (folder / LOG).open("rb") as stream:
            log = read_log(stream)
    except OSError:
        return Glance(folder, is_there=False)
    last = log.seals[-1] if log.seals else None
    found = (_LETTER.match(path) for path in log.files)
    letters = ((_day(one["day"]), one["kind"]) for one in found if one is not None)
    return Glance(
        folder,
        facts,
        originals=sum(path.startswith(f"data/{ORIGINALS}/") for path in log.files),
        seals=len(log.seals),
        sealed=_time(last.time) if last else None,
        is_stamped=bool(last and last.authority),
        since=log.lines - (last.line if last else 0),
        letters=tuple((day, kind) for day, kind in letters if day is not None and kind not in _NO_LETTERS),
        problems=tuple(log.problems),
    )


def _facts(folder: Path) -> CaseFacts | None:
    try:
        with (folder / FACTS).open("rb") as stream:
            return decode_facts(stream.read(MAX_FACTS + 1))
    except (OSError, CaseError):
        return None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _time(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
