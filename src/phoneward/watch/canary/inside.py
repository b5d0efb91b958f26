"""Runs inside the confined worker: decode a picture and look for a canary's marks. Needs the extra `watch`."""

from dataclasses import dataclass
from typing import Final

from phoneward.media.comparing import gray
from phoneward.media.errors import UnreadablePictureError
from phoneward.media.headers import read_header
from phoneward.watch.canary.marks import find_canary

_WIDTH: Final = 1_200
"""Pixels: marks of any canary are large enough in a picture so wide, and in a smaller one it is decoded as it is."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one picture shows; `marks` is 0 where it shows no canary. Its size is the stored one, in pixels."""

    number: int
    marks: int
    width: int
    height: int


def look(data: bytes, known: list[int]) -> Seen | None:
    """Return what a picture shows; None where it cannot be decoded."""
    header = read_header(data)
    try:
        picture = gray(data, width=_WIDTH)
    except UnreadablePictureError:
        return None
    canary = find_canary(picture, known)
    width, height = (header.width, header.height) if header is not None else (picture.shape[1], picture.shape[0])
    return Seen(canary.number if canary else 0, canary.marks if canary else 0, width, height)
