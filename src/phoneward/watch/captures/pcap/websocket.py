"""WebSocket messages that a client sends (RFC 6455), with permessage-deflate (RFC 7692)."""

import zlib
from collections.abc import Iterator

from phoneward.watch.captures.pcap.inorder import Room
from phoneward.watch.captures.pcap.requests import MAX_BODY, Body, Sent

_CONTINUATION, _TEXT, _BINARY, _CLOSE = 0, 1, 2, 8
_FIN, _COMPRESSED, _MASKED = 0x80, 0x40, 0x80
_TAIL = b"\x00\x00\xff\xff"


class WebSocketReader:
    """Reads the client's side of a WebSocket.

    Args:
        room: shared by all bodies.
        head: the request that opened it: host and target of every message.

    Attributes:
        is_lost: bytes are missing or no frames: nothing more is understood.
    """

    def __init__(self, room: Room, head: Sent) -> None:
        self._head = head
        self._body = Body(room)
        self._buffer = bytearray()
        self._time_ns: int | None = None
        self._is_compressed = False
        self._is_open = False
        # A client may keep its window from message to message; where it does not, it begins anew without need for it.
        self._inflater = zlib.decompressobj(-15)
        self.is_lost = False
        self.unread = 0

    @property
    def rest(self) -> bytes:
        """The bytes that are no frame."""
        return bytes(self._buffer)

    def feed(self, data: bytes, time_ns: int | None) -> Iterator[Sent]:
        """Take the next bytes; yield messages that are whole."""
        self._buffer += data
        while not self.is_lost and (frame := self._frame()) is not None:
            yield from self._take(*frame, time_ns)

    def lose(self, size: int) -> Iterator[Sent]:
        """Bytes are missing: where the next frame begins is not known."""
        del size
        self.is_lost = True
        yield from self.end()

    def end(self) -> Iterator[Sent]:
        """Yield a message that did not come whole."""
        if self._is_open:
            self._body.is_cut = True
            yield self._message()

    def _frame(self) -> tuple[int, int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        first, second = buffer[0], buffer[1]
        size, at = second & 0x7F, 2
        if size >= 126:
            wide = 2 if size == 126 else 8
            size, at = int.from_bytes(buffer[2 : 2 + wide], "big"), 2 + wide
        # Every frame of a client is masked; the two other reserved bits mean nothing that is known.
        if not second & _MASKED or first & 0x30 or (first & 15) not in {0, 1, 2, 8, 9, 10}:
            self.is_lost = True
            return None
        if len(buffer) < at + 4:
            return None
        if size > MAX_BODY:
            self.is_lost = True
            return None
        if len(buffer) < at + 4 + size:
            return None
        mask, masked = bytes(buffer[at : at + 4]), bytes(buffer[at + 4 : at + 4 + size])
        del buffer[: at + 4 + size]
        return first & 15, first & 0xF0, unmask(masked, mask)

    def _take(self, kind: int, bits: int, payload: bytes, time_ns: int | None) -> Iterator[Sent]:
        if kind >= _CLOSE:
            return
        if kind != _CONTINUATION:
            yield from self.end()
            self._is_open, self._is_compressed, self._time_ns = True, bool(bits & _COMPRESSED), time_ns
        if not self._is_open:
            return
        if self._is_compressed:
            payload = self._inflate(payload + (_TAIL if bits & _FIN else b""))
        self._body.add(payload)
        if bits & _FIN:
            yield self._message()

    def _inflate(self, data: bytes) -> bytes:
        try:
            plain = self._inflater.decompress(data, MAX_BODY)
        except zlib.error:
            self._body.is_cut = True
            self._inflater = zlib.decompressobj(-15)
            return b""
        if self._inflater.unconsumed_tail or self._inflater.eof:
            self._body.is_cut = self._body.is_cut or bool(self._inflater.unconsumed_tail)
            self._inflater = zlib.decompressobj(-15)
        return plain

    def _message(self) -> Sent:
        self._is_open = False
        is_cut, head = self._body.is_cut, self._head
        return Sent(
            time_ns=self._time_ns,
            method="WEBSOCKET",
            protocol="WebSocket",
            target=head.target,
            authority=head.authority,
            body=self._body.take(),
            is_cut=is_cut,
        )


def unmask(masked: bytes, mask: bytes) -> bytes:
    """Return what a client masked (RFC 6455, section 5.3)."""
    size = len(masked)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(masked, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
