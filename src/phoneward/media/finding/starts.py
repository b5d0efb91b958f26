"""Where a picture may begin: the first bytes of each format, looked for in windows of bounded size.

Sources: JPEG ITU-T T.81 B.1.1.3 (SOI, then a marker); PNG W3C 5.2; WebP container (RIFF header); GIF89a 17; BMP as
Microsoft's BITMAPFILEHEADER and the sizes of its info headers; HEIF ISO/IEC 23008-12 10.2 and AVIF 6.3 (brands).
"""

import re
from dataclasses import dataclass
from typing import Final

from phoneward.media.finding.source import Source
from phoneward.media.picture import Format

WINDOW: Final = 1 << 20
"""Bytes that are searched at once."""
REACH: Final = 64
"""The longest of what is compared at one place, bytes; windows lie over each other by as much."""

_HEIF_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_MAX_FTYP: Final = 256
"""Bytes of a file type box; it lists brands of 4 bytes."""

# Size of file (4), two zeros of 16 bits, offset of pixels below 64 KiB, size of the info header: 12 to 124.
_BMP: Final = re.compile(rb"BM.{4}\0\0\0\0..\0\0[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Magic:
    """What a search looks for, and how far into the picture that stands."""

    text: bytes
    before: int
    format: Format


_MAGICS: Final = (
    _Magic(b"\xff\xd8\xff", 0, Format.JPEG),
    _Magic(b"\x89PNG\r\n\x1a\n", 0, Format.PNG),
    _Magic(b"WEBPVP8", 8, Format.WEBP),
    _Magic(b"GIF8", 0, Format.GIF),
    _Magic(b"ftyp", 4, Format.HEIF),
    _Magic(b"BM", 0, Format.BMP),
)

_FILM: Final = (b"OggS", b"fLaC", b"ID3", b"\x1aE\xdf\xa3", b"FLV\x01", b"#!AMR", b"\x00\x00\x01\xba")
"""Ogg, FLAC, MP3 with a tag, Matroska/WebM, Flash video, AMR, MPEG program stream."""
_RIFF_FILM: Final = frozenset({b"AVI ", b"WAVE"})


def is_film(head: bytes) -> bool:
    """Tell whether a file's first bytes (64) are of video or sound."""
    if head[:4] == b"RIFF":
        return head[8:12] in _RIFF_FILM
    if head[4:8] == b"ftyp":
        return not _is_start(head, 0, Format.HEIF)
    return head.startswith(_FILM)


def format_at(data: bytes, at: int = 0) -> Format | None:
    """Return which format begins at a place of some bytes, by its first bytes (64); None where none does."""
    for magic in _MAGICS:
        if data.startswith(magic.text, at + magic.before) and _is_start(data, at, magic.format):
            return _format(data, at, magic.format)
    return None


def _is_start(data: bytes, at: int, form: Format) -> bool:
    match form:
        case Format.JPEG:
            return data[at + 3 : at + 4] >= b"\xc0" and data[at + 3 : at + 4] != b"\xff"
        case Format.WEBP:
            return data[at : at + 4] == b"RIFF" and data[at + 15 : at + 16] in {b" ", b"L", b"X"}
        case Format.GIF:
            return data[at + 4 : at + 6] in {b"7a", b"9a"}
        case Format.HEIF:
            return _brand(data, at) is not None
        case Format.BMP:
            return _BMP.match(data, at) is not None
    return True


def _brand(data: bytes, at: int) -> Format | None:
    size = int.from_bytes(data[at : at + 4], "big")
    if not 16 <= size <= _MAX_FTYP or data[at + 4 : at + 8] != b"ftyp":
        return None
    listed = data[at + 8 : at + min(size, REACH)]
    brands = {listed[:4], *(listed[place : place + 4] for place in range(8, len(listed), 4))}
    if listed[:4] in _AVIF_BRANDS or (brands & _AVIF_BRANDS and listed[:4] in {b"mif1", b"msf1"}):
        return Format.AVIF
    return Format.HEIF if listed[:4] in _HEIF_BRANDS else None


def _format(data: bytes, at: int, form: Format) -> Format:
    return (_brand(data, at) or form) if form is Format.HEIF else form


class Starts:
    """The places of a source at which a picture may begin, ascending. It is read once, window by window."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._begin = 0
        self._data = b""
        self._searched = 0
        """Up to here places can be told from what is in the window."""
        self._is_last = False
        self._places: list[int] = []

    def next(self, offset: int) -> tuple[int, Format] | None:
        """Return the first such place at or after `offset`, and which format; None where there is no more."""
        while offset < self._source.size:
            if not self._begin <= offset < self._searched:
                self._load(offset)
            found = self._in_window(offset - self._begin)
            if found is not None:
                return self._begin + found[0], found[1]
            if self._is_last:
                return None
            offset = self._searched
        return None

    def _load(self, offset: int) -> None:
        self._begin = offset
        self._data = self._source.at(offset, WINDOW + REACH)
        # Shorter than asked for: the end, wherever the size said it was.
        self._is_last = len(self._data) < WINDOW + REACH or offset + len(self._data) >= self._source.size
        self._searched = offset + len(self._data) - (0 if self._is_last else REACH)
        self._places = [-1] * len(_MAGICS)

    def _in_window(self, start: int) -> tuple[int, Format] | None:
        best = self._searched - self._begin
        best_format: Format | None = None
        for number, magic in enumerate(_MAGICS):
            place = self._places[number]
            if place < start:
                place = self._places[number] = self._find(magic, start)
            if place < best:
                best, best_format = place, magic.format
        return None if best_format is None else (best, _format(self._data, best, best_format))

    def _find(self, magic: _Magic, start: int) -> int:
        """Return the place in the window of the next one; the window's length where there is none."""
        if magic.format is Format.BMP:
            match = _BMP.search(self._data, start)
            return len(self._data) if match is None else match.start()
        place = start
        while (found := self._data.find(magic.text, place + magic.before)) >= 0:
            place = found - magic.before
            if _is_start(self._data, place, magic.format):
                return place
            place += 1
        return len(self._data)
