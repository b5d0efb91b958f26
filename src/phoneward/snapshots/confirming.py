"""Asks the phone again about files that came over, on a connection of its own, while others still come."""

import queue
import threading
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple

from phoneward.phones import ListingItem
from phoneward.phones.bulk import BulkPhone
from phoneward.snapshots.listing import Row

TOGETHER: Final = 1_000
"""Files asked about at once."""

MAX_WAITING: Final = 16_000
"""Files that may wait for their answers; beyond it the reading waits. More than the phone takes ahead."""

_LOOK_SECONDS: Final = 0.2
_JOIN_SECONDS: Final = 1.0


class Arrived(NamedTuple):
    """A file that came over, of `size` bytes."""

    folder: int
    row: Row
    path: bytes
    size: int


class Follower:
    """Asks about files in the order they are given; a thread of its own waits for the phone. One thread owns it.

    Args:
        phone: open.
    """

    def __init__(self, phone: BulkPhone) -> None:
        self._phone = phone
        self._questions: queue.SimpleQueue[list[bytes] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[list[ListingItem] | BaseException] = queue.SimpleQueue()
        self._group: list[Arrived] = []
        self._asked: deque[list[Arrived]] = deque()
        self._waiting = 0
        self._thread: threading.Thread | None = None

    def add(self, files: list[Arrived]) -> None:
        """Take in files whose content came over."""
        self._group += files
        if len(self._group) >= TOGETHER:
            self._ask()

    def told(self) -> Iterator[tuple[list[Arrived], list[ListingItem]]]:
        """Yield what the phone said meanwhile; waits only where too many questions are open.

        Raises:
            PhoneGoneError: the connection is lost.
        """
        while self._asked and (answer := self._next(wait=self._waiting > MAX_WAITING)) is not None:
            yield answer

    def rest(self) -> Iterator[tuple[list[Arrived], list[ListingItem]]]:
        """Ask about all that is left, and yield all that is still to come."""
        self._ask()
        if self._thread is not None:
            self._questions.put(None)
            self._thread = None
        while self._asked:
            answer = self._next(wait=True)
            if answer is not None:
                yield answer

    def close(self) -> None:
        """Ask nothing more."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._questions.put(None)
            thread.join(_JOIN_SECONDS)

    def _ask(self) -> None:
        for start in range(0, len(self._group), TOGETHER):
            some = self._group[start : start + TOGETHER]
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="phoneward-confirm", daemon=True)
                self._thread.start()
            self._asked.append(some)
            self._waiting += len(some)
            self._questions.put([file.path for file in some])
        self._group = []

    def _next(self, *, wait: bool) -> tuple[list[Arrived], list[ListingItem]] | None:
        while True:
            try:
                answer = self._answers.get(block=wait, timeout=_LOOK_SECONDS if wait else None)
            except queue.Empty:
                if not wait:
                    return None
                continue  # waits in short steps, so that Ctrl-C is heard everywhere
            if isinstance(answer, BaseException):
                raise answer
            files = self._asked.popleft()
            self._waiting -= len(files)
            return files, answer

    def _work(self) -> None:
        try:
            for items in self._phone.stat_many(iter(self._questions.get, None)):
                self._answers.put(items)
        except BaseException as error:  # noqa: BLE001 - a thread must hand over whatever ended it
            self._answers.put(error)
