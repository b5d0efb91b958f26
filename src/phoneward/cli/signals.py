"""Being told to stop: every signal that means it takes the way of Ctrl-C, so that locks and private copies are removed.

SIGINT itself is left to Python (KeyboardInterrupt) and to rooms that put it off while they must not be interrupted
(`snapshots.interrupts`); the other signals are handed to whoever handles SIGINT at that moment.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

# SIGHUP: the terminal was closed. SIGBREAK: Windows' Ctrl-Break and closing console window.
_NAMES = ("SIGTERM", "SIGHUP", "SIGBREAK")


class ToldToStop(BaseException):
    """Stop now. Raised where SIGINT is ignored (a job in the background), and so has no way of its own."""


@contextlib.contextmanager
def as_interrupts() -> Iterator[None]:
    """Treat the other stop signals as Ctrl-C. Off the main thread nothing is changed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    earlier = {}
    for name in _NAMES:
        number = getattr(signal, name, None)
        # A signal the parent chose to ignore (nohup) stays ignored.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            earlier[number] = signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _stop(_number: int, frame: FrameType | None) -> None:
    interrupt = signal.getsignal(signal.SIGINT)
    if callable(interrupt):
        interrupt(signal.SIGINT, frame)
    else:
        raise ToldToStop
