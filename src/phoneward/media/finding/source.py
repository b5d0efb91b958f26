"""Bytes that can be read at any place: what lies in memory, and files that may be gigabytes."""

from typing import Protocol


class Readable(Protocol):
    """A binary file that can be read at any place. Reads are short at its end only."""

    def seek(self, offset: int, /) -> int:
        """Move to a position, bytes from the start."""
        ...

    def read(self, size: int, /) -> bytes | None:
        """Return up to so many bytes."""
        ...


class Source(Protocol):
    """What is searched."""

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    def at(self, offset: int, length: int) -> bytes:
        """Return the bytes from `offset` on; fewer where it ends before."""
        ...


class BytesSource:
    """Bytes in memory."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = memoryview(data).cast("B")

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self._data)

    def at(self, offset: int, length: int) -> bytes:
        """Return a part."""
        return bytes(self._data[offset : offset + length])


class FileSource:
    """A file, read in the parts that are asked for. What reading raises goes through.

    Args:
        file: open; its position is moved.
        size: bytes, as far as it is to be looked at.
    """

    def __init__(self, file: Readable, size: int) -> None:
        self._file = file
        self.size = size

    def at(self, offset: int, length: int) -> bytes:
        """Return a part."""
        self._file.seek(offset)
        return self._file.read(max(0, min(length, self.size - offset))) or b""
