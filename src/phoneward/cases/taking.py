"""Reads a file that is to be evidence: only its bytes, never through a link, and leaves it as it was.

Nothing but reading is done to it: no program opens it (a database stays closed, so that its `-wal` stays as it is).
Where the system lets us, not even the time of the last access changes (Linux, `O_NOATIME`, open(2)).
"""

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.cases.change import PIECE
from phoneward.cases.custody import Source
from phoneward.cases.errors import EvidenceChangedError, EvidenceRefusedError, EvidenceUnreadableError
from phoneward.errors import readable

BESIDE: Final = ("-wal", "-shm", "-journal")
"""Endings of the files that belong to a database (SQLite, "Temporary Files Used By SQLite"): evidence of what was
changed last lies in them, so they go along."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that was opened for reading.

    Attributes:
        path: as it was named.
        size: in bytes.
        modified_ns: nanoseconds since 1970.
    """

    path: Path
    size: int
    modified_ns: int
    _stream: io.FileIO
    _found: os.stat_result

    def source(self) -> Source:
        """Return where it comes from, for the log."""
        return Source(
            kind="file", path=readable(str(self.path.absolute())), size=self.size, modified_ns=self.modified_ns
        )

    def pieces(self) -> Iterator[bytes]:
        """Yield its bytes.

        Raises:
            EvidenceUnreadableError: they cannot be read.
            EvidenceChangedError: it is not the same at the end as it was at the beginning.
        """
        left = self.size
        try:
            while piece := self._stream.read(min(PIECE, left + 1)):
                left -= len(piece)
                if left < 0:
                    break
                yield piece
            after = os.fstat(self._stream.fileno())
        except OSError as error:
            raise _unreadable(self.path, error) from error
        if left or _state(after) != _state(self._found):
            raise EvidenceChangedError(path=readable(str(self.path)))


@contextmanager
def open_evidence(path: Path) -> Iterator[Evidence]:
    """Open a file for reading.

    Raises:
        EvidenceRefusedError: it is a link or no ordinary file.
        EvidenceUnreadableError: it cannot be opened.
    """
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise EvidenceRefusedError(path=readable(str(path)))
        descriptor = _open(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    with open(descriptor, "rb", buffering=0) as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise EvidenceRefusedError(path=readable(str(path)))
        yield Evidence(path, found.st_size, found.st_mtime_ns, stream, found)


def named_files(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield what a person means by a path, and the folder that it should lie in.

    A file, with the files that belong to it if it is a database; or all files of a folder and those in it.

    Raises:
        EvidenceUnreadableError: a folder cannot be read.
    """
    if not stat.S_ISDIR(_mode(path)):
        yield path, ""
        yield from ((found, "") for ending in BESIDE if os.path.lexists(found := path.with_name(path.name + ending)))
        return
    waiting = [(path, path.absolute().name)]
    while waiting:
        folder, below = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((folder / entry.name, f"{below}/{entry.name}"))
                else:
                    yield folder / entry.name, below
        except OSError as error:
            raise _unreadable(folder, error) from error


def _mode(path: Path) -> int:
    try:
        return os.lstat(path).st_mode
    except OSError as error:
        raise _unreadable(path, error) from error


def _open(path: Path) -> int:
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    quiet = getattr(os, "O_NOATIME", 0)
    try:
        return os.open(path, flags | quiet)
    except PermissionError:  # only its owner may read a file without a trace
        return os.open(path, flags)


def _state(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ino, found.st_dev


def _unreadable(path: Path, error: OSError) -> EvidenceUnreadableError:
    return EvidenceUnreadableError(path=readable(str(path)), detail=readable(error.strerror or str(error)))
