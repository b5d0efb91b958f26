"""What a whole phone held that was reset or lost, by its last snapshot: what is kept, and what nobody kept."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from phoneward.cases.facts import CaseFacts, Device, Event, Loss, Role
from phoneward.cases.told import KIND, device_of_document
from phoneward.errors import PhonewardError
from phoneward.snapshots import Coverage, SnapshotInfo, app_holds, coverage_of, device_of
from phoneward.texts import N_, Size, counted, words
from phoneward.vault import Repository

MOST_APPS: Final = 20
_RECORDS: Final = {"sms": N_("text messages"), "mms": N_("multimedia messages"), "calls": N_("calls")}


def last_snapshot(infos: Sequence[SnapshotInfo], happened: dt.date | None) -> SnapshotInfo | None:
    """Return the newest whole snapshot of a phone, of the day of the event or earlier where that day is known."""
    whole = [info for info in infos if info.of_phone and info.device and not info.partial and not info.backup_file]
    before = [info for info in whole if happened is None or info.snapshot.time.date() <= happened]
    return before[-1] if before else None


def with_whole_phone(repo: Repository, info: SnapshotInfo, facts: CaseFacts) -> CaseFacts:
    """Return a case's facts with what a phone held by a snapshot. Told twice, it changes nothing.

    Args:
        repo: open, its index loaded.
        info: the last snapshot before the event.
        facts: of the case.

    Raises:
        CoverageMissingError: the snapshot does not say what it holds.
        StorageError: the vault cannot be reached.
    """
    full = info.snapshot.id or ""
    coverage = coverage_of(repo, full)
    losses = tuple(_losses(coverage))
    events = tuple(_events(coverage, full))
    names = {loss.what for loss in losses}
    shown = {(event.shown_by, event.what) for event in events}
    return msgspec.structs.replace(
        facts,
        device=facts.device if facts.device != Device() else _device(repo, info),
        losses=(*(one for one in facts.losses if one.what not in names), *losses),
        events=(*(one for one in facts.events if (one.shown_by, one.what) not in shown), *events),
    )


def _device(repo: Repository, info: SnapshotInfo) -> Device:
    try:
        return device_of_document(device_of(repo, info.snapshot))
    except (ValueError, PhonewardError):  # it does not say in a form that can be understood
        return Device()


def _losses(coverage: Coverage) -> Iterator[Loss]:
    out = [app for app in coverage.apps if app.out_of_reach_bytes and not app.is_system and not app.own_backups]
    for app in sorted(out, key=lambda app: -(app.out_of_reach_bytes or 0))[:MOST_APPS]:
        size = max(app.phone_bytes or 0, app.out_of_reach_bytes or 0)
        yield Loss(
            what=str(app_holds(app.package)),
            kind=KIND,
            size=size,
            recoverable=size - (app.out_of_reach_bytes or 0),
        )
    for record in coverage.records or ():
        if record.missing:
            yield Loss(what=str(words(_RECORDS.get(record.kind, record.kind))), kind="messages", count=record.missing)


def _events(coverage: Coverage, snapshot: str) -> Iterator[Event]:
    kept = coverage.totals
    told = counted(
        "The last snapshot of the phone before this holds {count} file, {size}; it can be had again.",
        "The last snapshot of the phone before this holds {count} files, {size}; they can be had again.",
        kept.kept_files,
        size=Size(kept.kept_bytes),
    )
    yield Event(at=coverage.taken, what=str(told), shown_by=snapshot)
    yield Event(
        at=coverage.taken,
        what=str(words("What came onto the phone after this snapshot is in none.")),
        who=Role.CLAIMANT,
        shown_by=snapshot,
        is_against=True,
    )
