"""What tshark is given, and what it answers.

tshark only takes the encryption off. It never sees the person's file: it reads a capture made here, one connection
under addresses of its own, one TLS record or one datagram a packet, nothing lost or twice, the keys in front. So its
answers name a packet, and a packet's bytes count as read only where it answered with their content. What it need not
see (bytes in clear, what a server sent under encryption) is not given at all.
"""

import struct
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

FIELDS = (
    "frame.number",
    "data.data",
    "tls.handshake.type",
    "tls.alert_message.level",
    "quic.frame_type",
    "quic.stream.stream_id",
    "quic.stream.off",
    "quic.stream.offset",
    "quic.stream.len",
    "quic.stream.length",
    "quic.stream.fin",
    "quic.stream_data",
    "tls.handshake.extensions_server_name",
)
FILTER = "tcp.dstport==443||udp.dstport==443"
PROTOCOLS = frozenset({"frame", "raw", "ip", "tcp", "udp", "tls", "quic", "data"})
"""All that tshark needs; every other dissector is turned off."""
MAX_CONNECTIONS = 1 << 24
MAX_PAYLOAD = 65_000
_MAX_LINE = 1 << 20
_RAW, _PHONE_PORT, _SERVER_PORT = 101, 50_000, 443
_TLS_KEY_LOG = 0x544C534B
_KEYS_A_BLOCK = 1 << 20


@dataclass(slots=True)
class StreamPiece:
    """A part of a QUIC stream.

    Attributes:
        stream: its id.
        offset: of the first byte.
        data: may be empty.
        is_last: the stream ends with it.
    """

    stream: int
    offset: int
    data: bytes
    is_last: bool


@dataclass(slots=True)
class Answer:
    """What a packet held under its encryption.

    Attributes:
        number: the packet's, from 1.
        contents: of TLS records of application data.
        is_understood: the encryption was taken off, whatever was under it.
        pieces: of QUIC streams.
        server_name: in a ClientHello.
    """

    number: int
    contents: list[bytes] = field(default_factory=list)
    is_understood: bool = False
    pieces: list[StreamPiece] = field(default_factory=list)
    server_name: str = ""


class Feed:
    """Makes the capture for tshark.

    Args:
        keys: key logs.
    """

    def __init__(self, keys: Iterable[bytes]) -> None:
        self._out = bytearray()
        self._block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
        for log in keys:
            for piece in _whole_lines(log):
                self._block(0xA, struct.pack("<II", _TLS_KEY_LOG, len(piece)) + piece)
        self._block(1, struct.pack("<HHI", _RAW, 0, 0))
        self._sequences: dict[tuple[int, bool], int] = {}
        self.packets = 0

    def __len__(self) -> int:
        return len(self._out)

    def take(self) -> bytes:
        """Return what is to be written now."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def tcp(self, connection: int, payload: bytes, *, from_phone: bool) -> int:
        """Add the next bytes of a connection; return the packet's number."""
        place = (connection, from_phone)
        sequence = self._sequences.get(place, 1)
        self._sequences[place] = (sequence + len(payload)) & 0xFFFFFFFF
        acknowledged = self._sequences.get((connection, not from_phone), 1)
        ports = (_PHONE_PORT, _SERVER_PORT) if from_phone else (_SERVER_PORT, _PHONE_PORT)
        head = struct.pack("!HHIIBBHHH", *ports, sequence, acknowledged, 0x50, 0x18, 0xFFFF, 0, 0)
        return self._packet(connection, 6, head + payload, from_phone=from_phone)

    def udp(self, connection: int, payload: bytes, *, from_phone: bool) -> int:
        """Add a datagram; return the packet's number."""
        ports = (_PHONE_PORT, _SERVER_PORT) if from_phone else (_SERVER_PORT, _PHONE_PORT)
        head = struct.pack("!HHHH", *ports, 8 + len(payload), 0)
        return self._packet(connection, 17, head + payload, from_phone=from_phone)

    def forget(self, connection: int) -> None:
        """No more comes of a connection."""
        for from_phone in (True, False):
            self._sequences.pop((connection, from_phone), None)

    def _packet(self, connection: int, protocol: int, content: bytes, *, from_phone: bool) -> int:
        phone, server = 10 << 24 | connection, 11 << 24 | connection
        ends = (phone, server) if from_phone else (server, phone)
        ip = struct.pack("!BBHHHBBHII", 0x45, 0, 20 + len(content), 0, 0, 64, protocol, 0, *ends)
        size = len(ip) + len(content)
        self._block(6, struct.pack("<IIIII", 0, 0, 0, size, size) + ip + content)
        self.packets += 1
        return self.packets

    def _block(self, kind: int, body: bytes) -> None:
        padding = bytes(-len(body) & 3)
        length = 12 + len(body) + len(padding)
        self._out += struct.pack("<II", kind, length)
        self._out += body
        self._out += padding
        self._out += struct.pack("<I", length)


def _whole_lines(log: bytes) -> Iterator[bytes]:
    """Cut a key log into blocks of whole lines."""
    block = bytearray()
    for line in log.splitlines():
        if len(line) > 1024:
            continue
        block += line + b"\n"
        if len(block) >= _KEYS_A_BLOCK:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)


class Answers:
    """Reads tshark's lines."""

    def __init__(self) -> None:
        self._line = bytearray()

    def feed(self, data: bytes) -> Iterator[Answer]:
        """Take the next bytes of its output; yield answers that are whole."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            whole = bytes(self._line) + line if self._line else line
            self._line.clear()
            if len(whole) <= _MAX_LINE and (answer := _read_answer(whole)):
                yield answer
        if len(self._line) <= _MAX_LINE:
            self._line += rest


def _read_answer(line: bytes) -> Answer | None:
    parts = line.rstrip(b"\r").split(b"\t")
    if len(parts) != len(FIELDS) or not parts[0].isdigit():
        return None
    try:
        contents = [bytes.fromhex(one.decode("ascii")) for one in parts[1].split(b",") if one]
        pieces = list(_pieces(parts[5:12])) if parts[5] else []
    except (ValueError, IndexError, UnicodeDecodeError):
        return Answer(int(parts[0]))
    understood = bool(contents or parts[2] or parts[3] or parts[4])
    return Answer(int(parts[0]), contents, understood, pieces, parts[12].split(b",")[0].decode("utf-8", "replace"))


def _pieces(columns: list[bytes]) -> Iterator[StreamPiece]:
    """Put the columns of STREAM frames together: offset, length and data are there only where a frame has them."""
    identities, has_offset, offsets, has_length, lengths, last, contents = (
        deque(column.split(b",")) if column else deque() for column in columns
    )
    for identity in identities:
        offset = int(offsets.popleft()) if _is_true(has_offset.popleft()) else 0
        is_last = _is_true(last.popleft())
        # Without a length the frame reaches to the packet's end.
        is_empty = int(lengths.popleft()) == 0 if _is_true(has_length.popleft()) else not contents
        data = b"" if is_empty else bytes.fromhex(contents.popleft().decode("ascii"))
        yield StreamPiece(int(identity), offset, data, is_last)


def _is_true(word: bytes) -> bool:
    return word in {b"1", b"True"}
