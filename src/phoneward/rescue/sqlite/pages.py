"""The pages of a database as the database itself would see them, and as they lie in the file. Read only."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from phoneward.errors import readable
from phoneward.rescue.sqlite.errors import UnreadableDatabaseError
from phoneward.rescue.sqlite.header import Header

_BUFFER: Final = 1 << 18
"""Bytes read at once."""


@dataclass(frozen=True, slots=True)
class Image:
    """One version of one page.

    Attributes:
        number: of the page, from 1.
        data: its bytes, `Header.page_size` of them.
        file: `db`, `wal` or `journal`.
        at: where it lies in that file.
        version: WAL frame, from 1; None elsewhere.
    """

    number: int
    data: bytes
    file: str = "db"
    at: int = 0
    version: int | None = None

    @property
    def start(self) -> int:
        """Where the header of its b-tree page begins."""
        return 100 if self.number == 1 else 0


class Bytes:
    """A file opened for reading; its access time is left alone where the system allows it.

    Raises:
        UnreadableDatabaseError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file: BinaryIO = open(path, "rb", buffering=_BUFFER, opener=_quietly)  # noqa: SIM115 - closed by close
            self.size = self._file.seek(0, os.SEEK_END)
        except OSError as error:
            raise UnreadableDatabaseError(file=readable(str(path)), reason=error.strerror or "") from error

    def at(self, offset: int, length: int) -> bytes:
        """Return the bytes from an offset on; fewer at the end.

        Raises:
            UnreadableDatabaseError: the disk does not give them.
        """
        try:
            self._file.seek(offset)
            return self._file.read(length)
        except OSError as error:
            raise UnreadableDatabaseError(file=readable(str(self._path)), reason=error.strerror or "") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _quietly(path: str, flags: int) -> int:
    try:
        return os.open(path, flags | getattr(os, "O_NOATIME", 0))
    except PermissionError:  # only the owner may ask for it
        return os.open(path, flags)


@dataclass(slots=True)
class Pages:
    """The pages of a database with its committed WAL.

    Attributes:
        file: the database.
        header: how it is laid out.
        wal: the write-ahead log; None where there is none.
        newest: page number → where its newest committed image lies in the WAL, and the frame's number.
        count: how many there are.
    """

    file: Bytes
    header: Header
    wal: Bytes | None = None
    newest: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    count: int = 0

    def image(self, number: int) -> Image | None:
        """Return a page as a query would see it; None where the file does not hold it whole."""
        if number in self.newest and self.wal is not None:
            at, frame = self.newest[number]
            data = self.wal.at(at, self.header.page_size)
            return Image(number, data, "wal", at, frame) if len(data) == self.header.page_size else None
        return self.in_file(number)

    def in_file(self, number: int) -> Image | None:
        """Return a page as it lies in the database's own file."""
        at = (number - 1) * self.header.page_size
        data = self.file.at(at, self.header.page_size) if number > 0 else b""
        return Image(number, data, "db", at) if len(data) == self.header.page_size else None

    def data(self, number: int) -> bytes:
        """Return the bytes of a page as a query would see it; none where the file does not hold it."""
        image = self.image(number)
        return image.data if image is not None else b""
