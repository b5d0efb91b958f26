"""Folders to restore into. No operation here goes through a symbolic link, whoever made it and when.

Where the system has `openat` and its kin (Linux, macOS), every folder is opened from its parent's descriptor with
`O_NOFOLLOW`, and every name is used relative to such a descriptor: a link put in the way between two steps is not
followed either. On Windows names are joined to a path; each folder is checked (no link, no junction, still the same
folder) before each use, which leaves a moment between check and use.
"""

import contextlib
import errno
import os
import secrets
import stat
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

MAX_OPEN_FOLDERS: Final = 96
HAS_DESCRIPTORS: Final = {os.open, os.mkdir, os.stat, os.unlink, os.rename, os.link, os.symlink, os.readlink} <= (
    os.supports_dir_fd
)
_FOLDER_FLAGS: Final = (
    os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
)
_FILE_FLAGS: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINKS_HERE: Final = frozenset({
    errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EMLINK, errno.EACCES,
})  # fmt: skip


_BY_DESCRIPTOR: Final = {os.utime, os.chmod} <= os.supports_fd


class InTheWayError(OSError):
    """Something stands under the name of a folder that is none."""


class _Identity(NamedTuple):
    device: int
    inode: int


class OpenFolders:
    """Keeps descriptors of recently used folders, at most so many that are not in use. Safe for several threads."""

    def __init__(self, limit: int | None = None) -> None:
        self._limit = MAX_OPEN_FOLDERS if limit is None else limit
        self._lock = threading.Lock()
        self._idle: OrderedDict[int, TargetFolder] = OrderedDict()

    @contextlib.contextmanager
    def use(self, folder: "TargetFolder") -> Iterator[int]:
        """Yield the folder's descriptor; it stays open for the length of the block."""
        with self._lock:
            descriptor = self._pin(folder)
        try:
            yield descriptor
        finally:
            with self._lock:
                self._unpin(folder)

    def adopt(self, folder: "TargetFolder", descriptor: int) -> None:
        """Keep the descriptor of a folder that was just opened."""
        with self._lock:
            folder.descriptor = descriptor
            folder.users = 1
            self._unpin(folder)

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            while self._idle:
                self._close_oldest()

    def _pin(self, folder: "TargetFolder") -> int:
        missing = []
        ancestor = folder
        while ancestor.descriptor is None:
            missing.append(ancestor)
            if ancestor.parent is None:
                break
            ancestor = ancestor.parent
        for closed in reversed(missing):
            descriptor = closed.reopen(None if closed.parent is None else closed.parent.descriptor)
            closed.descriptor = descriptor
            closed.users = 0
            self._idle[id(closed)] = closed
        self._idle.pop(id(folder), None)
        folder.users += 1
        self._trim()
        assert folder.descriptor is not None  # noqa: S101 - opened above, and never trimmed while in use
        return folder.descriptor

    def _unpin(self, folder: "TargetFolder") -> None:
        folder.users -= 1
        if folder.users == 0:
            self._idle[id(folder)] = folder
            self._trim()

    def _trim(self) -> None:
        while len(self._idle) > self._limit:
            self._close_oldest()

    def _close_oldest(self) -> None:
        _number, oldest = self._idle.popitem(last=False)
        if oldest.descriptor is not None:
            os.close(oldest.descriptor)
            oldest.descriptor = None


class TargetFolder:
    """One folder below (or at) the target. Made by `open_target` and `enter`."""

    __slots__ = ("_name", "_pool", "descriptor", "identity", "parent", "path", "users")

    def __init__(
        self, pool: OpenFolders, parent: "TargetFolder | None", name: bytes, path: bytes, identity: _Identity
    ) -> None:
        self._pool = pool
        self.parent = parent
        self._name = name
        self.path = path
        self.identity = identity
        self.descriptor: int | None = None
        self.users = 0

    def reopen(self, parent: int | None) -> int:
        """Return a new descriptor of this very folder (for `OpenFolders`).

        Raises:
            InTheWayError: another folder stands in its place now.
        """
        # The target itself may be reached through links: it is what the person named.
        flags = _FOLDER_FLAGS & ~getattr(os, "O_NOFOLLOW", 0) if parent is None else _FOLDER_FLAGS
        descriptor = os.open(self.path if parent is None else self._name, flags, dir_fd=parent)
        if _identity(os.fstat(descriptor)) != self.identity:
            os.close(descriptor)
            raise InTheWayError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        return descriptor

    @contextlib.contextmanager
    def _at(self, name: bytes) -> Iterator[tuple[bytes, int | None]]:
        """Yield what names an entry of this folder to `os`: a path, and the descriptor it is relative to."""
        if HAS_DESCRIPTORS:
            with self._pool.use(self) as descriptor:
                yield name, descriptor
        else:
            self._check_path()
            yield os.path.join(self.path, name), None

    def _check_path(self) -> None:
        folder: TargetFolder | None = self
        while folder is not None and folder.parent is not None:
            status = os.lstat(folder.path)
            if not _is_plain_folder(status) or _identity(status) != folder.identity:
                raise InTheWayError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            folder = folder.parent

    def lstat(self, name: bytes) -> os.stat_result | None:
        """Return what stands under a name, links not followed; None where nothing does."""
        with self._at(name) as (path, at):
            try:
                return os.stat(path, dir_fd=at, follow_symlinks=False)
            except FileNotFoundError:
                return None

    def enter(self, name: bytes, *, create: bool) -> tuple["TargetFolder | None", bool]:
        """Return the folder of this name and whether it was made now; None where it is missing and not to be made.

        Raises:
            InTheWayError: something else has the name, such as a link to a folder.
            OSError: it cannot be made or opened.
        """
        made = False
        with self._at(name) as (path, at):
            if create:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(path, 0o700, dir_fd=at)
                    made = True
            try:
                status = os.stat(path, dir_fd=at, follow_symlinks=False)
            except FileNotFoundError:
                return None, False
            if not _is_plain_folder(status):
                raise InTheWayError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            folder = TargetFolder(self._pool, self, name, os.path.join(self.path, name), _identity(status))
            if HAS_DESCRIPTORS:
                self._pool.adopt(folder, folder.reopen(at))
        return folder, made

    def new_file(self) -> tuple[bytes, int]:
        """Make an empty file under a name of its own (0600) and return the name and a descriptor for writing."""
        name = b".phoneward-" + secrets.token_hex(8).encode() + b".part"
        with self._at(name) as (path, at):
            return name, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE_FLAGS, 0o600, dir_fd=at)

    @staticmethod
    def describe(descriptor: int, permissions: int, times_ns: tuple[int, int]) -> None:
        """Set times (atime, mtime; one that no file system holds is left out) and mode of an open file."""
        if _BY_DESCRIPTOR:
            with contextlib.suppress(OverflowError):
                os.utime(descriptor, ns=times_ns)
            os.chmod(descriptor, permissions)

    def describe_by_name(self, name: bytes, permissions: int, times_ns: tuple[int, int]) -> None:
        """Do the same for a closed file of ours, on systems where `describe` cannot (Windows)."""
        if not _BY_DESCRIPTOR:
            with self._at(name) as (path, _at):
                with contextlib.suppress(OverflowError):
                    os.utime(path, ns=times_ns)
                os.chmod(path, permissions)

    def open_file(self, name: bytes) -> int:
        """Return a descriptor for reading a regular file.

        Raises:
            OSError: no regular file, or it cannot be read.
        """
        with self._at(name) as (path, at):
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _FILE_FLAGS, dir_fd=at)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return descriptor

    def publish(self, temporary: bytes, name: bytes, *, replace: bool) -> None:
        """Give a finished file its name.

        Raises:
            FileExistsError: something has the name, and it is not to be replaced.
        """
        with self._at(temporary) as (source, at), self._at(name) as (path, _at):
            if replace:
                os.replace(source, path, src_dir_fd=at, dst_dir_fd=at)
                return
            if sys.platform != "win32":
                try:
                    # A link, unlike a rename, fails where the name is taken meanwhile.
                    os.link(source, path, src_dir_fd=at, dst_dir_fd=at, follow_symlinks=False)
                except OSError as error:
                    if error.errno not in _NO_LINKS_HERE:
                        raise
                    if self.lstat(name) is not None:
                        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
                else:
                    os.unlink(source, dir_fd=at)
                    return
            os.rename(source, path, src_dir_fd=at, dst_dir_fd=at)

    def remove(self, name: bytes) -> None:
        """Remove a file of ours, if it is there."""
        with contextlib.suppress(FileNotFoundError), self._at(name) as (path, at):
            os.unlink(path, dir_fd=at)

    def make_link(self, name: bytes, target: bytes, mtime_ns: int, *, replace: bool) -> None:
        """Make a symbolic link. Its text is written as it is and never followed.

        Raises:
            OSError, ValueError: it cannot be made.
        """
        temporary = b".phoneward-" + secrets.token_hex(8).encode() + b".part" if replace else name
        with self._at(temporary) as (path, at):
            os.symlink(target, path, dir_fd=at)
            if os.utime in os.supports_follow_symlinks:
                with contextlib.suppress(OSError, OverflowError, NotImplementedError):
                    os.utime(path, ns=(mtime_ns, mtime_ns), dir_fd=at, follow_symlinks=False)
        if replace:
            try:
                self.publish(temporary, name, replace=True)
            except OSError:
                self.remove(temporary)
                raise

    def read_link(self, name: bytes) -> bytes:
        """Return a symbolic link's text."""
        with self._at(name) as (path, at):
            return os.readlink(path, dir_fd=at)

    def finish(self, permissions: int, mtime_ns: int) -> None:
        """Set the folder's own mode and time, once all is in it."""
        if HAS_DESCRIPTORS:
            with self._pool.use(self) as descriptor:
                self.describe(descriptor, permissions, (mtime_ns, mtime_ns))
        else:
            self._check_path()
            with contextlib.suppress(OverflowError):
                os.utime(self.path, ns=(mtime_ns, mtime_ns))
            os.chmod(self.path, permissions)

    def sync(self) -> None:
        """Make the names in this folder durable, where the system has a call for it."""
        if HAS_DESCRIPTORS:
            with self._pool.use(self) as descriptor:
                os.fsync(descriptor)


def _identity(status: os.stat_result) -> _Identity:
    return _Identity(status.st_dev, status.st_ino)


def _is_plain_folder(status: os.stat_result) -> bool:
    reparse_point = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0)
    return stat.S_ISDIR(status.st_mode) and not getattr(status, "st_file_attributes", 0) & reparse_point


def open_target(path: Path, *, create: bool) -> tuple[OpenFolders, TargetFolder | None]:
    """Open the folder to restore into; the person named it, so links on the way to it are followed.

    Args:
        path: the folder.
        create: make it (and its parents) where it is missing; else None is returned for it.

    Raises:
        OSError: it is no folder, or cannot be made.
    """
    pool = OpenFolders()
    if create:
        path.mkdir(parents=True, exist_ok=True)
    try:
        real = path.resolve(strict=True)
    except FileNotFoundError:
        return pool, None
    status = real.stat()
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    # The prefix lifts Windows' limit of 260 characters to a path.
    text = rf"\\?\{real}" if sys.platform == "win32" and not str(real).startswith("\\\\") else str(real)
    root = TargetFolder(pool, None, b"", os.fsencode(text), _identity(status))
    if HAS_DESCRIPTORS:
        pool.adopt(root, root.reopen(None))
    return pool, root
