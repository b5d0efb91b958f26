"""HTTP as uvicorn speaks it, with a clock for each connection; for all that listens."""

import asyncio
import logging
import os
import socket
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

HEADER_TIMEOUT_S: Final = 10.0
"""From the connection, or the end of the last answer, to the end of the next request's headers."""


class BoundedProtocol(H11Protocol):
    """A connection that sends no whole request in time is closed."""

    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to count."""
        super().connection_made(transport)
        self._count()

    def on_response_complete(self) -> None:
        """Begin to count for the next request."""
        super().on_response_complete()
        self._count()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop counting."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def _count(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self.loop.call_later(HEADER_TIMEOUT_S, self._end_if_waiting)

    def _end_if_waiting(self) -> None:
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request, whatever its type says
        is_answering = cycle is not None and not cycle.response_complete
        if not is_answering and not self.transport.is_closing():
            self.transport.close()


def listen(host: str, port: int, backlog: int) -> socket.socket:
    """Return a socket that listens; connections wait in it until the server runs.

    Args:
        host: an address of this machine.
        port: 0 takes a free one.
        backlog: how many may wait.

    Raises:
        OSError: somebody else has it, or it is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, since asyncio sends small answers at once (TCP_NODELAY) only on sockets that say that they are TCP.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "nt":  # there SO_REUSEADDR would let another program take the port away
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(backlog)
    except OSError:
        listening.close()
        raise
    return listening


def hush() -> None:
    """Keep uvicorn's own words off the terminal: they would mix with ours, and could hold an address with its token."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
