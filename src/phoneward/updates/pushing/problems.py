"""What is wrong with a candidate of a catalogue."""

import enum
from dataclasses import dataclass

from phoneward.texts import Words
from phoneward.updates.verdict import Reason


class ProblemKind(enum.StrEnum):
    """Why an update should not go out, worst first."""

    WIPES = "wipes"
    REFUSED = "refused"
    UNDECIDED = "undecided"
    NOT_VERIFIED = "not-verified"
    """No phone that it declares would believe its signature."""
    NOT_AN_APP = "not-an-app"
    """It cannot be read as an app."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one candidate.

    Attributes:
        kind: what.
        path: the candidate's file.
        package, version_code: empty and 0 where it is no app.
        text: one sentence.
        over: the file of the older version that phones in the field have; empty where none is meant.
        low, high: the Android versions that it holds for; `high` None: and every later one.
        reasons: of the judgement.
    """

    kind: ProblemKind
    path: str
    text: Words
    package: str = ""
    version_code: int = 0
    over: str = ""
    low: int = 1
    high: int | None = None
    reasons: tuple[Reason, ...] = ()
