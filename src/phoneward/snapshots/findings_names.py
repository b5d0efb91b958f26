"""Findings about storages and single names: closed, missing, uncertain, never compared."""

from collections.abc import Iterator

from phoneward.findings import Evidence, Finding, Severity, Tier
from phoneward.phones import ANDROID_BACKUP, IPHONE_BACKUP
from phoneward.snapshots import finding_codes as codes
from phoneward.snapshots import finding_parts as parts
from phoneward.snapshots.answer_facts import FOLDER, Facts
from phoneward.snapshots.coverage import Area, Coverage, State, StorageCoverage
from phoneward.snapshots.gaps import KEPT_ALL_THE_SAME, Gap, GapReason
from phoneward.texts import N_, Size, Words, counted, running, verbatim, words

_HARMLESS = frozenset({GapReason.VANISHED.value, GapReason.SPECIAL.value})
"""Nothing that a person could still have is lost: it is gone from the phone, or there is nothing in it."""

_UNCERTAIN = frozenset(reason.value for reason in KEPT_ALL_THE_SAME)

_AREA_WORDS = {
    Area.SHARED: N_("your files"),
    Area.USER: N_("the files of user {name}"),
    Area.CARD: N_("the card {name}"),
    Area.APPS: N_("the apps themselves"),
    Area.APP_DATA: N_("the apps' own data"),
    Area.DOMAINS: N_("what else the iPhone's backup holds"),
    Area.COMPUTER: N_("the folder {name} of this computer"),
}


def name_findings(facts: Facts, coverage: Coverage) -> Iterator[Finding]:
    """Yield what there is to say about storages and names, and how sure the files are."""
    yield from _closed(facts, coverage)
    yield from _missing_storages(facts, coverage)
    counts = gap_counts(coverage)
    for reason in sorted(counts, key=lambda reason: (_severity(reason).rank * -1, -counts[reason], reason)):
        if reason != GapReason.MISMATCH.value:
            yield _gaps(facts, coverage, reason, counts[reason])
    yield from _mismatched(facts, coverage, counts.get(GapReason.MISMATCH.value, 0))
    yield from _not_compared(facts, coverage)
    if coverage.clock_went_back:
        yield _clock(facts)


def gap_counts(coverage: Coverage) -> dict[str, int]:
    """Return how many names are missing or uncertain by reason; at least those that are named one by one."""
    named: dict[str, int] = {}
    for gap in coverage.gaps:
        named[gap.reason] = named.get(gap.reason, 0) + 1
    reasons = sorted(named.keys() | coverage.gap_counts.keys())
    counts = {r: max(named.get(r, 0), parts.amount(coverage.gap_counts.get(r))) for r in reasons}
    return _few({reason: count for reason, count in counts.items() if count})


def _few(counts: dict[str, int]) -> dict[str, int]:
    """Return counts by reasons that are known, and a few that are not: a document may make up as many as it likes."""
    known = {reason.value for reason in GapReason}
    strange = [reason for reason in counts if reason not in known]
    kept = {reason: count for reason, count in counts.items() if reason in known}
    kept |= {reason: counts[reason] for reason in strange[: parts.MAX_OF_A_KIND]}
    rest = sum(counts[reason] for reason in strange[parts.MAX_OF_A_KIND :])
    return kept | ({"": rest} if rest else {})


def lost_names(coverage: Coverage) -> int:
    """Return how many names the phone has, or may have, and the snapshot has not."""
    counts = gap_counts(coverage)
    return parts.amount(sum(n for reason, n in counts.items() if reason not in _UNCERTAIN | _HARMLESS))


def closed_storages(coverage: Coverage) -> list[StorageCoverage]:
    """Return the storages that could not be read."""
    return [storage for storage in coverage.storages if storage.state is State.OUT_OF_REACH]


def storage_words(storage: StorageCoverage) -> Words:
    """Return what a storage is called, within a sentence."""
    name = parts.shown(storage.label or storage.name)
    return Words(_AREA_WORDS[storage.area], details={"name": name})


def _closed(facts: Facts, coverage: Coverage) -> Iterator[Finding]:
    closed = closed_storages(coverage)
    for storage in closed[: parts.MAX_OF_A_KIND]:
        size = parts.amount(storage.phone_bytes)
        loss = words("You would lose at least {size}.", size=Size(size)) if size else None
        why, where = words("the phone keeps it closed"), storage.phone_path
        if storage.area is Area.COMPUTER:
            why, where = words("it was not there, or could not be opened"), storage.label
            loss = words("What was added to it since the last snapshot that holds it is in no snapshot.")
        yield Finding(
            code=codes.STORAGE_CLOSED,
            severity=Severity.WARNING,
            tier=Tier.OBSERVED if size else Tier.NOT_CHECKED,
            title=words("This could not be read: {storage}.", storage=storage_words(storage)),
            loss=loss or words("You would lose everything in it; nobody can tell how much that is."),
            loss_bytes=size or None,
            detail=parts.next_step(storage.next_step),
            evidence=(parts.seen(facts, why, where),),
            actions=(parts.backup(facts, parts.BACK_UP_AGAIN), parts.look(facts)),
            subject=parts.shown(storage.path or storage.phone_path),
        )
    yield from _more(facts, codes.STORAGE_CLOSED, len(closed))


def _missing_storages(facts: Facts, coverage: Coverage) -> Iterator[Finding]:
    for name in coverage.missing_storages[: parts.MAX_OF_A_KIND]:
        yield Finding(
            code=codes.STORAGE_MISSING,
            severity=Severity.WARNING,
            tier=Tier.OBSERVED,
            title=words("The storage “{name}” was there last time and is missing now.", name=parts.shown(name)),
            loss=words("What was added to it since then is in no snapshot."),
            detail=words("To take it along again: phoneward app-backups keep. What snapshots hold of it stays there.")
            if name.startswith(f"{Area.COMPUTER}/")
            else words("Put the card back into the phone; what earlier snapshots hold of it stays there."),
            evidence=(parts.seen(facts, words("compared with the storages of the snapshot before")),),
            actions=(parts.backup(facts, parts.BACK_UP_AGAIN), parts.look(facts)),
            subject=parts.shown(name),
        )
    yield from _more(facts, codes.STORAGE_MISSING, len(coverage.missing_storages))


def _more(facts: Facts, code: str, count: int) -> Iterator[Finding]:
    more = count - parts.MAX_OF_A_KIND
    if more > 0:
        yield Finding(
            code=code,
            severity=Severity.WARNING,
            tier=Tier.OBSERVED,
            title=counted("… and {count} more storage.", "… and {count} more storages.", more),
            actions=(parts.look(facts),),
            subject="more",
        )


def _severity(reason: str) -> Severity:
    return Severity.ADVICE if reason in _UNCERTAIN | _HARMLESS else Severity.WARNING


def _gaps(facts: Facts, coverage: Coverage, reason: str, count: int) -> Finding:
    examples = [gap for gap in coverage.gaps if gap.reason == reason or not reason]
    earlier = sum(gap.earlier for gap in examples)
    uncertain = reason in _UNCERTAIN
    if uncertain:
        title = counted(
            "{count} name is in the snapshot, but not for certain.",
            "{count} names are in the snapshot, but not for certain.",
            count,
        )
    else:
        title = counted("{count} name is not in the snapshot.", "{count} names are not in the snapshot.", count)
    held = counted(
        "Of {count} of them an earlier snapshot still holds something.",
        "Of {count} of them an earlier snapshot still holds something.",
        earlier,
    )
    return Finding(
        code=codes.NAMES_UNCERTAIN if uncertain else codes.NAMES_MISSING,
        severity=_severity(reason),
        tier=Tier.OBSERVED,
        title=title,
        loss=None if uncertain or reason in _HARMLESS else words("You would lose what is in them."),
        detail=running(parts.gap_reason(reason), held if earlier else None),
        evidence=tuple(_example(facts, gap) for gap in examples[: parts.EXAMPLES]),
        actions=(parts.backup(facts), parts.look(facts)),
        subject=parts.shown(reason),
    )


def _example(facts: Facts, gap: Gap) -> Evidence:
    what = words("named as missing or uncertain") if not gap.detail else verbatim(parts.shown(gap.detail))
    return parts.seen(facts, what, gap.path)


def _mismatched(facts: Facts, coverage: Coverage, named: int) -> Iterator[Finding]:
    count = max(named, parts.amount(coverage.levels.mismatched) if coverage.levels is not None else 0)
    if not count:
        return
    examples = [gap for gap in coverage.gaps if gap.reason == GapReason.MISMATCH.value][: parts.EXAMPLES]
    yield Finding(
        code=codes.MISMATCHED,
        severity=Severity.WARNING,
        tier=Tier.OBSERVED,
        title=counted(
            "Of {count} file the phone computed another checksum than this computer, twice.",
            "Of {count} files the phone computed another checksum than this computer, twice.",
            count,
        ),
        loss=words("They may not be what is on the phone."),
        detail=parts.gap_reason(GapReason.MISMATCH.value),
        evidence=tuple(_example(facts, gap) for gap in examples),
        actions=(parts.verify_all(facts), parts.look(facts)),
    )


def _not_compared(facts: Facts, coverage: Coverage) -> Iterator[Finding]:
    levels = coverage.levels
    if levels is None:
        if parts.amount(coverage.totals.kept_files):
            yield _uncounted(facts)
        return
    count = parts.amount(levels.stored) - parts.amount(levels.mismatched)
    if count <= 0:
        return
    folder = facts.kind in {FOLDER, ANDROID_BACKUP, IPHONE_BACKUP}
    yield Finding(
        code=codes.NOT_COMPARED,
        severity=Severity.ADVICE,
        tier=Tier.OBSERVED,
        title=counted(
            "{count} file was stored and read back, but never compared with the phone.",
            "{count} files were stored and read back, but never compared with the phone.",
            count,
        ),
        detail=words("A second reading would show a fault of the cable, the card or this computer's memory.")
        if folder
        else words("A fault on the way from the phone would not be noticed in them."),
        evidence=(parts.seen(facts, words("counted when the snapshot was taken"), "/proofs/index.json"),),
        actions=(parts.verify_all(facts), parts.look(facts)),
    )


def _uncounted(facts: Facts) -> Finding:
    return Finding(
        code=codes.NOT_COMPARED,
        severity=Severity.ADVICE,
        tier=Tier.NOT_CHECKED,
        title=words("Nobody counted which files were compared with the phone."),
        detail=words("An older version took this snapshot. The next one counts them."),
        evidence=(parts.seen(facts, words("the document does not say")),),
        actions=(parts.backup(facts), parts.look(facts)),
    )


def _clock(facts: Facts) -> Finding:
    return Finding(
        code=codes.CLOCK_SET_BACK,
        severity=Severity.ADVICE,
        tier=Tier.OBSERVED,
        title=words("The phone's clock was set back since the snapshot before, so more was read again."),
        detail=words("Look whether the phone shows the right date and time: dates of photos depend on it."),
        evidence=(parts.seen(facts, words("compared with the time of the snapshot before")),),
        actions=(parts.backup(facts),),
    )
