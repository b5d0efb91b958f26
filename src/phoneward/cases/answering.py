"""The room's answer to its question: how do I prove it, and what may I demand?"""

from collections.abc import Iterator, Sequence
from typing import Final

from phoneward.cases.findings import findings
from phoneward.cases.glance import Glance, glance
from phoneward.cases.known import known_cases
from phoneward.findings import Answer, sorted_findings
from phoneward.snapshots import Asking
from phoneward.texts import Words, counted, words

MOST: Final = 50
"""Cases that are looked at."""


def answer(asking: Asking) -> Answer:
    """Return how the cases stand that were made or opened on this computer. No evidence is read."""
    folders = known_cases(asking.state_dir) if asking.state_dir is not None else ()
    cases = tuple(glance(folder) for folder in folders[:MOST])
    found = sorted_findings(findings(cases, asking.now))
    return Answer(sentence(cases), found, tuple(_not_checked(cases, len(folders))))


def _not_checked(cases: Sequence[Glance], noted: int) -> Iterator[Words]:
    if cases:
        yield words("Whether a file of a case was changed: that takes a whole look (phoneward case verify).")
    more = noted - len(cases)
    if more > 0:
        yield counted(
            "{count} case: only the newest 50 are looked at.", "{count} cases: only the newest 50 are looked at.", more
        )


def sentence(cases: Sequence[Glance]) -> Words:
    """Return the answer to what is known."""
    there = [one for one in cases if one.is_there]
    if not there:
        return words(
            "Nothing is kept as evidence on this computer. If something happens, keep the evidence first: phoneward "
            "case new FOLDER"
        )
    if any(one.problems for one in there):
        return words("A case is not as it was left: its custody log was changed.")
    loose = [one for one in there if one.originals and (not one.seals or one.since)]
    if loose:
        return counted(
            "{count} case holds evidence that is not sealed yet.",
            "{count} cases hold evidence that is not sealed yet.",
            len(loose),
        )
    if all(one.seals and one.is_stamped for one in there):
        return counted(
            "Your case is sealed, and an authority was asked for the time.",
            "Your {count} cases are sealed, and an authority was asked for the time.",
            len(there),
        )
    return counted("{count} case is kept.", "{count} cases are kept.", len(there))
