"""Where messages arrive: a real mail server, a web server, and a desktop's D-Bus, all on this computer."""

import contextlib
import datetime as dt
import email
import http.server
import json
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from jeepney import (  # type: ignore[import-untyped]
    DBusAddress,
    MessageType,
    new_method_call,
    new_method_return,
)
from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]

from tests.tools.ports import free_port

ADDRESS = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
PASSWORD = "kite-9-Bridge"


@dataclass
class Received:
    """What arrived."""

    letters: list[EmailMessage] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)


class _Mailbox:
    def __init__(self, received: Received) -> None:
        self._received = received

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        letter = email.message_from_bytes(content, policy=default)
        assert isinstance(letter, EmailMessage)
        self._received.letters.append(letter)
        return "250 taken"


@contextlib.contextmanager
def mail_server(certificate: Path, security: str) -> Iterator[tuple[int, Received]]:
    """Yield the port of a mail server that knows one user, and what it received."""
    received = Received()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: object) -> AuthResult:
        assert isinstance(given, LoginPassword)
        received.logins.append(given.login.decode())
        return AuthResult(success=given.password.decode() == PASSWORD, handled=False)

    controller = Controller(
        _Mailbox(received),
        hostname="localhost",
        port=free_port(),
        ssl_context=context if security == "tls" else None,
        tls_context=context if security == "starttls" else None,
        require_starttls=security == "starttls",
        auth_require_tls=security != "none",
        authenticator=authenticate,
        auth_exclude_mechanism=["LOGIN"],
    )
    if security == "tls":
        controller.SMTP_kwargs["auth_require_tls"] = False  # it is encrypted from the first byte
    controller.start()
    try:
        yield controller.port, received
    finally:
        controller.stop()


@contextlib.contextmanager
def web_server(certificate: Path, *, status: int = 200, location: str = "") -> Iterator[tuple[int, Received]]:
    """Yield the port of an HTTPS server that keeps what is posted."""
    received = Received()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.requests.append((self.path, dict(self.headers.items()), json.loads(body)))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("localhost", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], received
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@contextlib.contextmanager
def desktop() -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Yield the address of a real D-Bus with something that takes notifications, and what it took.

    https://specifications.freedesktop.org/notification-spec/latest/protocol.html
    """
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"],
        env={"PATH": os.environ.get("PATH", "")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert bus.stdout is not None
    address = bus.stdout.readline().strip()
    shown: list[tuple[Any, ...]] = []
    connection = open_dbus_connection(address)
    connection.send_and_get_reply(
        new_method_call(ADDRESS, "RequestName", "su", ("org.freedesktop.Notifications", 0)), timeout=10
    )
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=60)

    def serve() -> None:
        while dt.datetime.now(dt.UTC) < ends:
            try:
                call = connection.receive(timeout=1)
            except TimeoutError:
                continue
            except (OSError, EOFError, ConnectionError):
                return
            if call.header.message_type is not MessageType.method_call:
                continue
            member = next(value for name, value in call.header.fields.items() if name.name == "member")
            if member == "Notify":
                shown.append(call.body)
                connection.send(new_method_return(call, "u", (1,)))
            elif member == "GetServerInformation":
                connection.send(new_method_return(call, "ssss", ("test", "test", "1", "1.2")))
            elif member == "GetCapabilities":
                connection.send(new_method_return(call, "as", (["body", "body-markup"],)))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield address, shown
    finally:
        bus.kill()
        bus.wait()
        thread.join(10)
        connection.close()
