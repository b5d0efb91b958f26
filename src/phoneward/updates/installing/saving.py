"""Saving before an install: one snapshot of this moment for all its apps, and the proof that it has what it should."""

import datetime as dt
import functools
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from phoneward import snapshots
from phoneward.errors import PhonewardError
from phoneward.phones import AdbPhone, ApkFile, Entry, HashPlace, PackageState, WritablePhone
from phoneward.progress import Listener
from phoneward.snapshots import BackupResult
from phoneward.texts import Words, words
from phoneward.updates.installing.saved import Saved, saved_of
from phoneward.vault import NodeType, Repository, TreeEntry, iter_content

_PACKAGES = b"/packages/"


@dataclass(frozen=True, slots=True)
class Saving:
    """Where and how it is saved.

    Attributes:
        repo: open.
        phone: open.
        writer: of the same phone, open; only asked.
        state_dir, cache_dir: as for any backup.
    """

    repo: Repository
    phone: AdbPhone
    writer: WritablePhone
    state_dir: Path
    cache_dir: Path | None

    def snapshot(self, packages: Sequence[str], listener: Listener) -> BackupResult:
        """Take a snapshot now, every file of these apps compared with the phone's own checksums.

        Raises as `snapshots.backup`.
        """
        return snapshots.backup(
            self.phone,
            self.repo,
            listener=listener,
            state_dir=self.state_dir,
            cache_dir=self.cache_dir,
            verify_apps=packages,
        )

    def saved(
        self, package: str, installed: Sequence[bytes | None], taken: BackupResult, users: Iterable[int] = ()
    ) -> Saved:
        """Return what is saved of an app.

        Args:
            package: which.
            installed: SHA-256 of its APKs on the phone.
            taken: the snapshot that was just made; not a rehearsal.
            users: who has the app.

        Raises:
            VaultError: it cannot be read back.
        """
        assert taken.coverage is not None  # noqa: S101 - only a rehearsal has none
        self.repo.load_index()
        ref = taken.snapshot_id or ""
        unproven = None
        if self.phone.hash_place is not HashPlace.NOWHERE:
            unproven = snapshots.unproven_files(self.repo, ref, package)
        return saved_of(
            package,
            snapshots.coverage_of(self.repo, ref),
            dt.datetime.now(dt.UTC),
            unproven=unproven,
            apks=self._apks_missing(package, installed, taken),
            users=users,
        )

    def _apks_missing(self, package: str, installed: Sequence[bytes | None], taken: BackupResult) -> list[Words]:
        """Return what of the installed APKs the vault does not give back byte for byte: each is read out of it."""
        assert taken.coverage is not None  # noqa: S101
        rows = [app for app in taken.coverage.apps if app.package == package]
        if rows and all(app.apk is snapshots.ApkState.NOT_WANTED for app in rows):
            return []  # it came with the system, and comes back with it
        held: Counter[bytes | None] = Counter(
            sha256_of(self.repo, entry) for entry in apk_entries(self.repo, taken.snapshot_id or "", package)
        )
        if not installed or None in installed:
            return [words("The phone did not tell what the app's own files are, so they could not be compared.")]
        if Counter(installed) - held:
            return [words("The vault does not have the app's own files as they are on the phone.")]
        return []


def apk_entries(repo: Repository, ref: str, package: str) -> list[TreeEntry]:
    """Return the APK files of an app in a snapshot, base first; none where it has none."""
    try:
        entries = list(snapshots.list_path(repo, ref, _PACKAGES + package.encode("ascii", "replace")))
    except PhonewardError:
        return []
    files = [entry for entry in entries if entry.node.type == NodeType.FILE and entry.node.has_safe_name]
    return sorted(files, key=lambda entry: (entry.node.name != b"base.apk", entry.node.name))


def sha256_of(repo: Repository, entry: TreeEntry) -> bytes:
    """Return the SHA-256 of a file as the vault gives it back.

    Raises:
        VaultError: it cannot be read.
    """
    digest = hashlib.sha256()
    for piece in iter_content(repo, entry.node):
        digest.update(piece)
    return digest.digest()


def as_apk(repo: Repository, entry: TreeEntry) -> ApkFile:
    """Return a saved APK file as what a phone takes."""
    return ApkFile(entry.node.name.decode("ascii"), entry.node.size, functools.partial(iter_content, repo, entry.node))


def installed_digests(phone: AdbPhone, writer: WritablePhone, state: PackageState) -> tuple[bytes | None, ...]:
    """Return the SHA-256 of an app's installed APKs, as the phone reads them, base first; None for one it cannot read.

    Raises:
        PhoneGoneError: the connection was lost.
    """
    entries = list(phone.stat(state.apk_paths))
    sizes = [entry.size if isinstance(entry, Entry) else 0 for entry in entries]
    return tuple(writer.digests(zip(state.apk_paths, sizes, strict=True)))
