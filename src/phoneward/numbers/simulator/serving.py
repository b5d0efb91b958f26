"""Serves the simulator over HTTP."""

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Iterator
from typing import Final

import uvicorn

from phoneward.errors import readable
from phoneward.numbers.simulator.app import Simulator
from phoneward.numbers.simulator.errors import AddressTakenError

LOOPBACK: Final = "127.0.0.1"
MAX_HEADER_BYTES: Final = 16 << 10
MAX_CONNECTIONS: Final = 1000
GRACE_S: Final = 1


class SimulatorServer:
    """A simulator that is bound to its address and not started yet.

    Args:
        simulator: what is served.
        host: a name or address of this machine.
        port: 0 takes a free one.

    Raises:
        AddressTakenError: it cannot listen there.
    """

    def __init__(self, simulator: Simulator, host: str = LOOPBACK, port: int = 0) -> None:
        self._socket = _listen(host, port)
        bound: int = self._socket.getsockname()[1]
        self.url = f"http://[{host}]:{bound}" if ":" in host else f"http://{host}:{bound}"
        simulator.served_at = self.url
        # A connection that was cut on request is an exception to uvicorn, and would be told at length.
        for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._server = uvicorn.Server(
            uvicorn.Config(
                simulator.app,
                http="h11",
                ws="none",
                lifespan="off",
                loop="asyncio",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                limit_concurrency=MAX_CONNECTIONS,
                h11_max_incomplete_event_size=MAX_HEADER_BYTES,
                timeout_graceful_shutdown=GRACE_S,
            )
        )

    def run(self) -> None:
        """Serve until Ctrl-C."""
        try:
            with contextlib.suppress(KeyboardInterrupt):  # uvicorn passes it on after its own orderly end
                self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Serve in a thread while the block runs; gives the address."""
        thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        thread.start()
        try:
            yield self.url
        finally:
            self._server.should_exit = True
            thread.join(GRACE_S + 10)
            self._socket.close()


@contextlib.contextmanager
def running(simulator: Simulator, host: str = LOOPBACK, port: int = 0) -> Iterator[str]:
    """Serve a simulator in a thread while the block runs; gives its base URL.

    Raises:
        AddressTakenError: it cannot listen there.
    """
    with SimulatorServer(simulator, host, port).running() as url:
        yield url


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol or socket.IPPROTO_TCP)
        try:
            if os.name == "nt":  # there SO_REUSEADDR would let another program take the port away
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)  # type: ignore[attr-defined,unused-ignore]
            else:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(256)
        except BaseException:
            listening.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        problem = error.strerror if isinstance(error, OSError) else str(error)
        raise AddressTakenError(host=readable(host), port=port, problem=readable(problem or str(error))) from error
    return listening
