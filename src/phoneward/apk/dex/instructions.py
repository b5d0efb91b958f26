"""Instructions, one after the other: where each begins, so that no payload is taken for one.

https://source.android.com/docs/core/runtime/dalvik-bytecode and instruction-formats. Android's verifier walks a method
in the same straight line (AOSP art `method_verifier.cc`, `ComputeWidthsAndCountOps`) and refuses one in which an
instruction does not end where the method does: code that hides behind bytes that are no instruction cannot be loaded.
"""

import struct
from collections.abc import Iterator
from typing import Final

from phoneward.apk.dex.header import DexError

CONST_STRING: Final = 0x1A
CONST_STRING_JUMBO: Final = 0x1B
INVOKES: Final = (*range(0x6E, 0x73), *range(0x74, 0x79), 0xFA, 0xFB)
"""invoke-kind, invoke-kind/range, invoke-polymorphic."""
GETS: Final = (*range(0x52, 0x59), *range(0x60, 0x67))
"""iget, sget."""

_PACKED_SWITCH, _SPARSE_SWITCH, _FILL_ARRAY = 0x0100, 0x0200, 0x0300
_CODE: Final = struct.Struct("<HHHHII")
CODE_HEAD: Final = _CODE.size
_UINT32: Final = struct.Struct("<I")


def _lengths() -> bytes:
    """Return the length of each instruction in 16-bit units, by opcode."""
    lengths = bytearray([1] * 256)
    two = (0x02, 0x05, 0x08, 0x13, 0x15, 0x16, 0x19, 0x1A, 0x1C, 0x1F, 0x20, 0x22, 0x23, 0x29, 0xFE, 0xFF)
    spans = ((0x2D, 0x3D), (0x44, 0x6D), (0x90, 0xAF), (0xD0, 0xE2))
    for code in (*two, *(code for first, last in spans for code in range(first, last + 1))):
        lengths[code] = 2
    three = (0x03, 0x06, 0x09, 0x14, 0x17, 0x1B, 0x24, 0x25, 0x26, 0x2A, 0x2B, 0x2C, 0xFC, 0xFD)
    for code in (*three, *range(0x6E, 0x73), *range(0x74, 0x79)):
        lengths[code] = 3
    lengths[0xFA] = lengths[0xFB] = 4
    lengths[0x18] = 5
    return bytes(lengths)


LENGTHS: Final = _lengths()


def span(data: bytes, code_at: int) -> tuple[int, int]:
    """Return where the instructions of a `code_item` begin and end.

    Raises:
        DexError: it does not lie in the file.
    """
    if code_at & 3 or code_at + CODE_HEAD > len(data):
        raise DexError("code")
    (size,) = _UINT32.unpack_from(data, code_at + 12)
    start = code_at + CODE_HEAD
    if start + 2 * size > len(data):
        raise DexError("code")
    return start, start + 2 * int(size)


def walk(data: bytes, start: int, end: int) -> Iterator[int]:
    """Yield where each instruction begins, payloads left out.

    Raises:
        DexError: the last does not end where the method does.
    """
    at = start
    lengths = LENGTHS
    while at < end:
        opcode = data[at]
        if opcode or not data[at + 1]:
            yield at
            at += 2 * lengths[opcode]
        else:
            at += _payload(data, at, end)
    if at != end:
        raise DexError("instructions")


def _payload(data: bytes, at: int, end: int) -> int:
    """Return the bytes of a payload."""
    kind = data[at + 1] << 8
    if at + 4 > end:
        raise DexError("payload")
    first = data[at + 2] | data[at + 3] << 8
    if kind == _PACKED_SWITCH:
        return 2 * (2 * first + 4)
    if kind == _SPARSE_SWITCH:
        return 2 * (4 * first + 2)
    if kind == _FILL_ARRAY and at + 8 <= end:
        (count,) = _UINT32.unpack_from(data, at + 4)
        return 2 * ((int(count) * first + 1) // 2 + 4)
    raise DexError("payload")
