"""mDNS for tests: stands before a real adb server and answers what it has heard on a network that is not there.

Everything else goes on to the real server, byte for byte.
"""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Final, Self

VERSION: Final = b"mdns daemon version [Openscreen discovery 0.0.0]\n"
"""What adb 34 says where it listens (AOSP docs/dev/adb_wifi.md, "mdns check")."""


class Announcer:
    """An adb server that hears announcements. Use as a context manager.

    Args:
        server_port: where the real adb server listens on 127.0.0.1.

    Attributes:
        port: where this one listens.
        lines: what `mdns services` answers; change it at any time.
        check: what `mdns check` answers.
        asked: every request that was made, in order.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.lines: list[str] = []
        self.check = VERSION
        self.asked: list[bytes] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def announce(self, name: str, kind: str, address: str) -> None:
        """Have something announce itself from now on, in the form of adb 34."""
        self.lines.append(f"{name}\t{kind}\t{address}")

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError, ValueError):
            length = sock.recv(4, socket.MSG_WAITALL)
            request = sock.recv(int(length, 16), socket.MSG_WAITALL)
            self.asked.append(request)
            answers = {b"host:mdns:services": "\n".join(self.lines).encode(), b"host:mdns:check": self.check}
            if request in answers:
                sock.sendall(b"OKAY%04x" % len(answers[request]) + answers[request])
                return
            with socket.create_connection(("127.0.0.1", self._server_port)) as real:
                real.sendall(length + request)
                there = threading.Thread(target=_pump, args=(sock, real), daemon=True)
                there.start()
                _pump(real, sock)
                there.join(10)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
