"""The parent's side of the wire: bytes to a worker and back, never waiting past a deadline, never for too much.

POSIX has a socket pair, whose waits end by themselves even while a stray child of the worker holds the other end.
Windows has two pipes, whose waits end only when the worker does: a timer ends it (its job takes every child along).
Deadlines are times of `time.monotonic()`.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO, Protocol

from phoneward.confined.protocol import LENGTH, frame

SLICE_SECONDS = 0.05
"""How often a waiting parent looks at the worker's memory where no limit of the system does it."""
_PIECE = 1 << 20


class FrameTooLargeError(Exception):
    """The worker announced more bytes than the caller is ready to take."""


class Channel(Protocol):
    """One worker's wire. Every wait raises TimeoutError at the deadline and EOFError when the worker has gone."""

    def send(self, body: bytes, deadline: float) -> None:
        """Send one frame."""

    def receive(self, most: int, deadline: float) -> bytes:
        """Return one frame's body. Raises FrameTooLargeError when it announces more than `most` bytes."""

    def close(self) -> None:
        """Close this side."""


def _receive_frame(read: Callable[[int], bytes], most: int) -> bytes:
    (length,) = LENGTH.unpack(_exactly(read, LENGTH.size))
    if length > most:
        raise FrameTooLargeError
    return _exactly(read, length)


def _exactly(read: Callable[[int], bytes], count: int) -> bytes:
    # Grown as it comes: an announced length alone takes no memory.
    received = bytearray()
    while len(received) < count:
        piece = read(min(count - len(received), _PIECE))
        if not piece:
            raise EOFError
        received += piece
    return bytes(received)


class SocketChannel:
    """A connected socket.

    Args:
        connected: this side's end.
        tend: called between waits, if given; may raise to end one.
    """

    def __init__(self, connected: socket.socket, tend: Callable[[], None] | None = None) -> None:
        self._socket = connected
        self._tend = tend

    def send(self, body: bytes, deadline: float) -> None:
        """Send one frame."""
        for part in (LENGTH.pack(len(body)), body):  # not joined: a body may be large
            view = memoryview(part)
            while view:
                with self._wait(deadline):
                    view = view[self._socket.send(view) :]

    def receive(self, most: int, deadline: float) -> bytes:
        """Return one frame's body."""

        def read(count: int) -> bytes:
            while True:
                with self._wait(deadline):
                    return self._socket.recv(count)

        return _receive_frame(read, most)

    @contextlib.contextmanager
    def _wait(self, deadline: float) -> Iterator[None]:
        """Bound one try of a socket call; a slice that passes without news is no error, the caller tries again."""
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._socket.settimeout(min(remaining, SLICE_SECONDS) if self._tend else remaining)
        try:
            yield
        except TimeoutError:
            if self._tend:
                self._tend()
        except OSError as error:
            raise EOFError from error

    def close(self) -> None:
        """Close this side."""
        self._socket.close()


class PipeChannel:
    """Two pipes and a timer.

    Args:
        requests: to the worker.
        replies: from the worker.
        end_worker: ends the worker and all its children, which ends every wait.
    """

    def __init__(self, requests: IO[bytes], replies: IO[bytes], end_worker: Callable[[], None]) -> None:
        self._requests = requests
        self._replies = replies
        self._end_worker = end_worker

    def send(self, body: bytes, deadline: float) -> None:
        """Send one frame."""
        with self._timer(deadline):
            self._requests.write(frame(body))
            self._requests.flush()

    def receive(self, most: int, deadline: float) -> bytes:
        """Return one frame's body."""
        with self._timer(deadline):
            return _receive_frame(self._replies.read, most)

    @contextlib.contextmanager
    def _timer(self, deadline: float) -> Iterator[None]:
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            self._end_worker()

        timer = threading.Timer(max(0.0, deadline - time.monotonic()), expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (OSError, EOFError) as error:
            raise (TimeoutError if expired.is_set() else EOFError) from error
        finally:
            timer.cancel()

    def close(self) -> None:
        """Close both pipes."""
        for pipe in (self._requests, self._replies):
            # Closing flushes, and a worker that has gone takes no bytes.
            with contextlib.suppress(OSError):
                pipe.close()
