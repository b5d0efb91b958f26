"""One picture that was found, and all that is told of it."""

import datetime as dt
import enum
from dataclasses import dataclass
from pathlib import Path


class TimeFrom(enum.StrEnum):
    """What says when a picture was, most believable first. The value is for programs."""

    EXIF = "exif"
    """The camera wrote it into the picture."""
    MEDIASTORE = "mediastore"
    """The phone's list of pictures says so."""
    NOTED = "noted"
    """The cache or thumbnail database that it lay in noted it."""
    FILE = "file"
    """The file that it is was last written then: it is not younger, but may be older."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a picture lies.

    Attributes:
        path: of the file.
        offset: bytes from the file's beginning, or from that of what it lies in.
        inside: the way within the file: a zip's member, a database's cell; empty for the file itself.
    """

    path: Path
    offset: int
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """A picture that was written out.

    Attributes:
        file: its name in the folder.
        sha256: in hexadecimal.
        size: bytes.
        width, height: pixels, as its header says.
        time: when; None where nothing says. Without a zone where the camera noted none.
        time_from: what says so.
        is_small: a thumbnail of another picture, or as small as one.
        is_whole: it has its end; another shows as far as it goes.
        original: the path, name or address of the picture it is of, where that is known; empty otherwise.
        how: which trace told of it; empty where none did.
        places: everywhere it lies; the first is the one it was taken from.
    """

    file: str
    sha256: str
    size: int
    width: int
    height: int
    time: dt.datetime | None
    time_from: TimeFrom
    is_small: bool
    is_whole: bool
    original: str
    how: str
    places: tuple[Place, ...]
