"""What a phone's snapshots say they cover, in their order: apps that were emptied show there."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from phoneward.rescue.remnant import Completeness, Remnant, Source
from phoneward.snapshots import AppCoverage, Coverage, CoverageMissingError, RecordCoverage, SnapshotInfo, coverage_of
from phoneward.texts import Day, Size, Words, counted, words
from phoneward.vault import Repository

READ: Final = 24
"""Snapshots whose coverage is read: the newest ones."""
EMPTIED: Final = 10
"""An app of which less than one part in so many is left counts as emptied."""
LEAST_DATA: Final = 5 << 20
"""Bytes of data by the phone's own figure below which an app has nothing that is missed."""
LEAST_KEPT: Final = 1 << 20
"""The same for what snapshots hold of it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one snapshot says."""

    info: SnapshotInfo
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Emptied:
    """An app whose data vanished between two snapshots.

    Attributes:
        before, after: the two snapshots.
        size_before, size_after: bytes; by the phone's own figure of its data where it told one, else what is kept.
        is_figure: whether it is the phone's figure: then nobody has the data unless something is kept.
        lost_backups: backups that the app had made itself are gone too.
        is_removed: the app itself is gone.
    """

    package: str
    before: SnapshotInfo
    after: SnapshotInfo
    size_before: int
    size_after: int
    is_figure: bool
    lost_backups: int
    is_removed: bool


def told_coverages(repo: Repository, newest_first: Sequence[SnapshotInfo]) -> list[Told]:
    """Return the coverages of a phone's newest snapshots, newest first; those that tell none are left out."""
    found = []
    for info in newest_first[:READ]:
        try:
            found.append(Told(info, coverage_of(repo, info.snapshot.id or "")))
        except CoverageMissingError:
            continue
    return found


def emptied_apps(told: Sequence[Told]) -> Iterator[Emptied]:
    """Yield the apps that were emptied between two snapshots and are still empty; the latest such time of each.

    Args:
        told: newest first.
    """
    seen: set[tuple[str, int]] = set()
    newest = {_key(app): app for app in told[0].coverage.apps} if told else {}
    for after, before in pairwise(told):
        now = {_key(app): app for app in after.coverage.apps}
        for app in before.coverage.apps:
            key = _key(app)
            if key in seen or app.is_system:
                continue
            found = _emptied(app, now.get(key), before.info, after.info)
            if found is None or _came_back(found, newest.get(key)):
                continue
            seen.add(key)
            yield found


def _key(app: AppCoverage) -> tuple[str, int]:
    return app.package, app.user_id


def _emptied(before: AppCoverage, after: AppCoverage | None, then: SnapshotInfo, now: SnapshotInfo) -> Emptied | None:
    lost = len(before.own_backups) if before.own_backups and (after is None or not after.own_backups) else 0
    figures = (before.phone_bytes, 0 if after is None else after.phone_bytes)
    if figures[0] is not None and figures[1] is not None and _fell(figures[0], figures[1], LEAST_DATA):
        sizes, is_figure = (figures[0], figures[1]), True
    else:
        sizes, is_figure = (before.kept_bytes, 0 if after is None else after.kept_bytes), False
        if not _fell(*sizes, LEAST_KEPT) and not lost:
            return None
    return Emptied(before.package, then, now, *sizes, is_figure=is_figure, lost_backups=lost, is_removed=after is None)


def _fell(before: int, after: int, least: int) -> bool:
    return before >= least and after * EMPTIED < before


def _came_back(found: Emptied, newest: AppCoverage | None) -> bool:
    """Tell whether the app has as much again: then it was restored, or its data is counted otherwise."""
    if newest is None or (found.lost_backups and not newest.own_backups):
        return False
    size = newest.phone_bytes if found.is_figure else newest.kept_bytes
    return size is not None and not _fell(found.size_before, size, 1)


_RECORDS: Final[dict[str, Callable[[int], Words]]] = {
    "sms": lambda count: counted("{count} text message", "{count} text messages", count),
    "mms": lambda count: counted("{count} multimedia message", "{count} multimedia messages", count),
    "calls": lambda count: counted("{count} call", "{count} calls", count),
    "contacts": lambda count: counted("{count} contact", "{count} contacts", count),
    "calendar": lambda count: counted("{count} calendar entry", "{count} calendar entries", count),
}
_COMMAND_KINDS: Final = {"mms": "sms"}


def earlier_records(told: Sequence[Told]) -> Iterator[Remnant]:
    """Yield the snapshots that hold more messages, calls, contacts or calendar entries than the newest does.

    Args:
        told: newest first.
    """
    if not told or told[0].coverage.records is None:
        return
    now = {record.kind: record.kept for record in told[0].coverage.records}
    done: set[str] = set()
    for one in told[1:]:
        for record in one.coverage.records or ():
            if record.kind in _RECORDS and record.kind not in done and record.kept > now.get(record.kind, 0):
                done.add(record.kind)
                yield _record(one.info, record, now.get(record.kind, 0))


def _record(info: SnapshotInfo, record: RecordCoverage, now: int) -> Remnant:
    kind = _COMMAND_KINDS.get(record.kind, record.kind)
    command = f"phoneward restore {info.snapshot.short_id} --kind {kind} --target DIR"
    many = _RECORDS[record.kind](record.kept)
    return Remnant(
        source=Source.SNAPSHOT,
        what=words(
            "{records} in the snapshot of {day}; the newest has {now}",
            records=many,
            day=Day(info.snapshot.time),
            now=f"{now:,}",
        ),
        where=record.path,
        made=info.snapshot.time,
        completeness=Completeness.EXACT,
        count=record.kept,
        how=words("Get it back into a folder, DIR."),
        command=command,
        snapshot=info.snapshot.id or "",
        path=record.path,
    )


def emptied_words(found: Emptied, app: Words) -> Words:
    """Return what was seen of an emptied app, one sentence."""
    if found.lost_backups and found.size_before == found.size_after:
        return counted(
            "{app}: {count} backup that it had made itself is gone between {before} and {after}.",
            "{app}: {count} backups that it had made itself are gone between {before} and {after}.",
            found.lost_backups,
            app=app,
            before=Day(found.before.snapshot.time),
            after=Day(found.after.snapshot.time),
        )
    return words(
        "{app}: its data fell from {before_size} to {after_size} between {before} and {after}.",
        app=app,
        before_size=Size(found.size_before),
        after_size=Size(found.size_after),
        before=Day(found.before.snapshot.time),
        after=Day(found.after.snapshot.time),
    )
