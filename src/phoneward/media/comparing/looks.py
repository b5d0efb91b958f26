"""In a confined worker: look at pictures nobody can trust. It loads nothing that only the parent needs (`looking`)."""

import enum
from dataclasses import dataclass

import cv2

from phoneward.media.comparing.decoding import gray, shown
from phoneward.media.comparing.printing import print_of
from phoneward.media.comparing.prints import Print
from phoneward.media.errors import UnreadablePictureError
from phoneward.media.skipped import Reason


class Wanted(enum.IntEnum):
    """What a worker is asked for."""

    PRINT = 0
    GRAY = 1
    SHOWN = 2


@dataclass(frozen=True, slots=True)
class Look:
    """What a worker says of one picture: why it says nothing, a print without its SHA-256, or bytes and their width."""

    reason: Reason | None = None
    print: Print | None = None
    width: int = 0
    content: bytes = b""


def look(pictures: list[bytes], wanted: Wanted, width: int) -> list[Look]:
    """Look at pictures.

    Args:
        pictures: the bytes of each.
        wanted: what of them.
        width: pixels, where pixels are wanted.
    """
    cv2.setNumThreads(1)
    return [_look(data, wanted, width) for data in pictures]


def _look(data: bytes, wanted: Wanted, width: int) -> Look:
    try:
        match wanted:
            case Wanted.PRINT:
                return Look(print=print_of(data, sha256=b""))
            case Wanted.GRAY:
                seen = gray(data, width=width)
                return Look(width=seen.shape[1], content=seen.tobytes())
            case Wanted.SHOWN:
                return Look(content=shown(data, width=width))
    except UnreadablePictureError as error:
        return Look(reason=error.reason)
