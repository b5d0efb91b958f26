"""Ctrl-C at a moment that suits the work."""

import signal
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

ItemT = TypeVar("ItemT")


class Interrupts:
    """How often Ctrl-C was pressed, and what that means at this moment.

    The first press is only noted: whoever works asks `stopped` between two steps. The second interrupts the waiting for
    the phone at once, and is only noted while the vault's writer is at work: an interrupt between any two of its steps
    could leave a blob that counts as stored and is not, or one that is waited for and on no thread's list. The third
    interrupts wherever it finds the program (a disk that no longer answers); then the writer must not be used again.

    Attributes:
        forced: whether an interrupt may have hit the writer.
    """

    def __init__(self) -> None:
        self.forced = False
        self._presses = 0
        self._waiting = False

    @property
    def stopped(self) -> bool:
        """Whether the person wants to stop."""
        return self._presses > 0

    def waiting_for(self, phone: Iterable[ItemT]) -> Generator[ItemT, None, None]:
        """Yield what the phone gives; while it is waited for, a second press raises KeyboardInterrupt.

        Closing this iterator closes the phone's.
        """
        items = iter(phone)
        try:
            while True:
                self._waiting = True
                try:
                    item = next(items)
                except StopIteration:
                    return
                finally:
                    self._waiting = False
                yield item
        finally:
            if isinstance(items, Generator):
                items.close()

    def note(self, number: int, frame: FrameType | None) -> None:
        """Handle the signal."""
        self._presses += 1
        if self._presses > 2 and not self._waiting:
            self.forced = True
        if self._presses > 2 or (self._presses > 1 and self._waiting):
            signal.default_int_handler(number, frame)


@contextmanager
def deferred_interrupt() -> Iterator[Interrupts]:
    """Handle Ctrl-C as `Interrupts` says.

    Only in the main thread, and only where nobody else handles the signal; elsewhere nothing is changed.
    """
    interrupts = Interrupts()
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield interrupts
        return
    signal.signal(signal.SIGINT, interrupts.note)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
