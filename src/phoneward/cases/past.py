"""What the snapshots of a phone tell of one app: the last one before something was lost, and the first one after it.

Android keeps the time of an app's first installation through every update that keeps the data, and drops it with the
data (AOSP `ScanPackageUtils.scanPackageOnlyLI`: set only where it is 0): another time means that the data went in
between. What is wiped inside the app shows only in the phone's own figure for the app's data.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from phoneward.apk import ApkError, open_apk
from phoneward.apk.signing.facts import SdkRange
from phoneward.errors import PhonewardError
from phoneward.snapshots import (
    AppCoverage,
    AppRecord,
    DeviceDocument,
    PastApps,
    SnapshotInfo,
    coverage_of,
    device_of,
)
from phoneward.snapshots.kept_apps import VaultSource
from phoneward.vault import Repository, Snapshot

LARGE_FALL: Final = 0.5
"""An app whose data is less than this share of what it was has lost some."""
LEAST_FALL: Final = 1 << 20
"""Bytes below which a fall says nothing: caches come and go."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One app as one snapshot shows it.

    Attributes:
        snapshot: full ID.
        taken: when.
        app: None where the app was not on the phone.
        signer: SHA-256 of its first signing certificate, hexadecimal; empty where the APK is not kept or not verified.
        coverage: what the snapshot holds of its data; None where it does not say.
    """

    snapshot: str
    taken: dt.datetime
    app: AppRecord | None
    signer: str = ""
    coverage: AppCoverage | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """Two snapshots between which an app lost data.

    Attributes:
        device: the phone, as the later one describes it; None where neither does.
        before, after: the last sight with the data, and the first without it.
        was_installed_anew: Android says so; otherwise only the amount of data tells.
    """

    device: DeviceDocument | None
    before: Sight
    after: Sight
    was_installed_anew: bool

    @property
    def lost(self) -> int | None:
        """Bytes that the phone had of the app's data before and not after; None where it did not tell."""
        before = self.before.app.data_bytes if self.before.app else None
        if before is None:
            return None
        after = self.after.app.data_bytes if self.after.app else 0
        return None if after is None else max(0, before - after)

    @property
    def kept(self) -> int:
        """Bytes of the app's files that the snapshot before holds."""
        return self.before.coverage.kept_bytes if self.before.coverage else 0

    @property
    def gone(self) -> int | None:
        """Bytes that no snapshot holds; None where the phone did not tell."""
        held = self.before.coverage
        return None if held is None else held.out_of_reach_bytes


def breaks_of(
    repo: Repository, every: Sequence[SnapshotInfo], package: str, *, device: str = "", user_id: int = 0
) -> tuple[Break, ...]:
    """Return where an app lost data, oldest first.

    Args:
        repo: open, its index loaded.
        every: snapshots of the vault, oldest first.
        package: of the app.
        device: the phone's id; empty takes the phone of the newest snapshot that knows the app.
        user_id: Android's user.

    Raises:
        StorageError: the vault cannot be reached.
    """
    past = PastApps(repo)
    whole = [info for info in every if info.of_phone and not info.partial and not info.backup_file]
    chosen = device or _device_with(past, whole, package)
    its = [info for info in whole if info.device == chosen]
    return tuple(
        _described(repo, past, before, after) for before, after in _pairs(_sights(past, its, package, user_id))
    )


def _device_with(past: PastApps, infos: Sequence[SnapshotInfo], package: str) -> str:
    for info in reversed(infos):
        try:
            if any(app.package == package for app in past.told(info.snapshot).apps):
                return info.device
        except (ValueError, PhonewardError):
            continue
    return infos[-1].device if infos else ""


@dataclass(frozen=True, slots=True)
class _Seen:
    snapshot: Snapshot
    app: AppRecord | None


def _sights(past: PastApps, infos: Sequence[SnapshotInfo], package: str, user_id: int) -> Iterator[_Seen]:
    for info in infos:
        try:
            apps = past.told(info.snapshot).apps
        except (ValueError, PhonewardError):  # tells nothing of any app: no word about this one
            continue
        if apps:
            found = (app for app in apps if app.package == package and app.user_id == user_id)
            yield _Seen(info.snapshot, next(found, None))


def _pairs(sights: Iterator[_Seen]) -> Iterator[tuple[_Seen, _Seen]]:
    last: _Seen | None = None
    for sight in sights:
        if last is not None and last.app is not None and _lost_between(last.app, sight.app):
            yield last, sight
        if sight.app is not None or last is not None:
            last = sight


def _lost_between(before: AppRecord, after: AppRecord | None) -> bool:
    if after is None or _is_anew(before, after):
        return True
    if before.data_bytes is None or after.data_bytes is None:
        return False
    fall = before.data_bytes - after.data_bytes
    return fall >= LEAST_FALL and after.data_bytes < before.data_bytes * LARGE_FALL


def _is_anew(before: AppRecord, after: AppRecord) -> bool:
    first, then = before.first_installed, after.first_installed
    # Phones print local times: one that travelled shifts them by whole quarters of an hour, at most 26 hours.
    if first is None or then is None or then <= first:
        return False
    shift = then - first
    return shift > dt.timedelta(hours=26) or bool(shift.total_seconds() % 900)


def _described(repo: Repository, past: PastApps, before: _Seen, after: _Seen) -> Break:
    device = None
    for seen in (after, before):
        try:
            device = device_of(repo, seen.snapshot)
            break
        except (ValueError, PhonewardError):
            continue
    anew = before.app is not None and after.app is not None and _is_anew(before.app, after.app)
    sdk = device.api_level if device else None
    return Break(device, _sight(repo, past, before, sdk), _sight(repo, past, after, sdk), anew)


def _sight(repo: Repository, past: PastApps, seen: _Seen, sdk: int | None) -> Sight:
    full = seen.snapshot.id or ""
    coverage = None
    if seen.app is not None:
        package, user_id = seen.app.package, seen.app.user_id
        try:
            apps = coverage_of(repo, full).apps
            coverage = next((app for app in apps if app.package == package and app.user_id == user_id), None)
        except PhonewardError:  # the snapshot does not say what it holds
            coverage = None
    return Sight(full, seen.snapshot.time, seen.app, _signer(past, seen, sdk), coverage)


def _signer(past: PastApps, seen: _Seen, sdk: int | None) -> str:
    if seen.app is None or not seen.app.apk or not seen.app.apk[0].stored:
        return ""
    try:
        node = past.apk(seen.snapshot, seen.app.apk[0].stored)
        if node is None:
            return ""
        with open_apk(VaultSource(past.open(node), "base.apk")) as apk:
            signing = apk.signing(None if sdk is None else SdkRange(sdk, sdk))
    except (ApkError, PhonewardError):
        return ""
    if signing is None or not signing.signers:
        return ""
    return signing.sha256[0]
