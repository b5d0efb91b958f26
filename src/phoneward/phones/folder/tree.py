"""What a folder phone asks of the operating system, and what the answers mean."""

import errno
import os
import stat
from collections.abc import Iterator
from typing import NamedTuple, Protocol, TypeAlias

from phoneward.errors import readable
from phoneward.phones.base import Entry, FileKind, Obstacle, Unreadable
from phoneward.phones.numbers import within_reach

Names: TypeAlias = tuple[bytes, ...]


class NotRegularError(OSError):
    """What was opened is no ordinary file: a link, a folder, a pipe or a device stands there."""


class Found(NamedTuple):
    """One name of a folder: its description, or the error that the system gave instead."""

    name: bytes
    status: os.stat_result | OSError
    link_target: bytes | None = None


class Walk(Protocol):
    """Access to one tree for one purpose (a listing, a batch): it may remember the folders it came through.

    Names are components below the root. No method follows a symbolic link anywhere on the way. OSError otherwise.
    """

    def scan(self, names: Names) -> Iterator[Found]:
        """Yield what a folder holds."""

    def describe(self, names: Names) -> Found:
        """Describe one name without following it; the error is raised, not returned."""

    def open_file(self, names: Names) -> int:
        """Open an ordinary file for reading; returns its descriptor. NotRegularError for anything else."""

    def close(self) -> None:
        """Give back what is held."""


class Tree(Protocol):
    """A folder that stays open while its phone is in use."""

    def walk(self) -> Walk:
        """Begin a listing or a batch."""

    def is_there(self) -> bool:
        """Tell whether the folder can still be reached."""

    def close(self) -> None:
        """Give back what is held."""


_GONE = {errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.ESHUTDOWN}
"""A device that left; the file itself has no part in it."""

_OBSTACLES = {
    errno.EACCES: Obstacle.DENIED,
    errno.EPERM: Obstacle.DENIED,
    errno.ENOENT: Obstacle.VANISHED,
    errno.ENOTDIR: Obstacle.VANISHED,
    errno.ENAMETOOLONG: Obstacle.TOO_LONG,
    errno.EILSEQ: Obstacle.BAD_NAME,
    errno.EINVAL: Obstacle.BAD_NAME,
    errno.ELOOP: Obstacle.SPECIAL,
}


def means_gone(error: OSError) -> bool:
    """Tell whether the error says that the whole device went away."""
    return error.errno in _GONE


def obstacle_of(error: OSError) -> Obstacle:
    """Return why something could not be had, from the system's error."""
    if isinstance(error, NotRegularError):
        return Obstacle.SPECIAL
    return _OBSTACLES.get(error.errno or 0, Obstacle.READ_ERROR)


def unreadable(path: bytes, error: OSError) -> Unreadable:
    """Return the item that names what could not be had."""
    return Unreadable(path, obstacle_of(error), readable(error.strerror or str(error)))


def entry_of(path: bytes, status: os.stat_result, link_target: bytes | None) -> Entry:
    """Return the description of one name. Windows has no inode change time (`st_ctime` is the creation there)."""
    mode = status.st_mode
    kind = FileKind.OTHER
    if stat.S_ISREG(mode):
        kind = FileKind.FILE
    elif link_target is not None:
        kind = FileKind.SYMLINK
    elif stat.S_ISDIR(mode):
        kind = FileKind.DIRECTORY
    return Entry(
        path,
        kind,
        status.st_size if kind is FileKind.FILE else 0,
        stat.S_IMODE(mode),
        within_reach(status.st_mtime_ns),
        None if os.name == "nt" else within_reach(status.st_ctime_ns),
        link_target,
    )
