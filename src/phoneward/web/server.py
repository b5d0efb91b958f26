"""Serves the page on 127.0.0.1, bounded in every direction, until it is told to stop."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Final

import uvicorn

from phoneward import serving
from phoneward.serving import BoundedProtocol, hush
from phoneward.texts import _
from phoneward.web.app import make_app
from phoneward.web.context import WebContext
from phoneward.web.errors import ServerBusyError
from phoneward.web.security.headers import FIXED

ADDRESS: Final = "127.0.0.1"
MAX_HEADER_BYTES: Final = 16 << 10
MAX_CONNECTIONS: Final = 64
KEEP_ALIVE_S: Final = 5
GRACE_S: Final = 3
"""What an answer under way gets when the server ends."""


class PageProtocol(BoundedProtocol):
    """Refuses what is no HTTP in our words."""

    def send_400_response(self, msg: str) -> None:
        """Answer for what is no HTTP or has too many headers: with our headers too."""
        del msg
        body = _("Phoneward does not understand what was sent here, or it is too long.").encode()
        lines = [b"HTTP/1.1 400 Bad Request", b"content-type: text/plain; charset=utf-8", b"connection: close"]
        lines += [b"cache-control: no-store", b"content-length: %d" % len(body)]
        lines += [name + b": " + value for name, value in FIXED.items()]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        self.transport.close()


class PageServer:
    """A server that is bound to its port and not started yet.

    Args:
        listening: from `listen`.
        context: of the same port.
    """

    def __init__(self, listening: socket.socket, context: WebContext) -> None:
        self.context = context
        self._socket = listening
        hush()
        self._server = uvicorn.Server(
            uvicorn.Config(
                make_app(context),
                http=PageProtocol,
                ws="none",
                lifespan="off",
                loop="asyncio",
                log_config=None,
                access_log=False,
                proxy_headers=False,  # nobody stands between: a header must not say who asks
                server_header=False,
                date_header=True,
                limit_concurrency=MAX_CONNECTIONS,
                h11_max_incomplete_event_size=MAX_HEADER_BYTES,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACE_S,
            )
        )

    def run(self) -> None:
        """Serve until Ctrl-C; then jobs are told to stop and waited for. Ends without an exception."""
        try:
            with contextlib.suppress(KeyboardInterrupt):  # uvicorn passes it on after its own orderly end
                self._server.run(sockets=[self._socket])
        finally:
            self._end()

    @contextlib.contextmanager
    def running(self) -> Iterator[WebContext]:
        """Serve in a thread while the block runs."""
        thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        thread.start()
        try:
            yield self.context
        finally:
            self._server.should_exit = True
            thread.join(GRACE_S + 5)
            self._end()

    def _end(self) -> None:
        self.context.jobs.close()
        self._socket.close()


def listen(port: int = 0) -> socket.socket:
    """Return a socket that listens on 127.0.0.1 alone; connections wait in it until the server runs.

    Args:
        port: 0 takes a free one.

    Raises:
        ServerBusyError: somebody else has it.
    """
    try:
        return serving.listen(ADDRESS, port, MAX_CONNECTIONS)
    except OSError as error:
        raise ServerBusyError(port=port) from error


def port_of(listening: socket.socket) -> int:
    """Return where a socket listens."""
    port: int = listening.getsockname()[1]
    return port
