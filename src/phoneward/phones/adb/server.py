"""The adb server of this computer and the words it understands (AOSP packages/modules/adb, docs/dev/services.md).

Every request is four hexadecimal digits of length and the words; the answer is OKAY or FAIL with a reason.
"""

import os
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

from phoneward.errors import readable
from phoneward.phones.adb.program import start_server
from phoneward.phones.adb.wire import Channel
from phoneward.phones.errors import AdbServerError, PhoneAnswerError, PhoneGoneError, PhoneSilentError
from phoneward.texts import _

DEFAULT_PORT = 5037
_CONNECT_SECONDS = 10.0
_REASON_LIMIT = 4096
_GOING_DOWN_S = (0.1, 0.3, 1.0)
"""Pauses after which a question is asked again that a server hung up on."""


class RefusedError(Exception):
    """The server answered FAIL; `reason` holds its words, made readable. Never shown to a person as it is."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Address:
    """Where the adb server listens: a TCP port, or a socket in the file system."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    path: str | None = None

    def connect(self) -> socket.socket:
        """Return a connected socket; OSError otherwise."""
        if self.path is None:
            sock = socket.create_connection((self.host, self.port), _CONNECT_SECONDS)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        if sys.platform == "win32":
            raise AdbServerError(detail=_("localfilesystem sockets do not exist on Windows"))
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.settimeout(_CONNECT_SECONDS)
            sock.connect(self.path)
        except OSError:
            sock.close()
            raise
        return sock


def address_from(environment: Mapping[str, str]) -> Address:
    """Return where adb's own variables say that the server is (adb client/commandline.cpp, socket_spec.cpp).

    `ADB_SERVER_SOCKET` is `tcp:PORT`, `tcp:HOST:PORT` or `localfilesystem:PATH`; without it
    `ANDROID_ADB_SERVER_ADDRESS` and `ANDROID_ADB_SERVER_PORT` count.

    Raises:
        AdbServerError: they say nothing that is understood.
    """
    host = environment.get("ANDROID_ADB_SERVER_ADDRESS") or "127.0.0.1"
    port = environment.get("ANDROID_ADB_SERVER_PORT") or str(DEFAULT_PORT)
    if any(environment.get(name) for name in ("ANDROID_ADB_SERVER_ADDRESS", "ANDROID_ADB_SERVER_PORT")):
        return Address(host, _port(port))
    spec = environment.get("ADB_SERVER_SOCKET") or f"tcp:{DEFAULT_PORT}"
    kind, _, rest = spec.partition(":")
    if kind == "localfilesystem" and rest:
        return Address(path=rest)
    if kind == "tcp" and rest:
        name, _, number = rest.rpartition(":")
        return Address(name.strip("[]") or "127.0.0.1", _port(number))
    raise AdbServerError(detail=readable(f"ADB_SERVER_SOCKET={spec}"))


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise AdbServerError(detail=readable(f"port {text}"))


class AdbServer:
    """The adb server.

    Args:
        address: where it listens; None takes it from the environment.
        idle_timeout: seconds of silence after which a connection counts as lost.
    """

    def __init__(self, address: Address | None = None, *, idle_timeout: float = 60.0) -> None:
        self._address = address
        self._idle_timeout = idle_timeout

    def open(self) -> Channel:
        """Connect, starting the server first where none runs.

        Raises:
            AdbMissingError, AdbServerError: it cannot be started or reached.
        """
        address = self._address or address_from(os.environ)
        try:
            return Channel(address.connect(), self._idle_timeout)
        except (ConnectionRefusedError, FileNotFoundError):
            start_server()
        except OSError as error:
            raise AdbServerError(detail=readable(str(error))) from error
        try:
            return Channel(address.connect(), self._idle_timeout)
        except OSError as error:
            raise AdbServerError(detail=readable(str(error))) from error

    def ask(self, request: bytes) -> bytes:
        """Return the server's answer to a question about itself or its phones (`host:…`).

        Raises:
            RefusedError: it answered FAIL.
            AdbServerError: it is no adb server.
        """
        for pause_s in _GOING_DOWN_S:
            try:
                return self.ask_once(request)
            except (PhoneAnswerError, PhoneSilentError) as error:
                raise AdbServerError(detail=error.sentence()) from error
            except PhoneGoneError:
                # A server that is going down still takes connections for a moment: after `adb kill-server`, and
                # whenever an adb of another version puts its own server in the place of this one.
                time.sleep(pause_s)
        try:
            return self.ask_once(request)
        except PhoneGoneError as error:
            raise AdbServerError(detail=error.sentence()) from error

    def ask_once(self, request: bytes) -> bytes:
        """Return the answer to a question that must not be repeated.

        Raises:
            RefusedError: it answered FAIL.
            PhoneGoneError: it hung up, or made no sense.
        """
        channel = self.open()
        try:
            send_request(channel, request)
            return channel.take(hex_length(channel.take(4)))
        finally:
            channel.close()

    def wait_for(self, serial: str) -> None:
        """Wait until a phone is there; raises like `ask`."""
        channel = self.open()
        try:
            send_request(channel, b"host-serial:" + serial.encode() + b":wait-for-any-device")
            read_status(channel)
        finally:
            channel.close()

    def service(self, serial: str, service: bytes) -> Channel:
        """Return a channel to a service of a phone (`shell,v2,raw:…`, `sync:`).

        Raises:
            RefusedError: the server has no such phone, or the phone no such service.
            PhoneGoneError: the connection broke.
        """
        channel = self.open()
        try:
            send_request(channel, b"host:transport:" + serial.encode())
            send_request(channel, service)
        except BaseException:  # an interrupt too must not leave the connection open
            channel.close()
            raise
        return channel


def send_request(channel: Channel, request: bytes) -> None:
    """Send one request of the smart-socket protocol and read its OKAY; RefusedError for FAIL."""
    if len(request) > 0xFFFF:
        raise ValueError("a request longer than the protocol can say")
    channel.post(b"%04x" % len(request) + request)
    channel.flush()
    read_status(channel)


def read_status(channel: Channel) -> None:
    """Read OKAY, or raise RefusedError with the reason that follows FAIL."""
    status = channel.take(4)
    if status == b"OKAY":
        return
    if status != b"FAIL":
        raise PhoneAnswerError(detail=_("{answered} instead of OKAY").format(answered=readable(status)))
    length = hex_length(channel.take(4))
    raise RefusedError(readable(channel.take(min(length, _REASON_LIMIT))).strip())


def hex_length(digits: bytes) -> int:
    """Return the length that four hexadecimal digits say."""
    try:
        return int(digits.decode("ascii"), 16) if digits.isalnum() else _bad_length(digits)
    except ValueError:
        return _bad_length(digits)


def _bad_length(digits: bytes) -> int:
    raise PhoneAnswerError(detail=_("{answered} instead of a length").format(answered=readable(digits)))
