"""The room's answer to its question: which apps hold copies of my pictures, and did they send them?"""

from collections.abc import Iterator
from typing import Final

from phoneward.findings import Answer, sorted_findings
from phoneward.snapshots import Asking, app_words
from phoneward.texts import Listed, Words, counted, words
from phoneward.watch.facts import Facts, by_app, gather
from phoneward.watch.findings import findings
from phoneward.watch.scanned import Scanned

NAMED: Final = 3


def answer(asking: Asking) -> Answer:
    """Return which apps keep copies, as the last look through the snapshot found.

    Raises:
        StorageError: the vault cannot be reached.
    """
    return answer_from(gather(asking))


def answer_from(facts: Facts) -> Answer:
    """Return the answer to what is known."""
    return Answer(_sentence(facts), sorted_findings(findings(facts)), tuple(_not_checked(facts)))


def sentence(scanned: Scanned | None) -> Words:
    """Return the answer to what was found in a snapshot; None: nobody has looked through it."""
    return _sentence(Facts(has_snapshot=True, scanned=scanned))


def _sentence(facts: Facts) -> Words:
    if not facts.has_snapshot:
        return words("Nobody can tell yet: there is no snapshot of a phone.")
    if facts.scanned is None:
        return words("Nobody can tell yet: the newest backup was not looked through for copies of your pictures.")
    if not facts.scanned.own:
        return words("Nobody can tell: the backup has no pictures of yours to compare with.")
    apps = list(by_app(facts.unexplained))
    if apps:
        return counted(
            "{named} keeps copies of your pictures. Whether it sent them, only a capture can show.",
            "{named} keep copies of your pictures. Whether they sent them, only a capture can show.",
            len(apps),
            named=Listed((*map(app_words, apps[:NAMED]), *_others(len(apps) - NAMED))),
        )
    if facts.unexplained:
        return words("Copies of your pictures lie in folders of which nobody can tell whose they are.")
    return counted(
        "None that this backup shows: {count} picture of yours was compared with what apps keep where it can be read.",
        "None that this backup shows: {count} pictures of yours were compared with what apps keep where it can be "
        "read.",
        facts.scanned.own,
    )


def _others(count: int) -> tuple[Words, ...]:
    return (counted("{count} other app", "{count} other apps", count),) if count > 0 else ()


def _not_checked(facts: Facts) -> Iterator[Words]:
    if not facts.has_snapshot:
        return
    yield words("Whether pictures were sent: a backup cannot show that. `phoneward watch capture --guide` tells how.")
    yield words("What apps keep in their inner folders, which a phone does not give away without root.")
    if facts.scanned is None:
        return
    if facts.scanned.is_by_bytes:
        yield words(
            "Copies that were changed, made smaller or cropped: only exact ones were looked for "
            "(the others need: pip install 'phoneward[watch]')."
        )
    yield from facts.scanned.not_looked_at
