"""UDP between the phone and one other end: QUIC, or datagrams of an unknown kind."""

from collections.abc import Iterator

from phoneward.watch.captures.pcap.connection import Connection, Decrypter
from phoneward.watch.captures.pcap.feeding import MAX_PAYLOAD, Answer
from phoneward.watch.captures.pcap.http3 import Http3Reader
from phoneward.watch.captures.pcap.inorder import Room
from phoneward.watch.captures.pcap.requests import Sent
from phoneward.watch.captures.pcap.segments import Segment
from phoneward.watch.captures.pcap.stream import UnknownReader

_CLEAR_PORTS = frozenset({53, 67, 123, 137, 138, 1900, 3702, 5353, 5355})
"""DNS, DHCP, NTP, NetBIOS, SSDP, WS-Discovery, mDNS, LLMNR: not encrypted, and no way to send a picture."""
_LONG, _FIXED = 0x80, 0x40
_OVERHEARD = 64
"""Datagrams of the server after the handshake."""


class UdpConnection(Connection):
    """The datagrams between two ends."""

    def __init__(self, number: int, server: tuple[bytes, int], host: str, room: Room) -> None:
        super().__init__(number, server, host)
        self._unknown: UnknownReader | None = None
        self._http3: Http3Reader | None = None
        self._is_quic = False
        self._overheard = 0
        self._is_clear = server[1] in _CLEAR_PORTS
        self._room = room

    @property
    def has_begun(self) -> bool:
        """Datagrams open nothing."""
        return False

    def segment(
        self, segment: Segment, time_ns: int | None, decrypter: Decrypter, *, from_phone: bool
    ) -> Iterator[Sent]:
        """Take the next datagram, in the capture's order."""
        payload = segment.payload
        if not self._is_quic and self._unknown is None and from_phone and is_quic(payload):
            self._is_quic = self.is_encrypted = True
        if self._is_quic:
            self._quic(payload, segment.size, time_ns, decrypter, from_phone=from_phone)
            return
        if from_phone and payload:
            if self._unknown is None:
                self._unknown = UnknownReader(self._room, "UDP")
            yield from self._unknown.feed(payload, time_ns)

    def _quic(self, payload: bytes, size: int, time_ns: int | None, decrypter: Decrypter, *, from_phone: bool) -> None:
        if len(payload) < size and from_phone:
            self.tally.lost += size - len(payload)
        if not decrypter.decrypts() or len(payload) > MAX_PAYLOAD or not payload:
            if from_phone and carries_data(payload):
                self.tally.unread += len(payload)
        elif from_phone:
            decrypter.send(self, payload, size=len(payload), time_ns=time_ns, is_udp=True)
        elif payload[0] & _LONG or self._overheard < _OVERHEARD:
            # The handshake, and the names for connections that follow it; not what the phone downloads.
            self._overheard += 0 if payload[0] & _LONG else 1
            decrypter.overhear(self, payload, is_udp=True)

    def flush(self, decrypter: Decrypter) -> Iterator[Sent]:
        """No more packets come."""
        del decrypter
        yield from ()

    def answered(self, answer: Answer | None, size: int, time_ns: int | None) -> Iterator[Sent]:
        """Take what a datagram held."""
        if answer is None or not answer.is_understood:
            self.tally.unread += size
            return
        if answer.server_name:
            self.host = answer.server_name
        for piece in answer.pieces:
            if self._http3 is None:
                self._http3 = Http3Reader(self._room)
            yield from self._http3.feed(piece, time_ns)

    def close(self) -> Iterator[Sent]:
        """Yield what was begun."""
        if self._unknown is not None:
            if not self._is_clear:
                self.tally.unread += self._unknown.unread
            yield from self._unknown.end()
        if self._http3 is not None:
            yield from self._http3.end()
            self.tally.unread += self._http3.unread


def is_quic(datagram: bytes) -> bool:
    """Tell whether a datagram begins a QUIC connection (RFC 8999: long header, version; RFC 9000: fixed bit)."""
    if len(datagram) < 1200 or not datagram[0] & _LONG or not datagram[0] & _FIXED:
        return False
    version = int.from_bytes(datagram[1:5], "big")
    # Version 1, version 2 (RFC 9369), drafts of the IETF.
    return version in {1, 0x6B3343CF} or version >> 8 == 0xFF0000


def carries_data(datagram: bytes) -> bool:
    """Tell whether a datagram may carry what an app sent: a short header, or 0-RTT."""
    return bool(datagram) and (not datagram[0] & _LONG or datagram[0] >> 4 & 3 == 1)
