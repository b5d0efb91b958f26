"""Backups that apps make of themselves, recognised among the files of a snapshot by folder and name.

They are kept and dated, never opened. Which there are stands in the data of `phones/appbackups`, with its sources.
"""

import functools
import re
from dataclasses import dataclass
from typing import Final

from phoneward.phones.appbackups import (
    OnPhone,
    app_files,
    app_of_package,
    beginnings_and_endings,
    recognise_on_phone,
)
from phoneward.snapshots.layout import SHARED, USERS, VOLUMES, is_package_name

BACKUP_ENDINGS: Final = (b".ab", b".bak", b".AB", b".BAK")
"""Of Android's own backup files, wherever they lie (backupfiles.py)."""

MAX_OWN_BACKUPS: Final = 5
"""Newest ones that coverage names for an app."""

_NEXT_STEPS: Final = {
    "wechat": "own-backup-wechat",
    "qq": "own-backup-qq",
    "whatsapp": "own-backup-whatsapp",
    "whatsapp-business": "own-backup-whatsapp",
    "signal": "own-backup-signal",
    "line": "own-backup-line",
    "telegram": "own-backup-telegram",
    "threema": "own-backup-threema",
    "aegis": "own-backup-aegis",
    "sms": "own-backup-sms",
}
"""What a person can do, by the app's key; others get a general advice. The sentences are in `reasons.py`."""


def next_step_for(package: str) -> str:
    """Return the `next_step` for an app whose private data is out of reach: how its own backup is made."""
    app = app_of_package(package)
    return _NEXT_STEPS.get(app.key, "look-in-app") if app is not None else "look-in-app"


@functools.cache
def _own_folders() -> dict[str, tuple[bytes, ...]]:
    return {
        package: tuple(folder.encode() for folder in app.own_folders)
        for app in app_files()
        for package in app.packages
        if app.own_folders
    }


def own_folders(package: str) -> tuple[bytes, ...]:
    """Return folders on shared storage that are an app's own though the system does not say so."""
    return _own_folders().get(package, ())


@functools.cache
def own_folder_owners() -> dict[bytes, str]:
    """Return the packages of such folders, by folder. Where several apps share one, the first that is listed."""
    owners: dict[bytes, str] = {}
    for package, folders in _own_folders().items():
        for folder in folders:
            owners.setdefault(folder, package)
    return owners


_STORAGE: Final = re.compile(
    b"(?P<shared>%s)|%s/(?P<user>[^/]+)|%s/[^/]+" % tuple(re.escape(p) for p in (SHARED, USERS, VOLUMES))
)


@dataclass(frozen=True, slots=True)
class StoragePath:
    """A folder of the snapshot as a storage's user sees it.

    Attributes:
        user_id: whose storage it is; 0 for shared storage and cards.
        folder: path below the storage's root, without a slash in front.
    """

    user_id: int
    folder: bytes


def storage_path(place: bytes) -> StoragePath | None:
    """Return what a folder of the snapshot is on its storage, or None where it is on none."""
    match = _STORAGE.match(place)
    if match is None or (len(place) > match.end() and place[match.end() : match.end() + 1] != b"/"):
        return None
    user = match.group("user")
    return StoragePath(int(user) if user is not None and user.isdigit() else 0, place[match.end() + 1 :])


def may_be_own_backup(name: bytes) -> bool:
    """Tell quickly whether a file's name is worth asking `recognise`: nearly all are not."""
    heads, tails = _quick_looks()
    return name.startswith(heads) or name.endswith(tails)


@functools.cache
def _quick_looks() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    heads, tails = beginnings_and_endings()
    return heads, (*tails, *BACKUP_ENDINGS)


def is_own_backup(path: bytes) -> bool:
    """Tell whether a file of the snapshot is an app's own backup, or part of one, by its place and name."""
    folder, _slash, name = path.rpartition(b"/")
    where = storage_path(folder)
    return where is not None and recognise(where, name) is not None


def recognise(where: StoragePath, name: bytes) -> OnPhone | None:
    """Return which app's own backup a file is, or is part of; None where it is none."""
    found = recognise_on_phone(where.folder, name)
    return found if found is not None and is_package_name(found.package) else None
