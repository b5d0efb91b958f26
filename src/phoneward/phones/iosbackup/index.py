"""All names of a backup, in little memory: a table of our own, which no file of the backup can make slow.

The backup's own list is gone through once. In it nothing is asked for by name: its indexes are as its writer made them.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from phoneward.phones.base import FileKind, Obstacle, Unreadable
from phoneward.phones.bulk import KINDS

MAX_NAMES: Final = 2_000_000
"""Far more than any phone has; a large one has half a million."""
MAX_NAME_BYTES: Final = 512 << 20
"""All paths together, folders that are only implied included."""

FOLDER_MODE: Final = 0o755
_PAGE: Final = 1000
_SCHEMA: Final = """
CREATE TABLE names (
    path BLOB PRIMARY KEY, kind INTEGER, size INTEGER, mode INTEGER, mtime_s INTEGER, ctime_s INTEGER, file BLOB,
    key BLOB, target BLOB
) WITHOUT ROWID;
CREATE TABLE refused (path BLOB, obstacle TEXT, detail TEXT);
CREATE INDEX refused_by_path ON refused (path);
"""


@dataclass(frozen=True, slots=True)
class Held:
    """One name of the backup.

    Attributes:
        size: bytes as the list says, before encryption: often wrong.
        mode: permission bits.
        file: the SHA-1 that its content is called by in the folder, 20 bytes; empty for what has none.
        key: its wrapped key, where it is encrypted.
        target: a link's text.
    """

    path: bytes
    kind: FileKind
    size: int
    mode: int
    mtime_s: int
    ctime_s: int | None
    file: bytes
    key: bytes
    target: bytes | None


class Index:
    """The names, by path. Several threads may ask."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        self._folders: dict[bytes, int] = {}
        self.count = 0
        self.name_bytes = 0

    def add(self, held: Held) -> None:
        """Take in a name. Of two of one name the later counts, and both are told of."""
        self._count(held.path)
        row = (
            held.path, KINDS.index(held.kind), held.size, held.mode, held.mtime_s, held.ctime_s, held.file, held.key,
            held.target,
        )  # fmt: skip
        try:
            self._db.execute("INSERT INTO names VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        except sqlite3.IntegrityError:
            self._db.execute("REPLACE INTO names VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            self.refuse(Unreadable(held.path, Obstacle.TWICE))
        above = held.path[: held.path.rindex(b"/")]
        if self._folders.get(above, -1) < held.mtime_s:
            self._folders[above] = held.mtime_s

    def refuse(self, item: Unreadable) -> None:
        """Take in what cannot be had."""
        self._count(item.path)
        row = (item.path, item.obstacle.value, item.detail)
        self._db.execute("INSERT INTO refused VALUES (?, ?, ?)", row)

    def _count(self, path: bytes) -> None:
        self.count += 1
        self.name_bytes += len(path)

    @property
    def is_too_large(self) -> bool:
        """Whether there are more names than a phone can have."""
        return self.count > MAX_NAMES or self.name_bytes > MAX_NAME_BYTES

    def imply(self, roots: Iterable[bytes]) -> None:
        """Make up these folders, and those above names; their time is that of the latest name in them."""
        self._folders = dict.fromkeys(roots, 0) | self._folders
        for folder, mtime_s in self._folders.items():
            above, time_s = folder, max(0, mtime_s)
            while above and self._find(above) is None and not self.is_too_large:
                self._count(above)
                row = (above, KINDS.index(FileKind.DIRECTORY), 0, FOLDER_MODE, time_s, None, b"", b"", None)
                self._db.execute("INSERT INTO names VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
                above = above[: above.rindex(b"/")]
        self._folders = {}

    def held(self, path: bytes) -> Held | None:
        """Return a name; None where it is not there."""
        with self._guard:
            return self._find(path)

    def _find(self, path: bytes) -> Held | None:
        found = self._db.execute("SELECT * FROM names WHERE path = ?", (path,)).fetchone()
        return None if found is None else _held(found)

    def below(self, root: bytes) -> Iterator[Held]:
        """Yield what is below a folder, folders before what is in them."""
        last, end = root + b"/", root + b"0"  # "0" comes behind "/"
        while True:
            with self._guard:
                rows = self._db.execute(
                    "SELECT * FROM names WHERE path > ? AND path < ? ORDER BY path LIMIT ?", (last, end, _PAGE)
                ).fetchall()
            for row in rows:
                yield _held(row)
            if len(rows) < _PAGE:
                return
            last = rows[-1][0]

    def refused(self, path: bytes) -> Unreadable | None:
        """Return why a name is not to be had."""
        with self._guard:
            found = self._db.execute("SELECT * FROM refused WHERE path = ? LIMIT 1", (path,)).fetchone()
        return None if found is None else _refused(found)

    def refusals(self, root: bytes) -> Iterator[Unreadable]:
        """Yield what cannot be had below a folder, or bears its name."""
        last = 0
        while True:
            with self._guard:
                rows = self._db.execute(
                    "SELECT path, obstacle, detail, rowid FROM refused WHERE rowid > ?"
                    " AND (path = ? OR (path > ? AND path < ?)) ORDER BY rowid LIMIT ?",
                    (last, root, root + b"/", root + b"0", _PAGE),
                ).fetchall()
            for row in rows:
                yield _refused(row[:3])
            if len(rows) < _PAGE:
                return
            last = rows[-1][3]

    def close(self) -> None:
        """Forget all."""
        with self._guard:
            self._db.close()


def _held(row: tuple[bytes, int, int, int, int, int | None, bytes, bytes, bytes | None]) -> Held:
    return Held(row[0], KINDS[row[1]], *row[2:])


def _refused(row: tuple[bytes, str, str]) -> Unreadable:
    return Unreadable(row[0], Obstacle(row[1]), row[2])
