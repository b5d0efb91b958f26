"""The head of a DEX file, and where one file holds several (container, version 41).

https://source.android.com/docs/core/runtime/dex-format (`header_item`); AOSP art `libdexfile/dex/dex_file.h`
(`Header`, `HeaderV41`) and `dex_file_loader.cc`. In a container all offsets count from its beginning.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAGIC: Final = b"dex\n"
VERSIONS: Final = range(35, 42)
_HEAD: Final = struct.Struct("<8xI20xIII")
"""Checksum, size of the file, size of this head, byte order."""
_TABLES: Final = struct.Struct("<12I")
_TABLES_AT: Final = 56
_SIZE: Final = 112
_CONTAINER: Final = 41
_IN_CONTAINER: Final = struct.Struct("<II")
_LITTLE: Final = 0x12345678
MAX_IN_CONTAINER: Final = 500


class DexError(ValueError):
    """It is not a DEX file that Android would load. The text is a word for programs."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the tables of a DEX file are: counts, and offsets from the beginning of the data.

    Attributes:
        version: such as 39.
    """

    version: int
    strings: int
    strings_at: int
    types: int
    types_at: int
    protos: int
    protos_at: int
    fields: int
    fields_at: int
    methods: int
    methods_at: int
    classes: int
    classes_at: int


def is_dex(data: bytes) -> bool:
    """Tell whether bytes begin as a DEX file does."""
    return data[:4] == MAGIC and data[4:7].isdigit() and data[7:8] == b"\0"


def headers(data: bytes) -> Iterator[Header]:
    """Yield the head of each DEX file in the data; one, but for containers.

    Raises:
        DexError: there is none, or it is not one that Android loads.
    """
    at, end = 0, len(data)
    for _number in range(MAX_IN_CONTAINER):
        header, size, whole = _read(data, at)
        yield header
        if header.version < _CONTAINER:
            return
        at += size
        end = min(end, whole)
        if at + _SIZE > end:
            return
    raise DexError("container")


def _read(data: bytes, at: int) -> tuple[Header, int, int]:
    """Return a head, the size of its part, and that of the container."""
    if at + _SIZE > len(data) or not is_dex(data[at : at + 8]):
        raise DexError("no-dex")
    version = int(data[at + 4 : at + 7])
    if version not in VERSIONS:
        raise DexError("version")
    _checksum, size, head_size, order = _HEAD.unpack_from(data, at)
    if order != _LITTLE:
        raise DexError("byte-order")
    whole = size
    if version >= _CONTAINER:
        if head_size < _SIZE + _IN_CONTAINER.size or at + head_size > len(data):
            raise DexError("container")
        whole, own = _IN_CONTAINER.unpack_from(data, at + _SIZE)
        if own != at or whole > len(data):
            raise DexError("container")
    if size < _SIZE or at + size > len(data):
        raise DexError("size")
    return Header(version, *_TABLES.unpack_from(data, at + _TABLES_AT)), size, whole
