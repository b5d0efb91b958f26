"""What apps and people do to a picture before they keep it: written anew, smaller, cut, covered, dimmed.

A transform has two halves: what it does to the pixels, and how the result is written. Where the first halves of two
twins are equal (the digit that differed was cut off), a copy of the one is rightly one of the other: `shows_the_same`.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media import Kind

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Transform:
    """One thing done to a picture.

    Attributes:
        kind: what a person would call the copy.
        change: what it does to the pixels.
        ending, quality: how the result is written; a PNG has no quality.
    """

    kind: Kind
    change: Callable[[Pixels], Pixels]
    ending: str = ".jpg"
    quality: int = 80

    def copy(self, pixels: Pixels) -> bytes:
        """Return the copy's file."""
        options = {
            ".jpg": [cv2.IMWRITE_JPEG_QUALITY, self.quality],
            ".webp": [cv2.IMWRITE_WEBP_QUALITY, self.quality],
            ".png": [cv2.IMWRITE_PNG_COMPRESSION, 1],
        }
        done, written = cv2.imencode(self.ending, self.change(pixels), options[self.ending])
        assert done
        return written.tobytes()

    def shows_the_same(self, one: Pixels, other: Pixels) -> bool:
        """Return whether the copies of two pictures are the same picture, whatever is lost in writing them."""
        a, b = self.change(one), self.change(other)
        return a.shape == b.shape and int(cv2.absdiff(a, b).max()) <= 2


def _same(pixels: Pixels) -> Pixels:
    return pixels


def _scaled(pixels: Pixels, scale: float) -> Pixels:
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _wide(pixels: Pixels, width: int) -> Pixels:
    return _scaled(pixels, min(1.0, width / pixels.shape[1]))


def _cut(pixels: Pixels, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> Pixels:
    """Cut off shares of the width and height."""
    height, width = pixels.shape[:2]
    across = slice(round(width * left), width - round(width * right))
    return pixels[round(height * top) : height - round(height * bottom), across]


def _cut_smaller(pixels: Pixels) -> Pixels:
    return _scaled(_cut(pixels, 0.05, 0.1, 0.05, 0.05), 0.5)


def _square(pixels: Pixels, side: int) -> Pixels:
    height, width = pixels.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    return np.asarray(
        cv2.resize(pixels[top : top + edge, left : left + edge], (side, side), interpolation=cv2.INTER_AREA)
    )


def _chance(pixels: Pixels) -> np.random.Generator:
    """Return a chance that is the same for the same picture, and for its twins: their size decides."""
    return np.random.default_rng(zlib.crc32(repr(pixels.shape).encode()))


def _watermark(pixels: Pixels) -> Pixels:
    """Write a half-transparent word across the lower right, as apps do, and faint ones all over."""
    written = pixels.copy()
    height, width = pixels.shape[:2]
    size = width / 700
    for at in range(3):
        where = (int(width * (0.05 + 0.3 * at)), int(height * (0.25 + 0.25 * at)))
        cv2.putText(
            written, "@user-20391", where, cv2.FONT_HERSHEY_SIMPLEX, size, (128, 128, 128), max(1, round(2 * size))
        )
    return np.asarray(cv2.addWeighted(pixels, 0.65, written, 0.35, 0), np.uint8)


def _corner_mark(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    written, size = pixels.copy(), width / 800
    where = (int(width * 0.55), int(height * 0.97))
    cv2.putText(
        written, "Shared by App", where, cv2.FONT_HERSHEY_DUPLEX, size, (255, 255, 255), max(1, round(3 * size))
    )
    return written


def _dimmed(pixels: Pixels, share: float) -> Pixels:
    return np.asarray(cv2.convertScaleAbs(pixels, alpha=share), np.uint8)


def _gray(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), np.uint8)


def _bar_blanked(pixels: Pixels) -> Pixels:
    blanked = pixels.copy()
    blanked[: round(len(pixels) * 0.035)] = 0
    return blanked


def _floating(pixels: Pixels) -> Pixels:
    """Put a small picture with a border over it, as a phone shows a new screenshot or a video."""
    covered = pixels.copy()
    height, width = pixels.shape[:2]
    tall, wide = int(height * 0.36), int(width * 0.4)
    chance = _chance(pixels)
    left, top = (
        (width - wide - width // 20, height - tall - height // 12)
        if chance.random() < 0.5
        else (width // 20, height // 8)
    )
    small = chance.integers(0, 255, (9, 5, 3), np.uint8)
    covered[top : top + tall, left : left + wide] = cv2.resize(small, (wide, tall), interpolation=cv2.INTER_CUBIC)
    cv2.rectangle(covered, (left, top), (left + wide, top + tall), (240, 240, 240), max(2, width // 100))
    return covered


def _sheet(pixels: Pixels, share: float, dim: float) -> Pixels:
    """Put a sheet over the lower part, what is above it dimmed."""
    covered = _dimmed(pixels, dim).copy()
    height, width = pixels.shape[:2]
    top = int(height * (1 - share))
    covered[top:] = (248, 248, 250)
    for at in range(4):
        middle = (int(width * (0.14 + 0.24 * at)), int(top + height * share * 0.35))
        cv2.circle(covered, middle, width // 14, (60 * at, 200 - 40 * at, 90), -1)
        label = (middle[0] - width // 16, int(top + height * share * 0.75))
        cv2.putText(
            covered,
            ("Share", "Copy", "Edit", "More")[at],
            label,
            cv2.FONT_HERSHEY_SIMPLEX,
            width / 900,
            (60, 60, 60),
            2,
        )
    return covered


def _dialog(pixels: Pixels) -> Pixels:
    """Put a box over the middle, what is around it dimmed."""
    covered = _dimmed(pixels, 0.55).copy()
    height, width = pixels.shape[:2]
    top, bottom, left = int(height * 0.4), int(height * 0.58), int(width * 0.1)
    covered[top:bottom, left : width - left] = 255
    for at, text in enumerate(("Allow this app to see", "your pictures?", "Allow      Deny")):
        where = (left + width // 15, top + int((bottom - top) * (0.28 + 0.27 * at)))
        cv2.putText(covered, text, where, cv2.FONT_HERSHEY_SIMPLEX, width / 800, (40, 40, 40), max(1, width // 400))
    return covered


def _letterbox(pixels: Pixels, share: float) -> Pixels:
    side = round(pixels.shape[1] * share)
    return np.asarray(cv2.copyMakeBorder(pixels, 0, 0, side, side, cv2.BORDER_CONSTANT, value=(0, 0, 0)), np.uint8)


def _framed(pixels: Pixels) -> Pixels:
    edge = round(pixels.shape[1] * 0.04)
    return np.asarray(
        cv2.copyMakeBorder(pixels, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(255, 255, 255)), np.uint8
    )


def _turned(pixels: Pixels, how: int) -> Pixels:
    return np.asarray(cv2.rotate(pixels, how), np.uint8)


_CROP, _COVER, _SMALL, _ANEW = Kind.CROPPED, Kind.COVERED, Kind.SMALLER, Kind.RE_ENCODED

ALL: dict[str, Transform] = {
    "png": Transform(_ANEW, _same, ".png"),
    **{f"jpeg{quality}": Transform(_ANEW, _same, quality=quality) for quality in (30, 50, 70, 90)},
    "webp50": Transform(_ANEW, _same, ".webp", 50),
    "gray": Transform(_ANEW, _gray, quality=85),
    "dimmed": Transform(_ANEW, partial(_dimmed, share=0.6)),
    "half": Transform(_SMALL, partial(_scaled, scale=0.5)),
    "half30": Transform(_SMALL, partial(_scaled, scale=0.5), quality=30),
    "wide720": Transform(_SMALL, partial(_wide, width=720), ".webp", 70),
    "wide540": Transform(_SMALL, partial(_wide, width=540), quality=75),
    "quarter": Transform(_SMALL, partial(_scaled, scale=0.25)),
    "wide200": Transform(_SMALL, partial(_wide, width=200)),
    "bar_cut": Transform(_CROP, partial(_cut, top=0.035)),
    "cut5_top": Transform(_CROP, partial(_cut, top=0.05)),
    "cut5_bottom": Transform(_CROP, partial(_cut, bottom=0.05)),
    "cut10_top": Transform(_CROP, partial(_cut, top=0.1)),
    "cut20_bottom": Transform(_CROP, partial(_cut, bottom=0.2)),
    "cut20_top": Transform(_CROP, partial(_cut, top=0.2)),
    "cut15_left": Transform(_CROP, partial(_cut, left=0.15)),
    "cut20_right": Transform(_CROP, partial(_cut, right=0.2)),
    "cut5_all": Transform(_CROP, partial(_cut, left=0.05, top=0.05, right=0.05, bottom=0.05)),
    "cut20_all": Transform(_CROP, partial(_cut, left=0.2, top=0.2, right=0.2, bottom=0.2)),
    "cut_smaller": Transform(_CROP, _cut_smaller, quality=60),
    "square200": Transform(_CROP, partial(_square, side=200)),
    "square540": Transform(_CROP, partial(_square, side=540)),
    "watermark": Transform(_COVER, _watermark),
    "corner_mark": Transform(_COVER, _corner_mark),
    "bar_blanked": Transform(_COVER, _bar_blanked),
    "floating": Transform(_COVER, _floating),
    "sheet25": Transform(_COVER, partial(_sheet, share=0.25, dim=1.0)),
    "sheet30_dim": Transform(_COVER, partial(_sheet, share=0.3, dim=0.5)),
    "dialog": Transform(_COVER, _dialog),
    "framed": Transform(_ANEW, _framed),
    "letterbox": Transform(_ANEW, partial(_letterbox, share=0.3)),
    "turned90": Transform(_ANEW, partial(_turned, how=cv2.ROTATE_90_CLOCKWISE)),
    "turned180": Transform(_ANEW, partial(_turned, how=cv2.ROTATE_180)),
    "turned270": Transform(_SMALL, lambda pixels: _turned(_scaled(pixels, 0.5), cv2.ROTATE_90_COUNTERCLOCKWISE)),
}
