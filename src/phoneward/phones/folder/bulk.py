"""A folder asked for thousands of small things at once (`phones/bulk.py`): a few system calls each, little else."""

import contextlib
import os
import stat
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Protocol

from phoneward.phones.base import FileKind, ListingItem, Obstacle, Unreadable
from phoneward.phones.bulk import KINDS, BulkRow, FolderRows, SmallFile
from phoneward.phones.folder.tree import Names, Walk, entry_of
from phoneward.phones.numbers import within_reach
from phoneward.phones.paths import MAX_PATH_BYTES, BadPathError, components, join

_FILE, _FOLDER = KINDS.index(FileKind.FILE), KINDS.index(FileKind.DIRECTORY)
_FILES_TOGETHER = 128
_BYTES_TOGETHER = 1 << 19


class Source(Protocol):
    """The folder as this module needs it."""

    def walk(self) -> Walk:
        """Begin a pass over the folder."""

    def failed(self, path: bytes, error: OSError) -> Unreadable:
        """Return the item for an error; raises PhoneGoneError where the whole folder is gone."""

    def describe(self, walk: Walk, path: bytes) -> ListingItem:
        """Describe one path, as `Phone.stat`."""

    def check_not_removed(self) -> None:
        """Raise PhoneGoneError where the whole folder is gone, though nothing says so."""


class FolderBulk:
    """The folder, many names at a time. Every iterator walks on its own.

    Args:
        phone: the folder.
    """

    def __init__(self, phone: Source) -> None:
        self._phone = phone

    def list_rows(self, root: bytes) -> Iterator[FolderRows | list[ListingItem]]:
        """Walk a tree; see `BulkPhone.list_rows`. Times are exact."""
        waiting: deque[bytes] = deque([root])
        with contextlib.closing(self._phone.walk()) as walk:
            while waiting:
                folder = waiting.pop()
                rows: list[BulkRow] = []
                others: list[ListingItem] = []
                try:
                    self._list_one(walk, folder, rows, others)
                except BadPathError:
                    others.append(Unreadable(folder, Obstacle.BAD_NAME))
                except OSError as error:
                    others.append(self._phone.failed(folder, error))
                if not rows and not others:
                    self._phone.check_not_removed()
                yield FolderRows(folder, rows, bool(others))
                if others:
                    yield others
                for row in rows:
                    if row[1] == _FOLDER:
                        waiting.append(join(folder, row[0]))

    def _list_one(self, walk: Walk, folder: bytes, rows: list[BulkRow], others: list[ListingItem]) -> None:
        for name, status, link_target in walk.scan(components(folder)):
            if isinstance(status, OSError):
                others.append(self._phone.failed(join(folder, name), status))
                continue
            mode = status.st_mode
            is_file = stat.S_ISREG(mode)
            if not (is_file or (stat.S_ISDIR(mode) and link_target is None)):
                others.append(entry_of(join(folder, name), status, link_target))
            elif not is_file and len(folder) + 1 + len(name) > MAX_PATH_BYTES:
                path = join(folder, name)
                others += [entry_of(path, status, None), Unreadable(path, Obstacle.TOO_LONG)]
            else:
                mtime_ns, ctime_ns = within_reach(status.st_mtime_ns), within_reach(status.st_ctime_ns)
                size = status.st_size if is_file else 0
                rows.append((name, _FILE if is_file else _FOLDER, size, mode & 0o7777, mtime_ns, ctime_ns, None))

    def read_small(self, paths: Iterable[bytes], limit: int) -> Iterator[list[SmallFile]]:
        """Read files; see `BulkPhone.read_small`."""
        with contextlib.closing(self._phone.walk()) as walk:
            files: list[SmallFile] = []
            size = 0
            for path in paths:
                content = None
                with contextlib.suppress(OSError, BadPathError):  # asked for again by itself, which says why
                    content = _content(walk, components(path), limit)
                files.append((path, content))
                size += len(content or b"")
                if len(files) >= _FILES_TOGETHER or size >= _BYTES_TOGETHER:
                    yield files
                    files, size = [], 0
            if files:
                yield files

    def stat_many(self, groups: Iterable[list[bytes]]) -> Iterator[list[ListingItem]]:
        """Describe the paths of each group; see `BulkPhone.stat_many`."""
        with contextlib.closing(self._phone.walk()) as walk:
            for group in groups:
                yield [self._phone.describe(walk, path) for path in group]


def _content(walk: Walk, names: Names, limit: int) -> bytes | None:
    """Return a file's content, None where it is longer than it said or than the limit."""
    file = walk.open_file(names)
    try:
        size = os.fstat(file).st_size
        if size > limit:
            return None
        content = os.read(file, size + 1)
        return content if len(content) == size else None
    finally:
        os.close(file)
