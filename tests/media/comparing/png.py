"""Write PNG files of the kinds Pillow does not write: 16 bits a channel, interlaced (W3C PNG third edition)."""

import struct
import zlib

import numpy as np
import numpy.typing as npt

_ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
"""First row, first column, step of rows, step of columns."""


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk with its length and CRC."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(pixels: npt.NDArray[np.uint8 | np.uint16], *, is_interlaced: bool = False, extra: bytes = b"") -> bytes:
    """Return a PNG file.

    Args:
        pixels: (height, width, channels) with 1 to 4 channels.
        is_interlaced: in seven passes.
        extra: chunks between IHDR and IDAT.
    """
    height, width, channels = pixels.shape
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, pixels.dtype.itemsize * 8, colour, 0, 0, int(is_interlaced))
    passes = [pixels[y::dy, x::dx] for y, x, dy, dx in _ADAM7] if is_interlaced else [pixels]
    wire = pixels.dtype.newbyteorder(">")
    rows = b"".join(b"\0" + row.astype(wire).tobytes() for part in passes if part.size for row in part)
    body = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
