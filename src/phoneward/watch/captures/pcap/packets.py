"""The structure of pcap and pcapng files: packets one by one, and what stands beside them.

Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng. Pure Python, in bounded memory: a length is believed only as
far as the file goes and below a bound; a file that ends in the middle gives what came before.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from phoneward.texts import N_
from phoneward.watch.captures.pcap import pcapdroid

MAX_PACKET = 1 << 20
"""Bytes. libpcap's own bound is 256 KiB; captures on the loopback of Linux hold up to 64 KiB."""
MAX_BLOCK = 16 << 20
"""Bytes of a block that is read whole; a longer one of a kind not needed is stepped over."""
MAX_KEYS = 64 << 20
_MAX_INTERFACES = 4096
_MAX_APPS = 100_000
_MAX_OPTIONS = 1000

_SECTION, _INTERFACE, _PACKET, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 2, 3, 6
_SECRETS, _CUSTOM, _CUSTOM_NO_COPY = 0xA, 0xBAD, 0x40000BAD
_BESIDE = frozenset({_INTERFACE, _SECRETS, _CUSTOM, _CUSTOM_NO_COPY})
_TLS_KEY_LOG = 0x544C534B
_OPT_COMMENT, _OPT_FLAGS, _OPT_TSRESOL, _OPT_TSOFFSET = 1, 2, 9, 14
_PCAP_MAGICS = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}

CUT = N_("The capture ends in the middle of a packet; what came after is missing.")
BROKEN = N_("The capture is damaged after {megabytes} MB; what follows could not be read.")


class NoPacketsError(Exception):
    """The file is neither pcap nor pcapng; its text says why, to be translated."""


@dataclass(slots=True)
class Packet:
    """A packet as captured.

    Attributes:
        time_ns: nanoseconds since 1970; None where the file does not say.
        link: LINKTYPE_ number.
        data: as far as captured.
        size: bytes it had.
        uid: as a PCAPdroid comment says; None without.
        is_outbound: as the flags say; None without.
    """

    time_ns: int | None
    link: int
    data: bytes
    size: int
    uid: int | None = None
    is_outbound: bool | None = None


@dataclass(slots=True)
class _Interface:
    link: int
    snap: int
    ticks: int = 1_000_000
    offset_s: int = 0


@dataclass
class PacketFile:
    """A capture file that is read from front to back.

    Attributes:
        stream: seekable, at its beginning.
        apps: package of each UID that a custom block names; grows while packets are read.
        secrets: key logs embedded.
        problem: why reading ended early, a sentence with its values; None while all is well.
        skipped: blocks too large or too many, left out.
    """

    stream: BinaryIO
    apps: dict[int, str] = field(default_factory=dict)
    secrets: list[bytes] = field(default_factory=list)
    problem: tuple[str, dict[str, str]] | None = None
    skipped: int = 0

    def __post_init__(self) -> None:
        self._secret_bytes = 0
        self._interfaces: list[_Interface] = []
        self._order = "<"
        self.length = self.stream.seek(0, io.SEEK_END)
        self.stream.seek(0)
        self.position = 0

    def packets(self, *, only_beside: bool = False) -> Iterator[Packet]:
        """Yield the packets; with `only_beside` none: apps and secrets alone are gathered, packets stepped over.

        Raises:
            NoPacketsError: the file is neither pcap nor pcapng.
        """
        self.stream.seek(0)
        magic = self.stream.read(4)
        self.stream.seek(0)
        if magic in _PCAP_MAGICS:
            if not only_beside:
                yield from self._pcap(*_PCAP_MAGICS[magic])
        elif magic == b"\n\r\r\n":
            yield from self._pcapng(only_beside=only_beside)
        elif magic[:2] == b"\x1f\x8b":
            raise NoPacketsError(N_("it is compressed with gzip; unpack it first"))
        else:
            raise NoPacketsError(N_("its first bytes are neither pcap's nor pcapng's"))

    def _pcap(self, order: str, tick_ns: int) -> Iterator[Packet]:
        header = self.stream.read(24)
        if len(header) < 24:
            self._cut()
            return
        # The upper bits tell of a frame check sequence.
        link = struct.unpack_from(order + "I", header, 20)[0] & 0xFFFF
        record = struct.Struct(order + "IIII")
        read = self.stream.read
        while head := read(16):
            if len(head) < 16:
                self._cut()
                return
            seconds, ticks, captured, size = record.unpack(head)
            if captured > MAX_PACKET:
                self._broken()
                return
            data = read(captured)
            self.position = self.stream.tell()
            if len(data) < captured:
                self._cut()
            yield Packet(seconds * 1_000_000_000 + ticks * tick_ns, link, data, max(size, len(data)))

    def _pcapng(self, *, only_beside: bool) -> Iterator[Packet]:
        while True:
            self.position = self.stream.tell()
            head = self.stream.read(8)
            if not head:
                return
            if len(head) < 8:
                self._cut()
                return
            if head[:4] == b"\n\r\r\n" and not self._section():
                if self.position + 12 > self.length:
                    self._cut()
                else:
                    self._broken()
                return
            kind, length = struct.unpack(self._order + "II", head)
            if length < 12 or length % 4:
                self._broken()
                return
            end = self.position + length
            is_packet = kind in {_PACKET, _SIMPLE, _ENHANCED}
            if (is_packet and not only_beside) or kind in _BESIDE:
                body = self._body(length)
                if body and is_packet and (packet := self._packet(kind, body)):
                    yield packet
                elif body and not is_packet:
                    self._beside(kind, body)
            if end > self.length:
                self._cut()
                return
            self.stream.seek(end)

    def _body(self, length: int) -> bytes:
        if length > MAX_BLOCK:
            self.skipped += 1
            return b""
        body = self.stream.read(length - 12)
        return body if len(body) == length - 12 else b""

    def _section(self) -> bool:
        """Take the byte order of a new section; the head has been read."""
        magic = self.stream.read(4)
        self.stream.seek(-len(magic), io.SEEK_CUR)
        if magic not in {b"\x4d\x3c\x2b\x1a", b"\x1a\x2b\x3c\x4d"}:
            return False
        self._order = "<" if magic[0] == 0x4D else ">"
        self._interfaces = []
        return True

    def _beside(self, kind: int, body: bytes) -> None:
        order = self._order
        if kind == _INTERFACE and len(body) >= 8 and len(self._interfaces) < _MAX_INTERFACES:
            link, _reserved, snap = struct.unpack_from(order + "HHI", body)
            self._interfaces.append(self._with_clock(_Interface(link, snap), body[8:]))
        elif kind == _SECRETS and len(body) >= 8:
            secret_kind, length = struct.unpack_from(order + "II", body)
            keys = body[8 : 8 + length]
            self._secret_bytes += len(keys)
            if secret_kind == _TLS_KEY_LOG and self._secret_bytes <= MAX_KEYS:
                self.secrets.append(keys)
        elif kind in {_CUSTOM, _CUSTOM_NO_COPY} and len(body) >= 4 and len(self.apps) < _MAX_APPS:
            (pen,) = struct.unpack_from(order + "I", body)
            known = pcapdroid.read_uid_map(body[4:], order) if pen == pcapdroid.PEN else None
            if known and known[1]:
                self.apps[known[0]] = known[1]

    def _with_clock(self, interface: _Interface, options: bytes) -> _Interface:
        for code, value in self._options(options):
            if code == _OPT_TSRESOL and value:
                power = value[0] & 0x7F
                # Beyond these no clock ticks, and no number below needs to grow.
                interface.ticks = 2 ** min(power, 64) if value[0] & 0x80 else 10 ** min(power, 18)
            elif code == _OPT_TSOFFSET and len(value) == 8:
                (interface.offset_s,) = struct.unpack(self._order + "q", value)
        return interface

    def _options(self, options: bytes) -> Iterator[tuple[int, bytes]]:
        head = struct.Struct(self._order + "HH")
        at = 0
        for _count in range(_MAX_OPTIONS):
            if at + 4 > len(options):
                return
            code, length = head.unpack_from(options, at)
            if code == 0:
                return
            yield code, options[at + 4 : at + 4 + length]
            at += 4 + length + (-length & 3)

    def _packet(self, kind: int, body: bytes) -> Packet | None:
        order = self._order
        if kind == _SIMPLE:
            if len(body) < 4 or not self._interfaces:
                return None
            (size,) = struct.unpack_from(order + "I", body)
            first = self._interfaces[0]
            captured = min(size, first.snap or size, len(body) - 4, MAX_PACKET)
            return Packet(None, first.link, body[4 : 4 + captured], max(size, captured))
        if len(body) < 20:
            return None
        number, high, low, captured, size = struct.unpack_from(order + "IIIII", body)
        if kind == _PACKET:  # The obsolete block has a count of drops in the upper half.
            (number,) = struct.unpack_from(order + "H", body)
        if number >= len(self._interfaces) or captured > min(len(body) - 20, MAX_PACKET):
            self.skipped += 1
            return None
        interface = self._interfaces[number]
        stamp = (high << 32 | low) * 1_000_000_000 // interface.ticks + interface.offset_s * 1_000_000_000
        packet = Packet(stamp, interface.link, body[20 : 20 + captured], max(size, captured))
        options = body[20 + captured + (-captured & 3) :]
        for code, value in self._options(options):
            if code == _OPT_COMMENT and packet.uid is None:
                packet.uid = pcapdroid.read_comment(value)
            elif code == _OPT_FLAGS and len(value) == 4:
                direction = struct.unpack(order + "I", value)[0] & 3
                packet.is_outbound = {1: False, 2: True}.get(direction)
        return packet

    def _cut(self) -> None:
        self.problem = (CUT, {})

    def _broken(self) -> None:
        self.problem = (BROKEN, {"megabytes": f"{self.position / 1e6:.1f}"})
