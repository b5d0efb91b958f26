"""From a captured frame to what TCP or UDP carried: link layer, IPv4 or IPv6, ports.

Link types: tcpdump.org/linktypes.html. Lengths in headers are believed only within what was captured.
"""

import struct
from dataclasses import dataclass

from phoneward.watch.captures.pcap.packets import Packet
from phoneward.watch.captures.pcap.pcapdroid import read_trailer

TCP, UDP = 6, 17
FIN, SYN, RST, ACK = 1, 2, 4, 16
_IPV4, _IPV6 = 0x0800, 0x86DD
_VLANS = frozenset({0x8100, 0x88A8, 0x9100})
_ETHERNET, _LINUX_COOKED, _LINUX_COOKED_2 = 1, 113, 276
_RAW = frozenset({12, 14, 101})
_RAW_V4, _RAW_V6 = 228, 229
_NULL, _LOOP = 0, 108
_HOP, _ROUTING, _FRAGMENT, _AUTHENTICATION, _DESTINATION = 0, 43, 44, 51, 60
_MAX_EXTENSIONS = 16
_TCP_HEAD = struct.Struct("!HHIIBB")
_UDP_HEAD = struct.Struct("!HHH")


@dataclass(slots=True)
class Segment:
    """What one packet carried.

    Attributes:
        protocol: TCP or UDP.
        source, target: address (4 or 16 bytes) and port.
        payload: as far as captured.
        size: of the payload as sent, bytes; above `len(payload)` where the capture cut it.
        sequence, flags: TCP's.
        uid, app: as a PCAPdroid trailer says.
    """

    protocol: int
    source: tuple[bytes, int]
    target: tuple[bytes, int]
    payload: bytes
    size: int
    sequence: int = 0
    flags: int = 0
    uid: int | None = None
    app: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """A packet that carries no segment that can be read.

    Attributes:
        why: "link" (an unknown kind of link), "fragment" (a later part of an IP packet), "short", "other" (no IP, or
            neither TCP nor UDP: nothing an app sends pictures with, or not readable here).
    """

    why: str


def read_segment(packet: Packet) -> Segment | Other:
    """Return what a packet carried."""
    start = _ip_start(packet.link, packet.data)
    if isinstance(start, Other):
        return start
    data = packet.data
    version = data[start] >> 4 if start < len(data) else 0
    if version == 4:
        segment, end = _ipv4(data, start, packet.size)
    elif version == 6:
        segment, end = _ipv6(data, start, packet.size)
    else:
        return Other("other")
    if packet.link == _ETHERNET and isinstance(segment, Segment) and (known := read_trailer(data, min(end, len(data)))):
        segment.uid, segment.app = known
    return segment


def _ip_start(link: int, data: bytes) -> int | Other:
    if link in _RAW or link in {_RAW_V4, _RAW_V6}:
        return 0
    if link == _ETHERNET:
        at, kind = 14, data[12:14]
    elif link == _LINUX_COOKED:
        at, kind = 16, data[14:16]
    elif link == _LINUX_COOKED_2:
        at, kind = 20, data[:2]
    elif link in {_NULL, _LOOP}:
        return 4
    else:
        return Other("link")
    for _depth in range(3):
        number = int.from_bytes(kind, "big")
        if number not in _VLANS:
            return at if number in {_IPV4, _IPV6} else Other("other")
        at, kind = at + 4, data[at + 2 : at + 4]
    return Other("other")


def _ipv4(data: bytes, start: int, frame_size: int) -> tuple[Segment | Other, int]:
    if len(data) < start + 20:
        return Other("short"), len(data)
    head = (data[start] & 15) * 4
    total = int.from_bytes(data[start + 2 : start + 4], "big")
    # Offloaded packets of more than 64 KiB carry 0 (tcpdump and Wireshark read them so).
    end = start + total if total else frame_size
    if int.from_bytes(data[start + 6 : start + 8], "big") & 0x1FFF:
        return Other("fragment"), end
    if head < 20 or end < start + head:
        return Other("short"), end
    ends = data[start + 12 : start + 16], data[start + 16 : start + 20]
    return _transport(data, start + head, end, data[start + 9], ends), end


def _ipv6(data: bytes, start: int, frame_size: int) -> tuple[Segment | Other, int]:
    if len(data) < start + 40:
        return Other("short"), len(data)
    length = int.from_bytes(data[start + 4 : start + 6], "big")
    end = start + 40 + length if length else frame_size
    ends = data[start + 8 : start + 24], data[start + 24 : start + 40]
    kind, at = data[start + 6], start + 40
    for _count in range(_MAX_EXTENSIONS):
        if kind in {TCP, UDP}:
            return _transport(data, at, end, kind, ends), end
        if len(data) < at + 8:
            return Other("short"), end
        if kind == _FRAGMENT:
            if int.from_bytes(data[at + 2 : at + 4], "big") & 0xFFF8:
                return Other("fragment"), end
            size = 8
        elif kind == _AUTHENTICATION:
            size = (data[at + 1] + 2) * 4
        elif kind in {_HOP, _ROUTING, _DESTINATION}:
            size = (data[at + 1] + 1) * 8
        else:
            return Other("other"), end
        kind, at = data[at], at + size
    return Other("other"), end


def _transport(data: bytes, at: int, end: int, kind: int, ends: tuple[bytes, bytes]) -> Segment | Other:
    source, target = ends
    if kind == UDP:
        if len(data) < at + 8:
            return Other("short")
        source_port, target_port, length = _UDP_HEAD.unpack_from(data, at)
        last = min(end, at + length) if length >= 8 else end
        payload, size = data[at + 8 : last], max(0, last - at - 8)
        return Segment(UDP, (source, source_port), (target, target_port), payload, size)
    if kind != TCP:
        return Other("other")
    if len(data) < at + 20:
        return Other("short")
    source_port, target_port, sequence, _acknowledged, offset, flags = _TCP_HEAD.unpack_from(data, at)
    begin = at + (offset >> 4) * 4
    if offset >> 4 < 5 or begin > end:
        return Other("short")
    return Segment(TCP, (source, source_port), (target, target_port), data[begin:end], end - begin, sequence, flags)
