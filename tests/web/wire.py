"""Requests byte for byte, for what a well-behaved client would never send."""

import contextlib
import socket
from collections.abc import Iterator

from tests.web.site import Site


@contextlib.contextmanager
def connected(site: Site, timeout_s: float = 30) -> Iterator[socket.socket]:
    """Yield a connection."""
    with socket.create_connection(("127.0.0.1", site.context.port), timeout=timeout_s) as connection:
        yield connection


def send(site: Site, raw: bytes) -> bytes:
    """Send bytes and return all that comes back until the server closes."""
    with connected(site) as connection:
        connection.sendall(raw)
        return receive_all(connection)


def receive_all(connection: socket.socket) -> bytes:
    """Return what comes until the far end closes."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def status(answer: bytes) -> int:
    """Return the status of an answer."""
    return int(answer.split(b" ", 2)[1])


def request(site: Site, target: str, *lines: str, method: str = "GET", body: bytes = b"") -> bytes:
    """Return the bytes of a request with an honest Host, closing afterwards."""
    head = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{site.context.port}", "Connection: close", *lines]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body
