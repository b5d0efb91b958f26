"""An adb server that says whatever a test wants it to, over loopback: for answers that no honest phone gives."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from phoneward.phones.adb.server import AdbServer, Address

SERIAL = b"scripted"
Service = Callable[["Peer"], None]
"""Plays one service; the connection ends when it returns."""


class Peer:
    """The other end of one connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.command = b""
        """The service that was asked for."""

    def read(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            piece = self.sock.recv(count - len(found))
            if not piece:
                raise ConnectionError
            found += piece
        return found

    def request(self) -> bytes:
        return self.read(int(self.read(4), 16))

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def sync_request(self) -> tuple[bytes, bytes]:
        word, length = struct.unpack("<4sI", self.read(8))
        return word, self.read(length)

    def endless(self, data: bytes) -> None:
        """Send the same for ever; ends when the other side hangs up."""
        while True:
            self.send(data)

    def silence(self) -> None:
        """Wait until the other side hangs up."""
        while self.sock.recv(65536):
            pass


class ScriptedServer:
    """Answers `host:` questions of an ordinary phone; services are played by the test.

    Args:
        sync: plays `sync:`.
        shell_service: plays `shell…:` once the command is in `commands`; by default prints nothing and succeeds.
        features: what the phone says it understands.
        devices: the answer to `host:devices-l`.
    """

    def __init__(
        self,
        *,
        sync: Service | None = None,
        shell_service: Service | None = None,
        features: bytes = b"shell_v2,stat_v2,ls_v2",
        devices: bytes = b"scripted               device product:p model:M device:d transport_id:1\n",
    ) -> None:
        self.services = {b"sync:": sync or Peer.silence, b"shell": shell_service or _nothing}
        self.features = features
        self.devices = devices
        self.commands: list[bytes] = []
        self.asked: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for sock in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def adb(self, idle_timeout: float = 5.0) -> AdbServer:
        return AdbServer(Address(port=self._listener.getsockname()[1]), idle_timeout=idle_timeout)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self._open.append(sock)
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        peer = Peer(sock)
        with contextlib.suppress(OSError, ValueError), sock:
            while True:
                question = peer.request()
                self.asked.append(question)
                if question.startswith(b"host:transport:"):
                    peer.send(b"OKAY")
                elif question.startswith(b"host"):
                    answer = self.devices if question == b"host:devices-l" else self.features
                    peer.send(b"OKAY%04x" % len(answer) + answer)
                    return
                else:
                    peer.send(b"OKAY")
                    kind = b"sync:" if question == b"sync:" else b"shell"
                    self.commands.append(question)
                    peer.command = question
                    self.services[kind](peer)
                    return


def packet(kind: int, data: bytes) -> bytes:
    """One packet of shell protocol v2."""
    return struct.pack("<BI", kind, len(data)) + data


def _nothing(peer: Peer) -> None:
    peer.send(packet(3, b"\0"))


def lst2(mode: int = 0o100644, size: int = 0, error: int = 0) -> bytes:
    """The answer to LST2 (file_sync_protocol.h, sync_stat_v2)."""
    return struct.pack("<4sIQQIIIIQqqq", b"LST2", error, 1, 2, mode, 1, 0, 0, size, 1, 2, 3)


def dnt2(name: bytes, mode: int = 0o100644, size: int = 0, mtime: int = 2) -> bytes:
    """A name in the answer to LIS2 (sync_dent_v2)."""
    head = struct.pack("<4sIQQIIIIQqqqI", b"DNT2", 0, 1, 2, mode, 1, 0, 0, size, 1, mtime, 3, len(name))
    return head + name


DNT2_DONE = struct.pack("<4s72x", b"DONE")


def pairs(peer: Peer) -> Iterator[tuple[bytes, bytes]]:
    """Yield sync requests until the other side hangs up."""
    while True:
        yield peer.sync_request()
