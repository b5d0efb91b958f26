"""The APKs that snapshots keep, opened where they lie.

Not in the room's public face: it brings the reading of APKs, which few who come to snapshots need.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from phoneward.apk import ApkChangedError, ApkUnreadableError, AppSet, open_app
from phoneward.apk.source import within
from phoneward.errors import PhonewardError, readable
from phoneward.snapshots.errors import SnapshotsError
from phoneward.snapshots.past_apps import PastApps
from phoneward.texts import N_, words
from phoneward.vault import BlobFile, Repository, Snapshot

MAX_APKS: Final = 200
"""APKs of one app that are opened: Android splits an app into far fewer."""


class AppNotKeptError(SnapshotsError):
    """The app's files are not in the snapshot."""

    message = N_("The app {package} is not in snapshot {snapshot}.")
    next_step = N_("Check the app's package name, name another snapshot with --snapshot, or give the app's file.")


class VaultSource:
    """An APK in a snapshot.

    Args:
        file: open; read by one thread at a time, whoever asks.
        name: what to call it.
    """

    def __init__(self, file: BlobFile, name: str) -> None:
        self._file = file
        self._guard = threading.Lock()
        self.name = readable(name)
        self.size = file.seek(0, 2)

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly these bytes; see `apk.source.Source`."""
        within(self, offset, length)
        try:
            with self._guard:
                self._file.seek(offset)
                data = self._file.read(length)
        except PhonewardError as error:
            raise ApkUnreadableError(file=self.name, problem=words("its place in the vault is damaged")) from error
        if len(data) != length:
            raise ApkChangedError(file=self.name)
        return data


def kept_packages(repo: Repository, snapshot: Snapshot) -> tuple[str, ...]:
    """Return the packages whose APKs a snapshot keeps; none where it has no list of apps that can be read.

    Raises:
        VaultError: the list lies in a damaged part of the vault.
    """
    try:
        told = PastApps(repo).told(snapshot)
    except ValueError:
        return ()
    return tuple(dict.fromkeys(app.package for app in told.apps if any(apk.stored for apk in app.apk)))


@contextmanager
def open_kept_app(repo: Repository, snapshot: Snapshot, package: str) -> Iterator[AppSet]:
    """Open an app's APKs as a snapshot keeps them.

    Raises:
        AppNotKeptError: it does not.
        ApkError: they cannot be read.
    """
    apps = PastApps(repo)
    missing = AppNotKeptError(package=readable(package), snapshot=snapshot.short_id)
    try:
        told = apps.told(snapshot)
    except ValueError as error:
        raise missing from error
    records = sorted((app for app in told.apps if app.package == package), key=lambda app: app.user_id)
    sources = []
    for apk in records[0].apk[:MAX_APKS] if records else ():
        node = apps.apk(snapshot, apk.stored) if apk.stored else None
        if node is not None:
            sources.append(VaultSource(apps.open(node), apk.stored.rpartition("/")[2]))
    if not sources:
        raise missing
    with open_app(sources) as app:
        yield app
