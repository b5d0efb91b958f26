"""A server on loopback that answers byte by byte as a test says: with lies, too much, too little, too slowly."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Says = Callable[[Request], bytes | Iterable[bytes]]
"""The raw bytes of an answer; from a generator they go out one after the other. The connection then stays open."""


@dataclass
class Misbehaving:
    """A running server.

    Attributes:
        port: of 127.0.0.1.
        says: what it answers; may be changed between two requests.
        heard: the requests so far.
    """

    port: int
    says: Says
    heard: list[Request] = field(default_factory=list)
    hangs_up: bool = False


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """Return an honest answer, but for the headers given (`content_length="7"`)."""
    named = {"content-length": str(len(body))} | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def dripping(content: bytes, pause_s: float, at_once: int = 1) -> Iterator[bytes]:
    """Yield content little by little."""
    for start in range(0, len(content), at_once):
        yield content[start : start + at_once]
        time.sleep(pause_s)


@contextmanager
def misbehaving(says: Says) -> Iterator[Misbehaving]:
    """Run a server until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Misbehaving(listener.getsockname()[1], says)
    connections: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _address = listener.accept()
                connections.append(connection)
                threading.Thread(target=_serve, args=(server, connection), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


def _serve(server: Misbehaving, connection: socket.socket) -> None:
    with suppress(OSError, ValueError), connection, connection.makefile("rb") as stream:
        while first := stream.readline():
            method, path, _version = first.decode().split()
            headers = {}
            while line := stream.readline().strip():
                name, _colon, value = line.decode().partition(":")
                headers[name.lower()] = value.strip()
            body = stream.read(int(headers.get("content-length", "0")))
            request = Request(method, path, headers, body)
            server.heard.append(request)
            said = server.says(request)
            for piece in [said] if isinstance(said, bytes) else said:
                connection.sendall(piece)
            if server.hangs_up:
                return
