"""Orientation and time of EXIF data: pure Python, a handful of bounded look-ups, nothing raised.

Source: CIPA DC-008 (Exif 2.32), sections 4.5 and 4.6; TIFF 6.0, section 2.
"""

import datetime as dt
import re
import struct
from dataclasses import dataclass
from typing import Final

_ORIENTATION: Final = 0x0112
_EXIF_IFD: Final = 0x8769
_DATE_TIME_ORIGINAL: Final = 0x9003
_OFFSET_TIME_ORIGINAL: Final = 0x9011
_ASCII, _SHORT, _LONG = 2, 3, 4
_MOST_ENTRIES: Final = 512
_DATE: Final = re.compile(rb"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_OFFSET: Final = re.compile(rb"([+-])(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Exif:
    """What is read of EXIF data.

    Attributes:
        orientation: 1 to 8; 1 where there is none, or one that makes no sense.
        taken: DateTimeOriginal, with a time zone where OffsetTimeOriginal stands; None where there is none.
    """

    orientation: int = 1
    taken: dt.datetime | None = None


def read_exif(data: bytes | memoryview) -> Exif:
    """Return what EXIF data says; nonsense says nothing.

    Args:
        data: from the byte order mark of its TIFF header on. "Exif" and two zeros before it are passed over.
    """
    view = memoryview(data)
    if bytes(view[:6]) == b"Exif\0\0":
        view = view[6:]
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(view[:4]))
    if order is None or len(view) < 8:
        return Exif()
    main = _entries(view, order, struct.unpack_from(f"{order}I", view, 4)[0])
    orientation = _number(main.get(_ORIENTATION), order)
    pointer = _number(main.get(_EXIF_IFD), order)
    detail = _entries(view, order, pointer) if pointer else {}
    taken = _time(
        _text(view, order, detail.get(_DATE_TIME_ORIGINAL)), _text(view, order, detail.get(_OFFSET_TIME_ORIGINAL))
    )
    return Exif(orientation if orientation is not None and 1 <= orientation <= 8 else 1, taken)


_Entry = tuple[int, int, bytes]
"""Type, count and the four bytes that hold the value or say where it lies."""


def _entries(view: memoryview, order: str, offset: int) -> dict[int, _Entry]:
    """Return the entries of the IFD at an offset; the first of each tag counts."""
    found: dict[int, _Entry] = {}
    if offset + 2 > len(view):
        return found
    (count,) = struct.unpack_from(f"{order}H", view, offset)
    for place in range(offset + 2, offset + 2 + 12 * min(count, _MOST_ENTRIES), 12):
        if place + 12 > len(view):
            break
        tag, kind, length, value = struct.unpack_from(f"{order}HHI4s", view, place)
        found.setdefault(tag, (kind, length, value))
    return found


def _number(entry: _Entry | None, order: str) -> int | None:
    if entry is None or entry[0] not in {_SHORT, _LONG} or entry[1] != 1:
        return None
    number: int = struct.unpack_from(f"{order}{'H' if entry[0] == _SHORT else 'I'}", entry[2])[0]
    return number


def _text(view: memoryview, order: str, entry: _Entry | None) -> bytes:
    if entry is None or entry[0] != _ASCII or not 4 < entry[1] <= 64:
        return b""
    (offset,) = struct.unpack(f"{order}I", entry[2])
    return bytes(view[offset : offset + entry[1]])


def _time(text: bytes, offset: bytes) -> dt.datetime | None:
    date = _DATE.match(text)
    if date is None:
        return None
    zone = None
    if away := _OFFSET.match(offset):
        minutes = int(away[2]) * 60 + int(away[3])
        if minutes < 24 * 60:
            zone = dt.timezone(dt.timedelta(minutes=-minutes if away[1] == b"-" else minutes))
    year, month, day, hour, minute, second = (int(part) for part in date.groups())
    try:
        return dt.datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
