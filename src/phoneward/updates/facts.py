"""What the updates room knows when it answers: gathered once, then only read."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.errors import PhonewardError
from phoneward.snapshots import AppRecord, Asking, Coverage, PackagesDocument, PastApps, device_of
from phoneward.updates.alarms import Alarm, Kind
from phoneward.updates.downloads import Downloads, downloads_in
from phoneward.updates.held import Held, HeldReader
from phoneward.updates.history import PhoneHistory, read_history
from phoneward.updates.installing.journal import Begun, has_begun
from phoneward.vault import Snapshot

LOOKED_UP: Final = 20
"""Losses of which it is looked up what the vault still holds, and alarms of one kind that are told: the newest."""
CACHE: Final = "updates"
"""The room's folder in the cache."""
YEAR: Final = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the room's findings are made from.

    Attributes:
        now: the time that ages are counted to.
        snapshot: full ID of the snapshot that is asked about; empty where there is none.
        taken: when it was taken.
        device: the phone's id.
        maker: who made the phone; empty where unknown.
        packages: which apps it had; None where the snapshot does not tell.
        coverage: what the snapshot holds; None where it does not tell.
        history: of the apps up to that snapshot; None where there is none.
        alarms: of the last year, newest first.
        older: how many there were before.
        files: update files among the phone's own; None where the snapshot could not be looked through.
        held: what the vault still holds of what was lost.
        begun: an install on this phone that was cut off; None where there is none, or nobody looked.
    """

    now: dt.datetime
    snapshot: str = ""
    taken: dt.datetime | None = None
    device: str = ""
    maker: str = ""
    packages: PackagesDocument | None = None
    coverage: Coverage | None = None
    history: PhoneHistory | None = None
    alarms: tuple[Alarm, ...] = ()
    older: int = 0
    files: Downloads | None = None
    held: dict[Alarm, Held | None] = field(default_factory=dict)
    begun: Begun | None = None

    @property
    def apps(self) -> list[AppRecord]:
        """The apps of the snapshot."""
        return [] if self.packages is None else self.packages.apps


def gather(asking: Asking) -> Facts:
    """Read the history of the phone that is asked about, up to the snapshot that is asked about."""
    info = asking.snapshot
    if info is None or not info.device:
        return Facts(now=asking.now)
    snapshot = info.snapshot
    until = [one for one in asking.every if one.snapshot.time_ns <= snapshot.time_ns]
    cache = None if asking.cache_dir is None else asking.cache_dir / CACHE
    history = read_history(asking.repo, info.device, until, cache_dir=cache, listener=asking.listener)
    newest_first = [alarm for alarm in reversed(history.alarms) if asking.now - alarm.after.taken <= YEAR]
    lost = [alarm for alarm in newest_first if alarm.kind in {Kind.WIPED, Kind.GONE} and not alarm.with_reset]
    reader = HeldReader(asking.repo)
    try:
        packages: PackagesDocument | None = PastApps(asking.repo).told(snapshot)
    except (ValueError, PhonewardError):  # the history names it as one that cannot be read
        packages = None
    return Facts(
        now=asking.now,
        snapshot=snapshot.id or "",
        taken=snapshot.time,
        device=info.device,
        maker=_maker(asking),
        packages=packages,
        coverage=reader.coverage(snapshot.id or ""),
        history=history,
        alarms=tuple(newest_first),
        older=len(history.alarms) - len(newest_first),
        files=None if packages is None or not packages.apps else _files(asking, snapshot, cache),
        begun=None if asking.state_dir is None else has_begun(asking.state_dir, asking.repo, info.device),
        held={a: reader.last((a.package, a.user_id), history.with_data(a)) for a in lost[:LOOKED_UP]},
    )


def _files(asking: Asking, snapshot: Snapshot, cache: Path | None) -> Downloads | None:
    try:
        return downloads_in(asking.repo, snapshot, cache)
    except PhonewardError:  # the answer says that nobody looked
        return None


def _maker(asking: Asking) -> str:
    if asking.snapshot is None:
        return ""
    try:
        return device_of(asking.repo, asking.snapshot.snapshot).manufacturer
    except (ValueError, PhonewardError):  # only which store is told of depends on it
        return ""
