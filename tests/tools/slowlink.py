"""A TCP proxy that makes a server of this computer far away: a delay each way, and one link that all share.

    python -m tests.tools.slowlink PORT [--delay-ms 10] [--rate BYTES_A_SECOND]

It prints the port it listens on. Each byte arrives `delay` after it had its turn on the link; a new connection takes
one way there and back before its first byte, as TCP's greeting does. TCP's slow start and losses are not in the model.
"""

import argparse
import contextlib
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

_PIECE = 128 << 10
_WINDOW = 64
"""Pieces on the way in one direction of a connection: 8 MB, more than any link here holds."""


class _Link:
    """One direction of the link."""

    def __init__(self, rate: float, delay: float) -> None:
        self._rate = rate
        self.delay = delay
        self._free_at = 0.0
        self._lock = threading.Lock()

    def arrival(self, size: int) -> float:
        """Return when so many bytes arrive that are sent now."""
        with self._lock:
            start = max(time.monotonic(), self._free_at)
            self._free_at = start + (size / self._rate if self._rate else 0.0)
            return self._free_at + self.delay


def _carry(source: socket.socket, target: socket.socket, link: _Link, first_wait: float) -> None:
    on_the_way: queue.Queue[tuple[float, bytes]] = queue.Queue(_WINDOW)

    def deliver() -> None:
        while True:
            due, data = on_the_way.get()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data)
            except OSError:
                while on_the_way.get()[1]:
                    pass
                return

    threading.Thread(target=deliver, daemon=True).start()
    time.sleep(first_wait)
    data = b"begin"
    while data:
        try:
            data = source.recv(_PIECE)
        except OSError:
            data = b""
        arrives = link.arrival(len(data))
        on_the_way.put((arrives, data))
        time.sleep(max(0.0, arrives - link.delay - time.monotonic()))  # the link is taken until then


def _serve(listener: socket.socket, port: int, up: _Link, down: _Link) -> None:
    while True:
        client, _address = listener.accept()
        server = socket.create_connection(("127.0.0.1", port))
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        greeting = up.delay + down.delay
        threading.Thread(target=_carry, args=(client, server, up, greeting), daemon=True).start()
        threading.Thread(target=_carry, args=(server, client, down, 0.0), daemon=True).start()


@contextlib.contextmanager
def slow_link(port: int, *, delay_ms: float = 10, rate: float = 0) -> Iterator[int]:
    """Yield the port behind which a server of this computer is far away.

    Args:
        port: the server's.
        delay_ms: each way.
        rate: bytes a second each way, all connections together; 0 for no bound.
    """
    command = [sys.executable, "-m", "tests.tools.slowlink", str(port), "--delay-ms", str(delay_ms)]
    with subprocess.Popen([*command, "--rate", str(rate)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("--delay-ms", type=float, default=10)
    parser.add_argument("--rate", type=float, default=0)
    asked = parser.parse_args()
    up, down = (_Link(asked.rate, asked.delay_ms / 1000) for _way in range(2))
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        print(listener.getsockname()[1], flush=True)  # noqa: T201 - whoever started it reads it
        _serve(listener, asked.port, up, down)


if __name__ == "__main__":
    main()
