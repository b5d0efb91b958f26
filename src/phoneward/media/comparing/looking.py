"""Look at pictures nobody can trust: a few confined workers decode, this process only gets plain data back.

Why and how far a worker protects: `docs/decisions/0006-confined-worker.md`.
"""

import contextlib
import hashlib
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from queue import LifoQueue
from typing import Final, Generic, Self, TypeVar

import numpy as np

from phoneward.confined import (
    ConfinedError,
    ConfinedWorker,
    Limits,
    TookTooLongError,
    TooMuchMemoryError,
    TooMuchOutputError,
    WorkerStartError,
)
from phoneward.media.comparing.decoding import checked_header
from phoneward.media.comparing.looks import Look, Wanted, look
from phoneward.media.comparing.prints import STRIP_WIDTH, Gray, Print
from phoneward.media.errors import UnreadablePictureError
from phoneward.media.skipped import Reason, Skipped

K = TypeVar("K")
R = TypeVar("R")

WORKERS: Final = 2
_LIMITS: Final = Limits(seconds=20.0, memory_bytes=640 << 20, output_bytes=64 << 20)
# A batch is one call of a worker: so many pictures, bytes and pixels at most, or one picture.
_BATCH_PICTURES: Final = 16
_BATCH_BYTES: Final = 2 << 20
_BATCH_PIXELS: Final = 60_000_000
_MOST_BYTES: Final = 64 << 20
"""Of one picture: twice what a phone's largest photo takes."""
_BYTES_AHEAD: Final = 16 << 20
_FEW: Final = 48
"""Pictures that one worker looks at before another is started."""


class Looker:
    """A few confined workers that look at pictures; started when first needed, ended with the context.

    A picture that kills its worker, takes too long or too much memory is `Skipped`, and the work goes on. Not for
    several threads at once.

    Args:
        workers: how many at most; as many threads wait for them.
    """

    def __init__(self, *, workers: int = WORKERS) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="looker")
        self._all = [ConfinedWorker(look, limits=_LIMITS) for _number in range(workers)]
        # The one used last is taken first, and the others are not to be had before many were looked at: to start one
        # costs as much as to look at twenty pictures.
        self._free: LifoQueue[ConfinedWorker[[list[bytes], Wanted, int], list[Look]]] = LifoQueue()
        self._free.put(self._all[0])
        self._spare = deque(self._all[1:])
        self._asked = itertools.count()

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

        Raises:
            WorkerStartError: no worker could be started: nothing is looked at rather than looked at unprotected.
        """
        return self._looks(items, Wanted.PRINT, 0, _print)

    def grays(self, items: Iterable[tuple[K, bytes]], *, width: int) -> Iterator[tuple[K, Gray | Skipped]]:
        """Yield each picture in gray (see `gray`; not writable), in their order.

        Args:
            items: as for `prints`.
            width: pixels.

        Raises:
            WorkerStartError: as for `prints`.
        """
        return self._looks(items, Wanted.GRAY, width, _gray)

    def shown(self, data: bytes, *, width: int) -> bytes | Skipped:
        """Return a picture for showing: a JPEG of our own making, at most `width` pixels wide (see `shown`).

        Raises:
            WorkerStartError: as for `prints`.
        """
        ((_key, seen),) = self._looks([(None, data)], Wanted.SHOWN, width, lambda _data, look: look.content or None)
        return seen

    def _looks(
        self,
        items: Iterable[tuple[K, bytes]],
        wanted: Wanted,
        width: int,
        result: Callable[[bytes, Look], R | None],
    ) -> Iterator[tuple[K, R | Skipped]]:
        ahead: deque[tuple[_Batch[K], Future[list[R | Skipped]]]] = deque()
        for batch in _batches(items):
            ahead.append((batch, self._threads.submit(self._seen, batch, wanted, width, result)))
            while len(ahead) > 2 * len(self._all) or sum(waiting.size for waiting, _future in ahead) > _BYTES_AHEAD:
                done, future = ahead.popleft()
                yield from zip(done.keys, future.result(), strict=True)
        for done, future in ahead:
            yield from zip(done.keys, future.result(), strict=True)

    def _seen(
        self, batch: "_Batch[K]", wanted: Wanted, width: int, result: Callable[[bytes, Look], R | None]
    ) -> list[R | Skipped]:
        """Look at a batch; what a worker that was taken over might say is checked as far as it can be."""
        known = [data for data in batch.pictures if isinstance(data, bytes)]
        looks = iter(self._ask(known, wanted, width)) if known else iter(())
        return [data if isinstance(data, Skipped) else _checked(data, next(looks), result) for data in batch.pictures]

    def _ask(self, pictures: list[bytes], wanted: Wanted, width: int) -> list[Look]:
        """Let a worker look at a batch; if that fails, at each picture alone."""
        worker = self._free.get()
        try:
            looks = worker(pictures, wanted, width)
        except WorkerStartError:
            raise
        except ConfinedError as error:
            looks = [Look(reason=_reason(error))] if len(pictures) == 1 else []
        finally:
            self._free.put(worker)
            self._join(len(pictures))
        if len(looks) == len(pictures):
            return looks
        if len(pictures) == 1:
            return [Look(reason=Reason.CRASHED)]
        return list(itertools.chain.from_iterable(self._ask([data], wanted, width) for data in pictures))

    def _join(self, count: int) -> None:
        """Let one more worker help, once there is much to do."""
        if self._spare and [next(self._asked) for _picture in range(count)][-1] >= _FEW:
            with contextlib.suppress(IndexError):  # another thread was quicker
                self._free.put(self._spare.popleft())


@dataclass(slots=True)
class _Batch(Generic[K]):
    """What goes over at once, and what need not go over."""

    keys: list[K] = field(default_factory=list)
    pictures: list[bytes | Skipped] = field(default_factory=list)
    size: int = 0
    pixels: int = 0

    def has_room(self, size: int, pixels: int) -> bool:
        """Tell whether a picture still fits in."""
        return not self.keys or (
            len(self.keys) < _BATCH_PICTURES
            and self.size + size <= _BATCH_BYTES
            and self.pixels + pixels <= _BATCH_PIXELS
        )


def _batches(items: Iterable[tuple[K, bytes]]) -> Iterator[_Batch[K]]:
    batch: _Batch[K] = _Batch()
    for key, data in items:
        picture, pixels = _looked_over(data)
        size = 0 if isinstance(picture, Skipped) else len(picture)
        if not batch.has_room(size, pixels):
            yield batch
            batch = _Batch()
        batch.keys.append(key)
        batch.pictures.append(picture)
        batch.size += size
        batch.pixels += pixels
    if batch.keys:
        yield batch


def _looked_over(data: bytes) -> tuple[bytes | Skipped, int]:
    """Return what goes to a worker, and the pixels it has to decode by what the header says."""
    if len(data) > _MOST_BYTES:
        return Skipped(Reason.TOO_LARGE), 0
    try:
        header = checked_header(data)
    except UnreadablePictureError as error:
        return Skipped(error.reason), 0
    return data, header.width * header.height


def _checked(data: bytes, seen: Look, result: Callable[[bytes, Look], R | None]) -> R | Skipped:
    if seen.reason is not None:
        return Skipped(seen.reason)
    found = result(data, seen)
    return Skipped(Reason.BROKEN) if found is None else found


def _print(data: bytes, seen: Look) -> Print | None:
    found = seen.print
    if found is None or len(found.pdq) != 32 or len(found.strip) % STRIP_WIDTH:
        return None
    return replace(found, sha256=hashlib.sha256(data).digest())


def _gray(_data: bytes, seen: Look) -> Gray | None:
    if seen.width <= 0 or not seen.content or len(seen.content) % seen.width:
        return None
    return np.frombuffer(seen.content, np.uint8).reshape(-1, seen.width)


def _reason(error: ConfinedError) -> Reason:
    match error:
        case TookTooLongError():
            return Reason.TOO_SLOW
        case TooMuchMemoryError():
            return Reason.TOO_MUCH_MEMORY
        case TooMuchOutputError():
            return Reason.TOO_LARGE
        case _:
            return Reason.CRASHED
