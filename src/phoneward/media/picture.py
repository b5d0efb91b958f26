"""A picture as it lies in bytes: its format, what its header says, and where it was found."""

import datetime as dt
import enum
from dataclasses import dataclass


class Format(enum.StrEnum):
    """How a picture is written. The value is the name for programs."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"
    BMP = "bmp"
    HEIF = "heif"
    AVIF = "avif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a picture's header says. It may lie: whoever decodes checks again.

    Attributes:
        format: how it is written.
        width, height: pixels as stored, before `orientation` is applied.
        orientation: EXIF's tag 0x0112, 1 to 8; 1 where there is none.
        is_animated: it holds more than one frame; the first is looked at.
        taken: EXIF's DateTimeOriginal, without a time zone where the file names none; None where there is none.
    """

    format: Format
    width: int
    height: int
    orientation: int = 1
    is_animated: bool = False
    taken: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPicture:
    """A picture that was found in bytes.

    Attributes:
        data: its bytes, from its first to its last as far as its format tells where it ends.
        header: what it says of itself.
        offset: where it begins in what it lay in (the file, the member, the cell).
        via: the way to it, outermost first, readable: a zip's member, a database's cell. Empty for a file that is the
            picture or merely holds it at an offset.
    """

    data: bytes
    header: Header
    offset: int = 0
    via: tuple[str, ...] = ()
