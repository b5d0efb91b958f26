"""What a picture says of itself before anything is decoded: pure Python, bounded, nothing raised.

The main process reads no more of an untrusted picture than this; everything else happens in a confined worker.

Sources: ITU-T T.81 (JPEG) annex B, JFIF 1.02; W3C PNG third edition (`acTL`, `eXIf`); RFC 9649 (WebP), RFC 6386 (VP8);
GIF89a specification; Microsoft "Bitmap Storage"; HEIF and AVIF: `isobmff.py`.
"""

import re
import struct
from collections.abc import Callable, Iterator
from typing import Final

from phoneward.media.exif import Exif, read_exif
from phoneward.media.isobmff import end_of_heif, read_heif
from phoneward.media.picture import Format, Header

_MOST_PARTS: Final = 4096
"""Segments, chunks or blocks that are looked at for what a header says."""
_MOST_TO_THE_END: Final = 1 << 20
"""As many to find a picture's end: a long screenshot has thousands."""
_MOST_EXIF: Final = 1 << 20

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_CHUNK: Final = struct.Struct(">I4s")
_SIZES_IN: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""SOF markers (T.81, table B.1)."""
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
"""A marker within entropy-coded data that ends it: not a stuffed zero, not a restart, not a fill byte."""
_BMP_HEADERS: Final = frozenset({12, 40, 52, 56, 64, 108, 124})


def read_header(data: bytes | memoryview) -> Header | None:
    """Return what the header of a picture says, or None where the bytes do not begin with a picture.

    Args:
        data: from the picture's first byte on; what follows the picture does no harm.
    """
    view = memoryview(data)
    start = bytes(view[:12])
    reader = next((reader for pattern, reader in _READERS if pattern.match(start)), None)
    return reader(view) if reader else None


def end_of(data: bytes | memoryview, header: Header) -> int | None:
    """Return how many bytes the picture takes, where its format tells; None where its end is not in the data.

    Args:
        data: from the picture's first byte on.
        header: what `read_header` said of it.
    """
    view = memoryview(data)
    match header.format:
        case Format.JPEG:
            end = _end_of_jpeg(view)
        case Format.PNG:
            end = next((after for kind, _body, after in _png_chunks(view, _MOST_TO_THE_END) if kind == b"IEND"), None)
        case Format.WEBP:
            (size,) = struct.unpack_from("<I", view, 4)
            end = 8 + size + (size & 1)
        case Format.GIF:
            end = next((place for kind, place in _gif_blocks(view, _MOST_TO_THE_END) if kind == 0x3B), None)
        case Format.BMP:
            (size, _reserved, _pixels, more) = struct.unpack_from("<IIII", view, 2)
            end = size if size >= 14 + more else None
        case _:
            end = end_of_heif(view)
    return end if end is not None and end <= len(view) else None


def _header(format_: Format, size: tuple[int, int], exif: Exif, *, is_animated: bool = False) -> Header | None:
    width, height = size
    if width <= 0 or height <= 0:
        return None
    return Header(
        format=format_,
        width=width,
        height=height,
        orientation=exif.orientation,
        is_animated=is_animated,
        taken=exif.taken,
    )


def _read_jpeg(view: memoryview) -> Header | None:
    exif = Exif()
    for marker, start, end in _jpeg_segments(view):
        if marker in _SIZES_IN and end - start >= 6:
            height, width = struct.unpack_from(">HH", view, start + 1)
            return _header(Format.JPEG, (width, height), exif)
        if marker == 0xE1 and bytes(view[start : start + 6]) == b"Exif\0\0" and exif == Exif():
            exif = read_exif(view[start:end])
        if marker in {0xD9, 0xDA}:
            return None
    return None


def _jpeg_segments(view: memoryview, most: int = _MOST_PARTS) -> Iterator[tuple[int, int, int]]:
    """Yield marker, begin and end of the body of each segment; those without a body have none."""
    at = 2
    for _number in range(most):
        if at + 2 > len(view) or view[at] != 0xFF:
            return
        marker = view[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD9:
            at += 2
            yield marker, at, at
            continue
        if at + 4 > len(view):
            return
        (length,) = struct.unpack_from(">H", view, at + 2)
        if length < 2 or at + 2 + length > len(view):
            return
        at += 2 + length
        yield marker, at - length + 2, at
        if marker == 0xDA:
            found = _MARKER.search(view, at)
            if found is None:
                return
            at = found.start()


def _end_of_jpeg(view: memoryview) -> int | None:
    return next((end for marker, _start, end in _jpeg_segments(view, _MOST_TO_THE_END) if marker == 0xD9), None)


def _read_png(view: memoryview) -> Header | None:
    size, exif, is_animated = None, Exif(), False
    for kind, body, after in _png_chunks(view):
        if size is None:
            if kind != b"IHDR" or after - body < 17:
                return None
            size = struct.unpack_from(">II", view, body)
        elif kind == b"acTL" and after - body >= 8:
            is_animated = struct.unpack_from(">I", view, body)[0] > 1
        elif kind == b"eXIf":
            exif = read_exif(view[body : min(after - 4, body + _MOST_EXIF)])
    return _header(Format.PNG, size, exif, is_animated=is_animated) if size else None


def _png_chunks(view: memoryview, most: int = _MOST_PARTS) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, begin of the body and end (with its CRC) of each chunk that lies whole in the data, IEND last."""
    at = 8
    for _number in range(most):
        if at + 12 > len(view):
            return
        length, kind = _CHUNK.unpack_from(view, at)
        if at + 12 + length > len(view):
            return
        yield kind, at + 8, at + 12 + length
        if kind == b"IEND":
            return
        at += 12 + length


def _read_webp(view: memoryview) -> Header | None:
    size, exif, is_animated = None, Exif(), False
    (claimed,) = struct.unpack_from("<I", view, 4)
    end = min(len(view), 8 + claimed)
    at = 12
    for _number in range(_MOST_PARTS):
        if at + 8 > end:
            break
        kind, length = struct.unpack_from("<4sI", view, at)
        body = view[at + 8 : min(end, at + 8 + length)]
        if kind == b"VP8X" and size is None and len(body) >= 10:
            is_animated = bool(body[0] & 0x02)
            size = (1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little"))
        elif kind == b"EXIF":
            exif = read_exif(body[:_MOST_EXIF])
        elif size is None:
            size = _webp_frame_size(kind, body)
        at += 8 + length + (length & 1)
    return _header(Format.WEBP, size, exif, is_animated=is_animated) if size else None


def _webp_frame_size(kind: bytes, body: memoryview) -> tuple[int, int] | None:
    if kind == b"VP8 " and len(body) >= 10 and bytes(body[3:6]) == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and len(body) >= 5 and body[0] == 0x2F:
        (bits,) = struct.unpack_from("<I", body, 1)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None


def _read_gif(view: memoryview) -> Header | None:
    if len(view) < 13:
        return None
    size = struct.unpack_from("<HH", view, 6)
    frames = 0
    for kind, _place in _gif_blocks(view):
        frames += kind == 0x2C
        if frames > 1:
            break
    return _header(Format.GIF, size, Exif(), is_animated=frames > 1)


def _gif_blocks(view: memoryview, most: int = _MOST_PARTS) -> Iterator[tuple[int, int]]:
    """Yield the introducer of each block (0x2C a frame, 0x21 an extension, 0x3B the end) and the place after it."""
    at = 13 + (3 << (view[10] & 7) + 1 if len(view) >= 13 and view[10] & 0x80 else 0)
    for _number in range(most):
        if at >= len(view):
            return
        kind = view[at]
        if kind == 0x2C and at + 10 <= len(view):
            flags = view[at + 9]
            at += 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
        elif kind == 0x21:
            at += 2
        else:
            if kind == 0x3B:
                yield kind, at + 1
            return
        # Sub-blocks: a length and that many bytes, up to a length of zero.
        while at < len(view) and view[at]:
            at += 1 + view[at]
        at += 1
        yield kind, at


def _read_bmp(view: memoryview) -> Header | None:
    if len(view) < 30:
        return None
    (kind,) = struct.unpack_from("<I", view, 14)
    if kind not in _BMP_HEADERS:
        return None
    width, height, planes, bits = struct.unpack_from("<HHHH" if kind == 12 else "<iiHH", view, 18)
    if planes != 1 or bits not in {1, 4, 8, 16, 24, 32}:
        return None
    return _header(Format.BMP, (width, abs(height)), Exif())


_READERS: Final[list[tuple[re.Pattern[bytes], Callable[[memoryview], Header | None]]]] = [
    (re.compile(rb"\xff\xd8\xff"), _read_jpeg),
    (re.compile(_PNG), _read_png),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), _read_webp),
    (re.compile(rb"GIF8[79]a"), _read_gif),
    (re.compile(rb"BM"), _read_bmp),
    (re.compile(rb".{4}ftyp", re.DOTALL), read_heif),
]
