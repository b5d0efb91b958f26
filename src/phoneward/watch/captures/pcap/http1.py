"""HTTP/1.1 requests in a stream of bytes (RFC 9112), and what a connection becomes after one (CONNECT, WebSocket)."""

import enum
import re
from collections.abc import Iterator
from dataclasses import replace

from phoneward.watch.captures.pcap.inorder import Room
from phoneward.watch.captures.pcap.requests import Body, Sent

MAX_HEAD = 256 << 10
MAX_HEADERS = 1000
REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) (\S+) HTTP/1\.[01]\r?\n")
_METHOD = re.compile(rb"[A-Z]{1,20}(?: |\Z)")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,12})[ \t]*(?:;[^\r\n]{0,4096})?\r?\n")
_LINE_ENDS = (b"\r", b"\n")
_LENGTH = re.compile(r"[0-9]{1,15}")
_MAX_CHUNK_LINE = 8192


class After(enum.Enum):
    """What the connection carries after the last request."""

    REQUESTS = enum.auto()
    TUNNEL = enum.auto()
    WEBSOCKET = enum.auto()
    NONSENSE = enum.auto()


class _State(enum.Enum):
    HEAD = enum.auto()
    LENGTH = enum.auto()
    CHUNK_HEAD = enum.auto()
    CHUNK = enum.auto()
    CHUNK_END = enum.auto()
    TRAILER = enum.auto()


class Http1Reader:
    """Reads the client's side of a connection.

    Attributes:
        after: what comes next; unless REQUESTS, `rest` is its beginning and this reader takes no more.
        rest: bytes not read.
        head: the last request's, for what comes after it.
    """

    def __init__(self, room: Room) -> None:
        self.after = After.REQUESTS
        self._buffer = bytearray()
        self._state = _State.HEAD
        self._body = Body(room)
        self._left = 0
        self._searched = 0
        self._time_ns: int | None = None
        self.head: Sent | None = None
        self.unread = 0

    @property
    def rest(self) -> bytes:
        """The bytes that this reader does not understand."""
        return bytes(self._buffer)

    def feed(self, data: bytes, time_ns: int | None) -> Iterator[Sent]:
        """Take the next bytes; yield requests that are whole."""
        if not self._buffer and self._state is _State.HEAD:
            self._time_ns = time_ns
        if self._state in {_State.LENGTH, _State.CHUNK} and not self._buffer and len(data) < self._left:
            # Most of all bytes come this way.
            self._left -= len(data)
            self._body.add(data)
            return
        self._buffer += data
        while self.after is After.REQUESTS and (sent := self._step()) is not False:
            if isinstance(sent, Sent):
                yield sent
                self._time_ns = time_ns
        if self.after is After.NONSENSE:
            yield from self.end()

    def lose(self, size: int) -> Iterator[Sent]:
        """So many bytes are missing here: within a body zeros stand for them, else nothing more is understood."""
        if self._state in {_State.LENGTH, _State.CHUNK} and not self._buffer:
            within = min(size, self._left)
            self._left -= within
            self._body.lose(within)
            if within == size:
                return
        self.after = After.NONSENSE
        yield from self.end()

    def end(self) -> Iterator[Sent]:
        """Yield a request whose body did not come whole."""
        if self._state is not _State.HEAD and self.head is not None:
            self._body.is_cut = True
            yield self._whole()

    def _step(self) -> Sent | bool:
        """Read one part; True where more may be read, False where bytes are wanted."""
        match self._state:
            case _State.HEAD:
                return self._read_head()
            case _State.LENGTH | _State.CHUNK:
                return self._read_body()
            case _State.CHUNK_HEAD:
                return self._read_chunk_head()
            case _State.CHUNK_END | _State.TRAILER:
                return self._read_line()

    def _read_head(self) -> Sent | bool:
        # Empty lines before a request are ignored (RFC 9112, section 2.2).
        if self._buffer[:1] in _LINE_ENDS:
            del self._buffer[: len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))]
        if not self._buffer:
            return False
        end, size = _head_end(self._buffer, self._searched)
        self._searched = max(0, len(self._buffer) - 3) if end < 0 else 0
        if end < 0:
            if len(self._buffer) > MAX_HEAD or not may_be_request(self._buffer):
                self.after = After.NONSENSE
            return False
        lines = bytes(self._buffer[:end]).split(b"\n")
        line = REQUEST_LINE.fullmatch(lines[0].rstrip(b"\r") + b"\r\n")
        if line is None or len(lines) > MAX_HEADERS:
            self.after = After.NONSENSE
            return False
        del self._buffer[: end + size]
        headers = tuple(_header(one) for one in lines[1:])
        known = {name.lower(): value for name, value in reversed(headers)}
        self.head = Sent(
            time_ns=self._time_ns,
            method=line[1].decode("ascii"),
            protocol="HTTP/1.1",
            target=line[2].decode("utf-8", "replace"),
            authority=known.get("host", ""),
            headers=headers,
        )
        return self._begin_body(self.head, known)

    def _begin_body(self, head: Sent, known: dict[str, str]) -> Sent | bool:
        """Tell from the headers how the body's end is known (RFC 9112, section 6.3)."""
        length = known.get("content-length", "0").strip()
        if head.method == "CONNECT":
            self.after = After.TUNNEL
            return head
        if "chunked" in known.get("transfer-encoding", "").lower():
            self._state = _State.CHUNK_HEAD
            return True
        if not _LENGTH.fullmatch(length):
            self.after = After.NONSENSE
            return False
        self._left = int(length)
        if self._left:
            self._state = _State.LENGTH
            return True
        if known.get("upgrade", "").lower() == "websocket":
            self.after = After.WEBSOCKET
        return head

    def _read_body(self) -> Sent | bool:
        piece = bytes(self._buffer[: self._left])
        del self._buffer[: len(piece)]
        self._body.add(piece)
        self._left -= len(piece)
        if self._left:
            return False
        if self._state is _State.CHUNK:
            self._state = _State.CHUNK_END
            return True
        return self._whole()

    def _read_chunk_head(self) -> bool:
        found = _CHUNK.match(self._buffer)
        if found is None:
            if b"\n" in self._buffer or len(self._buffer) > _MAX_CHUNK_LINE:
                self.after = After.NONSENSE
            return False
        self._left = int(found[1], 16)
        del self._buffer[: found.end()]
        self._state = _State.CHUNK if self._left else _State.TRAILER
        return True

    def _read_line(self) -> Sent | bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > _MAX_CHUNK_LINE:
                self.after = After.NONSENSE
            return False
        line = bytes(self._buffer[: end + 1]).strip()
        del self._buffer[: end + 1]
        if self._state is _State.CHUNK_END:
            self._state = _State.CHUNK_HEAD
            if line:
                self.after = After.NONSENSE
            return not line
        return True if line else self._whole()

    def _whole(self) -> Sent:
        head = self.head
        if head is None:
            msg = "a body without a request"
            raise ValueError(msg)
        self._state = _State.HEAD
        is_cut = self._body.is_cut
        return replace(head, body=self._body.take(), is_cut=is_cut)


def may_be_request(start: bytes | bytearray) -> bool:
    """Tell whether bytes may begin a request: a method, and no more is known yet."""
    return _METHOD.match(start) is not None


def _head_end(buffer: bytearray, start: int) -> tuple[int, int]:
    """Return where the head ends, and how long its end is; -1 where it has not come."""
    for mark in (b"\r\n\r\n", b"\n\n"):
        at = buffer.find(mark, start, MAX_HEAD)
        if at >= 0:
            return at, len(mark)
    return -1, 0


def _header(line: bytes) -> tuple[str, str]:
    name, _colon, value = line.partition(b":")
    return name.strip().decode("latin-1"), value.strip().decode("utf-8", "replace")
