"""Being told to stop: every signal that means it becomes an exception, so that locks and private copies are removed."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

# SIGHUP: the terminal was closed. SIGBREAK: Windows' Ctrl-Break and closing console window.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


@contextlib.contextmanager
def as_exceptions() -> Iterator[None]:
    """Raise KeyboardInterrupt in the main thread at the first such signal.

    The second is ignored while the program cleans up after the first (a lock left behind would cost the person more
    than a moment's patience); the third ends it at once. Off the main thread nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    told = 0

    def stop(number: int, _frame: FrameType | None) -> None:
        nonlocal told
        told += 1
        if told == 1:
            raise KeyboardInterrupt
        if told > 2:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    earlier = {}
    for name in _NAMES:
        number = getattr(signal, name, None)
        # A signal the parent chose to ignore (nohup) stays ignored.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            earlier[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
