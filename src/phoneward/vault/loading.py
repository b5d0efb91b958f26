"""Many small files of a repository, several on the way at once where each takes its time."""

import os
import queue
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol, TypeAlias

from phoneward.errors import PhonewardError
from phoneward.vault.blobs import FileId, FileType
from phoneward.vault.storage.base import ListedFile

IN_FLIGHT_BYTES: Final = 32 << 20
"""Stored bytes of files that are on the way together, unless one alone has more."""

FAR_THREADS: Final = 8
"""Threads that each hold some megabytes of what they read, where they mostly wait for a distant place."""

BytesOrError: TypeAlias = bytes | PhonewardError


class FarAway(Protocol):
    """A repository that may be far away."""

    @property
    def requests_at_once(self) -> int:
        """How many requests to its storage to have on the way at once; 1 for a disk of this computer."""


class ListedFiles(FarAway, Protocol):
    """What loading needs of a repository."""

    def load_listed(self, file_type: FileType, file: ListedFile) -> bytes:
        """Return the content of a file that a listing has just named."""


def reading_threads(source: FarAway) -> int:
    """Return how many threads to read and open pieces on: by the processors, or by what a distant place bears."""
    return max(2, min(4, os.cpu_count() or 1), min(FAR_THREADS, source.requests_at_once))


def load_each(
    source: ListedFiles, file_type: FileType, files: Iterable[ListedFile]
) -> Iterator[tuple[FileId, BytesOrError]]:
    """Yield what files hold that a listing has just named, each as it comes; in the place of one, its error.

    From a disk of this computer they come one by one, in the order given.

    Args:
        source: the repository.
        file_type: snapshots or index files.
        files: as listed.
    """
    if source.requests_at_once <= 1:
        for file in files:
            yield file.name, _load(source, file_type, file)
        return
    yield from _Loading(source, file_type, files).each()


def _load(source: ListedFiles, file_type: FileType, file: ListedFile) -> BytesOrError:
    try:
        return source.load_listed(file_type, file)
    except PhonewardError as error:
        return error


class _Loading:
    """Files on the way on several threads."""

    def __init__(self, source: ListedFiles, file_type: FileType, files: Iterable[ListedFile]) -> None:
        self._source = source
        self._file_type = file_type
        self._waiting = deque(files)
        self._arrived: queue.SimpleQueue[tuple[ListedFile, BytesOrError | BaseException]] = queue.SimpleQueue()
        self._running = 0
        self._bytes = 0

    def each(self) -> Iterator[tuple[FileId, BytesOrError]]:
        at_once = min(self._source.requests_at_once, len(self._waiting)) or 1
        pool = ThreadPoolExecutor(at_once, "load")
        try:
            self._start(pool, at_once)
            while self._running:
                file, found = self._arrived.get()
                self._running -= 1
                self._bytes -= file.size
                self._start(pool, at_once)
                if isinstance(found, BaseException) and not isinstance(found, PhonewardError):
                    raise found
                yield file.name, found
        finally:
            pool.shutdown(cancel_futures=True)

    def _start(self, pool: ThreadPoolExecutor, at_once: int) -> None:
        while self._waiting and self._running < 2 * at_once:
            size = self._waiting[0].size
            if self._running and self._bytes + size > IN_FLIGHT_BYTES:
                return
            pool.submit(self._bring, self._waiting.popleft())
            self._running += 1
            self._bytes += size

    def _bring(self, file: ListedFile) -> None:
        found: BytesOrError | BaseException
        try:
            found = _load(self._source, self._file_type, file)
        except BaseException as error:  # noqa: BLE001 - raised again on the thread that asked
            found = error
        self._arrived.put((file, found))
