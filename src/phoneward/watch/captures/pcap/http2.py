"""HTTP/2 as a client sends it (RFC 9113): frames, streams, requests."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from phoneward.watch.captures.pcap.fields import MAX_BLOCK, FieldError
from phoneward.watch.captures.pcap.hpack import Hpack
from phoneward.watch.captures.pcap.inorder import Room
from phoneward.watch.captures.pcap.requests import Body, Sent, head_of
from phoneward.watch.captures.pcap.websocket import WebSocketReader

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RESET, _CONTINUATION = 0, 1, 3, 9
_LAST_KNOWN = 0x20
_END_STREAM, _END_HEADERS, _PADDED, _PRIORITY = 1, 4, 8, 0x20
_MAX_STREAMS = 10_000
_MAX_FRAME = 1 << 20
"""Bytes of a frame; a server allows 16 KiB unless it says otherwise, and none says more than this."""


@dataclass(slots=True)
class _Stream:
    head: Sent
    body: Body
    websocket: WebSocketReader | None = None


class Http2Reader:
    """Reads the client's side of a connection, from its preface on.

    Attributes:
        is_lost: bytes are missing, or no frames came: nothing more is understood.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._buffer = bytearray()
        self._is_begun = False
        self._hpack = Hpack()
        self._streams: dict[int, _Stream] = {}
        # A block of fields that goes on: stream, flags of its first frame, bytes.
        self._block: tuple[int, int, bytearray] | None = None
        self.is_lost = False
        self.unread = 0

    @property
    def rest(self) -> bytes:
        """The bytes that were not understood."""
        return bytes(self._buffer)

    def feed(self, data: bytes, time_ns: int | None) -> Iterator[Sent]:
        """Take the next bytes; yield requests that are whole."""
        self._buffer += data
        if not self._is_begun:
            if len(self._buffer) < len(PREFACE):
                return
            del self._buffer[: len(PREFACE)]
            self._is_begun = True
        while not self.is_lost and len(self._buffer) >= 9:
            high, low, kind, flags, stream = struct.unpack_from(">BHBBI", self._buffer)
            size = high << 16 | low
            if size > _MAX_FRAME or kind > _LAST_KNOWN:
                yield from self.lose(0)
                return
            if len(self._buffer) < 9 + size:
                return
            payload = bytes(self._buffer[9 : 9 + size])
            del self._buffer[: 9 + size]
            try:
                yield from self._frame(kind, flags, stream & 0x7FFFFFFF, payload, time_ns)
            except FieldError:
                yield from self.lose(0)

    def lose(self, size: int) -> Iterator[Sent]:
        """Bytes are missing: the table of fields is out of step, and where the next frame begins is not known."""
        del size
        self.is_lost = True
        yield from self.end()

    def end(self) -> Iterator[Sent]:
        """Yield requests that did not come whole."""
        for stream in list(self._streams):
            yield from self._close(stream, is_cut=True)

    def _frame(self, kind: int, flags: int, stream: int, payload: bytes, time_ns: int | None) -> Iterator[Sent]:
        if self._block is not None and (kind != _CONTINUATION or self._block[0] != stream):
            raise FieldError
        if kind == _HEADERS:
            payload = _unpadded(payload, flags)[5 if flags & _PRIORITY else 0 :]
            self._block = (stream, flags, bytearray(payload))
        elif kind == _CONTINUATION and self._block is not None:
            self._block[2].extend(payload)
            if len(self._block[2]) > MAX_BLOCK:
                raise FieldError
        elif kind == _DATA:
            yield from self._data(stream, _unpadded(payload, flags), time_ns)
            if flags & _END_STREAM:
                yield from self._close(stream)
        elif kind == _RESET:
            yield from self._close(stream, is_cut=True)
        if self._block is not None and flags & _END_HEADERS:
            yield from self._fields(*self._block, time_ns)

    def _fields(self, number: int, flags: int, block: bytearray, time_ns: int | None) -> Iterator[Sent]:
        self._block = None
        fields = self._hpack.decode(bytes(block))
        # Fields of a stream that is there already are its trailers.
        if number not in self._streams:
            if len(self._streams) >= _MAX_STREAMS:
                yield from self._close(next(iter(self._streams)), is_cut=True)
            head = head_of(fields, "HTTP/2", time_ns)
            websocket = WebSocketReader(self._room, head) if head.upgrade == "websocket" else None
            self._streams[number] = _Stream(head, Body(self._room), websocket)
        if flags & _END_STREAM:
            yield from self._close(number)

    def _data(self, number: int, payload: bytes, time_ns: int | None) -> Iterator[Sent]:
        stream = self._streams.get(number)
        if stream is None:
            # Begun before the capture, or reset.
            self.unread += len(payload)
        elif stream.websocket is not None:
            yield from stream.websocket.feed(payload, time_ns)
        else:
            stream.body.add(payload)

    def _close(self, number: int, *, is_cut: bool = False) -> Iterator[Sent]:
        stream = self._streams.pop(number, None)
        if stream is None:
            return
        if stream.websocket is not None:
            yield from stream.websocket.end()
        cut = stream.body.is_cut or is_cut
        yield replace(stream.head, body=stream.body.take(), is_cut=cut)


def _unpadded(payload: bytes, flags: int) -> bytes:
    if not flags & _PADDED:
        return payload
    if not payload or payload[0] >= len(payload):
        raise FieldError
    return payload[1 : len(payload) - payload[0]]
