"""Varints, serial types, values and payload sizes.

Source: "Database File Format", sqlite.org/fileformat2.html, 1.6 (cells) and 2.1 (records).
"""

import struct
from typing import Final

from phoneward.rescue.sqlite.recovered import Value

SIZES: Final = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
"""Bytes of a value, by serial type below 10; 10 and 11 are never written."""
MAX_COLUMNS: Final = 2_000
"""SQLITE_MAX_COLUMN."""
MAX_PAYLOAD: Final = (1 << 31) - 1
"""SQLITE_MAX_LENGTH's own limit."""
NULL, INTEGER, REAL, TEXT, BLOB = 1, 2, 4, 8, 16
"""Classes of serial types, as bits."""


class DamagedError(Exception):
    """Bytes contradict themselves. Never shown to a person."""


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return an unsigned number of 1 to 9 bytes, and where it ends.

    Raises:
        DamagedError: it goes on past the data.
    """
    number = 0
    for step, byte in enumerate(data[at : at + 9]):
        if step == 8:
            return (number << 8) | byte, at + 9
        if byte < 0x80:
            return (number << 7) | byte, at + step + 1
        number = (number << 7) | (byte & 0x7F)
    raise DamagedError


def as_varint(number: int) -> bytes:
    """Return a number below 2^56 as SQLite writes it."""
    written = bytes([number & 0x7F])
    while number := number >> 7:
        written = bytes([0x80 | (number & 0x7F)]) + written
    return written


def signed(number: int) -> int:
    """Return a varint as the rowid it stands for."""
    return number - (1 << 64) if number >> 63 else number


def size_of(kind: int) -> int:
    """Return the bytes of a value of this serial type."""
    return SIZES[kind] if kind < 10 else (kind - 12) >> 1


def class_of(kind: int) -> int:
    """Return the class of a serial type, one of NULL, INTEGER, REAL, TEXT, BLOB."""
    if kind >= 12:
        return TEXT if kind & 1 else BLOB
    return NULL if kind == 0 else REAL if kind == 7 else INTEGER


def read_types(data: bytes, at: int, end: int) -> list[int] | None:
    """Return the serial types between two places; None where that is no list of types."""
    kinds: list[int] = []
    if end > len(data):
        return None
    while at < end:
        kind = data[at]
        at += 1
        if kind >= 0x80:
            try:
                kind, at = varint(data, at - 1)
            except DamagedError:
                return None
        if kind in {10, 11} or len(kinds) >= MAX_COLUMNS:
            return None
        kinds.append(kind)
    return kinds if at == end else None


def value_of(kind: int, data: bytes, encoding: str) -> Value:
    """Return a value: `data` holds exactly its bytes. Text that is none keeps what can be read of it."""
    if kind >= 12:
        return data.decode(encoding, "replace") if kind & 1 else bytes(data)
    if kind == 7:
        number: float = struct.unpack(">d", data)[0]
        return number
    if kind in {8, 9}:
        return kind - 8
    return int.from_bytes(data, "big", signed=True) if kind else None


def local_size(usable: int, payload: int, *, table: bool) -> int:
    """Return how many bytes of a payload stand in its own page (section 1.6: U, X, M and K).

    Args:
        usable: bytes of a page that hold anything.
        payload: bytes of the whole record.
        table: a leaf of a table with rowids; an index otherwise.
    """
    most = usable - 35 if table else (usable - 12) * 64 // 255 - 23
    if payload <= most:
        return payload
    least = (usable - 12) * 32 // 255 - 23
    wanted = least + (payload - least) % (usable - 4)
    return wanted if wanted <= most else least
