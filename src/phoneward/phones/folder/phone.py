"""The folder phone: paths are absolute from the folder's root, `/DCIM/a.jpg` for DIR/DCIM/a.jpg."""

import contextlib
import hashlib
import os
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from phoneward.errors import readable
from phoneward.phones.base import (
    AppInventory,
    Entry,
    FileKind,
    FileStream,
    Hashed,
    Hashes,
    HashPlace,
    Identity,
    ListingItem,
    Obstacle,
    Unreadable,
    Volume,
    VolumeKind,
)
from phoneward.phones.errors import FileReadError, FolderMissingError, PhoneGoneError
from phoneward.phones.folder.bulk import FolderBulk
from phoneward.phones.folder.portable import PortableTree
from phoneward.phones.folder.tree import Names, Tree, Walk, entry_of, means_gone, obstacle_of, unreadable
from phoneward.phones.labels import host_label
from phoneward.phones.numbers import checked_offset
from phoneward.phones.paths import MAX_PATH_BYTES, BadPathError, components, join
from phoneward.phones.words import NOT_A_PATH
from phoneward.texts import _

if sys.platform != "win32":
    from phoneward.phones.folder.posix import PosixTree

PIECE_BYTES = 1 << 20


def open_tree(path: Path) -> Tree:
    """Open a folder of this computer in the safest way that it knows. Raises OSError."""
    if sys.platform != "win32" and os.open in os.supports_dir_fd and os.scandir in os.supports_fd:
        return PosixTree(path)
    return PortableTree(path)


class FolderPhone:
    """A folder of this computer, read as if it were a phone's shared storage.

    Args:
        path: the folder. It is opened by `with`.
        tree: another way to reach it (tests).
    """

    def __init__(self, path: Path, *, tree: Tree | None = None) -> None:
        self._path = path
        self._tree = tree
        self._identity: Identity | None = None

    def __enter__(self) -> Self:
        """Open the folder.

        Raises:
            FolderMissingError: there is no such folder, or it may not be read.
        """
        try:
            if self._tree is None:
                self._tree = open_tree(self._path)
            real = os.fsencode(self._path.resolve(strict=True))
        except OSError as error:
            raise FolderMissingError(path=readable(os.fsencode(self._path)), detail=error.strerror) from error
        digest = hashlib.sha256(b"phoneward folder\0" + real).hexdigest()
        self._identity = Identity(id=digest[:16], label=host_label(os.path.basename(real), "folder"), kind="folder")
        return self

    def __exit__(self, *exc: object) -> None:
        if self._tree is not None:
            self._tree.close()
            self._tree = None

    @property
    def identity(self) -> Identity:
        """Which folder this is: the hash of its real path."""
        assert self._identity is not None, "use it in a with statement"  # noqa: S101
        return self._identity

    @property
    def mtime_precision_ns(self) -> int:
        """Nanoseconds."""
        return 1

    @property
    def size_modulus(self) -> int | None:
        """None: sizes are whole."""
        return None

    def now_ns(self) -> int:
        """This computer's clock: it is the one that stamps the files."""
        return time.time_ns()

    def volumes(self) -> list[Volume]:
        """Return the folder as the shared storage."""
        return [Volume(VolumeKind.SHARED, "shared", b"/", self.identity.label)]

    def apps(self) -> AppInventory:
        """Return no apps: a folder has none."""
        return AppInventory()

    def list(self, root: bytes, *, precise: bool = True) -> Iterator[ListingItem]:
        """Walk a tree; see `Phone.list`. Times are always exact."""
        del precise
        walk = self._open.walk()
        waiting: deque[bytes] = deque([root])
        try:
            while waiting:
                yield from self._list_one(walk, waiting.pop(), waiting)
        finally:
            walk.close()

    def _list_one(self, walk: Walk, folder: bytes, waiting: deque[bytes]) -> Iterator[ListingItem]:
        empty = True
        try:
            for found in walk.scan(components(folder)):
                empty = False
                path = join(folder, found.name)
                if isinstance(found.status, OSError):
                    yield self.failed(path, found.status)
                    continue
                entry = entry_of(path, found.status, found.link_target)
                yield entry
                if entry.kind is FileKind.DIRECTORY:
                    if len(path) > MAX_PATH_BYTES:
                        yield Unreadable(path, Obstacle.TOO_LONG)
                    else:
                        waiting.append(path)
            if empty:
                self.check_not_removed()
        except BadPathError:
            yield Unreadable(folder, Obstacle.BAD_NAME)
        except OSError as error:
            yield self.failed(folder, error)

    def stat(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
        """Describe these paths now; see `Phone.stat`."""
        walk = self._open.walk()
        try:
            for path in paths:
                yield self.describe(walk, path)
        finally:
            walk.close()

    def describe(self, walk: Walk, path: bytes) -> Entry | Unreadable:
        """Describe one path, as `stat`."""
        try:
            found = walk.describe(components(path))
        except BadPathError:
            return Unreadable(path, Obstacle.BAD_NAME)
        except OSError as error:
            return self.failed(path, error)
        assert not isinstance(found.status, OSError)  # noqa: S101 - describe() raises it
        return entry_of(path, found.status, found.link_target)

    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:
        """Stream these files; see `Phone.read`."""
        walk = self._open.walk()
        try:
            for path in paths:
                yield _FolderFile(path, self, walk)
        finally:
            walk.close()

    def read_from(self, path: bytes, offset: int) -> FileStream:
        """Return one file from a byte on; see `Phone.read_from`."""
        return _FolderFile(path, self, None, checked_offset(offset))

    @property
    def hash_place(self) -> HashPlace:
        """Here: each file is read again."""
        return HashPlace.HERE

    def hash(self, files: Iterable[tuple[bytes, int]]) -> Hashes:
        """Read files again and hash them; see `Phone.hash`."""
        return _FolderHashes(self, files)

    @property
    def bulk(self) -> FolderBulk | None:
        """The same folder, many names at a time. Windows knows no change times, so its names come one by one."""
        return None if os.name == "nt" else FolderBulk(self)

    def walk(self) -> Walk:
        """Begin a pass of its own; to be closed."""
        return self._open.walk()

    @property
    def _open(self) -> Tree:
        assert self._tree is not None, "use it in a with statement"  # noqa: S101
        return self._tree

    def failed(self, path: bytes, error: OSError) -> Unreadable:
        """Return the item for an error, unless it is the folder as a whole that is no longer there."""
        self.check_still_there(error)
        return unreadable(path, error)

    def check_not_removed(self) -> None:
        """Raise PhoneGoneError where the folder was removed: while it is open it looks empty, with no error."""
        if not self._open.is_there():
            raise PhoneGoneError(detail=_("the folder was removed"))

    def check_still_there(self, error: OSError) -> None:
        """Raise PhoneGoneError where an error comes from the whole folder having left."""
        if means_gone(error) or not self._open.is_there():
            raise PhoneGoneError(detail=readable(error.strerror or str(error))) from error


class _FolderHashes:
    """Files of a folder, read again one after the other."""

    def __init__(self, phone: FolderPhone, files: Iterable[tuple[bytes, int]]) -> None:
        self._phone = phone
        self._files = files
        self._stopped = False

    def stop(self) -> None:
        self._stopped = True

    def __iter__(self) -> Iterator[Hashed]:
        with contextlib.closing(self._phone.walk()) as walk:
            for path, _size in self._files:
                digest = hashlib.sha256()
                try:
                    for piece in _FolderFile(path, self._phone, walk):
                        if self._stopped:
                            raise PhoneGoneError(detail=_("stopped"))
                        digest.update(piece)
                except FileReadError:
                    yield Hashed(path, None)
                else:
                    yield Hashed(path, digest.digest())


class _FolderFile:
    """One file of a folder, opened when it is read.

    Args:
        path: which file.
        phone: of which phone.
        walk: the pass it belongs to; None for one of its own.
        offset: of the first byte wanted.
    """

    def __init__(self, path: bytes, phone: FolderPhone, walk: Walk | None, offset: int = 0) -> None:
        self.path = path
        self._phone = phone
        self._walk = walk
        self._offset = offset

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces(self._walk) if self._walk is not None else self._alone()

    def _alone(self) -> Iterator[bytes]:
        with contextlib.closing(self._phone.walk()) as walk:
            yield from self._pieces(walk)

    def _pieces(self, walk: Walk) -> Iterator[bytes]:
        try:
            file = walk.open_file(self._names())
            try:
                left = os.fstat(file).st_size
                if self._offset:
                    if self._offset >= left:
                        return  # not left to `lseek`: a file system has a largest offset
                    os.lseek(file, self._offset, os.SEEK_SET)
                    left -= self._offset
                # One byte more than there should be: a file that is as long as it says is read in one call.
                while piece := os.read(file, min(left + 1, PIECE_BYTES) if left >= 0 else PIECE_BYTES):
                    yield piece
                    left -= len(piece)
                    if left == 0 and len(piece) < PIECE_BYTES:
                        return
            finally:
                os.close(file)
        except OSError as error:
            self._phone.check_still_there(error)
            detail = readable(error.strerror or str(error))
            raise FileReadError(obstacle_of(error), path=readable(self.path), detail=detail) from error

    def _names(self) -> Names:
        try:
            return components(self.path)
        except BadPathError as error:
            raise FileReadError(Obstacle.BAD_NAME, path=readable(self.path), detail=NOT_A_PATH) from error
