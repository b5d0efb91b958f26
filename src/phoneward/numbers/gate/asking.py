"""What is asked about a number, who answers, and what an answer may be."""

import datetime as dt
import enum
from dataclasses import dataclass
from typing import Protocol


class Word(enum.StrEnum):
    """The answer. There is no fourth."""

    SAME = "SAME"
    """A provider says that the number is still in the same hands. Nothing else is SAME: no error, no silence, no "not
    our subscriber"."""
    CHANGED = "CHANGED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question.

    Attributes:
        number: E.164 with `+`.
        since: when the account was bound to it, or the owner last verified; aware.
    """

    number: str
    since: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an answer is what it is.

    Attributes:
        code: for programs: `recycled`, `not-recycled`, `out-of-range`, `not-our-subscriber`, `timed-out` …; listed in
            docs/reference/gate.md.
        provider: who says so.
        detail: for people who integrate; never a full number, a token or a key.
    """

    code: str
    provider: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one provider said to one question.

    Attributes:
        word: its answer.
        reasons: why; at least one.
        asked: when, aware.
        good_through: the last day for which the answer says something; None where the provider does not say.
    """

    word: Word
    reasons: tuple[Reason, ...]
    asked: dt.datetime
    good_through: dt.date | None = None


class Provider(Protocol):
    """Somebody who can tell whether a number has changed hands.

    MUST answer within bounded time, MUST NOT raise for anything that the other side does (an error is a Reply with
    UNKNOWN), and MUST NOT answer SAME unless the other side said so about this number and this date.
    """

    name: str

    async def ask(self, question: Question) -> Reply:
        """Return what it says."""
        ...
