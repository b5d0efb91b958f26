"""An open backup folder: its documents, and the content of its files. No link in it is followed."""

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from phoneward.databases import MAGIC
from phoneward.errors import readable
from phoneward.phones.base import Entry, FileKind, ListingItem, Obstacle, Unreadable
from phoneward.phones.errors import FileReadError
from phoneward.phones.folder.phone import open_tree
from phoneward.phones.folder.tree import NotRegularError, Tree, Walk, means_gone, obstacle_of
from phoneward.phones.iosbackup.content import Extent, plain_pieces, sealed_extent, sealed_pieces
from phoneward.phones.iosbackup.errors import (
    IphoneBackupDamagedError,
    IphoneBackupGoneError,
    IphoneBackupLockedError,
    IphoneBackupMissingError,
    IphoneBackupTooOldError,
    IphoneBackupUnfinishedError,
    NotIphoneBackupError,
    SeveralIphoneBackupsError,
)
from phoneward.phones.iosbackup.facts import Facts, read_facts
from phoneward.phones.iosbackup.index import Held
from phoneward.phones.iosbackup.keys import FileKey, Keys
from phoneward.phones.iosbackup.manifest import NAME as MANIFEST_DB
from phoneward.phones.iosbackup.mbfile import WRAPPED_KEY
from phoneward.phones.iosbackup.plists import MAX_PLIST, PlistError, Value, read_plist
from phoneward.phones.numbers import within_reach
from phoneward.phones.words import CUT_OFF_IN_BACKUP, NO_KEY, NOT_A_FILE, NOT_IN_FOLDER

_MANIFEST_MBDB: Final = b"Manifest.mbdb"
_NAMED: Final = 20

AskPassword = Callable[[], str]


class Backup:
    """A backup folder, open.

    Args:
        path: the folder.

    Attributes:
        name: the folder, readable.
        facts: what the backup says of itself.

    Raises:
        IphoneBackupError: it is none, or none that can be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = readable(os.fsencode(path))
        self._keys: Keys | None = None
        try:
            self._tree: Tree = open_tree(path)
        except OSError as error:
            raise IphoneBackupMissingError(path=self.name, detail=readable(error.strerror or str(error))) from error
        try:
            self._check_kind()
            self.facts = self._read_facts()
            self._check_finished()
        except BaseException:  # an interrupt too must not leave the folder open
            self._tree.close()
            raise

    def walk(self) -> Walk:
        """Begin a pass over the folder; to be closed."""
        return self._tree.walk()

    def close(self) -> None:
        """Give the folder back."""
        self._tree.close()

    # -- what it says of itself ------------------------------------------------------------------------------------

    def _check_kind(self) -> None:
        if self._is(os.fsencode(MANIFEST_DB), FileKind.FILE):
            return
        if self._is(_MANIFEST_MBDB, FileKind.FILE):
            raise IphoneBackupTooOldError(path=self.name)
        found = backups_in(self.path)[: _NAMED + 1]
        if found:
            names = ", ".join(
                [readable(os.fsencode(one.name)) for one in found[:_NAMED]] + ["…"] * (len(found) > _NAMED)
            )
            raise SeveralIphoneBackupsError(path=self.name, backups=names, example=readable(os.fsencode(found[0])))
        raise NotIphoneBackupError(path=self.name)

    def _check_finished(self) -> None:
        """While a backup is made, what is new lies in a folder `Snapshot`."""
        if self.facts.unfinished or self._is(b"Snapshot", FileKind.DIRECTORY):
            raise IphoneBackupUnfinishedError(path=self.name, detail=readable(self.facts.unfinished) or "Snapshot")

    def _is(self, name: bytes, kind: FileKind) -> bool:
        walk = self.walk()
        try:
            found = walk.describe((name,))
        except OSError as error:
            self._check_still_there(error)
            return False
        finally:
            walk.close()
        return not isinstance(found.status, OSError) and _kind(found.status, found.link_target) is kind

    def _read_facts(self) -> Facts:
        info, manifest, status = (self._document(name) for name in (b"Info.plist", b"Manifest.plist", b"Status.plist"))
        return read_facts(info, manifest, status, readable(os.fsencode(self.path.resolve().name)))

    def _document(self, name: bytes) -> dict[str, Value]:
        """Return a property list of the folder; empty where there is none."""
        walk = self.walk()
        try:
            file = walk.open_file((name,))
        except OSError as error:
            self._check_still_there(error)
            if error.errno == errno.ENOENT:
                return {}
            raise self._damaged(name, error.strerror or str(error)) from error
        finally:
            walk.close()
        try:
            with os.fdopen(file, "rb") as stream:
                return read_plist(stream.read(MAX_PLIST + 1))
        except (OSError, PlistError) as error:
            raise self._damaged(name, str(error)) from error

    def _damaged(self, name: bytes, detail: str) -> IphoneBackupDamagedError:
        return IphoneBackupDamagedError(path=self.name, file=readable(name), detail=readable(detail))

    def unlock(self, password: AskPassword | None) -> None:
        """Open the keys of an encrypted backup; the password is asked for only there.

        Raises:
            IphoneBackupError: there is no password, or another one is needed.
        """
        if not self.facts.is_encrypted:
            return
        if password is None:
            raise IphoneBackupLockedError(path=self.name)
        self._keys = Keys(self.facts.keybag, password, self.name)

    def is_manifest_sealed(self) -> bool:
        """Tell whether the list of files is encrypted too, as it is since iOS 10.2."""
        with self._opened_manifest() as file:
            return self._keys is not None and os.read(file, len(MAGIC)) != MAGIC

    def manifest_pieces(self) -> Iterator[bytes]:
        """Yield the encrypted list of files, deciphered.

        Raises:
            IphoneBackupDamagedError: nothing here opens it.
            OSError: it cannot be read.
        """
        wrapped = self.facts.manifest_key
        key = self._keys.file_key(wrapped) if self._keys is not None and len(wrapped) == WRAPPED_KEY else None
        if key is None:
            raise self._damaged(b"Manifest.plist", "ManifestKey")
        with self._opened_manifest() as file:
            pieces = sealed_pieces(file, key, 0)
            first = next(pieces, b"")
            if not first.startswith(MAGIC):
                raise self._damaged(os.fsencode(MANIFEST_DB), "-")
            yield first
            yield from pieces

    @contextlib.contextmanager
    def _opened_manifest(self) -> Iterator[int]:
        with contextlib.closing(self.walk()) as walk:
            file = walk.open_file((os.fsencode(MANIFEST_DB),))
            try:
                yield file
            finally:
                os.close(file)

    # -- files -----------------------------------------------------------------------------------------------------

    def describe(self, held: Held, walk: Walk) -> Iterator[ListingItem]:
        """Yield a name, and what is wrong with it. Its content is looked at, not read."""
        mtime_ns = within_reach(held.mtime_s * 10**9)
        ctime_ns = None if held.ctime_s is None else within_reach(held.ctime_s * 10**9)
        if held.kind is not FileKind.FILE:
            yield Entry(held.path, held.kind, 0, held.mode, mtime_ns, ctime_ns, held.target)
            return
        try:
            extent = self._extent(held, walk)
        except FileReadError as error:
            yield Unreadable(held.path, error.obstacle, str(error.details["detail"]))
            return
        yield Entry(held.path, FileKind.FILE, extent.size, held.mode, mtime_ns, ctime_ns)
        if not extent.is_whole:
            yield Unreadable(held.path, Obstacle.READ_ERROR, CUT_OFF_IN_BACKUP)

    def _extent(self, held: Held, walk: Walk) -> Extent:
        """Return how long a file is. What the list says of its size is often wrong (`content.py`), and not asked."""
        key = self._key(held)
        with self._reading(held):
            if key is None:
                status = walk.describe(_content(held)).status
                if isinstance(status, OSError):
                    raise status
                if not stat.S_ISREG(status.st_mode):
                    raise NotRegularError(0, NOT_A_FILE)
                return Extent(status.st_size, is_whole=bool(status.st_size) or not held.size)
            file = walk.open_file(_content(held))
            try:
                return sealed_extent(file, key)
            finally:
                os.close(file)

    def _key(self, held: Held) -> FileKey | None:
        """Return a file's key, None where it is not encrypted."""
        if self._keys is None or not held.key:
            return None
        key = self._keys.file_key(held.key)
        if key is None:
            raise FileReadError(Obstacle.DENIED, path=readable(held.path), detail=NO_KEY)
        return key

    def pieces(self, held: Held, walk: Walk, offset: int = 0) -> Iterator[bytes]:
        """Yield a file's content from a byte on, deciphered.

        Raises:
            FileReadError: it cannot be read.
            PhoneGoneError: the folder is gone.
        """
        key = self._key(held)
        with self._reading(held):
            file = walk.open_file(_content(held))
            try:
                yield from plain_pieces(file, offset) if key is None else sealed_pieces(file, key, offset)
            finally:
                os.close(file)

    @contextlib.contextmanager
    def _reading(self, held: Held) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._check_still_there(error)
            obstacle, detail = obstacle_of(error), readable(error.strerror or str(error))
            if error.errno == errno.ENOENT:
                obstacle, detail = Obstacle.READ_ERROR, NOT_IN_FOLDER
            raise FileReadError(obstacle, path=readable(held.path), detail=detail) from error

    def _check_still_there(self, error: OSError) -> None:
        if means_gone(error) or not self._tree.is_there():
            raise IphoneBackupGoneError(path=self.name, detail=readable(error.strerror or str(error))) from error


def backups_in(folder: Path) -> list[Path]:
    """Return the iPhone backups that lie in a folder, the newest first; none where it cannot be listed."""
    found = []
    try:
        for one in folder.iterdir():
            manifest = one / MANIFEST_DB
            if not one.is_symlink() and manifest.is_file():
                found.append((manifest.stat().st_mtime, one))
    except OSError:
        pass
    return [one for _time, one in sorted(found, reverse=True)]


def _kind(status: os.stat_result, link_target: bytes | None) -> FileKind:
    if link_target is not None or stat.S_ISLNK(status.st_mode):
        return FileKind.SYMLINK
    if stat.S_ISREG(status.st_mode):
        return FileKind.FILE
    return FileKind.DIRECTORY if stat.S_ISDIR(status.st_mode) else FileKind.OTHER


def _content(held: Held) -> tuple[bytes, bytes]:
    name = held.file.hex().encode()
    return name[:2], name
