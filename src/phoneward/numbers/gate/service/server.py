"""Serves the application, bounded in every direction, until it is told to stop."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import Final

import uvicorn
from starlette.applications import Starlette

from phoneward import serving
from phoneward.errors import PhonewardError
from phoneward.numbers.gate.config import path_of
from phoneward.numbers.gate.errors import GateConfigError
from phoneward.numbers.gate.service.app import make_app
from phoneward.numbers.gate.service.job import Job
from phoneward.numbers.gate.service.opening import open_keeper, open_store
from phoneward.numbers.gate.service.problems import Problem
from phoneward.numbers.gate.service.settings import Settings
from phoneward.numbers.gate.service.trouble import Trouble
from phoneward.serving import BoundedProtocol, hush
from phoneward.texts import words

_BACKLOG: Final = 512
_MAX_CONNECTIONS: Final = 1000
_MAX_HEADER_BYTES: Final = 16 << 10
_KEEP_ALIVE_S: Final = 30
_GRACE_S: Final = 10
"""What answers under way get when the server ends."""


class GateProtocol(BoundedProtocol):
    """Refuses what is no HTTP as it refuses everything else."""

    def send_400_response(self, msg: str) -> None:
        """Answer for what is no HTTP or has too many headers."""
        del msg
        body = bytes(Problem("bad-request", 400, "This is no HTTP, or its headers are too long.").response().body)
        lines = [b"HTTP/1.1 400 Bad Request", b"content-type: application/problem+json", b"connection: close"]
        self.transport.write(b"\r\n".join([*lines, b"content-length: %d" % len(body), b"", body]))
        self.transport.close()


def listen(settings: Settings) -> socket.socket:
    """Return a socket that listens where the configuration says.

    Raises:
        GateConfigError: somebody else listens there, or this machine has no such address.
    """
    host, port = settings.service.host, settings.service.port
    try:
        return serving.listen(host, port, _BACKLOG)
    except OSError as error:
        problem = words("nobody can listen on {address}: {problem}", address=f"{host}:{port}", problem=str(error))
        raise GateConfigError(field="service.port", problem=problem) from error


def serve(
    settings: Settings,
    listening: socket.socket,
    on_ready: Callable[[], None],
    on_error: Callable[[PhonewardError], None],
) -> None:
    """Serve until Ctrl-C or SIGTERM; answers under way are finished.

    Args:
        settings: of the service.
        listening: from `listen`; closed at the end.
        on_ready: called when questions are answered.
        on_error: is told that the database cannot be used, or that the program made a mistake.

    Raises:
        GateConfigError, WrongSecretError, StoreError, AskingPartMissingError: it cannot begin.
    """
    hush()
    with contextlib.closing(listening), open_store(settings) as (store, keys):

        async def run() -> None:
            async with open_keeper(settings, store, keys) as keeper:
                job = Job(keeper, settings.lifecycle, on_error)
                app = make_app(keeper, settings.service, job, Trouble(on_error))
                await _Server(_config(app, settings), on_ready).serve([listening])

        with contextlib.suppress(KeyboardInterrupt):  # uvicorn passes it on after its own orderly end
            asyncio.run(run())


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._on_ready()


def _config(app: Starlette, settings: Settings) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        http=GateProtocol,
        ws="none",
        lifespan="on",
        loop="asyncio",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_MAX_CONNECTIONS,
        h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )
    if settings.service.tls_certificate is not None and settings.service.tls_key is not None:
        config.ssl_certfile = path_of(settings.service.tls_certificate, settings.folder)
        config.ssl_keyfile = path_of(settings.service.tls_key, settings.folder)
        check_tls(settings)
    return config


def check_tls(settings: Settings) -> None:
    """Make sure that certificate and key can be used.

    Raises:
        GateConfigError: they cannot.
    """
    if settings.service.tls_certificate is None or settings.service.tls_key is None:
        return
    try:
        certificate = path_of(settings.service.tls_certificate, settings.folder)
        key = path_of(settings.service.tls_key, settings.folder)
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        problem = words("certificate or key cannot be used ({problem})", problem=str(error))
        raise GateConfigError(field="service.tls_certificate", problem=problem) from error


def address_of(settings: Settings, listening: socket.socket) -> str:
    """Return where the service is asked, as an address."""
    host = f"[{settings.service.host}]" if ":" in settings.service.host else settings.service.host
    scheme = "http" if settings.service.tls_key is None else "https"
    return f"{scheme}://{host}:{listening.getsockname()[1]}"
