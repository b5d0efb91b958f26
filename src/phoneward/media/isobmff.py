"""The header of a HEIF or AVIF picture: pure Python, bounded, nothing raised.

Source: ISO/IEC 14496-12 (boxes, `meta`, `iloc`, `iinf`, `pitm`), ISO/IEC 23008-12 (`ispe`, `irot`, `imir`, brands),
AOMedia "AV1 Image File Format" 1.1 (brands `avif`, `avis`).
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from phoneward.media.exif import Exif, read_exif
from phoneward.media.picture import Format, Header

_AVIF_BRANDS: Final = {b"avif", b"avis"}
_HEIF_BRANDS: Final = {
    b"heic",
    b"heix",
    b"heim",
    b"heis",
    b"hevc",
    b"hevx",
    b"hevm",
    b"hevs",
    b"mif1",
    b"mif2",
    b"msf1",
}
_SEQUENCES: Final = {b"avis", b"hevc", b"hevx", b"hevm", b"hevs", b"msf1"}
_TOP_LEVEL: Final = {b"ftyp", b"meta", b"mdat", b"moov", b"free", b"skip", b"uuid", b"idat", b"mpvd"}
_MOST_BOXES: Final = 4096
_MOST_EXIF: Final = 1 << 20

# What turning left by 90° and mirroring make of a picture in an EXIF orientation (CIPA DC-008, 4.6.4 A).
_TURNED_LEFT: Final = {1: 8, 8: 3, 3: 6, 6: 1, 2: 5, 5: 4, 4: 7, 7: 2}
_MIRRORED: Final = (
    {1: 4, 4: 1, 2: 3, 3: 2, 5: 8, 8: 5, 6: 7, 7: 6},  # 0: top and bottom change places
    {1: 2, 2: 1, 3: 4, 4: 3, 5: 6, 6: 5, 7: 8, 8: 7},  # 1: left and right
)


class _Box(NamedTuple):
    """A box and where its body lies in the whole."""

    kind: bytes
    start: int
    end: int


def read_heif(view: memoryview) -> Header | None:
    """Return what a HEIF or AVIF file says of its primary picture; None where it is none, or says too little."""
    first = next(_boxes(view, 0, len(view)), None)
    if first is None or first.kind != b"ftyp" or first.end - first.start < 8:
        return None
    major, *rest = (bytes(view[at : at + 4]) for at in range(first.start, min(first.end, first.start + 264), 4))
    brands = {major, *rest[1:]}
    if not brands & (_AVIF_BRANDS | _HEIF_BRANDS):
        return None
    is_animated, meta = major in _SEQUENCES, None
    for box in _boxes_of_the_file(view):
        is_animated |= box.kind == b"moov"
        if box.kind == b"meta" and meta is None:
            meta = _Meta(view, box)
    if meta is None or meta.size is None or not all(meta.size):
        return None
    return Header(
        format=Format.AVIF if brands & _AVIF_BRANDS else Format.HEIF,
        width=meta.size[0],
        height=meta.size[1],
        orientation=meta.orientation,
        is_animated=is_animated,
        taken=meta.exif.taken,
    )


def end_of_heif(view: memoryview) -> int | None:
    """Return the length of the file: up to what is no box of such a file. None where its end is missing."""
    end = 0
    for box in _boxes_of_the_file(view):
        end = box.end
    return None if _follows(bytes(view[end + 4 : end + 8]), end) else end


def _boxes_of_the_file(view: memoryview) -> Iterator[_Box]:
    """Yield the boxes up to the first that is none of such a file, or begins another."""
    end = 0
    for box in _boxes(view, 0, len(view)):
        if not _follows(box.kind, end):
            return
        yield box
        end = box.end


def _follows(kind: bytes, end: int) -> bool:
    """Tell whether a box of this kind, after so many bytes, belongs to the same file."""
    return kind in _TOP_LEVEL and (kind != b"ftyp" or not end)


def _boxes(view: memoryview, start: int, end: int) -> Iterator[_Box]:
    """Yield the boxes that lie whole in a part of some bytes, one after the other."""
    for _number in range(_MOST_BOXES):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", view, start)
        body = start + 8
        if size == 1 and start + 16 <= end:
            (size,) = struct.unpack_from(">Q", view, body)
            body += 8
        after = end if size == 0 else start + size
        if not body <= after <= end:
            return
        yield _Box(kind, body, after)
        start = after


class _Meta:
    """The `meta` box: size, orientation and EXIF data of the primary item."""

    def __init__(self, view: memoryview, meta: _Box) -> None:
        self.size: tuple[int, int] | None = None
        self.orientation = 1
        self.exif = Exif()
        self._view = view
        self._parts: dict[bytes, _Box] = {}
        for box in _boxes(view, meta.start + 4, meta.end):
            self._parts.setdefault(box.kind, box)
        try:
            self._read_properties()
            self._read_exif()
        # A field that lies behind the end of the bytes.
        except struct.error:
            return

    def _fields(self, form: str, at: int, box: _Box) -> tuple[int, ...]:
        """Read numbers at an offset within a box."""
        if box.start + at + struct.calcsize(form) > box.end:
            raise struct.error
        return struct.unpack_from(form, self._view, box.start + at)

    def _read_properties(self) -> None:
        primary, holder = self._parts.get(b"pitm"), self._parts.get(b"iprp")
        if primary is None or holder is None:
            return
        version = self._view[primary.start] if primary.end > primary.start else 0
        (item,) = self._fields(">I" if version else ">H", 4, primary)
        properties: list[_Box] = []
        for box in _boxes(self._view, holder.start, holder.end):
            if box.kind == b"ipco":
                properties = list(_boxes(self._view, box.start, box.end))
            elif box.kind == b"ipma":
                for index in self._associated(box, item):
                    if 0 < index <= len(properties):
                        self._apply(properties[index - 1])

    def _associated(self, ipma: _Box, wanted: int) -> list[int]:
        """Return the numbers of an item's properties, in their order."""
        (word, count) = self._fields(">II", 0, ipma)
        wide_id, wide_index = word >> 24 >= 1, bool(word & 1)
        at = 8
        for _number in range(min(count, _MOST_BOXES)):
            item, length = self._fields(">IB" if wide_id else ">HB", at, ipma)
            at += 5 if wide_id else 3
            if item == wanted:
                numbers = self._fields(f">{length}{'H' if wide_index else 'B'}", at, ipma)
                return [number & (0x7FFF if wide_index else 0x7F) for number in numbers]
            at += length * (2 if wide_index else 1)
        return []

    def _apply(self, box: _Box) -> None:
        if box.kind == b"ispe" and self.size is None:
            width, height = self._fields(">II", 4, box)
            self.size = (width, height)
        elif box.kind == b"clap" and self.size is not None:
            # Encoders fill up to whole blocks; this says which part is the picture, as fractions.
            width, width_parts, height, height_parts = self._fields(">IIII", 0, box)
            if width_parts and height_parts:
                self.size = min(self.size[0], width // width_parts), min(self.size[1], height // height_parts)
        elif box.kind == b"irot":
            for _turn in range(self._fields(">B", 0, box)[0] & 3):
                self.orientation = _TURNED_LEFT[self.orientation]
        elif box.kind == b"imir":
            self.orientation = _MIRRORED[self._fields(">B", 0, box)[0] & 1][self.orientation]

    def _read_exif(self) -> None:
        item = self._exif_item()
        where = None if item is None else self._location(item)
        if where is None:
            return
        start, length = where
        data = self._view[start : start + min(length, _MOST_EXIF)]
        if len(data) > 8:
            (skipped,) = struct.unpack_from(">I", data)
            self.exif = read_exif(data[4 + skipped :])

    def _exif_item(self) -> int | None:
        infos = self._parts.get(b"iinf")
        if infos is None:
            return None
        version = self._fields(">B", 0, infos)[0]
        for box in _boxes(self._view, infos.start + (8 if version else 6), infos.end):
            version = self._fields(">B", 0, box)[0]
            if box.kind != b"infe" or version not in {2, 3}:
                continue
            at = 4 + (4 if version == 3 else 2)
            (item,) = self._fields(">I" if version == 3 else ">H", 4, box)
            if struct.pack(">I", *self._fields(">I", at + 2, box)) == b"Exif":
                return item
        return None

    def _location(self, wanted: int) -> tuple[int, int] | None:
        """Return where an item's first extent begins in the file, and its length."""
        box = self._parts.get(b"iloc")
        if box is None:
            return None
        version, _flags, _flags2, sizes, sizes2 = self._fields(">BHBBB", 0, box)
        offset_size, length_size, base_size = sizes >> 4, sizes & 15, sizes2 >> 4
        index_size = sizes2 & 15 if version else 0
        if not {offset_size, length_size, base_size, index_size} <= {0, 4, 8}:
            return None
        (count,) = self._fields(">I" if version == 2 else ">H", 6, box)
        at = 10 if version == 2 else 8
        for _number in range(min(count, _MOST_BOXES)):
            (item,) = self._fields(">I" if version == 2 else ">H", at, box)
            at += 4 if version == 2 else 2
            method = self._fields(">H", at, box)[0] & 15 if version else 0
            at += (2 if version else 0) + 2
            base = self._sized(base_size, at, box)
            (extents,) = self._fields(">H", at + base_size, box)
            at += base_size + 2
            if item == wanted:
                start = base + self._sized(offset_size, at + index_size, box)
                length = self._sized(length_size, at + index_size + offset_size, box)
                if method == 1 and b"idat" in self._parts:
                    start += self._parts[b"idat"].start
                return (start, length) if extents else None
            at += extents * (index_size + offset_size + length_size)
        return None

    def _sized(self, size: int, at: int, box: _Box) -> int:
        return self._fields({4: ">I", 8: ">Q"}[size], at, box)[0] if size else 0
