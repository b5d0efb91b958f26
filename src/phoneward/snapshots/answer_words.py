"""The room's answer in one sentence, and what nobody looked at."""

from collections.abc import Iterator, Sequence

from phoneward.snapshots import finding_parts as parts
from phoneward.snapshots.answer_ages import is_ahead
from phoneward.snapshots.answer_facts import Facts
from phoneward.snapshots.coverage import Coverage, State
from phoneward.snapshots.coverage_words import question_words
from phoneward.snapshots.findings_apps import LostApp, lost_apps, name_of
from phoneward.snapshots.findings_names import closed_storages, lost_names, storage_words
from phoneward.snapshots.precious_apps import CHATS, CODES, PRECIOUS
from phoneward.texts import Ago, Day, Listed, Moment, Size, Words, counted, verbatim, words

NAMED = 3
"""Apps and storages named in the sentence; the others are counted."""


def lost_bytes(coverage: Coverage) -> int:
    """Return how much is known to be on the phone and not in the snapshot: by the apps and storages, or the total."""
    apps = sum(app.bytes or 0 for app in lost_apps(coverage))
    storages = sum(parts.amount(storage.phone_bytes) for storage in closed_storages(coverage))
    return parts.amount(max(apps + storages, parts.amount(coverage.totals.out_of_reach_bytes)))


def answer_sentence(facts: Facts) -> Words:
    """Return the answer to "If the phone broke this minute, what would I lose?"."""
    if facts.snapshot is None:
        return words("You would lose everything: there is no snapshot yet.")
    coverage = facts.coverage
    if coverage is None:
        return words("Nobody can tell: the snapshot does not say what it covers.")
    files = parts.files(parts.amount(coverage.totals.kept_files))
    size = Size(parts.amount(coverage.totals.kept_bytes))
    lost = _lost(coverage)
    if lost is None:
        return words(
            "You would keep {files} ({size}), as of {when}; nothing else is known to be lost.",
            files=files,
            size=size,
            when=_when(facts),
        )
    kept = words("you would keep {files} ({size}), as of {when}", files=files, size=size, when=_when(facts))
    return words("{lost}; {kept}.", lost=lost, kept=kept)


def _lost(coverage: Coverage) -> Words | None:
    """Return what would be lost, as a clause; None where nothing is known to be."""
    lost, things = lost_bytes(coverage), Listed(tuple(_things(coverage)))
    if lost and things.items:
        return words("You would lose at least {lost}: {things}", lost=Size(lost), things=things)
    if lost:
        return words("You would lose at least {lost}", lost=Size(lost))
    if things.items:
        return words("You would lose, nobody can tell how much: {things}", things=things)
    return None


def _when(facts: Facts) -> "Ago | Day | Words":
    taken = facts.taken
    if taken is None:
        return words("an unknown day")
    return Day(taken) if is_ahead(taken, facts.now) else Ago(taken, facts.now)


def _things(coverage: Coverage) -> Iterator[Words]:
    """Yield what would be lost, in the words of a person: chats first."""
    lost = lost_apps(coverage)
    precious = [app for app in lost if app.is_precious]
    for content in (CHATS, CODES):
        apps = [app for app in precious if PRECIOUS[app.package].content == content]
        if apps:
            yield Words(content, details={"app": _names(apps)})
    others = sum(not app.is_precious and not app.is_system for app in lost)
    if others:
        yield counted("the data of {count} other app", "the data of {count} other apps", others)
    elif lost and not precious:
        yield words("data of apps that came with the phone")
    closed = closed_storages(coverage)
    for storage in closed[:NAMED]:
        yield storage_words(storage)
    if len(closed) > NAMED:
        more = len(closed) - NAMED
        yield counted("{count} more storage", "{count} more storages", more)
    names = lost_names(coverage)
    if names:
        yield counted("{count} name that could not be read", "{count} names that could not be read", names)
    if coverage.waiting is not None and parts.amount(coverage.waiting.files):
        yield counted(
            "{count} file that was still to be sent",
            "{count} files that were still to be sent",
            parts.amount(coverage.waiting.files),
        )


def _names(apps: Sequence[LostApp]) -> Listed:
    named = [app.name for app in apps[:NAMED]]
    more = len(apps) - NAMED
    if more > 0:
        named.append(counted("{count} more", "{count} more", more))
    return Listed(tuple(named))


def not_checked(facts: Facts) -> Iterator[Words]:
    """Yield what this answer is not based on."""
    if facts.snapshot is None:
        yield words("the phone itself: no snapshot says what is on it")
        return
    if facts.newest is not None and facts.newest.snapshot.id != facts.id and not facts.snapshot.partial:
        yield words("newer snapshots of this phone: you asked about an earlier one")
    taken = facts.taken
    if taken is not None:
        yield words("what came onto the phone, or was changed there, after {time}", time=Moment(taken))
    if facts.coverage is None:
        yield words("all that is in the snapshot, and all that is not")
        return
    yield from _not_covered(facts.coverage)


def _not_covered(coverage: Coverage) -> Iterator[Words]:
    for name in sorted(coverage.not_checked)[: parts.MAX_OF_A_KIND]:
        said = parts.shown(coverage.not_checked[name])
        question = question_words(name)
        if said:
            yield words("{question}: the phone could not answer ({detail})", question=question, detail=said)
        else:
            yield words("{question}: the phone could not answer", question=question)
    more = len(coverage.not_checked) - parts.MAX_OF_A_KIND
    if more > 0:
        yield counted("{count} more question", "{count} more questions", more)
    unmeasured = [app for app in lost_apps(coverage) if app.bytes is None]
    if unmeasured:
        yield words("how much these apps hold: {apps}", apps=_names(unmeasured))
    if coverage.is_of_backup_file and coverage.apps:
        yield words("what the apps left out of the backup file when it was made")
    own = sorted({app.package for app in coverage.apps if app.state is State.OWN_BACKUP})
    if own:
        names = [name_of(package) for package in own[: parts.MAX_OF_A_KIND]]
        if len(own) > len(names):
            names.append(verbatim("…"))
        yield words("what is in the own backups of {apps}: only the app opens them", apps=Listed(tuple(names)))
    for storage in closed_storages(coverage)[: parts.MAX_OF_A_KIND]:
        yield words("{storage}: the phone keeps it closed", storage=storage_words(storage))
