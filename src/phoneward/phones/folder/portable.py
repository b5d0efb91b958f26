r"""A folder walked by path, for systems without descriptors of folders (Windows); works everywhere.

Every component is looked at before it is entered and an opened file is compared with what was looked at. Someone who
swaps a folder for a link at that very moment is not kept out here, as he is on the other systems.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from phoneward.phones.folder.tree import Found, Names, NotRegularError

_FILE = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0) | getattr(os, "O_NOFOLLOW", 0)
_FILE |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)

_WINDOWS = os.name == "nt"
_FORBIDDEN_ON_WINDOWS = frozenset('<>:"/\\|?*') | frozenset(map(chr, range(32)))
"""A colon would open an alternate stream, a backslash another folder (Microsoft, "Naming Files, Paths")."""


class PortableTree:
    """A folder by its path.

    Args:
        path: the folder; a link to a folder is taken, since the person named it.

    Raises:
        OSError: there is no such folder, or it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.resolve(strict=True)
        with os.scandir(self._path):
            self._root = self._path.stat()

    def walk(self) -> "PortableWalk":
        """Begin a listing or a batch."""
        return PortableWalk(_without_length_limit(self._path))

    def is_there(self) -> bool:
        """Tell whether the path still leads to the folder that was opened."""
        try:
            return os.path.samestat(self._path.stat(), self._root)
        except OSError:
            return False

    def close(self) -> None:
        """Nothing is held."""


class PortableWalk:
    """One pass over a tree."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._checked: Names | None = None

    def scan(self, names: Names) -> Iterator[Found]:
        """Yield what a folder holds."""
        with os.scandir(self._enter(names)) as found:
            for item in found:
                name = os.fsencode(item.name)
                try:
                    # Not item.stat(): on Windows that one knows neither device nor inode.
                    status = os.lstat(item.path)
                    yield Found(name, status, _link_target(item.path, status))
                except OSError as error:
                    yield Found(name, error)

    def describe(self, names: Names) -> Found:
        """Describe one name without following it."""
        path = self._path(names)
        status = os.lstat(path)
        return Found(names[-1] if names else b"", status, _link_target(path, status))

    def open_file(self, names: Names) -> int:
        """Open an ordinary file and make sure that it is the one that was looked at."""
        path = self._path(names)
        looked_at = os.lstat(path)
        if not stat.S_ISREG(looked_at.st_mode) or _is_reparse_link(looked_at):
            raise NotRegularError(0, "not a regular file")
        file = os.open(path, _FILE)
        if not os.path.samestat(os.fstat(file), looked_at):
            os.close(file)
            raise NotRegularError(0, "replaced while it was opened")
        return file

    def close(self) -> None:
        """Nothing is held."""

    def _path(self, names: Names) -> str:
        folder = self._enter(names[:-1])
        return os.path.join(folder, _native(names[-1])) if names else folder

    def _enter(self, names: Names) -> str:
        """Return a folder's path after looking at every component below the root."""
        path = self._root
        for name in names:
            path = os.path.join(path, _native(name))
            if names != self._checked:
                status = os.lstat(path)
                if not stat.S_ISDIR(status.st_mode) or _is_reparse_link(status):
                    raise NotADirectoryError(20, "not a folder")
        self._checked = names
        return path


def _native(name: bytes) -> str:
    text = os.fsdecode(name)
    if _WINDOWS and (_FORBIDDEN_ON_WINDOWS & set(text) or text.endswith((" ", "."))):
        raise OSError(22, "no name on this system")
    return text


def _without_length_limit(path: Path) -> str:
    r"""Return the path in the form (`\\?\…`) that Windows does not cut at 260 characters."""
    text = str(path)
    if not _WINDOWS or text.startswith("\\\\?\\"):
        return text
    return "\\\\?\\UNC\\" + text[2:] if text.startswith("\\\\") else "\\\\?\\" + text


def _is_reparse_link(status: os.stat_result) -> bool:
    """Tell whether Windows would go elsewhere from here (symbolic link or junction; both are name surrogates)."""
    tag: int = getattr(status, "st_reparse_tag", 0)
    return bool(tag & 0x20000000)


def _link_target(path: str, status: os.stat_result) -> bytes | None:
    if stat.S_ISLNK(status.st_mode) or _is_reparse_link(status):
        return os.fsencode(os.readlink(path))
    return None
