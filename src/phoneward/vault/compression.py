"""zstd, bounded: what comes out is never larger than announced (RFC 8878; the standard library's own from 3.14)."""

import sys
import threading
from collections.abc import Iterator

from phoneward.vault.blobs import BytesLike

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 3
"""restic's default ("auto") is its library's level of the same speed."""

_WINDOW_LOG_MAX = 27
"""At most 128 MiB of memory for a frame's window, whatever the frame asks for; zstd's own default."""

_PIECE_BYTES = 1 << 20

_contexts = threading.local()


class CompressionError(Exception):
    """Not a zstd frame, cut short, or larger than announced. Callers say which file it was."""


def compress(data: BytesLike) -> bytes:
    """Return one zstd frame with its content size and without checksum, as restic writes it."""
    compressor: zstd.ZstdCompressor | None = getattr(_contexts, "compressor", None)
    if compressor is None:
        compressor = zstd.ZstdCompressor(level=LEVEL)
        _contexts.compressor = compressor
    return compressor.compress(data, zstd.ZstdCompressor.FLUSH_FRAME)


def decompress_exactly(frame: BytesLike, size: int) -> bytes:
    """Return the frame's content, which must be exactly `size` bytes.

    Raises:
        CompressionError: it is not; no more than `size` + 1 bytes were produced to find out.
    """
    data = decompress_at_most(frame, size)
    if len(data) != size:
        raise CompressionError
    return data


def decompress_pieces(frame: BytesLike, size: int) -> Iterator[bytes]:
    """Yield the frame's content, which must be exactly `size` bytes, piece by piece.

    Raises:
        CompressionError: as `decompress_exactly`.
    """
    decompressor = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG_MAX})
    left = size
    while not decompressor.eof:
        try:
            piece = decompressor.decompress(frame, max_length=_PIECE_BYTES)
        except zstd.ZstdError as error:
            raise CompressionError from error
        frame = b""  # the decompressor keeps what it has not used
        left -= len(piece)
        if left < 0 or (not piece and decompressor.needs_input):
            raise CompressionError
        yield piece
    if left or decompressor.unused_data:
        raise CompressionError


def decompress_at_most(frame: BytesLike, limit: int) -> bytes:
    """Return the frame's content, which must be at most `limit` bytes.

    Raises:
        CompressionError: it is longer, or the frame is not one whole frame.
    """
    decompressor = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG_MAX})
    try:
        data = decompressor.decompress(frame, max_length=limit + 1)
    except zstd.ZstdError as error:
        raise CompressionError from error
    if len(data) > limit or not decompressor.eof or decompressor.unused_data:
        raise CompressionError
    return data
