"""One direction of a connection, whatever it speaks: the first bytes tell which reader takes it."""

from collections.abc import Iterator

from phoneward.watch.captures.pcap.http1 import REQUEST_LINE, After, Http1Reader, may_be_request
from phoneward.watch.captures.pcap.http2 import PREFACE, Http2Reader
from phoneward.watch.captures.pcap.inorder import Room
from phoneward.watch.captures.pcap.requests import MAX_BODY, Body, Reader, Sent
from phoneward.watch.captures.pcap.websocket import WebSocketReader


class UnknownReader:
    """Gathers a stream of an unknown kind, so that it can be searched as it is; it counts as not read.

    Args:
        room: shared by all bodies.
        kind: "TCP", "TLS", "QUIC"…
    """

    def __init__(self, room: Room, kind: str) -> None:
        self._body = Body(room)
        self._kind = kind
        self._time_ns: int | None = None
        self.unread = 0

    @property
    def rest(self) -> bytes:
        """Nothing: whatever came is taken."""
        return b""

    def feed(self, data: bytes, time_ns: int | None) -> Iterator[Sent]:
        """Take the next bytes; yield what was gathered when it is much."""
        if not len(self._body):
            self._time_ns = time_ns
        self.unread += len(data)
        self._body.add(data)
        if len(self._body) >= MAX_BODY:
            yield self._piece()

    def lose(self, size: int) -> Iterator[Sent]:
        """So many bytes are missing here."""
        self._body.lose(min(size, MAX_BODY - len(self._body)))
        yield from ()

    def end(self) -> Iterator[Sent]:
        """Yield what was gathered."""
        if len(self._body):
            yield self._piece()

    def _piece(self) -> Sent:
        is_cut = self._body.is_cut
        return Sent(
            time_ns=self._time_ns,
            method=self._kind,
            protocol=self._kind,
            body=self._body.take(),
            is_cut=is_cut,
            is_readable=False,
        )


class StreamReader:
    """Reads one direction of a connection in clear.

    Args:
        room: shared by all bodies.
        kind: what a stream is called that speaks nothing known: "TCP", "TLS".

    Attributes:
        tls: bytes with which TLS begins; from then on this reader takes no more.
    """

    def __init__(self, room: Room, kind: str) -> None:
        self._room = room
        self._kind = kind
        self._start = bytearray()
        self._reader: Reader | None = None
        self._unread = 0
        self.tls: bytes | None = None

    @property
    def unread(self) -> int:
        """Bytes that were not understood."""
        return self._unread + (0 if self._reader is None else self._reader.unread)

    def feed(self, data: bytes, time_ns: int | None) -> Iterator[Sent]:
        """Take the next bytes; yield what is whole."""
        while data and self.tls is None:
            if isinstance(self._reader, UnknownReader) and REQUEST_LINE.match(data):
                # After a loss: where a segment begins with a request, a request begins.
                yield from self.end()
                self._leave(None)
            if self._reader is None:
                self._start += data
                self._reader = self._choose(bytes(self._start))
                if self.tls is not None:
                    self._start.clear()
                if self._reader is None:
                    return
                data = bytes(self._start)
                self._start.clear()
            yield from self._reader.feed(data, time_ns)
            data = self._after()

    def lose(self, size: int) -> Iterator[Sent]:
        """So many bytes are missing here."""
        if self._reader is None:
            self._reader = UnknownReader(self._room, self._kind)
            yield from self._reader.feed(bytes(self._start), None)
            self._start.clear()
        yield from self._reader.lose(size)
        # What was begun and not understood counts as not read.
        if rest := self._after():
            yield from self.feed(rest, None)

    def end(self) -> Iterator[Sent]:
        """Yield what was begun."""
        if self._reader is None and self._start:
            self._reader = UnknownReader(self._room, self._kind)
            yield from self._reader.feed(bytes(self._start), None)
        if self._reader is not None:
            yield from self._reader.end()
            if rest := self._reader.rest:
                # A head or a frame that did not come whole.
                unknown = UnknownReader(self._room, self._kind)
                self._leave(unknown)
                yield from unknown.feed(rest, None)
                yield from unknown.end()

    def _choose(self, start: bytes) -> Reader | None:
        """Return who reads a stream that begins so; None where more must be seen, or where it is TLS."""
        if start[:1] == b"\x16" and (len(start) < 3 or start[1] == 3):
            if len(start) >= 3:
                self.tls = start
            return None
        if not may_be_request(start):
            return UnknownReader(self._room, self._kind)
        if start.startswith(PREFACE):
            return Http2Reader(self._room)
        if PREFACE.startswith(start) or b" " not in start:
            return None
        return Http1Reader(self._room)

    def _after(self) -> bytes:
        """Change the reader where the connection changed; return bytes for the next one."""
        reader = self._reader
        if isinstance(reader, Http1Reader) and reader.after is not After.REQUESTS:
            rest = reader.rest
            if reader.after is After.TUNNEL:
                self._leave(None)
            elif reader.after is After.WEBSOCKET and reader.head is not None:
                self._leave(WebSocketReader(self._room, reader.head))
            else:
                self._leave(UnknownReader(self._room, self._kind))
            return rest
        if isinstance(reader, WebSocketReader | Http2Reader) and reader.is_lost:
            self._leave(UnknownReader(self._room, self._kind))
            return reader.rest
        return b""

    def _leave(self, following: Reader | None) -> None:
        if self._reader is not None:
            self._unread += self._reader.unread
        self._reader = following
