"""Asks every room that exists. A room that fails does not hide the others."""

import datetime as dt
from pathlib import Path

from phoneward.checkup.report import CheckupReport, RoomReport
from phoneward.checkup.rooms import ROOMS, Room
from phoneward.errors import PhonewardError
from phoneward.progress import Listener, silent
from phoneward.snapshots import Asking, SnapshotInfo, describe, find, list_snapshots
from phoneward.vault import NoSnapshotsError, Repository


def checkup(
    repo: Repository,
    *,
    snapshot: str = "latest",
    now: dt.datetime | None = None,
    cache_dir: Path | None = None,
    listener: Listener = silent,
) -> CheckupReport:
    """Ask all rooms about one snapshot.

    Args:
        repo: open, its index loaded.
        snapshot: `latest` or the first digits of an ID.
        now: the time ages are counted to; by default now.
        cache_dir: where derived data is kept, sealed.
        listener: hears how far it is.

    Raises:
        SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
        StorageError: the vault cannot be reached.
    """
    now = now or dt.datetime.now(dt.UTC)
    every = list_snapshots(repo, on_damaged=lambda _name, _error: None)
    asking = Asking(repo, _chosen(repo, snapshot), every, now, cache_dir, listener)
    return CheckupReport(now, repo.storage.location, asking.snapshot, tuple(_ask(room, asking) for room in ROOMS))


def _chosen(repo: Repository, ref: str) -> SnapshotInfo | None:
    try:
        return describe(find(repo, ref, on_damaged=lambda _name, _error: None))
    except NoSnapshotsError:
        return None


def _ask(room: Room, asking: Asking) -> RoomReport:
    if room.answer is None:
        return RoomReport(room)
    try:
        return RoomReport(room, room.answer(asking))
    except PhonewardError as error:
        return RoomReport(room, failure=error)
