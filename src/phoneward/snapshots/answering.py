"""The room's answer to its question: if the phone broke this minute, what would I lose?"""

from phoneward.findings import Answer, Finding, Severity, Tier, sorted_findings
from phoneward.snapshots.asking import Asking
from phoneward.texts import words


def answer(asking: Asking) -> Answer:
    """Return what this person would lose, from the coverage of the snapshot that is asked about."""
    if asking.snapshot is None:
        nothing = Finding(
            code="snapshots.none",
            severity=Severity.DANGER,
            tier=Tier.OBSERVED,
            title=words("There is no snapshot of your phone yet."),
            loss=words("If it broke now, everything that is only on it would be lost."),
        )
        return Answer(words("You would lose everything: there is no snapshot yet."), (nothing,))
    return Answer(words("Your phone's snapshot is there."), sorted_findings([]))
