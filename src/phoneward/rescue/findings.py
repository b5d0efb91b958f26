"""What the rescue room finds: apps that were emptied, backups that are gone, what lies in the trash."""

from collections.abc import Iterator
from typing import Final

from phoneward.findings import Action, Evidence, Finding, Severity, Tier
from phoneward.incidents import Incident
from phoneward.phones.appbackups import app_of_package
from phoneward.rescue import finding_codes as codes
from phoneward.rescue.facts import Facts, Trash
from phoneward.rescue.searching.coverages import Emptied, emptied_words
from phoneward.snapshots import app_content, app_words
from phoneward.texts import Day, Size, Words, counted, running, words

ROOM: Final = "rescue"
HANDS_OFF: Final = words(
    "If you did not do that yourself: do not open, update, remove or clear the app, and do not reset the phone, before "
    "you have looked what is left."
)


def findings(facts: Facts) -> Iterator[Finding]:
    """Yield what there is to say."""
    for one in facts.emptied:
        yield _emptied(one)
    if facts.trash is not None and facts.snapshot is not None:
        yield _in_trash(facts.trash, facts)


def see_what_is_left(package: str = "", incident: Incident = Incident.WIPED_BY_UPDATE) -> Action:
    """Return the action that shows the card and looks for what is left."""
    command = ("phoneward", "rescue", "--what", incident.value, *(("--app", package) if package else ()))
    return Action(ROOM, "search", words("See what is left"), {"what": incident.value, "app": package}, command)


def _emptied(one: Emptied) -> Finding:
    app = app_words(one.package)
    only_backups = one.lost_backups > 0 and one.size_before == one.size_after
    precious = app_of_package(one.package) is not None
    is_bad = precious and not only_backups and not one.is_removed
    return Finding(
        code=codes.BACKUPS_GONE if only_backups else codes.EMPTIED,
        severity=Severity.DANGER if is_bad else Severity.WARNING,
        tier=Tier.INFERRED,
        title=emptied_words(one, app),
        loss=words("Perhaps {content}.", content=app_content(one.package)),
        loss_bytes=max(0, one.size_before - one.size_after) or None,
        detail=running(HANDS_OFF, _kept(one)),
        evidence=(
            Evidence(
                what=words("{size} on {day}", size=Size(one.size_before), day=Day(one.before.snapshot.time)),
                method=_method(one),
                snapshot=one.before.snapshot.id or "",
                seen=one.before.snapshot.time,
            ),
            Evidence(
                what=words("{size} on {day}", size=Size(one.size_after), day=Day(one.after.snapshot.time)),
                method=_method(one),
                snapshot=one.after.snapshot.id or "",
                seen=one.after.snapshot.time,
            ),
        ),
        actions=(see_what_is_left(one.package, Incident.REINSTALLED if one.is_removed else Incident.WIPED_BY_UPDATE),),
        subject=f"{one.package} {(one.after.snapshot.id or '')[:12]}",
    )


def _method(one: Emptied) -> Words:
    if one.is_figure:
        return words("by the phone's own figure of the app's data")
    return words("by what the snapshots hold of the app")


def _kept(one: Emptied) -> Words:
    return words(
        "The last snapshot from before is {snapshot}, of {day}: do not forget it.",
        snapshot=one.before.snapshot.short_id,
        day=Day(one.before.snapshot.time),
    )


def _in_trash(trash: Trash, facts: Facts) -> Finding:
    snapshot = facts.snapshot
    assert snapshot is not None  # noqa: S101 - asked for by the caller
    when = None
    if trash.first is not None and trash.first > facts.now:
        when = words("The first of it goes on {day}.", day=Day(trash.first))
    return Finding(
        code=codes.IN_TRASH,
        severity=Severity.FINE,
        tier=Tier.OBSERVED,
        title=counted(
            "{count} file ({size}) lies in the phone's trash, which empties itself. Your newest snapshot has it.",
            "{count} files ({size}) lie in the phone's trash, which empties itself. Your newest snapshot has them.",
            trash.files,
            size=Size(trash.bytes),
        ),
        detail=when,
        evidence=(
            Evidence(
                what=words("named as Android names what is in the trash"),
                source=trash.example,
                snapshot=snapshot.snapshot.id or "",
                seen=snapshot.snapshot.time,
            ),
        ),
        actions=(see_what_is_left(incident=Incident.DELETED),),
    )
