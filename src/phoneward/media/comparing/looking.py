"""Look at pictures nobody can trust: a few confined workers decode, this process only gets numbers back.

Why and how far a worker protects: `docs/decisions/0006-confined-worker.md`.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final, Self, TypeVar

import cv2
import numpy as np

from phoneward.confined import (
    ConfinedError,
    ConfinedWorker,
    Limits,
    TookTooLongError,
    TooMuchMemoryError,
    WorkerStartError,
)
from phoneward.media.comparing.decoding import gray
from phoneward.media.comparing.printing import print_of
from phoneward.media.comparing.prints import Gray, Print
from phoneward.media.errors import UnreadablePictureError
from phoneward.media.headers import read_header
from phoneward.media.skipped import Reason, Skipped

K = TypeVar("K")
R = TypeVar("R")

WORKERS: Final = 2
_LIMITS: Final = Limits(seconds=20.0, memory_bytes=640 << 20, output_bytes=64 << 20)
_BATCH_PICTURES: Final = 16
_BATCH_BYTES: Final = 2 << 20


@dataclass(frozen=True, slots=True)
class Look:
    """What a worker says of one picture: a reason why it says nothing, a print, or pixels."""

    reason: str = ""
    print: Print | None = None
    width: int = 0
    pixels: bytes = b""


def look(pictures: list[bytes], width: int) -> list[Look]:
    """In the worker: look at pictures.

    Args:
        pictures: the bytes of each.
        width: 0 for their prints; else for their gray pixels at this width.
    """
    cv2.setNumThreads(1)
    return [_look(data, width) for data in pictures]


def _look(data: bytes, width: int) -> Look:
    try:
        if not width:
            return Look(print=print_of(data))
        seen = gray(data, width=width)
    except UnreadablePictureError as error:
        return Look(reason=error.reason)
    return Look(width=seen.shape[1], pixels=seen.tobytes())


class Looker:
    """A few confined workers that look at pictures; started when first needed, ended with the context.

    A picture that kills its worker, takes too long or too much memory is `Skipped`, and the work goes on.

    Args:
        workers: how many at most. So many threads wait for them.
    """

    def __init__(self, *, workers: int = WORKERS) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="looker")
        self._all = [ConfinedWorker(look, limits=_LIMITS) for _number in range(workers)]
        # The one used last is taken first: for few pictures one worker is started.
        self._free: SimpleQueue[ConfinedWorker[[list[bytes], int], list[Look]]] = SimpleQueue()
        for worker in self._all:
            self._free.put(worker)
        self._ahead = 2 * workers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers."""
        self._threads.shutdown(cancel_futures=True)
        for worker in self._all:
            worker.close()

    def prints(self, items: Iterable[tuple[K, bytes]]) -> Iterator[tuple[K, Print | Skipped]]:
        """Yield the fingerprint of each picture, in their order.

        Args:
            items: any key and the bytes of a picture; taken as they are needed, a few megabytes ahead.
        """

        def fingerprint(seen: Look) -> Print | Skipped:
            return seen.print or Skipped(Reason.BROKEN)

        return self._looks(items, 0, fingerprint)

    def grays(self, items: Iterable[tuple[K, bytes]], *, width: int) -> Iterator[tuple[K, Gray | Skipped]]:
        """Yield each picture in gray, upright, `width` pixels wide or as wide as it is if less, in their order."""
        return self._looks(items, width, _pixels)

    def _looks(
        self, items: Iterable[tuple[K, bytes]], width: int, result: Callable[[Look], R]
    ) -> Iterator[tuple[K, R | Skipped]]:
        ahead: deque[tuple[list[K], Future[list[Look]]]] = deque()
        for batch in _batches(items):
            pictures = [data for _key, data in batch]
            ahead.append(([key for key, _data in batch], self._threads.submit(self._ask, pictures, width)))
            if len(ahead) > self._ahead:
                yield from _results(*ahead.popleft(), result)
        while ahead:
            yield from _results(*ahead.popleft(), result)

    def _ask(self, pictures: list[bytes], width: int) -> list[Look]:
        """Let a worker look at a batch; if it fails, at each picture alone."""
        worker = self._free.get()
        try:
            try:
                seen = worker(pictures, width)
            except WorkerStartError:
                raise
            except ConfinedError as error:
                if len(pictures) == 1:
                    return [Look(reason=_reason(error))]
                seen = []
            if len(seen) == len(pictures):
                return seen
        finally:
            self._free.put(worker)
        if len(pictures) == 1:
            return [Look(reason=Reason.BROKEN)]
        return list(itertools.chain.from_iterable(self._ask([data], width) for data in pictures))


def _batches(items: Iterable[tuple[K, bytes]]) -> Iterator[list[tuple[K, bytes]]]:
    batch: list[tuple[K, bytes]] = []
    size = 0
    for key, data in items:
        # What is no picture at all never goes over; only its first bytes are looked at here.
        kept = data if read_header(data) else b""
        if batch and (len(batch) == _BATCH_PICTURES or size + len(kept) > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((key, kept))
        size += len(kept)
    if batch:
        yield batch


def _results(
    keys: list[K], future: "Future[list[Look]]", result: Callable[[Look], R]
) -> Iterator[tuple[K, R | Skipped]]:
    for key, seen in zip(keys, future.result(), strict=True):
        yield key, Skipped(Reason(seen.reason)) if seen.reason else result(seen)


def _pixels(seen: Look) -> Gray | Skipped:
    if not seen.width or len(seen.pixels) % seen.width or not seen.pixels:
        return Skipped(Reason.BROKEN)
    return np.frombuffer(seen.pixels, np.uint8).reshape(-1, seen.width)


def _reason(error: ConfinedError) -> Reason:
    if isinstance(error, TookTooLongError):
        return Reason.TOO_SLOW
    return Reason.TOO_MUCH_MEMORY if isinstance(error, TooMuchMemoryError) else Reason.CRASHED
