"""Judges what a finished snapshot covers: each storage, each app, and what would be lost if the phone broke now."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from phoneward.errors import readable
from phoneward.phones import IPHONE_BACKUP, InstalledApp, IphoneBackupFacts, Volume, VolumeKind
from phoneward.snapshots.app_taking import Beside
from phoneward.snapshots.backupfiles import USELESS
from phoneward.snapshots.building import Trees
from phoneward.snapshots.coverage import (
    FORMAT,
    ApkState,
    AppCoverage,
    Area,
    BackupFile,
    Coverage,
    IphoneBackup,
    Levels,
    OwnBackup,
    Proof,
    ProofLevel,
    RecordCoverage,
    State,
    StorageCoverage,
    Totals,
    Waiting,
)
from phoneward.snapshots.gaps import Gap, GapReason, Gaps
from phoneward.snapshots.layout import (
    APP_FOLDERS,
    BEFORE_UNLOCK,
    MAIN_USER,
    PACKAGES,
    app_data_place,
    app_places,
    is_app_name,
    package_prefix,
    storage_prefix,
    volume_prefix,
)
from phoneward.snapshots.ownbackups import MAX_OWN_BACKUPS, next_step_for, own_folders
from phoneward.snapshots.ownbackups_noted import Held
from phoneward.snapshots.parents import Parent
from phoneward.snapshots.taking import Taken, is_apk_wanted

_AREAS = {
    VolumeKind.SHARED: Area.SHARED,
    VolumeKind.USER: Area.USER,
    VolumeKind.CARD: Area.CARD,
    VolumeKind.APP_DATA: Area.APP_DATA,
    VolumeKind.DOMAINS: Area.DOMAINS,
    VolumeKind.COMPUTER: Area.COMPUTER,
}


@dataclass(slots=True)
class Judge:
    """Makes the coverage document of one snapshot.

    Args:
        trees: all folders of the snapshot, built.
        levels: how sure its files are.
        records: messages and calls, where the phone was asked for them.
        backup_files: Android's backup files among the phone's files, by place.
        beside: folders of this computer that came along.
        waiting: what a backup that was cut short had still to send; None for a full one.
        iphone: what the backup is like, where it is an iPhone's.
    """

    taken: Taken
    trees: Trees
    gaps: Gaps
    parent: Parent | None
    waiting: Waiting | None = None
    levels: Levels | None = None
    records: list[RecordCoverage] | None = None
    beside: Sequence[Beside] = ()
    backup_files: Mapping[bytes, BackupFile] = field(default_factory=dict)
    iphone: IphoneBackupFacts | None = None

    def coverage(self, device: str, label: str, taken_at: dt.datetime, *, clock_went_back: bool) -> Coverage:
        """Return the document."""
        apps = [self._app(app) for app in sorted(self.taken.inventory.apps, key=lambda a: (a.package, a.user_id))]
        storages = self._storages()
        counts = {reason.value: count for reason, count in sorted(self.gaps.counts.items()) if count}
        return Coverage(
            format=FORMAT,
            device=device,
            label=readable(label),
            taken=taken_at,
            complete=not self.gaps.total and self.waiting is None,
            partial=self.waiting is not None,
            proof=_overall(self.levels, taken_at),
            levels=self.levels,
            records=self.records,
            totals=_totals(storages, apps),
            storages=storages,
            apps=apps,
            gap_counts=counts,
            gaps=[self._with_earlier(gap, place) for gap, place in self.gaps.named()],
            not_checked={readable(q): readable(words) for q, words in self.taken.inventory.not_asked.items()},
            missing_storages=self._missing_storages(),
            backup_files=list(self.backup_files.values()),
            iphone_backup=IphoneBackup(self.iphone.made, self.iphone.is_encrypted) if self.iphone else None,
            waiting=self.waiting,
            clock_went_back=clock_went_back,
        )

    def _with_earlier(self, gap: Gap, place: bytes) -> Gap:
        """Say whether the snapshot before still holds something there."""
        if self.parent is None or self.parent.trees.find(self.parent.snapshot.tree, place) is None:
            return gap
        return Gap(gap.path, gap.reason, gap.detail, gap.path_b64, earlier=True)

    def _missing_storages(self) -> list[str]:
        if self.parent is None:
            return []
        now = {(v.kind.value, readable(v.package), readable(v.name)) for v in self.taken.volumes}
        # An app's own data is no storage that goes missing: the app's line says what became of it.
        before = [v for v in self.parent.device.volumes if v.kind != VolumeKind.APP_DATA.value]
        lost = [v for v in before if v.obstacle is None and (v.kind, v.package, v.name) not in now]
        return ["/".join(filter(None, (v.kind, v.package, v.name))) for v in lost]

    # -- storages ------------------------------------------------------------------------------------------------

    def _storages(self) -> list[StorageCoverage]:
        rows = [self._storage(volume, root.place) for root, volume in self.taken.roots]
        rows += [_unreached(volume, reason) for volume, reason in self.taken.unreached]
        if self.taken.apk_places or self.taken.listing.folders.find(PACKAGES) is not None:
            held = self._held(PACKAGES)
            state, reason, step = self._storage_state(PACKAGES)
            rows.append(
                StorageCoverage(
                    area=Area.APPS,
                    name="",
                    label="",
                    path=PACKAGES.decode(),
                    phone_path="",
                    state=state,
                    reason=reason,
                    next_step=step,
                    files=held.files,
                    bytes=held.size,
                    phone_bytes=None,
                    gaps=self.gaps.below(PACKAGES),
                )
            )
        return rows

    def _storage(self, volume: Volume, place: bytes) -> StorageCoverage:
        held = self._held(place)
        state, reason, step = self._storage_state(place)
        return StorageCoverage(
            area=_AREAS[volume.kind],
            name=volume.name,
            label=readable(volume.label),
            path=place.decode(),
            phone_path=readable(volume.root),
            state=state,
            reason=reason,
            next_step=step,
            files=held.files,
            bytes=held.size,
            phone_bytes=volume.used_bytes,
            gaps=self.gaps.below(place),
        )

    def _storage_state(self, place: bytes) -> tuple[State, str, str]:
        if self.waiting is not None:
            return State.PART, "cut-short", "run-again"
        if self.gaps.touch(place):
            return State.PART, "some-missing", "see-gaps"
        return State.KEPT, "all-kept", "nothing"

    def _held(self, place: bytes) -> Held:
        number = self.taken.listing.folders.find(place)
        return Held() if number is None else self.trees.held(number)

    # -- apps ----------------------------------------------------------------------------------------------------

    def _app(self, app: InstalledApp) -> AppCoverage:
        valid = is_app_name(app.package, IPHONE_BACKUP if self.iphone else "")
        places = self._places(app) if valid else []
        files = size = 0
        for place in places:
            held = self._held(place)
            files += held.files
            size += held.size
        backups = self._own_backups(app) if valid else []
        state, reason, step = self._app_state(app, places, files, backups) if valid else _BAD_NAME
        measured = sum(self._held(place).size for place in _measured_places(app)) if valid else 0
        beyond = None if app.data_bytes is None else max(0, app.data_bytes - measured)
        return AppCoverage(
            package=readable(app.package),
            user_id=app.user_id,
            version_name=readable(app.version_name),
            version_code=app.version_code,
            is_system=app.is_system,
            state=state,
            reason=reason,
            next_step=step,
            apk=self._apk_state(app) if valid else ApkState.MISSING,
            kept_files=files,
            kept_bytes=size,
            phone_bytes=app.data_bytes,
            out_of_reach_bytes=0 if state is State.KEPT else beyond,
            own_backups=backups,
            detail=readable(self.taken.app_data.get(app.package, "")) if reason == "run-as-refused" else "",
        )

    def _places(self, app: InstalledApp) -> list[bytes]:
        """The folders of an app: its data, those that the system gives it on storages and cards, and its own."""
        beside = self.taken.inventory.beside.get(app.package, ())
        places = [*_private_places(app, beside), *app_places(app.package, app.user_id)]
        top = storage_prefix(app.user_id)
        places += [top + b"/" + folder for folder in own_folders(app.package)]
        if app.user_id == MAIN_USER:
            name = app.package.encode("ascii")
            cards = [root.place for root, volume in self.taken.roots if volume.kind is VolumeKind.CARD]
            places += [b"%s/Android/%s/%s" % (card, folder, name) for card in cards for folder in APP_FOLDERS]
        return places

    def _own_backups(self, app: InstalledApp) -> list[OwnBackup]:
        """The newest that came over for certain: a torn one would open no chat."""
        on_phone = self._whole(self.trees.own_backups.of(app.user_id, app.package))[:MAX_OWN_BACKUPS]
        found = on_phone + self._whole(self._on_computer(app))
        return sorted(found, key=lambda backup: (backup.date, backup.path), reverse=True)

    def _whole(self, found: list[tuple[bytes, OwnBackup]]) -> list[OwnBackup]:
        return [
            backup
            for place, backup in found
            if not self.gaps.at(place) and not self.gaps.below(place) and not self._is_useless(place)
        ]

    def _is_useless(self, place: bytes) -> bool:
        file = self.backup_files.get(place)
        return file is not None and file.state in USELESS

    def _has_useless_backup(self, app: InstalledApp) -> bool:
        """Tell whether the app would count as kept by its own backup, were that not damaged."""
        return any(self._is_useless(place) for place, _backup in self.trees.own_backups.of(app.user_id, app.package))

    def _on_computer(self, app: InstalledApp) -> list[tuple[bytes, OwnBackup]]:
        """Those that came from this computer: of the phone's owner, since the person said whose they are."""
        found = []
        for one in self.beside:
            held = self._held(one.kept.place)
            if one.kept.package == app.package and app.user_id == MAIN_USER and one.made is not None and held.files:
                path = one.kept.place.decode()
                backup = OwnBackup(path, one.made, held.size, one.app, one.kind, held.files, Area.COMPUTER)
                found.append((one.kept.place, backup))
        return found

    def _app_state(
        self, app: InstalledApp, places: list[bytes], files: int, backups: list[OwnBackup]
    ) -> tuple[State, str, str]:
        if self.taken.inventory.backed_up is not None:
            return self._backed_up_state(app, places)
        is_read = app.user_id == MAIN_USER and self.taken.app_data.get(app.package) == ""
        if any(backup.restores for backup in backups) and not is_read:
            return State.OWN_BACKUP, "own-backup", "refresh-own-backup"
        if not self._reached(app.user_id):
            return State.OUT_OF_REACH, "user-unreachable", "unlock-user"
        missing = self.waiting is not None or any(map(self.gaps.touch, places))
        if app.package in self.taken.app_data:
            return self._debuggable_state(app, files, missing=missing)
        return self._private_state(app, files, missing=missing)

    def _private_state(self, app: InstalledApp, files: int, *, missing: bool) -> tuple[State, str, str]:
        """Judge an app of whose private data there is at most what it gave of itself."""
        if app.user_id == MAIN_USER and self._gave(app.package):
            return State.PART, "some-missing" if missing else "from-adb-backup", "see-gaps" if missing else "nothing"
        if self._has_useless_backup(app):
            return State.PART if files else State.OUT_OF_REACH, "own-backup-damaged", "new-own-backup"
        return _closed_state(app, files, missing=missing)

    def _gave(self, package: str) -> bool:
        """Tell whether the app gave some of its data to `adb backup`."""
        return any(v.kind is VolumeKind.APP_DATA and v.package == package for _root, v in self.taken.roots)

    def _debuggable_state(self, app: InstalledApp, files: int, *, missing: bool) -> tuple[State, str, str]:
        """Judge an app whose private data a computer may read: kept where all of it was."""
        some = State.PART if files else State.OUT_OF_REACH
        if app.user_id != MAIN_USER:
            return some, "other-users-data", "look-in-app"
        if self.taken.app_data[app.package]:
            return some, "run-as-refused", next_step_for(app.package)
        if self.waiting is not None:
            return some, "cut-short", "run-again"
        return (some, "some-missing", "see-gaps") if missing else (State.KEPT, "app-data-kept", "nothing")

    def _backed_up_state(self, app: InstalledApp, places: list[bytes]) -> tuple[State, str, str]:
        """Judge an app of a backup file. What the app left out of it nobody can tell, so nothing is wholly kept."""
        if not (self.taken.inventory.backed_up or {}).get(app.package):
            return State.OUT_OF_REACH, "not-in-iphone-backup" if self.iphone else "not-in-backup-file", "nothing"
        if self.waiting is not None:
            return State.PART, "cut-short", "run-again"
        if any(map(self.gaps.touch, places)):
            return State.PART, "some-missing", "see-gaps"
        return State.PART, "from-iphone-backup" if self.iphone else "from-backup-file", "nothing"

    def _reached(self, user_id: int) -> bool:
        place = storage_prefix(user_id)
        return any(root.place == place for root, _volume in self.taken.roots)

    def _apk_state(self, app: InstalledApp) -> ApkState:
        if not is_apk_wanted(app):
            return ApkState.NOT_WANTED
        if not app.apk_paths or not self._held(package_prefix(app.package)).files:
            return ApkState.MISSING
        missing = self.gaps.touch(package_prefix(app.package)) or self.waiting is not None
        return ApkState.PART if missing else ApkState.KEPT


def _closed_state(app: InstalledApp, files: int, *, missing: bool) -> tuple[State, str, str]:
    """Judge an app whose private data only itself can read."""
    advice = next_step_for(app.package)
    if app.data_bytes == 0 and not missing:
        return State.KEPT, "nothing-private", "nothing"
    reason = "private-unknown" if app.data_bytes is None else "private-out-of-reach"
    if files:
        return State.PART, "some-missing" if missing else reason, advice
    return State.OUT_OF_REACH, "some-missing" if missing and app.data_bytes == 0 else reason, advice


def _private_places(app: InstalledApp, beside: Sequence[str] = ()) -> list[bytes]:
    """The folders with an app's private data: the owner's only, another user's is not asked for."""
    if app.user_id != MAIN_USER:
        return []
    return [app_data_place(app.package), *(app_data_place(app.package, name) for name in (BEFORE_UNLOCK, *beside))]


def _measured_places(app: InstalledApp) -> list[bytes]:
    """The folders that the phone's own figure for an app's data speaks of.

    Source: AOSP `StorageStats.getDataBytes` (the private data, and `getExternalFilesDir`, `getExternalCacheDir`,
    `getExternalMediaDirs` of the primary storage; `obb` counts as the app itself).
    """
    name = app.package.encode("ascii")
    external = [b"%s/Android/%s/%s" % (storage_prefix(app.user_id), folder, name) for folder in (b"data", b"media")]
    return [*_private_places(app), *external]


_BAD_NAME = (State.OUT_OF_REACH, "bad-package-name", "nothing")


def _unreached(volume: Volume, reason: GapReason) -> StorageCoverage:
    named = reason is not GapReason.BAD_NAME
    is_absent = reason is GapReason.ABSENT
    return StorageCoverage(
        area=_AREAS[volume.kind],
        name=readable(volume.name),
        label=readable(volume.label),
        path=volume_prefix(volume).decode() if named else "",
        phone_path=readable(volume.root),
        state=State.OUT_OF_REACH,
        reason="computer-folder-absent" if is_absent else "storage-locked",
        next_step="computer-folder-back" if is_absent else "unlock-user",
        files=0,
        bytes=0,
        phone_bytes=volume.used_bytes,
        gaps=1,
        detail=reason.value,
    )


def _totals(storages: list[StorageCoverage], apps: list[AppCoverage]) -> Totals:
    own_backup = beyond = 0
    for storage in storages:
        if storage.state is State.OUT_OF_REACH:
            beyond += storage.phone_bytes or 0
    counted: set[str] = set()
    for app in apps:
        # The phone gives one figure for an app, its main user's.
        if app.package in counted or not app.out_of_reach_bytes:
            continue
        counted.add(app.package)
        if app.state is State.OWN_BACKUP:
            own_backup += app.out_of_reach_bytes
        else:
            beyond += app.out_of_reach_bytes
    unknown = [app for app in apps if app.phone_bytes is None and app.state is not State.KEPT]
    return Totals(
        kept_files=sum(storage.files for storage in storages),
        kept_bytes=sum(storage.bytes for storage in storages),
        own_backup_bytes=own_backup,
        out_of_reach_bytes=beyond,
        unknown_apps=sum(not app.is_system for app in unknown),
        unknown_system_apps=sum(app.is_system for app in unknown),
    )


def _overall(levels: Levels | None, taken_at: dt.datetime) -> Proof:
    """Return the level that all files have, since the oldest date among them."""
    if levels is None or levels.stored or levels.oldest_match is None:
        return Proof(ProofLevel.STORED, taken_at)
    return Proof(ProofLevel.MATCHED, levels.oldest_match)
