"""Folders to restore into. No operation here goes through a symbolic link, whoever made it and when.

Where the system has `openat` and its kin (Linux, macOS), every folder is opened from its parent's descriptor with
`O_NOFOLLOW`, and every name is used relative to such a descriptor: a link put in the way between two steps is not
followed either. On Windows names are joined to a path; each folder is checked (no link, no junction, still the same
folder) before each use, which leaves a moment between check and use.
"""

import contextlib
import errno
import itertools
import os
import secrets
import stat
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final, NamedTuple

from phoneward.vault import restore_leftovers
from phoneward.vault.restore_system import rename_new

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
        # Files are made only where nothing has the name, so it need not be unguessable; a fresh random one costs 2 µs.
        self._first = secrets.randbits(64)
        self._numbers = itertools.count(self._first)
        self._claim: int | None = None
        self.is_alone = False

    def new_name(self) -> bytes:
        """Return a name for a file that is not finished, not given before."""
        return b".phoneward-%016x.part" % (next(self._numbers) & (2**64 - 1))

    def gave(self, name: bytes) -> bool:
        """Tell whether `new_name` returned this name, which is one of its kind."""
        return (int(name[len(b".phoneward-") : -len(b".part")], 16) - self._first) % 2**64 < 2**48

    def claim(self, path: str) -> None:
        """Say to other restores that one works in this folder, until `close`."""
        self._claim, self.is_alone = restore_leftovers.claim(path)

    def pin(self, folder: "TargetFolder") -> int:
        """Return the folder's descriptor, which stays open until `unpin`."""
        with self._lock:
            return self._pin(folder)

    def unpin(self, folder: "TargetFolder") -> None:
        """Allow the folder to be closed."""
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
            if self._claim is not None:
                os.close(self._claim)
                self._claim = None

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
    """One folder below (or at) the target. Made by `open_target` and `enter`.

    Attributes:
        made: whether it was made in this run, so that nothing can have been in it before.
        writing: held by who makes many files in it. The system lets one at a time do that anyway, and threads that
            wait for that inside the system keep a processor busy.
    """

    __slots__ = ("_name", "_pool", "descriptor", "identity", "made", "parent", "path", "users", "writing")

    def __init__(
        self,
        pool: OpenFolders,
        parent: "TargetFolder | None",
        name: bytes,
        path: bytes,
        identity: _Identity,
        *,
        made: bool = False,
    ) -> None:
        self._pool = pool
        self.parent = parent
        self._name = name
        self.path = path
        self.identity = identity
        self.made = made
        self.writing = threading.Lock()
        self.descriptor: int | None = None
        self.users = 0

    @property
    def device(self) -> int:
        """The file system it lies on."""
        return self.identity.device

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

    def held(self) -> "_Hold":
        """Return a `with` block's head in which the folder stays open, for several operations; it gives `HeldFolder`.

        Raises (on entering):
            OSError: it is gone, or another folder stands in its place.
        """
        return _Hold(self._pool, self)

    def check_path(self) -> None:
        """Where folders are reached by paths: refuse to go on when one of them was swapped.

        Raises:
            OSError: one on the way is gone, a link, or another folder.
        """
        folder: TargetFolder | None = self
        while folder is not None and folder.parent is not None:
            status = os.lstat(folder.path)
            if not _is_plain_folder(status) or _identity(status) != folder.identity:
                raise InTheWayError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            folder = folder.parent

    def lstat(self, name: bytes) -> os.stat_result | None:
        """Return what stands under a name, links not followed; None where nothing does."""
        with self.held() as held:
            return held.lstat(name)

    def enter(self, name: bytes, *, create: bool) -> tuple["TargetFolder | None", bool]:
        """Return the folder of this name and whether it was made now; None where it is missing and not to be made.

        Raises:
            InTheWayError: something else has the name, such as a link to a folder.
            OSError: it cannot be made or opened.
        """
        made = False
        with self.held() as held:
            path, at = held.at(name)
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
            folder = TargetFolder(self._pool, self, name, os.path.join(self.path, name), _identity(status), made=made)
            if HAS_DESCRIPTORS:
                self._pool.adopt(folder, folder.reopen(at))
        if create and not made:
            folder.clear_leftovers()
        return folder, made

    def clear_leftovers(self) -> None:
        """Remove what killed restores left in this folder."""
        with self.held() as held:
            restore_leftovers.clear(held, self.path, self._pool.gave, is_alone=self._pool.is_alone)

    def new_file(self) -> tuple[bytes, int]:
        """Make an empty file under a name of its own; see `HeldFolder.new_file`."""
        with self.held() as held:
            return held.new_file()

    def describe_by_name(self, name: bytes, permissions: int, times_ns: tuple[int, int]) -> None:
        """Set times and mode of a closed file of ours, on systems where `describe` cannot (Windows)."""
        if not _BY_DESCRIPTOR:
            with self.held() as held:
                path, _at = held.at(name)
                with contextlib.suppress(OverflowError):
                    os.utime(path, ns=times_ns)
                os.chmod(path, permissions)

    def open_file(self, name: bytes) -> int:
        """Return a descriptor for reading a regular file.

        Raises:
            OSError: no regular file, or it cannot be read.
        """
        with self.held() as held:
            path, at = held.at(name)
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _FILE_FLAGS, dir_fd=at)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return descriptor

    def publish(self, temporary: bytes, name: bytes, *, replace: bool) -> None:
        """Give a finished file its name; see `HeldFolder.publish`."""
        with self.held() as held:
            held.publish(temporary, name, replace=replace)

    def remove(self, name: bytes) -> None:
        """Remove a file of ours, if it is there."""
        with contextlib.suppress(FileNotFoundError), self.held() as held:
            path, at = held.at(name)
            os.unlink(path, dir_fd=at)

    def make_link(self, name: bytes, target: bytes, mtime_ns: int, *, replace: bool) -> None:
        """Make a symbolic link. Its text is written as it is and never followed.

        Raises:
            OSError, ValueError: it cannot be made.
        """
        temporary = self._pool.new_name() if replace else name
        with self.held() as held:
            path, at = held.at(temporary)
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
        with self.held() as held:
            path, at = held.at(name)
            return os.readlink(path, dir_fd=at)

    def finish(self, permissions: int, mtime_ns: int) -> None:
        """Set the folder's own mode and time, once all is in it."""
        with self.held() as held:
            if held.descriptor is not None:
                describe(held.descriptor, permissions, (mtime_ns, mtime_ns))
                return
        self.check_path()
        with contextlib.suppress(OverflowError):
            os.utime(self.path, ns=(mtime_ns, mtime_ns))
        os.chmod(self.path, permissions)

    def sync(self) -> None:
        """Make the names in this folder durable, where the system has a call for it."""
        with self.held() as held:
            if held.descriptor is not None:
                os.fsync(held.descriptor)


class _Hold:
    """Opens a folder and keeps it open. A class and no generator: this is done for every file."""

    __slots__ = ("_folder", "_pool")

    def __init__(self, pool: OpenFolders, folder: TargetFolder) -> None:
        self._pool = pool
        self._folder = folder

    def __enter__(self) -> "HeldFolder":
        return HeldFolder(self._pool, self._folder, self._pool.pin(self._folder) if HAS_DESCRIPTORS else None)

    def __exit__(self, *_error: object) -> None:
        if HAS_DESCRIPTORS:
            self._pool.unpin(self._folder)


class HeldFolder:
    """An open folder. `descriptor` is None on systems where folders are reached by paths."""

    __slots__ = ("_folder", "_pool", "descriptor")

    def __init__(self, pool: OpenFolders, folder: TargetFolder, descriptor: int | None) -> None:
        self._pool = pool
        self._folder = folder
        self.descriptor = descriptor

    def at(self, name: bytes) -> tuple[bytes, int | None]:
        """Return what names an entry of this folder to `os`: a path, and the descriptor it is relative to.

        Raises:
            OSError: the folder was swapped (where it is reached by its path: then ask anew for every operation).
        """
        if self.descriptor is not None:
            return name, self.descriptor
        self._folder.check_path()
        return os.path.join(self._folder.path, name), None

    def lstat(self, name: bytes) -> os.stat_result | None:
        """Return what stands under a name, links not followed; None where nothing does."""
        path, at = self.at(name)
        try:
            return os.stat(path, dir_fd=at, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def new_file(self) -> tuple[bytes, int]:
        """Make an empty file under a name of its own (0600) and return the name and a descriptor for writing."""
        name = self._pool.new_name()
        path, at = self.at(name)
        return name, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE_FLAGS, 0o600, dir_fd=at)

    def publish(self, temporary: bytes, name: bytes, *, replace: bool) -> None:
        """Give a finished file its name.

        Raises:
            FileExistsError: something has the name, and it is not to be replaced.
        """
        source, at = self.at(temporary)
        path, _at = self.at(name)
        if replace:
            os.replace(source, path, src_dir_fd=at, dst_dir_fd=at)
            return
        if sys.platform != "win32":
            if rename_new(source, path, at):
                return
            try:
                # A link, unlike a plain rename, fails where the name is taken meanwhile.
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


def describe(descriptor: int, permissions: int, times_ns: tuple[int, int]) -> None:
    """Set times (atime, mtime; one that no file system holds is left out) and mode of an open file or folder."""
    if _BY_DESCRIPTOR:
        with contextlib.suppress(OverflowError):
            os.utime(descriptor, ns=times_ns)
        os.chmod(descriptor, permissions)


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
    if create:
        pool.claim(text)
        root.clear_leftovers()
    return pool, root
