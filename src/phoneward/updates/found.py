r"""Update files that were downloaded already: on the phone, in a snapshot of it, on this computer. Found by name.

What shops and browsers leave behind is called like an app: `.apk`, the bundles `.xapk`, `.apks`, `.apkm`, and `.apk.1`,
as messengers call an app that was sent (WeChat and QQ add the ending so that a tap does not install it). The whole
storage is looked through: which folder a shop or a browser uses differs between makers and versions.
"""

import datetime as dt
import enum
import os
import re
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.phones import Entry, FileKind, Obstacle, Phone, VolumeKind
from phoneward.snapshots import list_path
from phoneward.vault import NodeType, PathNotFoundError, Repository

MAX_FILES: Final = 200
"""Files that are given back, the newest first."""
MAX_NAMES: Final = 3_000_000
"""Names of a phone or a snapshot that one search looks at; no phone is known to hold so many."""
MAX_COMPUTER_NAMES: Final = 100_000
MAX_COMPUTER_SECONDS: Final = 10.0
MAX_DEPTH: Final = 4
"""Folders within a downloads folder."""

_NAME: Final = re.compile(rb"\.(apk(\.\d{1,3})?|xapk|apks|apkm)\Z", re.IGNORECASE)
_LEFT_OUT: Final = re.compile(rb"\.(trashed|pending)-")
"""In the trash, or not complete (AOSP MediaStore, `.trashed-…`, `.pending-…`)."""
_STORAGES: Final = frozenset({VolumeKind.SHARED, VolumeKind.USER, VolumeKind.CARD})
_FOLDERS: Final = (b"/shared", b"/users", b"/volumes")
"""Where storages stand in a snapshot."""


class Where(enum.StrEnum):
    """Where a file lies."""

    PHONE = "phone"
    SNAPSHOT = "snapshot"
    COMPUTER = "computer"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that is called like an update.

    Attributes:
        path: on the phone, in the snapshot or on this computer; raw.
        size: bytes, as the place says.
        modified: aware; None where that cannot be told.
    """

    where: Where
    path: bytes
    size: int
    modified: dt.datetime | None

    @property
    def shown(self) -> str:
        """Its path, readable."""
        return readable(self.path)


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What a search found.

    Attributes:
        files: newest first.
        whole: whether everything was looked at that should have been.
        refused: folders that could not be looked into, readable.
    """

    files: tuple[FoundFile, ...] = ()
    whole: bool = True
    refused: tuple[str, ...] = ()

    def __add__(self, other: "FoundFiles") -> "FoundFiles":
        files = sorted((*self.files, *other.files), key=_newest_first)
        return FoundFiles(tuple(files), self.whole and other.whole, self.refused + other.refused)


def is_update_name(name: bytes) -> bool:
    """Tell whether a file is called like an app or a bundle of one, and is neither in the trash nor incomplete."""
    return _NAME.search(name) is not None and _LEFT_OUT.match(name) is None


@dataclass(slots=True)
class _Search:
    where: Where
    names: int = 0
    found: list[FoundFile] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    whole: bool = True

    def take(self, path: bytes, size: int, mtime_ns: int) -> None:
        self.found.append(FoundFile(self.where, path, size, _utc(mtime_ns)))

    def is_full(self, limit: int) -> bool:
        self.names += 1
        if self.names > limit:
            self.whole = False
        return not self.whole

    def result(self) -> FoundFiles:
        files = sorted(self.found, key=_newest_first)
        whole = self.whole and len(files) <= MAX_FILES
        return FoundFiles(tuple(files[:MAX_FILES]), whole, tuple(dict.fromkeys(self.refused)))


def found_on_phone(phone: Phone) -> FoundFiles:
    """Look through the storages of a phone that is open.

    Raises:
        PhoneGoneError: the connection was lost.
    """
    search = _Search(Where.PHONE)
    for volume in phone.volumes():
        if volume.kind not in _STORAGES:
            continue
        if volume.obstacle is not None:
            search.refused.append(readable(volume.root))
            continue
        for item in phone.list(volume.root, precise=False):
            if search.is_full(MAX_NAMES):
                break
            if not isinstance(item, Entry):
                if item.obstacle is Obstacle.DENIED:
                    search.refused.append(readable(item.path))
            elif item.kind is FileKind.FILE and is_update_name(item.path.rpartition(b"/")[2]):
                search.take(item.path, item.size, item.mtime_ns)
    return search.result()


def found_in_snapshot(repo: Repository, ref: str) -> FoundFiles:
    """Look through the storages in a snapshot.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an id.

    Raises:
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
        TreeDamagedError: a folder of it cannot be read.
    """
    search = _Search(Where.SNAPSHOT)
    for folder in _FOLDERS:
        try:
            for entry in list_path(repo, ref, folder, recursive=True):
                if search.is_full(MAX_NAMES):
                    break
                if entry.node.type == NodeType.FILE and is_update_name(entry.node.name):
                    search.take(entry.path, entry.node.size, entry.node.mtime_ns)
        except PathNotFoundError:
            continue
    return search.result()


def found_on_computer(folders: Iterable[Path] | None = None) -> FoundFiles:
    """Look through the folders of this computer where downloads end up; links are not followed.

    Args:
        folders: instead of the person's downloads and desktop.
    """
    search = _Search(Where.COMPUTER)
    until = time.monotonic() + MAX_COMPUTER_SECONDS
    tops = _downloads() if folders is None else list(folders)
    waiting = [(folder, 0) for folder in dict.fromkeys(tops)]
    while waiting and search.whole:
        here, depth = waiting.pop()
        for path, status in _listed(here, search):
            if search.is_full(MAX_COMPUTER_NAMES) or time.monotonic() > until:
                search.whole = False
                break
            if stat.S_ISDIR(status.st_mode):
                if depth < MAX_DEPTH:
                    waiting.append((path, depth + 1))
            elif stat.S_ISREG(status.st_mode) and is_update_name(os.fsencode(path.name)):
                search.take(os.fsencode(path), status.st_size, status.st_mtime_ns)
    return search.result()


def _downloads() -> list[Path]:
    from phoneward.phones.appbackups import this_computer

    computer = this_computer()
    return [folder for name in ("downloads", "desktop") for folder in computer.base(name)]


def _listed(folder: Path, search: _Search) -> Iterator[tuple[Path, os.stat_result]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    yield Path(entry.path), entry.stat(follow_symlinks=False)
                except OSError:  # it went away, or may not be looked at: no file that could be installed from here
                    continue
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError:
        search.refused.append(readable(os.fsencode(folder)))


def _newest_first(file: FoundFile) -> tuple[float, bytes]:
    return (-file.modified.timestamp() if file.modified is not None else float("inf"), file.path)


def _utc(time_ns: int) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(time_ns // 1_000_000_000, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
