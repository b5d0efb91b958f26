"""The seam to the operating system: every change that local storage makes passes through one of these few calls.

Durability rules are tested against a recording stand-in of this class, and the power-cut enumeration replays what it
recorded; so nothing in `storage/` may touch the disk any other way.
"""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from phoneward.vault.blobs import BytesLike

_READ_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_NEW_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_IOV_MAX = 512
_NOT_OFFERED = {errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOTTY, errno.ENOSYS}
"""How file systems of cards and network shares say that they have no such operation. restic goes on too (local.go):
what they cannot promise cannot be had by failing."""


@contextmanager
def _ignored(numbers: set[int]) -> Iterator[None]:
    """Go on where the file system has no such operation."""
    try:
        yield
    except OSError as error:
        if error.errno not in numbers:
            raise


class DirItem(NamedTuple):
    """One name in a folder. `size` and `mtime_ns` are 0 for what is not a regular file."""

    name: str
    is_file: bool
    is_dir: bool
    size: int
    mtime_ns: int


class SystemCalls(Protocol):
    """What local storage asks of the operating system. Paths are absolute; all raise OSError."""

    def make_dir(self, path: str) -> None:
        """Create one folder, private to its owner (mode 0700)."""

    def create_file(self, path: str) -> int:
        """Create a file that must not exist yet, private to its owner; return a handle for writing."""

    def write(self, handle: int, pieces: list[BytesLike]) -> None:
        """Append all the pieces."""

    def flush(self, handle: int) -> None:
        """Have the file's content on the disk: fsync, on Windows FlushFileBuffers."""

    def full_flush(self, handle: int) -> None:
        """Have the file's content on the disk and out of the disk's own cache: macOS's F_FULLFSYNC."""

    def close(self, handle: int) -> None:
        """Close the handle."""

    def rename(self, source: str, target: str) -> None:
        """Give the file its name, in one step."""

    def flush_dir(self, path: str) -> None:
        """Have the folder's names on the disk."""

    def set_read_only(self, path: str, *, read_only: bool) -> None:
        """Guard the file against change, or take the guard away."""

    def unlink(self, path: str) -> None:
        """Remove the file's name."""

    def read(self, path: str, offset: int, length: int | None) -> bytes:
        """Return up to `length` bytes of a regular file; never waits on a pipe or a device."""

    def drop_cached(self, path: str) -> None:
        """Forget what memory holds of a file, so that it is read from the disk; where that is offered."""

    def size(self, path: str) -> int:
        """Return a regular file's size in bytes."""

    def items(self, path: str) -> Iterator[DirItem]:
        """Yield the names in a folder. Symbolic links are neither file nor folder here."""


class RealSystemCalls:
    """The operating system itself."""

    def make_dir(self, path: str) -> None:
        """Create one folder."""
        os.mkdir(path, 0o700)

    def create_file(self, path: str) -> int:
        """Create a new file."""
        return os.open(path, _NEW_FLAGS, 0o600)

    def write(self, handle: int, pieces: list[BytesLike]) -> None:
        """Append all the pieces, few calls for many small ones."""
        views = [memoryview(piece) for piece in pieces if len(piece)]
        while views:
            written = os.writev(handle, views[:_IOV_MAX]) if hasattr(os, "writev") else os.write(handle, views[0])
            done = 0
            while done < len(views) and written >= len(views[done]):
                written -= len(views[done])
                done += 1
            del views[:done]
            if written:
                views[0] = views[0][written:]

    def flush(self, handle: int) -> None:
        """Call fsync (FlushFileBuffers on Windows)."""
        with _ignored(_NOT_OFFERED):
            os.fsync(handle)

    def full_flush(self, handle: int) -> None:
        """Call F_FULLFSYNC where there is one; some network file systems refuse it, then fsync is what there is."""
        import fcntl

        command: int = getattr(fcntl, "F_FULLFSYNC", 51)
        with _ignored(_NOT_OFFERED):
            fcntl.fcntl(handle, command)  # type: ignore[attr-defined,unused-ignore]
            return
        self.flush(handle)

    def close(self, handle: int) -> None:
        """Close the handle."""
        os.close(handle)

    def rename(self, source: str, target: str) -> None:
        """Call rename (MoveFileEx with MOVEFILE_REPLACE_EXISTING on Windows)."""
        os.replace(source, target)

    def flush_dir(self, path: str) -> None:
        """Open the folder and call fsync on it."""
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0))
        try:
            with _ignored(_NOT_OFFERED):
                os.fsync(handle)
        finally:
            os.close(handle)

    def set_read_only(self, path: str, *, read_only: bool) -> None:
        """Set mode 0400 or 0600 (the read-only attribute on Windows), where the file system keeps such a thing."""
        with _ignored(_NOT_OFFERED | {errno.EPERM, errno.EACCES}):
            os.chmod(path, stat.S_IREAD if read_only else stat.S_IREAD | stat.S_IWRITE)

    def unlink(self, path: str) -> None:
        """Remove the file's name."""
        os.unlink(path)

    def read(self, path: str, offset: int, length: int | None) -> bytes:
        """Read from a regular file."""
        handle = os.open(path, _READ_FLAGS)
        with os.fdopen(handle, "rb", buffering=0) as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "not a regular file", path)
            left = max(0, status.st_size - offset)
            wanted = left if length is None else min(length, left)
            file.seek(offset)
            first = file.read(wanted)
            if len(first) == wanted:
                return first
            pieces = [first]  # a signal or a network file system may cut one read short
            while first and wanted > sum(map(len, pieces)):
                first = file.read(wanted - sum(map(len, pieces)))
                pieces.append(first)
            return b"".join(pieces)

    def drop_cached(self, path: str) -> None:
        """Call posix_fadvise where there is one (Linux); it drops what is flushed."""
        if sys.platform != "linux":
            return
        handle = os.open(path, _READ_FLAGS)
        try:
            with _ignored(_NOT_OFFERED):
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)

    def size(self, path: str) -> int:
        """Ask for the size of a regular file."""
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        return status.st_size

    def items(self, path: str) -> Iterator[DirItem]:
        """List a folder."""
        with os.scandir(path) as entries:
            for entry in entries:
                try:
                    is_file = entry.is_file(follow_symlinks=False)
                    status = entry.stat(follow_symlinks=False) if is_file else None
                    is_dir = entry.is_dir()
                except FileNotFoundError:
                    continue  # removed by another process between listing and asking
                size, mtime_ns = (status.st_size, status.st_mtime_ns) if status else (0, 0)
                yield DirItem(entry.name, is_file, is_dir, size, mtime_ns)
