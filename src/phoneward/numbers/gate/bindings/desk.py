"""The store for a program of one event loop: nothing waits for the disk but what must, and one wait serves many."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

from phoneward.numbers.gate.bindings.ledger import Ledger
from phoneward.numbers.gate.bindings.store import Store, Work

T = TypeVar("T")
_READERS: Final = 4
_MOST_AT_ONCE: Final = 200
_Job = tuple[Work, "Future[Any]"]  # Any: each work returns its own type; `write` knows it


class Desk:
    """Reads in a few threads, writes in one that takes all that waits into one transaction.

    Args:
        store: whose. The desk does not close it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._readers = ThreadPoolExecutor(_READERS, "gate-read")
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write_all, name="gate-write", daemon=True)
        self._writer.start()

    async def read(self, work: Callable[[Ledger], T]) -> T:
        """Return what a work that only reads returns.

        Raises:
            StoreError: the database cannot be used.
        """
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._store.read, work)

    async def write(self, work: Callable[[Ledger], T]) -> T:
        """Do a work and return what it returns, once it is on disk.

        Raises:
            StoreError: the database cannot be used; what was asked for may be repeated.
        """
        future: Future[T] = Future()
        self._jobs.put((work, future))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Finish what waits, then end the threads."""
        self._jobs.put(None)
        self._writer.join()
        self._readers.shutdown()

    def _write_all(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch, ends = [job], False
            while len(batch) < _MOST_AT_ONCE and not self._jobs.empty():
                more = self._jobs.get()
                if more is None:
                    ends = True
                    break
                batch.append(more)
            self._write(batch)
            if ends:
                return

    def _write(self, batch: list[_Job]) -> None:
        # Whoever stopped waiting before the transaction began does not get it done.
        wanted = [(work, future) for work, future in batch if future.set_running_or_notify_cancel()]
        try:
            outcomes = self._store.write_each([work for work, _future in wanted])
        except Exception as error:  # noqa: BLE001 - goes to everybody who waits; the thread must live
            outcomes = [error] * len(wanted)
        for (_work, future), outcome in zip(wanted, outcomes, strict=True):
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
