"""Small portable pieces for files of our own: write for good, and hold a lock that dies with its process."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class LockHeldError(Exception):
    """Another process holds the lock. Never shown to a person as it is."""


@contextmanager
def process_lock(path: Path, *, at: int = 0) -> Iterator[None]:
    """Hold a lock file; the system lets go of it however this process ends.

    Args:
        path: of the file; made where it is not there.
        at: the byte that is locked on Windows, where nobody else can read a locked byte: beyond the end of a file that
            others read.

    Raises:
        LockHeldError: another process (or another holder in this one) has it.
        OSError: the file cannot be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, at)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, at: int) -> None:
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, at, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise LockHeldError from error


def sync_file(descriptor: int) -> None:
    """Return once the file's bytes are on the disk itself, as far as the system can promise it.

    macOS keeps them in the drive's cache unless told otherwise (Apple's fsync(2), `F_FULLFSYNC`).
    """
    if sys.platform == "darwin":
        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        except OSError:  # a file system that does not know it
            os.fsync(descriptor)
    else:
        os.fsync(descriptor)


def sync_folder(path: Path) -> None:
    """Return once the names in a folder are on the disk (Windows has no such call and needs none)."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a private folder and those above it that are missing; their names are on the disk when it returns.

    Raises:
        OSError: one cannot be made.
    """
    missing = []
    while not path.is_dir() and path not in missing:  # a missing drive is its own parent
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)
