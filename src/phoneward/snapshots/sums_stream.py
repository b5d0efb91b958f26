"""The SHA-256 of a large file while it streams by, on a thread of its own.

A file of one blob needs none: its blob's name is its SHA-256. Hashing releases the GIL and sees the very pieces that
the vault gets, so it costs no copy; the queue is short, so a hash that falls behind slows the stream, never the memory.
"""

import hashlib
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Self

ONE_BLOB: Final = 512 * 1024
"""Files up to this size are one blob (vault/chunker.py, MIN_SIZE)."""

_QUEUED: Final = 12
"""Pieces of at most 1 MiB."""

Load = Callable[[], Iterable[bytes]]


class RunningDigest:
    """The SHA-256 of one file; `result` waits for it."""

    def __init__(self, hasher: "StreamHasher") -> None:
        self._hasher = hasher
        self._sha = hashlib.sha256()
        self._known = True
        self._done = threading.Event()

    def begin_with(self, load: Load) -> None:
        """Take in first what is in the vault already. What cannot be loaded makes the digest unknown."""
        self._hasher.put(lambda: self._load(load))

    def through(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield pieces, taking each in on the way."""
        for piece in pieces:
            self._hasher.put(lambda piece=piece: self._sha.update(piece))  # type: ignore[misc]  # binds the piece now
            yield piece

    def finish(self) -> None:
        """Say that this was all."""
        self._hasher.put(self._done.set)

    def result(self) -> bytes | None:
        """Return the digest; None where it could not be computed."""
        self._hasher.wait(self._done)
        return self._sha.digest() if self._known and self._done.is_set() else None

    def _load(self, load: Load) -> None:
        try:
            for piece in load():
                self._sha.update(piece)
        except Exception:  # noqa: BLE001 - whatever it is: the file's sum is taken later, from the vault, where it shows
            self._known = False


class StreamHasher:
    """The thread; a context manager."""

    def __init__(self) -> None:
        self._work: queue.Queue[Callable[[], None] | None] = queue.Queue(_QUEUED)
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._thread is not None:
            self._work.put(None)
            self._thread.join()
            self._thread = None

    def digest(self) -> RunningDigest:
        """Return a new, empty digest."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="phoneward-sums", daemon=True)
            self._thread.start()
        return RunningDigest(self)

    def put(self, work: Callable[[], None]) -> None:
        """Queue a step."""
        self._work.put(work)

    def wait(self, done: threading.Event) -> None:
        """Wait for a step, unless nothing will ever be done any more."""
        while self._thread is not None and self._thread.is_alive() and not done.wait(0.5):
            pass

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()
