"""A folder on Linux or macOS, walked by descriptors: no path is ever resolved again, so nothing can be swapped in."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from phoneward.phones.folder.tree import Found, Names, NotRegularError

assert sys.platform != "win32"  # noqa: S101 - tells the type checker which system's `os` this module speaks of

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
"""O_NONBLOCK: opening a pipe that nobody writes to must not wait; what was opened is checked right after."""

_OPEN_FOLDERS = 64
"""Folders kept open at once on the way down; deeper ones are reached again from there."""


class PosixTree:
    """An open folder.

    Args:
        path: the folder; a link to a folder is taken, since the person named it.

    Raises:
        OSError: there is no such folder, or it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._root = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def walk(self) -> "PosixWalk":
        """Begin a listing or a batch."""
        return PosixWalk(self._root)

    def is_there(self) -> bool:
        """Tell whether the path still leads to the folder that was opened (a card may be pulled, a disk unmounted)."""
        try:
            return os.path.samestat(os.stat(self._path), os.fstat(self._root))
        except OSError:
            return False

    def close(self) -> None:
        """Close the folder."""
        os.close(self._root)


class PosixWalk:
    """One pass over a tree: remembers the open folders from the root to the last place it was asked for."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._names: list[bytes] = []
        self._open: list[int] = []
        self._last: int | None = None
        self._reached: tuple[Names, int] | None = None

    def scan(self, names: Names) -> Iterator[Found]:
        """Yield what a folder holds."""
        folder = self._reach(names)
        with os.scandir(folder) as found:
            for item in found:
                name = os.fsencode(item.name)
                try:
                    status = item.stat(follow_symlinks=False)
                    yield Found(name, status, _link_target(name, status, folder))
                except OSError as error:
                    yield Found(name, error)

    def describe(self, names: Names) -> Found:
        """Describe one name without following it."""
        if not names:
            return Found(b"", os.fstat(self._root))
        folder = self._reach(names[:-1])
        status = os.stat(names[-1], dir_fd=folder, follow_symlinks=False)
        return Found(names[-1], status, _link_target(names[-1], status, folder))

    def open_file(self, names: Names) -> int:
        """Open an ordinary file; what was opened is asked what it is, not the name."""
        if not names:
            raise NotRegularError(0, "not a file")
        file = os.open(names[-1], _FILE, dir_fd=self._reach(names[:-1]))
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise NotRegularError(0, "not a regular file")
        return file

    def close(self) -> None:
        """Close the folders on the way."""
        self._reached = None
        self._keep(0)

    def _reach(self, names: Names) -> int:
        """Return a descriptor of a folder, valid until the next call."""
        if self._reached is not None and self._reached[0] == names:  # files come folder by folder
            return self._reached[1]
        self._reached = None
        common = 0
        while common < min(len(names), len(self._names)) and names[common] == self._names[common]:
            common += 1
        self._keep(common)
        folder = self._open[-1] if self._open else self._root
        for name in names[common:]:
            below = os.open(name, _FOLDER, dir_fd=folder)
            if len(self._open) < _OPEN_FOLDERS:
                self._open.append(below)
                self._names.append(name)
            else:
                self._drop_last()
                self._last = below
            folder = below
        self._reached = names, folder
        return folder

    def _keep(self, count: int) -> None:
        self._drop_last()
        while len(self._open) > count:
            os.close(self._open.pop())
            self._names.pop()

    def _drop_last(self) -> None:
        if self._last is not None:
            os.close(self._last)
            self._last = None


def _link_target(name: bytes, status: os.stat_result, folder: int) -> bytes | None:
    return os.readlink(name, dir_fd=folder) if stat.S_ISLNK(status.st_mode) else None
