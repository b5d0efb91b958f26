"""What rooms say: findings with their evidence and actions, and one answer a room (DESIGN, "Six questions").

A finding says what was seen, when and how, and what was not looked at; it never says more. Sentences are `Words`: made
once, read in any language. Rooms make these; the command line, the page and reports show them.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from phoneward.texts import N_, Words


class Tier(enum.StrEnum):
    """How a room knows (DESIGN, promise 6)."""

    OBSERVED = "observed"
    INFERRED = "inferred"
    NOT_CHECKED = "not checked"


class Severity(enum.StrEnum):
    """How much a finding matters to the person, least first."""

    FINE = "fine"
    """As it should be."""
    ADVICE = "advice"
    """Could be better; nothing is lost if it waits."""
    WARNING = "warning"
    """Something would be lost, or is open to others, if a thing that may well happen happens."""
    DANGER = "danger"
    """Something is being lost or read by others, or is about to be."""

    @property
    def rank(self) -> int:
        """0 for the least; for comparing."""
        return list(Severity).index(self)


SEVERITY_WORDS: Mapping[Severity, str] = {
    Severity.FINE: N_("fine"),
    Severity.ADVICE: N_("good to know"),
    Severity.WARNING: N_("needs you"),
    Severity.DANGER: N_("urgent"),
}

TIER_WORDS: Mapping[Tier, str] = {
    Tier.OBSERVED: N_("seen"),
    Tier.INFERRED: N_("concluded, not seen"),
    Tier.NOT_CHECKED: N_("not looked at"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a finding rests on.

    Attributes:
        what: a sentence.
        method: how it was found, in words; None where the sentence says it.
        source: a path in the snapshot, a file, a row: readable, for looking it up. Empty where there is none.
        snapshot: the full ID of the snapshot it was seen in; empty where none.
        seen: when.
    """

    what: Words
    method: Words | None = None
    source: str = ""
    snapshot: str = ""
    seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What a person can do about a finding; carried out by `flows.py`, also where it leads into another room.

    Attributes:
        room, verb: who does it. `flows.known` tells whether anybody can already.
        label: what the button says: a verb and its object.
        arguments: for the verb; plain text, since an action is stored and sent as a form.
        command: what does the same on the command line, word by word; empty where there is none.
    """

    room: str
    verb: str
    label: Words
    arguments: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a room has to say.

    Attributes:
        code: a stable name for programs, `room.what-it-is`; listed in docs/reference/findings.md.
        title: what is the matter, one sentence.
        loss: what this person would lose, or who could read it; None where nothing.
        loss_bytes: how much of it is known to be lost; None where nobody can tell or nothing is.
        detail: more, where one sentence is not enough.
        actions: what to do, the safest first.
        subject: what it is about, so that "done" can be marked and a second look recognise it; stable between runs.
        is_done: the person marked it as done.
        note: what the person wrote about it, readable; lines are kept.
    """

    code: str
    severity: Severity
    tier: Tier
    title: Words
    loss: Words | None = None
    loss_bytes: int | None = None
    detail: Words | None = None
    evidence: tuple[Evidence, ...] = ()
    actions: tuple[Action, ...] = ()
    subject: str = ""
    is_done: bool = False
    note: str = ""

    @property
    def room(self) -> str:
        """The room that says it."""
        return self.code.partition(".")[0]

    @property
    def key(self) -> str:
        """Its name for "done" marks and notes."""
        return f"{self.code}:{self.subject}" if self.subject else self.code


@dataclass(frozen=True, slots=True)
class Answer:
    """What a room says to its question.

    Attributes:
        sentence: the answer, one sentence.
        findings: worst first.
        not_checked: what the room did not look at, and why.
    """

    sentence: Words
    findings: tuple[Finding, ...] = ()
    not_checked: tuple[Words, ...] = ()

    @property
    def severity(self) -> Severity:
        """The worst of what is not done."""
        return worst(finding.severity for finding in self.findings if not finding.is_done)


def worst(severities: Iterable[Severity]) -> Severity:
    """Return the gravest of some; FINE for none."""
    return max(severities, key=lambda severity: severity.rank, default=Severity.FINE)


def sorted_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings as they are shown: what is open first, the worst first, else in the order they came."""
    return tuple(sorted(findings, key=lambda finding: (finding.is_done, -finding.severity.rank)))
