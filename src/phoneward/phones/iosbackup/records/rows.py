"""What all of an iPhone's databases have in common: copies to read, rows in Android's columns, Apple's times."""

import contextlib
import math
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from phoneward.databases import SIDES, Database, Row, opened
from phoneward.errors import readable
from phoneward.phones.records import Record, RecordObstacle

EPOCH_S: Final = 978_307_200
"""2001-01-01 UTC, from which Apple counts."""
_NANOSECONDS_FROM: Final = 10**12
"""Since iOS 11 messages have nanoseconds: smaller numbers are seconds."""
_FARTHEST_S: Final = 1 << 40


class Files(Protocol):
    """Where the backup's files come from."""

    def pieces_of(self, place: bytes) -> Iterator[bytes] | None:
        """Return a file's content; None where the backup has no such file. The iterator raises PhoneError."""

    def size_of(self, place: bytes) -> int | None:
        """Return a file's size in bytes; None where the backup has no such file, or not its content."""


class Copies:
    """Private copies of the backup's databases, deciphered, for as long as they are asked. They are removed at the end.

    Args:
        files: the backup.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._known: dict[bytes, Path | None] = {}

    @property
    def folder(self) -> Path:
        """A folder that nobody else may enter."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="phoneward-")
        return Path(self._folder.name)

    def has(self, place: bytes) -> bool:
        """Tell whether the backup has a database; it is copied. Raises PhoneError, OSError."""
        return self._copied(place) is not None

    def _copied(self, place: bytes) -> Path | None:
        if place not in self._known:
            path = None
            if self._files.size_of(place) is not None:
                path = Path(tempfile.mkdtemp(dir=self.folder)) / "database"
                for end in ("", *SIDES):
                    self._copy(place + end.encode(), path.with_name(path.name + end))
            self._known[place] = path
        return self._known[place]

    def _copy(self, place: bytes, path: Path) -> None:
        pieces = self._files.pieces_of(place) if self._files.size_of(place) is not None else None
        if pieces is None:
            return
        with path.open("wb") as file:
            for piece in pieces:
                file.write(piece)

    @contextlib.contextmanager
    def opened(self, place: bytes) -> Iterator[Database]:
        """Open a database that is there. Raises sqlite3.Error."""
        path = self._copied(place)
        assert path is not None, "not asked whether it is there"  # noqa: S101
        with tempfile.TemporaryDirectory(dir=self.folder) as work, opened(path, Path(work)) as database:
            yield database

    def close(self) -> None:
        """Remove them."""
        if self._folder is not None:
            self._folder.cleanup()
        self._folder = None
        self._known = {}


@dataclass(slots=True)
class Told:
    """All records of one kind; see `phones.records.Records`."""

    columns: tuple[str, ...]
    rows: "Callable[[Told], Iterator[Record]]"
    obstacle: RecordObstacle | None = None
    detail: str = ""
    listed: int = 0
    unclear: int = 0
    gone: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[Record]:
        """Yield them. Damage ends them, and is counted."""
        try:
            yield from self.rows(self)
        except sqlite3.Error as error:
            self.damaged(readable(str(error)))

    def damaged(self, words: str) -> None:
        """See `databases.Damages`."""
        self.unclear += 1
        self.detail = self.detail or words


def some(rows: Iterator[Row], told: Told, most: int = 2_000_000) -> Iterator[Row]:
    """Yield rows that are to be remembered: no more than a phone can have."""
    for count, row in enumerate(rows):
        if count >= most:
            told.damaged("too many rows")
            return
        yield row


def none_told(columns: tuple[str, ...], obstacle: RecordObstacle, detail: str = "") -> Told:
    """Return that there are none, and why."""
    return Told(columns, lambda _told: iter(()), obstacle, detail)


def value(found: object) -> bytes | None:
    """Return a value as Android would print it; None for NULL, and for bytes, which no text is."""
    if found is None or isinstance(found, bytes):
        return None
    if isinstance(found, float):
        return str(int(found)).encode() if math.isfinite(found) else None
    return str(found).replace("\0", "\ufffd").encode("utf-8", "replace")


def unix_ms(found: object) -> int | None:
    """Return Apple's time (seconds or nanoseconds since 2001) in milliseconds since 1970 UTC; None where it is none."""
    if isinstance(found, str):
        with contextlib.suppress(ValueError):
            found = float(found)
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not math.isfinite(found):
        return None
    seconds_ms = int(found) // 1_000_000 if abs(found) >= _NANOSECONDS_FROM else round(found * 1000)
    return seconds_ms + EPOCH_S * 1000 if abs(seconds_ms) < _FARTHEST_S * 1000 else None
