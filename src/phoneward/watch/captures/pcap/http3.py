"""HTTP/3 as a client sends it (RFC 9114): the streams of a QUIC connection, their frames, requests."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from phoneward.watch.captures.pcap.feeding import StreamPiece
from phoneward.watch.captures.pcap.fields import MAX_BLOCK, Field, FieldError
from phoneward.watch.captures.pcap.inorder import Lost, Ordered, Room
from phoneward.watch.captures.pcap.qpack import BlockedError, Qpack
from phoneward.watch.captures.pcap.requests import Body, Sent, head_of

_DATA, _HEADERS = 0, 1
_ENCODER = 2
_QUIET = frozenset({0, 1, 2, 3})
"""Control, push, and QPACK's two: nothing of an app's."""
_MAX_STREAMS = 10_000


@dataclass(slots=True)
class _Stream:
    """A stream that the phone opened.

    Attributes:
        number: its id; its second bit says that it goes one way only.
        time_ns: of its first piece.
        head: the beginning of a frame's head, or of a block of fields.
        kind: of the frame at hand, or of a stream that goes one way; -1 while it is not known.
        left: bytes of the frame at hand that have not come.
        block: the request's fields, packed.
        place, length: bytes that have come in order, and that will; None where the end has not come.
        is_lost: where the next frame begins is not known.
    """

    number: int
    order: Ordered
    body: Body
    time_ns: int | None
    head: bytearray = field(default_factory=bytearray)
    kind: int = -1
    left: int = 0
    block: bytes = b""
    place: int = 0
    length: int | None = None
    is_lost: bool = False


class Http3Reader:
    """Reads what the phone sends on a QUIC connection.

    Attributes:
        unread: bytes that were not understood.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._qpack = Qpack()
        self._streams: dict[int, _Stream] = {}
        self._done: dict[int, None] = {}
        # Whole but for their fields, which name entries that have not come.
        self._blocked: list[_Stream] = []
        self.unread = 0

    def feed(self, piece: StreamPiece, time_ns: int | None) -> Iterator[Sent]:
        """Take a part of a stream; yield requests that are whole."""
        # The low bit tells that the server opened it: what a client says there is no request.
        if piece.stream & 1 or piece.stream in self._done:
            return
        stream = self._streams.get(piece.stream)
        if stream is None:
            if len(self._streams) >= _MAX_STREAMS:
                yield from self._close(next(iter(self._streams.values())), is_whole=False)
            stream = _Stream(piece.stream, Ordered(self._room), Body(self._room), time_ns)
            self._streams[piece.stream] = stream
        if piece.is_last:
            stream.length = piece.offset + len(piece.data)
        for part in stream.order.put(piece.offset, piece.data, len(piece.data)):
            self._part(stream, part)
        if stream.length is not None and stream.place >= stream.length and not stream.number & 2:
            yield from self._close(stream, is_whole=True)
        yield from self._unblocked()

    def end(self) -> Iterator[Sent]:
        """Yield requests that did not come whole."""
        for stream in list(self._streams.values()):
            yield from self._close(stream, is_whole=False)
        for stream in self._blocked:
            yield self._sent(stream, [])
        self._blocked = []

    def _part(self, stream: _Stream, part: bytes | Lost) -> None:
        if isinstance(part, Lost):
            stream.place += part.size
            if stream.kind == _DATA and part.size <= stream.left and not stream.number & 2:
                self._take(stream, part)
            else:
                stream.is_lost = True
            return
        stream.place += len(part)
        if stream.number & 2:
            self._one_way(stream, part)
        else:
            self._frames(stream, part)

    def _one_way(self, stream: _Stream, part: bytes) -> None:
        """Take bytes of a stream that says what it is with its first number (section 6.2)."""
        if stream.kind < 0:
            stream.head += part
            found = varint(stream.head, 0)
            if found is None:
                return
            stream.kind, at = found
            part = bytes(stream.head[at:])
            stream.head.clear()
        if stream.kind == _ENCODER and not stream.is_lost:
            self._qpack.feed(part)
        elif stream.kind not in _QUIET:
            # WebTransport and others: an app's bytes that nobody here understands.
            self.unread += len(part)
            stream.body.add(part)

    def _frames(self, stream: _Stream, part: bytes) -> None:
        while part:
            if stream.is_lost:
                self.unread += len(part)
                stream.body.add(part)
                return
            if stream.kind < 0:
                part = bytes(stream.head) + part
                stream.head.clear()
                found = _frame_head(part)
                if found is None:
                    stream.head += part
                    return
                kind, length, at = found
                if _is_nonsense(stream, kind, length):
                    stream.is_lost = True
                    continue
                stream.kind, stream.left, part = kind, length, part[at:]
            piece = part[: stream.left]
            part = part[len(piece) :]
            self._take(stream, piece)

    def _take(self, stream: _Stream, piece: bytes | Lost) -> None:
        """Take bytes of the frame at hand."""
        if isinstance(piece, Lost):
            stream.left -= piece.size
            stream.body.lose(piece.size)
        else:
            stream.left -= len(piece)
            if stream.kind == _DATA:
                stream.body.add(piece)
            elif stream.kind == _HEADERS:
                stream.head += piece
        if not stream.left:
            # What comes after the first are trailers.
            if stream.kind == _HEADERS and not stream.block:
                stream.block = bytes(stream.head)
            stream.head.clear()
            stream.kind = -1

    def _close(self, stream: _Stream, *, is_whole: bool) -> Iterator[Sent]:
        for part in stream.order.end():
            self._part(stream, part)
        self._streams.pop(stream.number, None)
        # What comes again is not taken for another request.
        self._done[stream.number] = None
        if len(self._done) > _MAX_STREAMS:
            self._done.pop(next(iter(self._done)))
        if stream.number & 2 and not len(stream.body):
            return
        stream.body.is_cut = stream.body.is_cut or not is_whole or stream.is_lost
        try:
            fields = self._qpack.decode(stream.block)
        except BlockedError:
            self._blocked.append(stream)
            return
        except FieldError:
            fields = []
        yield self._sent(stream, fields)

    def _unblocked(self) -> Iterator[Sent]:
        waiting, self._blocked = self._blocked, []
        for stream in waiting:
            try:
                yield self._sent(stream, self._qpack.decode(stream.block))
            except BlockedError:
                self._blocked.append(stream)
            except FieldError:
                yield self._sent(stream, [])

    def _sent(self, stream: _Stream, fields: list[Field]) -> Sent:
        is_cut = stream.body.is_cut
        return replace(head_of(fields, "HTTP/3", stream.time_ns), body=stream.body.take(), is_cut=is_cut)


def _is_nonsense(stream: _Stream, kind: int, length: int) -> bool:
    """Tell whether no HTTP/3 goes on so: another protocol on QUIC, or a place that is no frame's beginning.

    Before a request's fields only kinds without meaning may come (section 7.2.8).
    """
    if kind == _HEADERS:
        return length > MAX_BLOCK
    return not stream.block and (kind - 0x21) % 0x1F != 0


def _frame_head(data: bytes) -> tuple[int, int, int] | None:
    """Return a frame's kind, its length and where its content begins; None where that has not come whole."""
    kind = varint(data, 0)
    length = varint(data, kind[1]) if kind else None
    return (kind[0], length[0], length[1]) if kind and length else None


def varint(data: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """Return a number of QUIC (RFC 9000, section 16) and where it ends; None where it has not come whole."""
    if at >= len(data):
        return None
    size = 1 << (data[at] >> 6)
    if at + size > len(data):
        return None
    return int.from_bytes(data[at : at + size], "big") & ((1 << (8 * size - 2)) - 1), at + size
