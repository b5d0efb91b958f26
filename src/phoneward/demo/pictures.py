"""Small pictures that every program opens, made without a picture library: the sample phone's photos."""

import random
import struct
import zlib
from typing import Final

# Huffman codes for the size of a DC difference: the example table K.3 of ITU-T T.81 (JPEG).
_DC_BITS: Final = bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
_DC_VALUES: Final = bytes(range(12))
_AC_BITS: Final = bytes([1] + [0] * 15)  # one code, "0": end of block
_AC_VALUES: Final = b"\x00"


def jpeg(seed: int, width: int = 640, height: int = 480) -> bytes:
    """Return a valid baseline JPEG in grey: soft patches, one shade per block of 8 x 8 pixels.

    Source: ITU-T T.81 (1992), annexes B (markers) and F (sequential coding).
    """
    randomness = random.Random(seed)  # noqa: S311 - pictures, not secrets
    columns, rows = -(-width // 8), -(-height // 8)
    bits = _BitWriter()
    codes = _huffman_codes(_DC_BITS, _DC_VALUES)
    before = 0
    for row in range(rows):
        for column in range(columns):
            # With all quantisers 8, one step of DC is one shade of grey.
            shade = (column * 90 // columns) - (row * 60 // rows) + randomness.randrange(-40, 41)
            difference = shade - before
            before = shade
            size = abs(difference).bit_length()
            code, length = codes[size]
            bits.put(code, length)
            if size:
                bits.put(difference if difference > 0 else difference + (1 << size) - 1, size)
            bits.put(0, 1)  # end of block
    frame = struct.pack(">BHHB", 8, height, width, 1) + bytes([1, 0x11, 0])
    return b"".join(
        [
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
            _segment(0xDB, b"\x00" + bytes([8] * 64)),
            _segment(0xC0, frame),
            _segment(0xC4, b"\x00" + _DC_BITS + _DC_VALUES),
            _segment(0xC4, b"\x10" + _AC_BITS + _AC_VALUES),
            _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"),
            bits.done(),
            b"\xff\xd9",
        ]
    )


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _huffman_codes(counts: bytes, values: bytes) -> dict[int, tuple[int, int]]:
    """Return value → (code, length), as T.81 annex C makes codes from counts per length."""
    codes = {}
    code, position = 0, 0
    for length, count in enumerate(counts, start=1):
        for _ in range(count):
            codes[values[position]] = (code, length)
            code += 1
            position += 1
        code <<= 1
    return codes


class _BitWriter:
    """Collects bits; a byte FF is followed by 00, as T.81 F.1.2.3 asks."""

    def __init__(self) -> None:
        self._value, self._length = 0, 0
        self._bytes = bytearray()

    def put(self, value: int, length: int) -> None:
        self._value = (self._value << length) | value
        self._length += length
        while self._length >= 8:
            self._length -= 8
            byte = (self._value >> self._length) & 0xFF
            self._bytes.append(byte)
            if byte == 0xFF:
                self._bytes.append(0)
        self._value &= (1 << self._length) - 1

    def done(self) -> bytes:
        if self._length:
            self.put((1 << (8 - self._length)) - 1, 8 - self._length)
        return bytes(self._bytes)


def png(seed: int, width: int = 200, height: int = 320) -> bytes:
    """Return a valid 8-bit RGB PNG with grainy stripes, like a screenshot that does not compress well.

    Source: PNG specification, third edition (W3C), sections 5 (chunks) and 9 (filter type 0).
    """
    randomness = random.Random(seed)  # noqa: S311 - pictures, not secrets
    lines = bytearray()
    for _row in range(height):
        lines.append(0)
        lines += randomness.randbytes(width * 3)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(bytes(lines), 1)), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
