"""A phone's apps over time, from all its snapshots in a vault: version, signer, installer, times, and the alarms."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.apk.signing.facts import Signing
from phoneward.errors import PhonewardError
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.snapshots import AppRecord, PackagesDocument, PastApps, SnapshotInfo, device_of
from phoneward.updates.alarms import Alarm, of_phone
from phoneward.updates.signers_then import SignersThen
from phoneward.updates.timeline import AppKey, AppThen, At, Period, Timelines
from phoneward.vault import Repository, Snapshot

PHASE: Final = "read-history"
LOOKED_BACK: Final = 10
"""Snapshots that are asked which Android the phone has, the newest first."""


@dataclass(frozen=True, slots=True)
class PhoneHistory:
    """All that the snapshots of one phone tell of its apps.

    Attributes:
        device: the phone's id.
        apps: the periods of each app of each user, oldest first; by package and user.
        alarms: what happened to them, oldest first.
        snapshots: those that told which apps there were, oldest first.
        silent: how many told of no apps (a folder, another program's).
        unreadable: full IDs of those whose list of apps cannot be read.
        left_out: how many apps were not followed to the end, because there were too many.
    """

    device: str
    apps: Mapping[AppKey, tuple[Period, ...]]
    alarms: tuple[Alarm, ...]
    snapshots: tuple[At, ...]
    silent: int = 0
    unreadable: tuple[str, ...] = ()
    left_out: int = 0

    def of_app(self, package: str) -> dict[AppKey, tuple[Period, ...]]:
        """Return the periods of an app, by user."""
        return {key: periods for key, periods in self.apps.items() if key[0] == package}

    def now(self, key: AppKey) -> AppThen | None:
        """Return an app as the newest snapshot has it; None where it is gone."""
        return self.apps[key][-1].app

    def with_data(self, alarm: Alarm) -> tuple[At, ...]:
        """Return the snapshots in which an app still had the data that an alarm says was lost; newest first."""
        last = bisect_right(self.snapshots, alarm.before.taken, key=lambda at: at.taken)
        began = alarm.was.first_installed
        earliest = began if began is not None else self.snapshots[0].taken
        return tuple(at for at in reversed(self.snapshots[:last]) if at.taken >= earliest)

    @property
    def packages(self) -> tuple[str, ...]:
        """The apps, by name."""
        return tuple(sorted({package for package, _user in self.apps}))


def read_history(
    repo: Repository,
    device: str,
    snapshots: Sequence[SnapshotInfo],
    *,
    cache_dir: Path | None = None,
    signers_of: Collection[str] | None = None,
    listener: Listener = silent,
) -> PhoneHistory:
    """Return the history of a phone's apps.

    Args:
        repo: open, its index loaded.
        device: the phone's id.
        snapshots: all of the vault, oldest first.
        cache_dir: where the room keeps derived data, sealed; None keeps nothing.
        signers_of: the apps whose signers are read from their APKs; None for all.
        listener: hears the phase `read-history`: how many snapshots of how many.

    Raises:
        StorageError: the vault cannot be reached.
    """
    its = [info for info in snapshots if is_whole(info, device)]
    past, lines = PastApps(repo), Timelines()
    sdk = _sdk(repo, its)
    signers = SignersThen(repo, past, sdk=sdk, cache_dir=cache_dir, packages=signers_of)
    told: list[At] = []
    unreadable: list[str] = []
    silent_ones = 0
    listener(PhaseStarted(PHASE))
    for number, info in enumerate(its, 1):
        try:
            document = past.told(info.snapshot)
        except ValueError:
            silent_ones += 1
            continue
        except PhonewardError:
            unreadable.append(info.snapshot.id or "")
            continue
        if not document.apps:
            silent_ones += 1
            continue
        at = At(info.snapshot.id or "", info.snapshot.time)
        lines.add(at, apps_then(document, info.snapshot, signers), untold=untold_users(document))
        told.append(at)
        listener(Advanced(PHASE, number, 0))
    listener(PhaseDone(PHASE, len(its), 0))
    apps = dict(lines)
    return PhoneHistory(
        device, apps, tuple(of_phone(apps)), tuple(told), silent_ones, tuple(unreadable), len(lines.left_out)
    )


def is_whole(info: SnapshotInfo, device: str) -> bool:
    """Tell whether a snapshot is a finished one of this phone as it was."""
    return info.device == device and info.of_phone and not info.partial and not info.backup_file


def _sdk(repo: Repository, infos: Sequence[SnapshotInfo]) -> int | None:
    """Return the API level that the phone has now: all its snapshots are read as it would read them now."""
    for info in reversed(infos[-LOOKED_BACK:]):
        try:
            return device_of(repo, info.snapshot).api_level
        except (ValueError, PhonewardError):
            continue
    return None


def apps_then(document: PackagesDocument, snapshot: Snapshot, signers: SignersThen) -> dict[AppKey, AppThen]:
    """Return the apps that a snapshot tells of."""
    knows_installers = "installer" not in document.not_asked
    return {
        (app.package, app.user_id): _then(app, signers.of(snapshot, app), knows_installers=knows_installers)
        for app in document.apps
    }


def _then(app: AppRecord, signing: Signing | None, *, knows_installers: bool) -> AppThen:
    return AppThen(
        version_code=app.version_code,
        version_name=app.version_name,
        installer=app.installer if app.installer or knows_installers else None,
        first_installed=_aware(app.first_installed),
        last_updated=_aware(app.last_updated),
        signing=signing,
        signer_hashes=app.signer_hashes,
        is_system=app.is_system,
    )


def _aware(time: dt.datetime | None) -> dt.datetime | None:
    """Return a document's time; None where it says no zone, since then it is no point in time."""
    return time if time is not None and time.tzinfo is not None else None


def untold_users(document: PackagesDocument) -> Iterable[int] | None:
    """Return the users whose apps a phone did not tell; None where it may not have told of all users."""
    if {"users", "apps"} & document.not_asked.keys():
        return None
    prefix = "apps-of-user-"
    named = [question.removeprefix(prefix) for question in document.not_asked if question.startswith(prefix)]
    return [int(user) for user in named if user.isascii() and user.isdecimal()]
