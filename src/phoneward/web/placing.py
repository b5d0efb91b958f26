"""Records as files, and apps' own backups to their apps: planned and carried out as jobs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from phoneward import phones, snapshots
from phoneward.phones.appbackups import Computer
from phoneward.progress import Listener
from phoneward.snapshots import ComputerBackup, PlacingPlan
from phoneward.texts import counted, words
from phoneward.vault import Repository
from phoneward.web.jobs import Outcome
from phoneward.web.restores import Restore, What


@contextmanager
def connected(serial: str) -> Iterator[tuple[phones.Phone, phones.AdbWriter]]:
    """Open a phone to read and to write."""
    with phones.open_adb(serial) as phone, phones.AdbWriter(phone) as writer:
        yield phone, writer


def plan(repo: Repository, restore: Restore, listener: Listener) -> None:
    """Find out what would be put where; nothing is written."""
    if restore.wanted.computer is not None:
        _plan_onto_computer(repo, restore, restore.wanted.computer)
        return
    if restore.wanted.target is not None:
        _plan_into_folder(repo, restore, restore.wanted.target, listener)
        return
    with connected(restore.wanted.serial) as (phone, writer):
        _plan_onto_phone(repo, restore, (phone, writer), listener)


def _plan_onto_computer(repo: Repository, restore: Restore, computer: Computer) -> list[ComputerBackup]:
    wanted = restore.wanted
    restore.computer_backups = snapshots.plan_computer_backups(repo, wanted.snapshot, computer, wanted.app)
    return restore.computer_backups


def _plan_into_folder(repo: Repository, restore: Restore, target: Path, listener: Listener) -> PlacingPlan:
    restore.records = snapshots.plan_records_into_folder(repo, restore.wanted.snapshot, target, listener=listener)
    return restore.records.placing


def _plan_onto_phone(
    repo: Repository,
    restore: Restore,
    opened: tuple[phones.Phone, phones.AdbWriter],
    listener: Listener,
    *,
    replace: bool = False,
) -> PlacingPlan:
    phone, writer = opened
    wanted = restore.wanted
    restore.maker = phone.identity.manufacturer
    if wanted.what is What.RECORDS:
        restore.records = snapshots.plan_records_onto_phone(repo, wanted.snapshot, phone, writer, listener=listener)
        return restore.records.placing
    restore.app_backups = snapshots.plan_app_backups(
        repo, wanted.snapshot, phone, writer, wanted.app, replace=replace, listener=listener
    )
    return restore.app_backups.placing


def carry_out(repo: Repository, restore: Restore, listener: Listener, *, replace: bool) -> Outcome:
    """Plan once more, since the place may have changed since the plan was looked at, and write."""
    if restore.wanted.computer is not None:
        backups = _plan_onto_computer(repo, restore, restore.wanted.computer)
        snapshots.put_on_computer(repo, backups, listener)
        there = sum(one.report.files for one in backups if one.report is not None)
    elif restore.wanted.target is not None:
        placing = _plan_into_folder(repo, restore, restore.wanted.target, listener)
        snapshots.put_in_folder(placing, listener)
        there = _there(placing)
    else:
        with connected(restore.wanted.serial) as (phone, writer):
            placing = _plan_onto_phone(repo, restore, (phone, writer), listener, replace=replace)
            snapshots.put_on_phone(writer, placing, listener=listener)
        there = _there(placing)
    restore.is_placed = True
    complete = is_complete(restore)
    return Outcome(
        words("The files are in their places. See what to do with them.")
        if complete
        else words("It is done, but not everything is there: see what is missing."),
        (
            words(
                "In their places, the same as in the snapshot: {files}.",
                files=counted("{count} file", "{count} files", there),
            ),
        ),
        next_label=words("See the result"),
        next_href=f"/restore/{restore.id}/result",
        is_incomplete=not complete,
    )


def _there(placing: PlacingPlan) -> int:
    return sum(place.is_there for place in placing.places)


def is_complete(restore: Restore) -> bool:
    """Tell whether all that was asked for is in its place."""
    plans = (restore.records, restore.app_backups)
    return all(one.complete for one in plans if one is not None) and all(
        one.is_there for one in restore.computer_backups or ()
    )
