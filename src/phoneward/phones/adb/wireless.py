"""Wireless debugging (Android 11 and later): pairing with a code, connecting, and whether a port encrypts.

The adb of this computer does the pairing (SPAKE2 over TLS) and the encryption; here it is asked to, and checked: an
address is used only after its port has demanded TLS. Sources: AOSP packages/modules/adb, `docs/dev/adb_wifi.md`,
`client/adb_wifi.cpp`, `client/transport_mdns.cpp`, `protocol.txt` (A_CNXN, A_STLS).

TLS keeps others on the network from reading along. It does not prove which phone answers: adb takes any certificate.
"""

import contextlib
import ipaddress
import re
import socket
import struct
from typing import Final, NamedTuple

from phoneward.errors import readable
from phoneward.phones.adb.server import AdbServer, RefusedError
from phoneward.phones.errors import (
    AdbServerError,
    AdbTooOldError,
    AddressError,
    NoWirelessPhoneError,
    PairingCodeError,
    PairingRefusedError,
    PhoneGoneError,
    SeveralWirelessPhonesError,
)
from phoneward.texts import enumeration

PAIRING: Final = "_adb-tls-pairing._tcp"
ENCRYPTED: Final = "_adb-tls-connect._tcp"
"""mDNS names of the pairing screen's port and of the encrypted port (AOSP adb_mdns.h)."""

_PROBE_SECONDS: Final = 5.0
_HEADER: Final = struct.Struct("<4s5I")
_VERSION, _MAX_DATA = 0x01000001, 1 << 20
_BANNER: Final = b"host::features=shell_v2\0"
_MAX_LINE: Final = 1000
_MAX_LINES: Final = 1000
_TOO_OLD: Final = re.compile("unknown host service|unknown command", re.IGNORECASE)


class Endpoint(NamedTuple):
    """An address on the network."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return HOST:PORT as adb takes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is this computer itself: nobody else can listen on the way."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


class Announcement(NamedTuple):
    """One service that something on the network says it offers: its own name, the service, where it is."""

    name: str
    kind: str
    endpoint: Endpoint


def parse_endpoint(text: str) -> Endpoint | None:
    """Return what HOST:PORT, [IPV6]:PORT or tcp:HOST:PORT names; None for every other text."""
    match = re.fullmatch(r"(?:tcp:)?(\[[0-9A-Fa-f:.%\w]+\]|[^\s:/]+):(\d{1,5})", text)
    if match is None or not 0 < int(match.group(2)) < 65536:
        return None
    return Endpoint(match.group(1).strip("[]"), int(match.group(2)))


def demands_tls(endpoint: Endpoint, *, timeout: float = _PROBE_SECONDS) -> bool:
    """Tell whether the adb port at an address answers a greeting by demanding TLS (A_STLS).

    Wireless debugging does; `adb tcpip` answers with a greeting or asks for a key, both in the clear. Nothing is said
    about this computer in the question, and no key is used.

    Raises:
        PhoneGoneError: nobody answers there.
    """
    magic = int.from_bytes(b"CNXN", "little") ^ 0xFFFFFFFF
    hello = _HEADER.pack(b"CNXN", _VERSION, _MAX_DATA, len(_BANNER), sum(_BANNER), magic) + _BANNER
    try:
        with socket.create_connection(endpoint, timeout) as sock:
            sock.settimeout(timeout)
            sock.sendall(hello)
            answer = b""
            while len(answer) < 4:
                piece = sock.recv(4 - len(answer))
                if not piece:
                    return False
                answer += piece
            return answer == b"STLS"
    except OSError as error:
        raise PhoneGoneError(detail=readable(error.strerror or str(error))) from error


def pair(address: str | None, code: str, server: AdbServer | None = None) -> tuple[Endpoint, str]:
    """Pair this computer with the phone whose pairing screen shows the code; once is enough for ever.

    Args:
        address: HOST:PORT of the pairing screen; None for the only one that announces itself.
        code: its six digits.
        server: the adb server; None for the usual one.

    Returns:
        The address, and the phone's own name for itself ("adb-SERIAL-abcdef"), "" where adb does not tell.

    Raises:
        AddressError, PairingCodeError: what was typed cannot be.
        NoWirelessPhoneError, SeveralWirelessPhonesError: which phone was left open.
        PairingRefusedError: the phone did not take the code.
        AdbTooOldError: this computer's adb knows no pairing.
        AdbMissingError, AdbServerError: there is no adb, or it does not answer.
    """
    if not re.fullmatch(r"[0-9]{6}", code):
        raise PairingCodeError
    server = server or AdbServer()
    endpoint = _endpoint(server, address, PAIRING)
    return endpoint, pair_at(server, endpoint, code)


def pair_at(server: AdbServer, endpoint: Endpoint, secret: str) -> str:
    """Pair with the phone at an address by what both sides know; returns the phone's own name for itself, or "".

    Args:
        server: the adb server.
        endpoint: the phone's pairing service.
        secret: six digits from the phone's screen, or the password of a QR code; ASCII, without a colon.

    Raises:
        PairingRefusedError, AdbTooOldError, AdbMissingError, AdbServerError.
    """
    try:
        # Asked once only: each try uses the code up.
        answer = readable(server.ask_once(f"host:pair:{secret}:{endpoint}".encode())).strip()
    except RefusedError as error:
        if _TOO_OLD.search(error.reason):
            raise AdbTooOldError from error
        raise PairingRefusedError(address=readable(str(endpoint)), detail=error.reason) from error
    except PhoneGoneError as error:  # adb 34 hangs up where the code was wrong
        raise PairingRefusedError(address=readable(str(endpoint)), detail=error.sentence()) from error
    if not answer.startswith("Successfully paired"):
        raise PairingRefusedError(address=readable(str(endpoint)), detail=answer[:300])
    guid = re.search(r"\[guid=([^\]]*)\]", answer)
    return guid.group(1) if guid else ""


def connect_address(address: str | None, server: AdbServer | None = None) -> Endpoint:
    """Return where to connect: the address given, or that of the only phone whose wireless debugging is announced.

    Raises:
        AddressError, NoWirelessPhoneError, SeveralWirelessPhonesError, AdbMissingError, AdbServerError.
    """
    return _endpoint(server or AdbServer(), address, ENCRYPTED)


def _endpoint(server: AdbServer, address: str | None, kind: str) -> Endpoint:
    if address is not None:
        endpoint = parse_endpoint(address)
        if endpoint is None:
            raise AddressError(address=readable(address))
        return endpoint
    found = announced(server, kind)
    if not found:
        raise NoWirelessPhoneError
    if len(found) > 1:
        raise SeveralWirelessPhonesError(phones=enumeration(readable(str(one)) for one in found))
    return found[0]


def announced(server: AdbServer, kind: str) -> list[Endpoint]:
    """Return the addresses that phones on this network announce for a service, as adb has heard them by mDNS."""
    try:
        return parse_services(server.ask(b"host:mdns:services"), kind)
    except RefusedError:  # an adb that hears no mDNS
        return []


def announcements(server: AdbServer) -> list[Announcement]:
    """Return all that phones on this network announce, as adb has heard it by mDNS."""
    try:
        return parse_announcements(server.ask(b"host:mdns:services"))
    except RefusedError:
        return []


def hears_announcements(server: AdbServer) -> bool:
    """Tell whether this computer's adb listens to mDNS at all.

    `host:mdns:check` names the daemon's version where it does (AOSP client/transport_mdns.cpp, `mdns_check`).

    Raises:
        AdbTooOldError: this adb does not know the question.
    """
    try:
        return b"mdns daemon version" in server.ask(b"host:mdns:check")
    except RefusedError as error:
        if _TOO_OLD.search(error.reason):
            raise AdbTooOldError from error
        return False


def parse_services(answer: bytes, kind: str) -> list[Endpoint]:
    """Return the addresses of one service in a `host:mdns:services` answer, each once."""
    return list(dict.fromkeys(one.endpoint for one in parse_announcements(answer) if one.kind == kind))


def parse_announcements(answer: bytes) -> list[Announcement]:
    """Return the lines of a `host:mdns:services` answer: name, type, HOST:PORT.

    Anyone on the network can announce anything: lines that make no sense are left out.
    """
    found = []
    for line in answer.split(b"\n")[:_MAX_LINES]:
        words = [readable(word) for word in line[:_MAX_LINE].rsplit(None, 2)]
        endpoint = parse_endpoint(words[2]) if len(words) == 3 else None
        if endpoint is not None:
            found.append(Announcement(words[0].strip(), words[1].rstrip("."), endpoint))
    return found


def forget(server: AdbServer, endpoint: Endpoint) -> None:
    """Have the adb server drop an address; one that failed is otherwise kept and called connected next time."""
    with contextlib.suppress(RefusedError, AdbServerError):  # adb 34 may hang over a handshake that never ended
        server.ask(f"host:disconnect:{endpoint}".encode())
