"""The room's answer to its question: it happened; what can still be saved?"""

from collections.abc import Iterator
from typing import Final

from phoneward.findings import Answer, sorted_findings
from phoneward.rescue.facts import Facts, gather
from phoneward.rescue.findings import findings
from phoneward.snapshots import Asking, app_words
from phoneward.texts import Listed, Words, counted, words

NAMED: Final = 3


def answer(asking: Asking) -> Answer:
    """Return whether something seems to have happened between snapshots, and what is left of it.

    Raises:
        StorageError: the vault cannot be reached.
    """
    return answer_from(gather(asking))


def answer_from(facts: Facts) -> Answer:
    """Return the answer to what is known."""
    return Answer(_sentence(facts), sorted_findings(findings(facts)), tuple(_not_checked(facts)))


def _sentence(facts: Facts) -> Words:
    if facts.snapshot is None:
        return words("Nobody can tell yet: there is no snapshot of a phone.")
    apps = list(dict.fromkeys(one.package for one in facts.emptied))
    if apps:
        others = len(apps) - NAMED
        more = (counted("{count} other app", "{count} other apps", others),) if others > 0 else ()
        return counted(
            "It may have happened to {named}: what it held is gone since an earlier snapshot. See what is left before "
            "you touch it.",
            "It may have happened to {named}: what they held is gone since an earlier snapshot. See what is left "
            "before you touch them.",
            len(apps),
            named=Listed((*map(app_words, apps[:NAMED]), *more)),
        )
    if facts.compared < 2:
        return words(
            "Nothing is missed so far: there is one snapshot, and nothing to compare it with. If something happens, "
            "begin with: phoneward rescue"
        )
    return counted(
        "Nothing is missed that {count} snapshot would show. If something happens, begin with: phoneward rescue",
        "Nothing is missed that your last {count} snapshots would show. If something happens, begin with: phoneward "
        "rescue",
        facts.compared,
    )


def _not_checked(facts: Facts) -> Iterator[Words]:
    if facts.snapshot is None:
        return
    yield words("What was deleted inside an app, such as a single chat: only the app's own size is compared.")
    yield words("Apps of which the phone does not tell how much they hold, where the snapshots hold nothing of them.")
    yield from facts.missed
