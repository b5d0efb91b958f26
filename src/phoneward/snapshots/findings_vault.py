"""Findings about the vault and its snapshots as a whole: is there one, how old, was it ever tried."""

import datetime as dt
from collections.abc import Iterator

from phoneward.errors import readable
from phoneward.findings import Action, Evidence, Finding, Severity, Tier
from phoneward.snapshots import finding_codes as codes
from phoneward.snapshots import finding_parts as parts
from phoneward.snapshots.answer_ages import (
    READ_DATA_ADVICE,
    RESTORE_TEST_ADVICE,
    is_ahead,
    plausible,
    severity_of,
    severity_of_copy,
)
from phoneward.snapshots.answer_facts import Facts, OtherPhone, time_of
from phoneward.snapshots.reading import SnapshotInfo
from phoneward.texts import Ago, Day, Size, Words, counted, running, verbatim, words


def vault_findings(facts: Facts) -> Iterator[Finding]:
    """Yield what there is to say before anybody looks into a snapshot."""
    if facts.snapshot is None:
        yield _none(facts)
    yield from _damaged(facts)
    if facts.snapshot is not None and facts.coverage is None:
        yield _no_coverage(facts)
    yield from _cut_short(facts)
    yield from _age(facts)


def habit_findings(facts: Facts) -> Iterator[Finding]:
    """Yield what there is to say about other phones, and about trying whether all of it comes back."""
    for other in facts.others[: parts.MAX_OF_A_KIND]:
        yield from _other_phone(facts, other)
    if facts.snapshot is not None:
        yield from _restored(facts)
        yield from _read_back(facts)
        yield from _second(facts)


def _second(facts: Facts) -> Iterator[Finding]:
    if facts.seconds is None:
        return
    if not facts.seconds:
        yield Finding(
            code=codes.ONE_DISK,
            severity=Severity.ADVICE,
            tier=Tier.NOT_CHECKED,
            title=words("Your vault lies on one disk only, as far as is noted."),
            loss=words("If that disk broke or were stolen, all snapshots would be gone."),
            detail=words(
                "Copy it onto another disk, and keep that somewhere else. If you copy it in another way, "
                "mark this as done."
            ),
            evidence=(Evidence(words("no second vault is noted"), parts.BY_NOTES),),
            actions=(parts.copy(first=True),),
        )
        return
    last = facts.seconds[0]
    copied = None if last.copied is None or is_ahead(last.copied, facts.now) else last.copied
    newest = None if facts.newest is None else time_of(facts.newest)
    severity = severity_of_copy(copied, facts.now)
    if severity is Severity.FINE or (copied is not None and newest is not None and newest <= copied):
        return
    attached = any(second.is_attached for second in facts.seconds)
    yield Finding(
        code=codes.SECOND_COPY_OLD,
        severity=severity,
        tier=Tier.OBSERVED,
        title=words("Not everything was ever copied into your second vault.")
        if copied is None
        else words("Your vault was last copied onto the second disk {ago}.", ago=Ago(copied, facts.now)),
        loss=words("If the first disk broke, you would lose what only it holds.")
        if copied is None
        else words("If the first disk broke, you would lose what came into it after {date}.", date=Day(copied)),
        detail=words("The disk is attached.")
        if attached
        else words("The disk is not attached: nothing is at {place}.", place=verbatim(parts.shown(last.shown))),
        evidence=(Evidence(words("when the second vault was last brought up to date"), parts.BY_NOTES, seen=copied),),
        actions=(parts.copy(first=False),),
    )


def _none(facts: Facts) -> Finding:
    begun = facts.cut_short is not None
    return Finding(
        code=codes.NONE,
        severity=Severity.DANGER,
        tier=Tier.OBSERVED,
        title=words("There is no snapshot of your phone yet."),
        loss=words("If it broke now, everything that is only on it would be lost."),
        detail=words("A backup was begun and cut short: run it again, it goes on where it stopped.") if begun else None,
        evidence=(parts.listed(words("no finished snapshot of a phone")),),
        actions=(parts.backup(facts),),
    )


def _damaged(facts: Facts) -> Iterator[Finding]:
    if not facts.damaged:
        return
    names = facts.damaged[: parts.EXAMPLES]
    yield Finding(
        code=codes.DAMAGED,
        severity=Severity.DANGER,
        tier=Tier.OBSERVED,
        title=counted(
            "{count} snapshot in the vault cannot be read.",
            "{count} snapshots in the vault cannot be read.",
            len(facts.damaged),
        ),
        loss=words("What only these snapshots hold may be lost; nobody can tell what that is."),
        detail=words("Do not delete anything. The disk that holds the vault may be failing: copy the vault first."),
        evidence=tuple(parts.listed(words("this file cannot be read"), source=f"snapshots/{n}") for n in names),
        actions=(parts.check(), parts.read_data()),
        subject=names[0],
    )


def _no_coverage(facts: Facts) -> Finding:
    ours = bool(facts.device)
    return Finding(
        code=codes.NO_COVERAGE,
        severity=Severity.WARNING,
        tier=Tier.NOT_CHECKED,
        title=words("Nobody can tell what this snapshot covers.")
        if ours
        else words("This snapshot was made by another program."),
        loss=words("What you would keep and what you would lose is unknown."),
        detail=words("Its coverage document cannot be understood ({detail}).", detail=facts.no_coverage)
        if ours
        else words("Only Phoneward notes what it could not read. A snapshot by Phoneward says it."),
        evidence=(parts.seen(facts, words("no coverage document"), method=parts.BY_LIST),),
        actions=(parts.backup(facts), parts.check()),
        subject=facts.id[:8],
    )


def _cut_short(facts: Facts) -> Iterator[Finding]:
    run = facts.cut_short
    if run is None and facts.coverage is not None and facts.coverage.partial:
        run = facts.snapshot  # asked by its ID
    if run is None or facts.snapshot is None:
        return
    waiting = facts.waiting if facts.cut_short is not None else facts.coverage and facts.coverage.waiting
    count, size = (parts.amount(waiting.files), parts.amount(waiting.bytes)) if waiting else (0, 0)
    yield Finding(
        code=codes.CUT_SHORT,
        severity=Severity.WARNING,
        tier=Tier.OBSERVED,
        title=words("The newest backup was cut short."),
        loss=words("Still to be sent: {files} ({size}).", files=parts.files(count), size=Size(size))
        if count
        else words("What is new on the phone is not in a finished snapshot."),
        loss_bytes=size or None,
        detail=words("Run it again: it goes on where it stopped, and what came over is not read again."),
        evidence=(_of_list(run, words("a backup that was cut short")),),
        actions=(parts.backup(facts), parts.look(facts)),
        subject=run.snapshot.short_id,
    )


def _of_list(info: SnapshotInfo, what: Words) -> Evidence:
    return Evidence(what, parts.BY_LIST, "", info.snapshot.id or "", time_of(info))


def _age(facts: Facts) -> Iterator[Finding]:
    newest = facts.newest
    taken = time_of(newest) if newest is not None else None
    if newest is None or newest.backup_file:
        return
    if taken is None or is_ahead(taken, facts.now):
        yield Finding(
            code=codes.AHEAD,
            severity=Severity.ADVICE,
            tier=Tier.NOT_CHECKED,
            title=words("Nobody can tell how old the newest snapshot is: its date cannot be right."),
            detail=words("Look whether this computer and the phone show the right date, then take a snapshot."),
            evidence=(_of_list(newest, words("the time of the newest snapshot")),),
            actions=(parts.backup(facts),),
        )
        return
    made = _iphone_made(facts, newest)
    title = words("The newest snapshot was taken {ago}.", ago=Ago(taken, facts.now))
    if made is not None and made < taken:
        # The snapshot is of a backup: what came onto the iPhone after that is in neither.
        taken = made
        title = words("The newest snapshot is of a backup that the iPhone made {ago}.", ago=Ago(made, facts.now))
    severity = severity_of(taken, facts.now)
    if severity is not Severity.FINE:
        yield Finding(
            code=codes.OLD,
            severity=severity,
            tier=Tier.OBSERVED,
            title=title,
            loss=words("You would lose what came onto the phone after {date}.", date=Day(taken)),
            evidence=(_of_list(newest, words("the time of the newest snapshot")),),
            actions=(parts.backup(facts),),
        )


def _iphone_made(facts: Facts, newest: SnapshotInfo) -> dt.datetime | None:
    """Return when the iPhone made the backup that the newest snapshot is of; None for any other phone."""
    backup = facts.coverage.iphone_backup if facts.coverage is not None else None
    if backup is None or backup.made is None or facts.id != newest.snapshot.id:
        return None
    return plausible(backup.made)


def _other_phone(facts: Facts, other: OtherPhone) -> Iterator[Finding]:
    name = verbatim(parts.shown(other.label or other.device))
    actions = (parts.backup(facts, device=other.device),)
    taken = None if other.whole is None else time_of(other.whole)
    if other.whole is None:
        yield Finding(
            code=codes.OTHER_PHONE_NONE,
            severity=Severity.WARNING,
            tier=Tier.OBSERVED,
            title=words("Another phone, {phone}, has no finished snapshot.", phone=name),
            loss=words("If it broke now, everything that is only on it would be lost."),
            evidence=(parts.listed(words("no finished snapshot of this phone")),),
            actions=actions,
            subject=readable(other.device),
        )
    elif taken is not None and severity_of(taken, facts.now) is not Severity.FINE:
        yield Finding(
            code=codes.OTHER_PHONE_OLD,
            severity=severity_of(taken, facts.now),
            tier=Tier.OBSERVED,
            title=words(
                "The newest snapshot of another phone, {phone}, was taken {ago}.",
                phone=name,
                ago=Ago(taken, facts.now),
            ),
            loss=words("You would lose what came onto that phone after {date}.", date=Day(taken)),
            detail=words("If you do not use that phone any more, mark this as done: its snapshots stay."),
            evidence=(_of_list(other.whole, words("the time of its newest snapshot")),),
            actions=actions,
            subject=readable(other.device),
        )


def _restored(facts: Facts) -> Iterator[Finding]:
    test = parts.restore_test(facts)
    never = running(
        words("A restore that nobody compared leaves no trace here."),
        words("Trying it once shows that your password and the vault do what you need them for."),
    )
    last = facts.restored
    if last is None or is_ahead(last, facts.now):
        yield _habit(
            codes.NEVER_RESTORED,
            Tier.NOT_CHECKED,
            words("The vault holds no proof that anything was ever restored from it."),
            never,
            test,
        )
    elif facts.now - last >= RESTORE_TEST_ADVICE:
        title = words("A restore was last tried and compared {ago}.", ago=Ago(last, facts.now))
        yield _habit(codes.RESTORE_TEST_OLD, Tier.OBSERVED, title, None, test, when=last)


def _read_back(facts: Facts) -> Iterator[Finding]:
    last = facts.read_back
    if last is None or is_ahead(last, facts.now):
        yield _habit(
            codes.NEVER_READ_BACK,
            Tier.NOT_CHECKED,
            words("Nobody noted that the whole vault was ever read back."),
            words("Only reading it back shows that the disk still gives what was written to it."),
            parts.read_data(),
        )
    elif facts.now - last >= READ_DATA_ADVICE:
        title = words("The whole vault was last read back {ago}.", ago=Ago(last, facts.now))
        yield _habit(codes.READ_BACK_OLD, Tier.OBSERVED, title, None, parts.read_data(), when=last)


def _habit(
    code: str,
    tier: Tier,
    title: Words,
    detail: Words | None,
    action: Action,
    *,
    when: dt.datetime | None = None,
) -> Finding:
    what = words("no such note") if when is None else words("noted in the vault")
    evidence = Evidence(what, words("the proofs and notes in the vault"), seen=when)
    return Finding(
        code=code,
        severity=Severity.ADVICE,
        tier=tier,
        title=title,
        detail=detail,
        evidence=(evidence,),
        actions=(action,),
    )
