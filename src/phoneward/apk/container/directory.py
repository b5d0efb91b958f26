"""The central directory of a ZIP file: which entries there are, without an object for each of them."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from phoneward.apk.container.ending import End
from phoneward.apk.errors import ApkTooLargeError, ContainerError
from phoneward.apk.source import Source
from phoneward.texts import Size, Words, words

STORED: Final = 0
DEFLATED: Final = 8

MAX_DIRECTORY: Final = 16 << 20
"""Bytes of a directory that are read: 65,535 records, the most that can be counted, of 256 bytes each."""

_MAGIC: Final = 0x02014B50
_LINK: Final = struct.Struct("<I24xHHH8xI")
"""Signature; lengths of name, extra field and comment; offset of the local header."""
_RECORD: Final = struct.Struct("<8xHH4xIIIH12xI")
"""Flags, method, CRC-32, compressed size, size, length of the name, offset of the local header."""
_RECORD_SIZE: Final = 46


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in a ZIP container, as the central directory has it.

    Attributes:
        name: as stored.
        flags: general purpose bits.
        method: how it says that it is packed; see `Container.chunks` for what Android makes of it.
        crc: CRC-32 of the content; Android does not check it.
        compressed_size, size: bytes.
        header_offset: of its local header in the file.
    """

    name: bytes
    flags: int
    method: int
    crc: int
    compressed_size: int
    size: int
    header_offset: int


class Directory:
    """Names and where their records are. Each is checked as libziparchive `ParseZipArchive` does.

    Raises:
        ContainerError: no record, one that is cut off, two of one name, a name that is no UTF-8 or holds a NUL, a local
            header behind the directory.
        ApkTooLargeError: it takes more than `MAX_DIRECTORY`.
    """

    def __init__(self, source: Source, end: End) -> None:
        self._file = source.name
        if end.directory_size > MAX_DIRECTORY:
            part, limit = words("its list of contents"), Size(MAX_DIRECTORY)
            raise ApkTooLargeError(file=source.name, part=part, size=Size(end.directory_size), limit=limit)
        if not end.count:
            raise self._error(words("it holds no files"))
        self._data = source.read_at(end.directory_offset, end.directory_size)
        self._records = self._index(end)

    def _index(self, end: End) -> dict[bytes, int]:
        data, size, before = self._data, len(self._data), end.directory_offset
        unpack = _LINK.unpack_from
        records: dict[bytes, int] = {}
        at = 0
        for _number in range(end.count):
            if at + _RECORD_SIZE > size:
                raise self._error(words("its list of contents is cut off"))
            magic, name_size, extra_size, comment_size, header_offset = unpack(data, at)
            name_end = at + _RECORD_SIZE + name_size
            after = name_end + extra_size + comment_size
            if magic != _MAGIC or after > size:
                raise self._error(words("its list of contents is damaged"))
            if header_offset >= before:
                raise self._error(words("one of its files is not where it should be"))
            name = data[at + _RECORD_SIZE : name_end]
            if not (name.isascii() and b"\0" not in name) and not is_entry_name(name):
                raise self._error(words("the name of one of its files makes no sense"))
            if name in records:
                raise self._error(words("it holds two files of the same name"))
            records[name] = at
            at = after
        return records

    def _error(self, problem: Words) -> ContainerError:
        return ContainerError(file=self._file, problem=problem)

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[bytes]:
        """All names, in the order of the directory."""
        return iter(self._records)

    def find(self, name: bytes) -> Entry | None:
        """Return the entry of exactly this name; None where there is none."""
        at = self._records.get(name)
        if at is None:
            return None
        flags, method, crc, compressed_size, size, _name_size, header_offset = _RECORD.unpack_from(self._data, at)
        return Entry(name, flags, method, crc, compressed_size, size, header_offset)


def is_entry_name(name: bytes) -> bool:
    """Tell whether Android takes a name: no NUL, and UTF-8 as libziparchive `IsValidEntryName` sees it.

    It takes overlong forms, surrogates and sequences of five and six bytes.
    """
    if b"\0" in name:
        return False
    if name.isascii():
        return True
    at = 0
    while at < len(name):
        byte = name[at]
        at += 1
        if byte < 0x80:
            continue
        if byte < 0xC0 or byte >= 0xFE:
            return False
        following = 8 - (byte ^ 0xFF).bit_length() - 1
        if any(part & 0xC0 != 0x80 for part in name[at : at + following]) or at + following > len(name):
            return False
        at += following
    return True
