"""Puts a recording into the clothes of PCAPdroid, from its source (`pcap_dump.c`, `pcap_dump.h`), and into others.

Shares no code with the reader under test. The plain recording is dumpcap's: little endian pcapng of Ethernet frames.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Frame:
    """A frame of the plain recording; `ip` is its IP packet."""

    time_us: int
    ip: bytes

    @property
    def server_port(self) -> int:
        head = (self.ip[0] & 15) * 4
        source, target = struct.unpack_from("!HH", self.ip, head)
        return int(source if self.ip[12:16] == bytes([203, 0, 113, 7]) else target)


def frames(plain: Path) -> Iterator[Frame]:
    """Yield what dumpcap recorded."""
    data, at, nanoseconds = plain.read_bytes(), 0, False
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        body = data[at + 8 : at + length - 4]
        if kind == 1:
            # dumpcap says if_tsresol 9: nanoseconds.
            nanoseconds = b"\x09\x00\x01\x00\x09" in body
        elif kind == 6:
            _number, high, low, captured, _size = struct.unpack_from("<IIIII", body)
            ticks = high << 32 | low
            yield Frame(ticks // 1000 if nanoseconds else ticks, body[20 : 20 + captured][14:])
        at += length


Uid = Callable[[Frame], int]


def pcap_with_trailer(recorded: Sequence[Frame], uid_of: Uid, labels: dict[int, str]) -> bytes:
    """PCAPdroid's PCAP with its extensions on (`dump_packet_pcap`)."""
    out = bytearray(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
    for one in recorded:
        uid = uid_of(one)
        frame = bytes(12) + b"\x08\x00" + one.ip
        frame += bytes(-len(frame) % 4)
        label = labels.get(uid, "").encode()[:20]
        # strncpy leaves no NUL behind 20 bytes.
        frame += struct.pack("!Ii20s", 0x01072021, uid, label)
        frame += struct.pack("<I", zlib.crc32(frame))
        out += struct.pack("<IIII", one.time_us // 1_000_000, one.time_us % 1_000_000, len(frame), len(frame)) + frame
    return bytes(out)


def pcapng(
    recorded: Sequence[Frame],
    uid_of: Uid,
    packages: dict[int, str],
    keys: bytes,
    *,
    keys_last: bool = False,
    order: str = "<",
) -> bytes:
    """PCAPdroid's pcapng: UIDs in custom blocks and comments, keys in a block of secrets (`dump_packet_pcapng`)."""
    out = bytearray(block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)))
    out += block(order, 1, struct.pack(order + "HHI", 101, 0, 262_144))
    secrets = block(order, 0xA, struct.pack(order + "II", 0x544C534B, len(keys)) + padded(keys)) if keys else b""
    out += b"" if keys_last else secrets
    known = set()
    for one in recorded:
        uid = uid_of(one)
        if uid not in known:
            known.add(uid)
            package = packages.get(uid, "").encode()
            content = struct.pack(order + "IHBBiBB", 62652, 1, 1, 0, uid, len(package), 3) + package + b"App"
            out += block(order, 0xBAD, padded(content))
        body = struct.pack(order + "IIIII", 0, one.time_us >> 32, one.time_us & 0xFFFFFFFF, len(one.ip), len(one.ip))
        comment = f"u-{uid}".encode()
        option = struct.pack(order + "HH", 1, len(comment)) + padded(comment) + struct.pack(order + "HH", 0, 0)
        out += block(order, 6, body + padded(one.ip) + option)
    return bytes(out) + (secrets if keys_last else b"")


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def block(order: str, kind: int, body: bytes) -> bytes:
    length = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + length + body + length
