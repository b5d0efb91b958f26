"""Make a canary: a picture that no other computer has, as the bytes of a file."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.media import Format, PicturesExtraMissingError
from phoneward.texts import _
from phoneward.watch.canary.code import NUMBERS
from phoneward.watch.canary.counting import Form
from phoneward.watch.canary.errors import CanaryFileError
from phoneward.watch.canary.notes import CanaryNotes, NotedCanary
from phoneward.watch.canary.screen import Screen

HEAVY: Final = 9_000_000
"""Bytes of a canary for counting: far more than an app sends by the way."""

_JPEG_QUALITY = 95
_POOR_QUALITY = 30
"""Worse than apps send pictures: what a form takes is not to be guessed too high."""
_SMALLER = (1_080, 720, 360, 200)
"""Widths in which apps send pictures and previews, pixels."""


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


def make_heavy_canary(
    screen: Screen = Screen(),  # noqa: B008 - frozen
    *,
    size: int = HEAVY,
    used: Collection[int] = (),
) -> tuple[Canary, tuple[Form, ...]]:
    """Make a canary that cannot be compressed, as a PNG, and tell how many bytes it takes in which form.

    Args:
        screen: it is as wide, and as long as its size wants, like a screenshot of a long page.
        size: bytes that it has at least.
        used: numbers that are taken.

    Raises:
        PicturesExtraMissingError: the extra `watch` is not installed.
    """
    try:
        import cv2

        from phoneward.watch.canary.drawing import draw_heavy_canary
    except ImportError as error:
        raise PicturesExtraMissingError from error
    number = fresh_number(used)
    picture = cv2.cvtColor(draw_heavy_canary(number, screen.width, size), cv2.COLOR_RGB2BGR)
    height, width = picture.shape[:2]
    data = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()
    forms = [Form("file", len(data))]
    for name, wide in (("same-size", width), *((str(wide), wide) for wide in _SMALLER if wide < width)):
        smaller = cv2.resize(picture, (wide, max(1, round(height * wide / width))), interpolation=cv2.INTER_AREA)
        forms.append(Form(name, cv2.imencode(".webp", smaller, [cv2.IMWRITE_WEBP_QUALITY, _POOR_QUALITY])[1].size))
    made = Canary(
        number=number,
        data=data,
        format=Format.PNG,
        sha256=hashlib.sha256(data).hexdigest(),
        screen=Screen(width, height),
    )
    return made, tuple(forms)


def write_canary(place: Path, notes: CanaryNotes) -> NotedCanary:
    """Write a canary into a new file of this computer, for a phone that is not connected, and note its number.

    Args:
        place: ends in .png, .jpg or .jpeg; nothing lies there.
        notes: of this computer.

    Raises:
        PicturesExtraMissingError: the extra `watch` is not installed.
        CanaryFileError: the file cannot be written.
    """
    kinds = {".png": Format.PNG, ".jpg": Format.JPEG, ".jpeg": Format.JPEG}
    if place.suffix.lower() not in kinds:
        raise CanaryFileError(path=readable(str(place)), detail=_("its name must end in .png or .jpg"))
    made = make_canary(format=kinds[place.suffix.lower()], used=notes.numbers())
    try:
        with place.open("xb") as file:
            file.write(made.data)
    except OSError as error:
        raise CanaryFileError(path=readable(str(place)), detail=error.strerror or str(error)) from error
    return note_canary(made, readable(str(place)), notes)


def note_canary(canary: Canary, path: str, notes: CanaryNotes) -> NotedCanary:
    """Note a canary that is written to this computer.

    Args:
        canary: which.
        path: of its file, or its name where the person chooses the place; readable.
        notes: of this computer.
    """
    note = NotedCanary(
        number=canary.number,
        made=dt.datetime.now(dt.UTC),
        device="",
        device_label="",
        path=path,
        size=len(canary.data),
        sha256=canary.sha256,
    )
    notes.add(note)
    return note


def fresh_number(used: Collection[int]) -> int:
    """Return a number that is not among those, by chance."""
    while True:
        number = secrets.randbelow(NUMBERS)
        if number not in used:
            return number
