"""What was sent, as the readers of protocols give it, and the body that grows in bounded memory."""

from collections.abc import Iterator
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
    is_readable: bool = True


class Reader(Protocol):
    """Reads one direction of a connection, in order."""

    def feed(self, data: bytes, time_ns: int | None) -> Iterator[Sent]:
        """Take the next bytes; yield what is whole."""
        ...

    def lose(self, size: int) -> Iterator[Sent]:
        """So many bytes are missing here."""
        ...

    def end(self) -> Iterator[Sent]:
        """Nothing comes any more: yield what was begun."""
        ...


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
