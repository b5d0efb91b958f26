"""What a checkup says about a number that is new to its holder."""

from phoneward.findings import Evidence, Finding, Severity, Tier
from phoneward.numbers.finding_codes import TAKEN_FOR_ANOTHER
from phoneward.numbers.newholder.judging import NewHolder, Stranger
from phoneward.numbers.newholder.wording import letter_action, new_holder_never, sign_words, stranger_words
from phoneward.texts import Words, counted, running, words

MAX_EVIDENCE = 20


def new_holder_finding(found: NewHolder) -> Finding | None:
    """Return that services take the holder for somebody else; None where none was found that does."""
    if not found.theirs:
        return None
    is_sure = found.theirs[0].signs[0].rank > 1
    return Finding(
        code=TAKEN_FOR_ANOTHER,
        severity=Severity.WARNING,
        tier=Tier.OBSERVED if is_sure else Tier.INFERRED,
        title=counted(
            "{count} service takes you for an earlier holder of your number {number}.",
            "{count} services take you for an earlier holder of your number {number}.",
            len(found.theirs),
            number=found.number,
        ),
        detail=running(new_holder_never()[0], words("Write to them that the number is yours now.")),
        evidence=tuple(_evidence(one) for one in found.theirs[:MAX_EVIDENCE]),
        actions=tuple(letter_action(found, one) for one in found.theirs[:MAX_EVIDENCE]),
        subject=found.number,
    )


def _evidence(stranger: Stranger) -> Evidence:
    shown: Words = running(*sign_words(stranger))
    return Evidence(
        what=words("{service}: {sign}", service=stranger_words(stranger), sign=shown),
        source=stranger.ref,
        seen=stranger.last,
    )
