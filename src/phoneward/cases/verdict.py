"""What a look at a sealed case comes to."""

import datetime as dt
import enum
from dataclasses import dataclass, field
from typing import Final

from phoneward.texts import N_, Words, counted, words

MAX_PROBLEMS: Final = 1000
"""Problems that are named; more are counted."""


class Result(enum.StrEnum):
    """The answer in a word."""

    VERIFIED = "VERIFIED"
    """Nothing was changed since a time that an authority says which the person trusts."""
    INTEGRITY_ONLY = "INTEGRITY ONLY"
    """Everything fits together, but since when, nobody says whom the person trusts: it may all have been made anew."""
    BROKEN = "BROKEN"
    """Something was changed, removed or added since the seal."""


_RESULT_WORDS: Final = {
    Result.VERIFIED: N_("VERIFIED: nothing was changed since it was sealed, and a trusted authority says when."),
    Result.INTEGRITY_ONLY: N_(
        "INTEGRITY ONLY: everything fits together, but nobody whom you trust says since when it is so. Whoever holds "
        "the folder could have made all of it anew."
    ),
    Result.BROKEN: N_("BROKEN: it is not as it was sealed."),
}


def result_words(result: Result) -> Words:
    """Return the answer as a sentence."""
    return words(_RESULT_WORDS[result])


@dataclass(frozen=True, slots=True)
class Stamped:
    """What is known of a seal's time.

    Attributes:
        seal: its number.
        time: what the authority says; None where there is no answer that fits.
        authority: who signed, by the certificate that came along.
        is_trusted: its signature leads to an authority that the person named.
        clock: what the computer's clock said when it was sealed; None where it cannot be understood.
    """

    seal: int
    time: dt.datetime | None
    authority: str
    is_trusted: bool
    clock: dt.datetime | None


@dataclass(slots=True)
class Problems:
    """What is wrong, in words; bounded."""

    _found: list[Words] = field(default_factory=list)
    _more: int = 0

    def add(self, *problems: Words) -> None:
        """Note problems."""
        room = max(0, MAX_PROBLEMS - len(self._found))
        self._found += problems[:room]
        self._more += len(problems[room:])

    def all(self) -> tuple[Words, ...]:
        """Return them, and how many more there are."""
        more = (counted("{count} more problem is not named.", "{count} more problems are not named.", self._more),)
        return (*self._found, *(more if self._more else ()))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer.

    Attributes:
        result: in a word.
        problems: what is wrong, or why there is no trusted time; each names the file, and the line where there is one.
        seals: what is known of the time of each, the first first.
        files, bytes: of the payload that was looked at.
        lines: of the custody log.
    """

    result: Result
    problems: tuple[Words, ...]
    seals: tuple[Stamped, ...]
    files: int
    bytes: int
    lines: int
