"""Small captures made byte by byte, for what no real program writes."""

import io
import struct
from collections.abc import Iterable

from phoneward.watch.captures.pcap.packets import Packet, PacketFile

PHONE, SERVER = bytes([10, 215, 173, 1]), bytes([203, 0, 113, 7])


def pcap(frames: Iterable[bytes], *, link: int = 101, order: str = "<", nanoseconds: bool = False) -> bytes:
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    out = bytearray(struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262_144, link))
    for index, frame in enumerate(frames):
        out += struct.pack(order + "IIII", 1_700_000_000 + index, 7, len(frame), len(frame)) + frame
    return bytes(out)


def ip4(
    content: bytes, *, protocol: int = 6, source: bytes = PHONE, target: bytes = SERVER, fragment: int = 0
) -> bytes:
    total = 20 + len(content)
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, total, 0, fragment, 64, protocol, 0, source, target) + content


def ip6(content: bytes, *, following: int = 6, extensions: bytes = b"", source: bytes, target: bytes) -> bytes:
    size = len(extensions) + len(content)
    return struct.pack("!IHBB16s16s", 6 << 28, size, following, 64, source, target) + extensions + content


def tcp(payload: bytes, sequence: int, *, flags: int = 0x18, source: int = 40_000, target: int = 80) -> bytes:
    return struct.pack("!HHIIBBHHH", source, target, sequence % (1 << 32), 0, 0x50, flags, 0, 0, 0) + payload


def udp(payload: bytes, *, source: int = 40_000, target: int = 443) -> bytes:
    return struct.pack("!HHHH", source, target, 8 + len(payload), 0) + payload


def packets(data: bytes) -> tuple[list[Packet], PacketFile]:
    file = PacketFile(io.BytesIO(data))
    return list(file.packets()), file
