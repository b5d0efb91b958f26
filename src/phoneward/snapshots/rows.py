"""Rows kept by folder in little memory: the listing, the plan and the results of a backup of a million files.

Rows come in any order of folders and are asked for folder by folder. They are packed (msgpack), compressed in pages
(zstd) and, beyond a budget of memory, written to a nameless temporary file. What lies there holds the names on a
person's phone, so every page on disk is sealed with the repository's key.
"""

import sys
import tempfile
import threading
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final, Generic, Protocol, TypeVar

import msgspec

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PAGE_BYTES: Final = 256 << 10
"""Raw bytes after which a page is closed: large enough to compress well, small enough to open for one folder."""

WAITING_ROWS: Final = 8_192
"""Rows held as objects before they are packed: 2 MB."""

SEGMENT_ROWS: Final = 4_096
"""Rows of one folder packed together: as many are unpacked at a time where a long folder is gone through."""

MEMORY_BYTES: Final = 4 << 20
"""Compressed bytes of one store kept in memory before pages go to disk."""

OPEN_BYTES: Final = 2 << 20
"""Raw bytes of pages kept unpacked: neighbouring folders stand on the same page."""

RowT = TypeVar("RowT", bound=msgspec.Struct)


class Sealer(Protocol):
    """Encrypts and authenticates what leaves memory (a `Repository` is one)."""

    def seal(self, plaintext: bytes) -> bytes:
        """Return the sealed bytes."""

    def open_sealed(self, sealed: bytes) -> bytes:
        """Return the plaintext.

        Raises:
            SealError: these bytes were not sealed with this key.
        """


class RowStore(Generic[RowT]):
    """Rows by folder number. Threads may add and ask at the same time.

    Args:
        row_type: a `msgspec.Struct` with `array_like=True`.
        sealer: seals pages that go to disk.
        memory_bytes: compressed bytes kept in memory before pages go to disk.
        folder: where the temporary file lies; the system's own place by default, which may be in memory.
    """

    def __init__(
        self, row_type: type[RowT], sealer: Sealer, *, memory_bytes: int = MEMORY_BYTES, folder: Path | None = None
    ) -> None:
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(list[row_type])  # type: ignore[valid-type]  # a type made at run time
        self._pages = _Pages(sealer, memory_bytes, folder)
        self._waiting: dict[int, list[RowT]] = {}
        self._waiting_rows = 0
        # Segments of rows: page, offset and length of each, and the segment of the same folder before it.
        self._page, self._offset, self._length = array("q"), array("q"), array("q")
        self._before = array("q")
        self._last: dict[int, int] = {}
        self._guard = threading.Lock()

    def add(self, folder: int, row: RowT) -> None:
        """Keep a row."""
        with self._guard:
            rows = self._waiting.get(folder)
            if rows is None:
                self._waiting[folder] = [row]
            else:
                rows.append(row)
            self._waiting_rows += 1
            if self._waiting_rows >= WAITING_ROWS:
                self._pack()

    def add_all(self, folder: int, some: Iterable[RowT]) -> None:
        """Keep rows of one folder."""
        with self._guard:
            rows = self._waiting.setdefault(folder, [])
            before = len(rows)
            rows += some
            self._waiting_rows += len(rows) - before
            if self._waiting_rows >= WAITING_ROWS:
                self._pack()

    def add_packed(self, folder: int, data: bytes) -> None:
        """Keep rows of one folder that are packed already: a msgpack array of rows as arrays of their fields."""
        with self._guard:
            self._keep(folder, data)

    def rows(self, folder: int) -> list[RowT]:
        """Return the rows of a folder in the order they were added."""
        with self._guard:
            rows: list[RowT] = []
            for number in self._segments(folder):
                rows += self._unpack(number)
            rows += self._waiting.get(folder, ())
            return rows

    def each(self, folder: int) -> Iterator[RowT]:
        """Yield what `rows` returns, of a long folder only some at a time in memory; what is added meanwhile is not."""
        with self._guard:
            segments = self._segments(folder)
            waiting = list(self._waiting.get(folder, ()))
        for number in segments:
            with self._guard:
                rows = self._unpack(number)
            yield from rows
        yield from waiting

    def _segments(self, folder: int) -> list[int]:
        """Return the numbers of a folder's segments in the order they were added."""
        segments = []
        segment = self._last.get(folder, -1)
        while segment >= 0:
            segments.append(segment)
            segment = self._before[segment]
        segments.reverse()
        return segments

    def _unpack(self, number: int) -> list[RowT]:
        start = self._offset[number]
        page = self._pages.load(self._page[number])
        rows: list[RowT] = self._decoder.decode(page[start : start + self._length[number]])
        return rows

    def folders(self) -> Iterator[int]:
        """Yield the numbers of the folders that have rows, once each, ascending."""
        with self._guard:
            numbers = sorted(self._last.keys() | self._waiting.keys())
        yield from numbers

    @property
    def is_empty(self) -> bool:
        """Whether no row was ever added."""
        return not self._last and not self._waiting

    def __contains__(self, folder: int) -> bool:
        return folder in self._last or folder in self._waiting

    def close(self) -> None:
        """Forget everything and remove the temporary file."""
        self._waiting.clear()
        self._last.clear()
        self._pages.close()

    def _pack(self) -> None:
        for folder, rows in self._waiting.items():
            for start in range(0, len(rows), SEGMENT_ROWS):
                self._keep(folder, self._encoder.encode(rows[start : start + SEGMENT_ROWS]))
        self._waiting.clear()
        self._waiting_rows = 0

    def _keep(self, folder: int, data: bytes) -> None:
        page, offset = self._pages.append(data)
        self._before.append(self._last.get(folder, -1))
        self._last[folder] = len(self._page)
        self._page.append(page)
        self._offset.append(offset)
        self._length.append(len(data))


class _Pages:
    """Compressed pages, numbered from 0; the last one is still open."""

    def __init__(self, sealer: Sealer, memory_bytes: int, folder: Path | None) -> None:
        self._sealer = sealer
        self._folder = folder
        self._budget = memory_bytes
        self._open = bytearray()
        self._in_memory: list[bytes] = []
        self._on_disk: list[tuple[int, int]] = []
        self._file: IO[bytes] | None = None
        self._unpacked: OrderedDict[int, bytes] = OrderedDict()
        self._unpacked_bytes = 0

    def append(self, data: bytes) -> tuple[int, int]:
        """Put a segment on a page; returns the page's number and the offset on it."""
        if self._open and len(self._open) + len(data) > PAGE_BYTES:
            self._close_page()
        place = len(self._in_memory) + len(self._on_disk), len(self._open)
        self._open += data
        return place

    def load(self, number: int) -> bytes | bytearray:
        """Return the raw bytes of a page."""
        if number == len(self._in_memory) + len(self._on_disk):
            return self._open
        page = self._unpacked.get(number)
        if page is None:
            page = zstd.decompress(self._packed(number))
            self._unpacked[number] = page
            self._unpacked_bytes += len(page)
            while self._unpacked_bytes > OPEN_BYTES:
                self._unpacked_bytes -= len(self._unpacked.popitem(last=False)[1])
        else:
            self._unpacked.move_to_end(number)
        return page

    def _packed(self, number: int) -> bytes:
        if number < len(self._in_memory):
            return self._in_memory[number]
        assert self._file is not None  # noqa: S101 - a page on disk has been written
        offset, length = self._on_disk[number - len(self._in_memory)]
        self._file.seek(offset)
        return self._sealer.open_sealed(self._file.read(length))

    def _close_page(self) -> None:
        packed = zstd.compress(bytes(self._open), 1)
        self._open.clear()
        # Memory first, then disk for good: page numbers stay simple.
        if not self._on_disk and len(packed) <= self._budget:
            self._budget -= len(packed)
            self._in_memory.append(packed)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="phoneward-", dir=self._folder)  # noqa: SIM115 - closed by close()
        sealed = self._sealer.seal(packed)
        offset = self._file.seek(0, 2)
        self._file.write(sealed)
        self._on_disk.append((offset, len(sealed)))

    def close(self) -> None:
        """Forget all pages and remove the temporary file."""
        self._in_memory.clear()
        self._unpacked.clear()
        self._unpacked_bytes = 0
        self._open.clear()
        if self._file is not None:
            self._file.close()
            self._file = None
