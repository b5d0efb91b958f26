"""Where the bytes of an APK come from: a file, a part of one, memory, or a snapshot. Random access, nothing mapped.

Files are read and not mapped into memory: one that becomes shorter while it is read (a download, a pulled-out card)
would kill the process otherwise (SIGBUS).
"""

import os
import sys
import threading
from pathlib import Path
from typing import Protocol, Self

from phoneward.apk.errors import ApkChangedError, ApkUnreadableError
from phoneward.errors import readable
from phoneward.texts import words


class Source(Protocol):
    """Bytes of one APK, of a length that does not change. Reading may be done from several threads at once."""

    @property
    def name(self) -> str:
        """What to call it before a person, readable."""

    @property
    def size(self) -> int:
        """Bytes."""

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly these bytes.

        Raises:
            ValueError: they do not lie in it.
            ApkError: they cannot be read.
        """


class BytesSource:
    """An APK in memory."""

    def __init__(self, data: bytes, name: str = "") -> None:
        self._data = data
        self.name = readable(name)

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self._data)

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly these bytes; ValueError where they do not lie in it."""
        within(self, offset, length)
        return self._data[offset : offset + length]


class FileSource:
    """A file of this computer; close it, or use it as a context manager.

    Args:
        path: of the file.
        name: what to call it before a person; None for the file's own name.

    Raises:
        ApkUnreadableError: it cannot be opened, or is no ordinary file.
    """

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.name = readable(os.fsencode(path.name) if name is None else name)
        try:
            if not path.is_file() and path.exists():  # opening a pipe would wait for its other end
                raise ApkUnreadableError(file=self.name, problem=words("it is no ordinary file"))
            self._file = path.open("rb", buffering=0)
        except OSError as error:
            raise ApkUnreadableError.because(self.name, error) from error
        self.size = self._file.seek(0, os.SEEK_END)
        self._moving = threading.Lock()

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly these bytes; see `Source`."""
        within(self, offset, length)
        pieces = []
        while length:
            try:
                piece = self._read_some(offset, length)
            except OSError as error:
                raise ApkUnreadableError(file=self.name, problem=readable(error.strerror or str(error))) from error
            if not piece:
                raise ApkChangedError(file=self.name)
            pieces.append(piece)
            offset += len(piece)
            length -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _read_some(self, offset: int, length: int) -> bytes:
        if sys.platform == "win32":  # it has no reading at a place that leaves the file's own place alone
            with self._moving:
                self._file.seek(offset)
                return self._file.read(length)
        return os.pread(self._file.fileno(), length, offset)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class PartSource:
    """A part of another source, such as an APK that lies uncompressed in a bundle.

    Raises:
        ValueError: it does not lie in the other.
    """

    def __init__(self, whole: Source, offset: int, size: int, name: str) -> None:
        within(whole, offset, size)
        self._whole = whole
        self._offset = offset
        self.size = size
        self.name = readable(name)

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly these bytes; see `Source`."""
        within(self, offset, length)
        return self._whole.read_at(self._offset + offset, length)


def within(source: Source, offset: int, length: int) -> None:
    """Raise ValueError where a range does not lie in a source."""
    if offset < 0 or length < 0 or offset + length > source.size:
        raise ValueError(f"{length} bytes at {offset} of {source.size}")
