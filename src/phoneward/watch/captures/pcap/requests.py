"""What was sent, as the readers of protocols give it, and the body that grows in bounded memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from phoneward.watch.captures.pcap.inorder import Room

MAX_BODY = 64 << 20
"""Bytes of one body; what is longer is cut, and says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request, one message, or a piece of a stream that nothing is known about.

    Attributes:
        time_ns: when its first byte was sent; None where the capture does not say.
        method, protocol: as `Exchange` has them.
        target: what the request line or `:path` names.
        authority: `Host` or `:authority`; empty where none.
        headers: names and values.
        body: without transfer encoding.
        is_cut: bytes of it are missing.
        upgrade: what the stream becomes (":protocol" of RFC 8441 and RFC 9220: "websocket").
        is_readable: False for streams of an unknown kind: they may be encrypted.
    """

    time_ns: int | None
    method: str
    protocol: str
    target: str = ""
    authority: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    is_cut: bool = False
    upgrade: str = ""
    is_readable: bool = True


class Reader(Protocol):
    """Reads one direction of a connection, in order.

    Attributes:
        unread: bytes that it did not understand.
    """

    @property
    def unread(self) -> int:
        """Bytes that it did not understand."""
        ...

    @property
    def rest(self) -> bytes:
        """The bytes at the end that it has not taken."""
        ...

    def feed(self, data: bytes, time_ns: int | None) -> Iterator[Sent]:
        """Take the next bytes; yield what is whole."""
        ...

    def lose(self, size: int) -> Iterator[Sent]:
        """So many bytes are missing here."""
        ...

    def end(self) -> Iterator[Sent]:
        """Nothing comes any more: yield what was begun."""
        ...


def fields_to_headers(fields: Iterable[tuple[bytes, bytes]]) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Return the pseudo fields (":method"…) of HTTP/2 or HTTP/3, and the others."""
    pseudo: dict[str, str] = {}
    headers = []
    for name, value in fields:
        text = value.decode("utf-8", "replace")
        if name.startswith(b":"):
            pseudo[name.decode("latin-1")] = text
        else:
            headers.append((name.decode("latin-1"), text))
    return pseudo, tuple(headers)


def head_of(fields: Iterable[tuple[bytes, bytes]], protocol: str, time_ns: int | None) -> Sent:
    """Return a request without its body, from its fields."""
    pseudo, headers = fields_to_headers(fields)
    authority = pseudo.get(":authority") or next((value for name, value in headers if name == "host"), "")
    return Sent(
        time_ns=time_ns,
        method=pseudo.get(":method", ""),
        protocol=protocol,
        target=pseudo.get(":path", ""),
        authority=authority,
        headers=headers,
        upgrade=pseudo.get(":protocol", ""),
    )


class Body:
    """Bytes that come piece by piece.

    Args:
        room: shared by all bodies that are being read.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._data = bytearray()
        self.is_cut = False

    def __len__(self) -> int:
        return len(self._data)

    def add(self, piece: bytes | memoryview) -> None:
        """Append, as far as there is room."""
        taken = self._room.take(max(0, min(len(piece), MAX_BODY - len(self._data))))
        self._data += piece[:taken]
        self.is_cut = self.is_cut or taken < len(piece)

    def lose(self, size: int) -> None:
        """So many bytes are missing: zeros stand for them, so that what follows is in its place."""
        self.is_cut = True
        self.add(bytes(min(size, MAX_BODY)))

    def take(self) -> bytes:
        """Return what there is and begin anew."""
        data = bytes(self._data)
        self._room.give_back(len(data))
        self._data = bytearray()
        self.is_cut = False
        return data
