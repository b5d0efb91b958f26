"""ZIP files written field by field, so that each field can lie."""

import struct
import zlib
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Member:
    """One entry; what is None follows from the content. `local` changes fields in the local header only."""

    name: bytes
    content: bytes = b""
    method: int = 0
    flags: int = 0
    packed: bytes | None = None
    crc: int | None = None
    size: int | None = None
    compressed_size: int | None = None
    header_offset: int | None = None
    extra: bytes = b""
    local: "dict[str, Any] | None" = None

    def bytes_stored(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflate(self.content) if self.method == 8 else self.content

    def numbers(self) -> tuple[int, int, int]:
        crc = zlib.crc32(self.content) if self.crc is None else self.crc
        compressed = len(self.bytes_stored()) if self.compressed_size is None else self.compressed_size
        return crc, compressed, len(self.content) if self.size is None else self.size


def deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


def local_header(member: Member) -> bytes:
    shown = replace(member, **(member.local or {}))
    crc, compressed, size = shown.numbers()
    numbers = (0, 0, 0) if shown.flags & 8 else (crc, compressed, size)
    return (
        struct.pack(
            "<4sHHHHHIIIHH",
            b"PK\3\4", 20, shown.flags, shown.method, 0, 0, *numbers, len(shown.name), len(shown.extra),
        )
        + shown.name
        + shown.extra
    )  # fmt: skip


def central_record(member: Member, offset: int) -> bytes:
    crc, compressed, size = member.numbers()
    at = offset if member.header_offset is None else member.header_offset
    fixed = (b"PK\1\2", 20, 20, member.flags, member.method, 0, 0, crc, compressed, size, len(member.name))
    return struct.pack("<4sHHHHHHIIIHHHHHII", *fixed, 0, 0, 0, 0, 0, at) + member.name


def end_record(count: int, size: int, offset: int, comment: bytes = b"", comment_size: int | None = None) -> bytes:
    length = len(comment) if comment_size is None else comment_size
    return struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, size, offset, length) + comment


def zip_of(
    *members: Member, comment: bytes = b"", before: bytes = b"", block: bytes = b"", count: int | None = None
) -> bytes:
    """Return a whole ZIP file: `before` stands in front, `block` (a signing block) before the directory."""
    body, records = bytearray(before), bytearray()
    for member in members:
        records += central_record(member, len(body))
        body += local_header(member) + member.bytes_stored()
    body += block
    end = end_record(len(members) if count is None else count, len(records), len(body), comment)
    return bytes(body + records + end)
