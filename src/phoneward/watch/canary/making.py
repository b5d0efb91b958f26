"""Make a canary: a picture that no other computer has, as the bytes of a file."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from phoneward.media import Format, PicturesExtraMissingError
from phoneward.watch.canary.code import NUMBERS
from phoneward.watch.canary.screen import Screen

_JPEG_QUALITY = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A picture made to be recognised.

    Attributes:
        number: which one; its marks say it.
        data: the file.
        format: how it is written.
        sha256: of the file, hex.
        screen: its size.
    """

    number: int
    data: bytes
    format: Format
    sha256: str
    screen: Screen


def make_canary(
    screen: Screen = Screen(),  # noqa: B008 - frozen
    *,
    format: Format = Format.PNG,  # noqa: A002 - the word for it
    used: Collection[int] = (),
    number: int | None = None,
) -> Canary:
    """Make a canary.

    Args:
        screen: as large as the phone's screen, so that it looks like a screenshot.
        format: PNG or JPEG.
        used: numbers that are taken.
        number: this one; None draws one.

    Raises:
        PicturesExtraMissingError: the extra `watch` is not installed.
        ValueError: another format, or a screen no phone has.
    """
    try:
        import cv2

        from phoneward.watch.canary.drawing import draw_canary
    except ImportError as error:
        raise PicturesExtraMissingError from error
    if number is None:
        number = fresh_number(used)
    picture = cv2.cvtColor(draw_canary(number, screen), cv2.COLOR_RGB2BGR)
    endings = {Format.PNG: (".png", []), Format.JPEG: (".jpg", [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])}
    if format not in endings:
        msg = "a canary is a PNG or a JPEG"
        raise ValueError(msg)
    _done, written = cv2.imencode(endings[format][0], picture, endings[format][1])
    data = written.tobytes()
    return Canary(number=number, data=data, format=format, sha256=hashlib.sha256(data).hexdigest(), screen=screen)


def fresh_number(used: Collection[int]) -> int:
    """Return a number that is not among those, by chance."""
    while True:
        number = secrets.randbelow(NUMBERS)
        if number not in used:
            return number
