"""The two phones of a move: which snapshot the old one is, and what the new one is."""

import contextlib
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from phoneward import snapshots
from phoneward.errors import readable
from phoneward.moving.errors import NotOfAPhoneError, WhichOldPhoneError
from phoneward.phones import AdbPhone, AdbUpdater, WritablePhone
from phoneward.phones.base import IPHONE_BACKUP
from phoneward.snapshots import Coverage, CoverageMissingError, SnapshotInfo
from phoneward.texts import enumeration, formats
from phoneward.updates import Device, device_of_facts
from phoneward.vault import Repository, Snapshot

if TYPE_CHECKING:
    from phoneward.phones import InstalledApp

LATEST: Final = "latest"
MAIN_USER: Final = 0
_SHARED_ROOTS: Final = (b"/storage/emulated/", b"/sdcard", b"/data/media/")
"""Android's emulated storage lies on /data (AOSP docs, Storage): one room for files and apps."""


@dataclass(frozen=True, slots=True)
class OldPhone:
    """The phone that is moved, as a snapshot has it.

    Attributes:
        snapshot: which.
        device: its id.
        label: what the person calls it, readable.
        coverage: what the snapshot covers; None where it does not say.
        is_iphone: whether it is an iPhone's backup.
    """

    snapshot: Snapshot
    device: str
    label: str
    coverage: Coverage | None = None
    is_iphone: bool = False

    @property
    def id(self) -> str:
        """The snapshot's full id."""
        return self.snapshot.id or ""

    @property
    def taken(self) -> dt.datetime:
        """When the snapshot was taken."""
        return self.snapshot.time


@dataclass(frozen=True, slots=True)
class NewPhone:
    """The phone that is moved to.

    Attributes:
        serial: adb's name of it.
        device: its id.
        label: readable.
        maker: who made it, as it says.
        android: version as people know it; empty where it does not say.
        facts: what decides which apps it takes.
        free: bytes that are free for files and apps; None where it does not say.
        apps: of its main user, by package.
        own_apps: how many of them did not come with it.
        root: its shared storage.
    """

    serial: str
    device: str
    label: str
    maker: str
    android: str
    facts: Device
    free: int | None
    apps: "dict[str, InstalledApp]"
    own_apps: int
    root: bytes


def choose_old(repo: Repository, ref: str, new_device: str) -> OldPhone:
    """Return the phone to be moved.

    `latest` is the newest finished snapshot of another phone than the new one: once the new one has been backed up
    into the same vault, the newest of all would be its own. Where there is no other, it is the same phone after a
    reset.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an id.
        new_device: id of the new phone.

    Raises:
        WhichOldPhoneError: there are several other phones.
        NotOfAPhoneError: the snapshot is no phone's.
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
    """
    snapshot = snapshots.find(repo, ref)
    if ref == LATEST:
        infos = snapshots.list_snapshots(repo, on_damaged=lambda _name, _error: None)
        snapshot = _newest_other(repo, infos, new_device) or snapshot
    info = snapshots.describe(snapshot)
    if not info.of_phone or not info.device:
        raise NotOfAPhoneError(snapshot=snapshot.short_id)
    label = _called(repo, info)
    coverage = None
    is_iphone = False
    with contextlib.suppress(CoverageMissingError):
        coverage = snapshots.coverage_of(repo, snapshot.id or ref)
    with contextlib.suppress(ValueError):
        is_iphone = snapshots.device_of(repo, snapshot).kind == IPHONE_BACKUP
    return OldPhone(snapshot, info.device, label, coverage, is_iphone)


def _called(repo: Repository, info: SnapshotInfo) -> str:
    return readable(snapshots.load_state(repo).called(info.device, info.label))


def _newest_other(repo: Repository, infos: Sequence[SnapshotInfo], new_device: str) -> Snapshot | None:
    newest: dict[str, SnapshotInfo] = {}
    for info in infos:
        if info.of_phone and info.device and not info.partial and not info.backup_file and info.device != new_device:
            newest[info.device] = info
    if len(newest) > 1:
        ordered = sorted(newest.values(), key=lambda info: info.snapshot.time, reverse=True)
        shown = (
            f"{info.snapshot.short_id} ({_called(repo, info)}, {formats.moment(info.snapshot.time)})"
            for info in ordered[:5]
        )
        raise WhichOldPhoneError(phones=enumeration(shown))
    return next((info.snapshot for info in newest.values()), None)


def look_at_new(phone: AdbPhone, writer: WritablePhone) -> NewPhone:
    """Look at the new phone; nothing is written.

    Args:
        phone: open.
        writer: of the same phone, open; only asked.

    Raises:
        PhoneGoneError: the connection was lost.
    """
    identity = phone.identity
    root = phone.volumes()[0].root
    apps = {app.package: app for app in phone.apps().apps if app.user_id == MAIN_USER}
    return NewPhone(
        serial=phone.serial,
        device=identity.id,
        label=readable(snapshots.default_label(phone)),
        maker=identity.manufacturer,
        android=readable(identity.os_version),
        facts=device_of_facts(AdbUpdater(phone).device_facts()),
        free=writer.free_bytes(root),
        apps=apps,
        own_apps=sum(not app.is_system for app in apps.values()),
        root=root,
    )


def lies_on_data(root: bytes) -> bool:
    """Tell whether a storage shares its room with the apps."""
    return (root + b"/").startswith(_SHARED_ROOTS) or root == b"/data"
