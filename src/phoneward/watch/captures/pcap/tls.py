"""TLS records, and what a ClientHello says in clear (RFC 8446, RFC 5246, RFC 6066)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

CHANGE, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
MAX_RECORD = (1 << 14) + 2048
"""Bytes of a protected record's content at most (TLS 1.2; 1.3 has less)."""
_CLIENT_HELLO = 1
_SERVER_NAME = 0
_MAX_HELLO = 1 << 17


class Records:
    """Cuts one direction of a connection into records.

    Attributes:
        is_lost: what came is no record: nothing more is understood.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.is_lost = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield whole records with their heads of 5 bytes."""
        self._buffer += data
        while not self.is_lost and len(self._buffer) >= 5:
            kind, major, _minor, length = struct.unpack_from(">BBBH", self._buffer)
            if not CHANGE <= kind <= 24 or major != 3 or length > MAX_RECORD:
                self.is_lost = True
                return
            if len(self._buffer) < 5 + length:
                return
            record = bytes(self._buffer[: 5 + length])
            del self._buffer[: 5 + length]
            yield record

    @property
    def pending(self) -> int:
        """Bytes of a record that has not come whole."""
        return len(self._buffer)


@dataclass(frozen=True, slots=True)
class ClientHello:
    """What a client says first.

    Attributes:
        random: 32 bytes; a key log names the connection by it.
        server_name: as asked for; empty where none.
    """

    random: bytes
    server_name: str


class HelloReader:
    """Gathers a ClientHello that spans records.

    Attributes:
        hello: once it has come whole.
    """

    def __init__(self) -> None:
        self._message = bytearray()
        self._is_done = False
        self.hello: ClientHello | None = None

    def feed(self, record: bytes) -> bool:
        """Take a record of the client; tell whether everything is known that will be."""
        if not self._is_done:
            self._is_done = record[0] != HANDSHAKE or len(self._message) > _MAX_HELLO
        if not self._is_done:
            self._message += record[5:]
            if len(self._message) >= 4:
                length = int.from_bytes(self._message[1:4], "big")
                if self._message[0] != _CLIENT_HELLO or len(self._message) >= 4 + length:
                    self._is_done = True
                    self.hello = read_client_hello(bytes(self._message[: 4 + length]))
        return self._is_done


def read_client_hello(message: bytes) -> ClientHello | None:
    """Return what a handshake message of kind client_hello says; None where it is none or broken."""
    if len(message) < 39 or message[0] != _CLIENT_HELLO:
        return None
    random = message[6:38]
    at = 39 + message[38]
    at += 2 + int.from_bytes(message[at : at + 2], "big")
    at += 1 + int.from_bytes(message[at : at + 1], "big")
    end = at + 2 + int.from_bytes(message[at : at + 2], "big")
    at += 2
    name = ""
    while at + 4 <= min(end, len(message)):
        kind, length = struct.unpack_from(">HH", message, at)
        if kind == _SERVER_NAME:
            # List length, kind of name (0: host name), its length, the name.
            name = message[at + 9 : at + 4 + length].decode("ascii", "replace")
            break
        at += 4 + length
    return ClientHello(random, name)


def key_log_randoms(log: bytes) -> set[bytes]:
    """Return the client randoms that a key log has secrets for (NSS Key Log Format; draft-ietf-tls-keylogfile)."""
    found = set()
    for line in log.splitlines():
        parts = line.split(b" ")
        if len(parts) == 3 and len(parts[1]) == 64 and not line.startswith(b"#"):
            try:
                found.add(bytes.fromhex(parts[1].decode("ascii")))
            except (ValueError, UnicodeDecodeError):
                continue
    return found
