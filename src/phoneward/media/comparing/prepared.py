"""A picture made ready to be compared many times: what is costly is worked out once, and only when it is asked for."""

import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.distinguishing import letter_height
from phoneward.media.comparing.grounds import textured
from phoneward.media.comparing.pale import Line, pale_lines
from phoneward.media.comparing.prints import Gray

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Float: TypeAlias = npt.NDArray[np.float32]

_FEATURES = 400
_FEATURES_SIDES = (760, 540, 380, 270)
_SPOTS_SIDE = 360
_PARTS_KEPT = 3
_MOST_HALVES = 4
_WORTH_KEEPING: Final = ("letter_height", "pale_lines", "textured", "features", "thumb")
_LEVEL: Final = 1
THUMB_SIDE = 48

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""


class Prepared:
    """A picture, its small version and its corners. Keep one an original while many suspects are compared with it.

    Args:
        gray: upright, as large as it is.
        pixels: the same, compressed, where that was done before.
    """

    def __init__(self, gray: Gray, *, pixels: bytes = b"") -> None:
        self.gray = gray
        self._pixels = pixels
        # Never itself: in a ring its pictures would wait for the collector, which counts objects, not megabytes.
        self._turned: dict[int, Prepared] = {}
        self._spots: dict[int, tuple[Gray, Float]] = {}
        self._parts: dict[tuple[Box, tuple[int, int]], Gray] = {}

    @property
    def held(self) -> int:
        """Bytes that it holds, with all that was worked out of it so far."""
        return held(vars(self).copy())

    def packed(self) -> "Packed":
        """Return it in little memory: decoded once, it need not be decoded again."""
        known = {name: value for name, value in vars(self).copy().items() if name in _WORTH_KEEPING}
        # Of a screenshot a fortieth is left, within a tenth of the time that decoding it takes.
        pixels = self._pixels or zstd.compress(np.ascontiguousarray(self.gray).data, _LEVEL)
        return Packed(pixels, self.gray.shape, known, len(pixels) + held(known))

    def turned(self, quarters: int) -> "Prepared":
        """Return the picture turned counter-clockwise by so many quarters."""
        if quarters == 0:
            return self
        if quarters not in self._turned:
            self._turned[quarters] = Prepared(turned(self.gray, quarters))
        return self._turned[quarters]

    @cached_property
    def _halves(self) -> list[Gray]:
        """Half of the picture, a quarter, and so on: to start from when it is made smaller."""
        halves: list[Gray] = []
        last = self.gray
        while min(last.shape) >= 4 * THUMB_SIDE and len(halves) < _MOST_HALVES:
            height, width = last.shape
            # The mean of four pixels, and nearly that where a side is odd, which by area takes many times as long.
            half = cv2.resize(last, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_LINEAR)
            last = np.asarray(half, np.uint8)
            halves.append(last)
        return halves

    def scaled(self, scale: float) -> Gray:
        """Return the picture made smaller; many times quicker than `scaled`, and about as exact."""
        if scale >= 1:
            return self.gray
        shape = (max(1, round(self.gray.shape[1] * scale)), max(1, round(self.gray.shape[0] * scale)))
        # To less than a half nothing is left out between pixels.
        return np.asarray(cv2.resize(self.level(scale), shape, interpolation=cv2.INTER_LINEAR), np.uint8)

    def level(self, scale: float) -> Gray:
        """Return the picture halved as often as it stays at least at this scale."""
        least = scale * self.gray.shape[1] - 0.5
        return next((one for one in reversed(self._halves) if one.shape[1] >= least), self.gray)

    def part(self, box: Box, size: tuple[int, int]) -> Gray:
        """Return a part at a width and height; a suspect is asked for the same one with each original."""
        if (box, size) not in self._parts:
            if len(self._parts) >= _PARTS_KEPT:
                self._parts.pop(next(iter(self._parts)))
            self._parts[box, size] = resized(cut(self.gray, box), size)
        return self._parts[box, size]

    def rough(self, box: Box, size: tuple[int, int]) -> Gray:
        """Return a part at a width and height; quicker than `part`, and off by some of its pixels' width at most."""
        from_ = self.level(1.5 * size[0] / (box[2] - box[0]))
        scale = from_.shape[1] / self.gray.shape[1]
        left, top, right, bottom = (round(edge * scale) for edge in box)
        return resized(cut(from_, (left, top, right, bottom)), size)

    def spots(self, side: int) -> tuple[Gray, Float]:
        """Return the picture with its shorter side at so many pixels, and the places in it that are easily found."""
        if side not in self._spots:
            seen = self.scaled(side / min(self.gray.shape))
            small = self.scaled(_SPOTS_SIDE / min(self.gray.shape))
            found = cv2.goodFeaturesToTrack(small, 80, 0.01, 16)
            # OpenCV's stubs do not say that there may be none.
            spots = np.asarray([] if found is None else found, np.float32).reshape(-1, 2)  # type: ignore[redundant-expr]
            self._spots[side] = seen, spots * np.float32(seen.shape[1] / small.shape[1])
        return self._spots[side]

    @cached_property
    def letter_height(self) -> float | None:
        """The height in pixels of the smaller lines of text (see `distinguishing`)."""
        return letter_height(self.gray)

    @cached_property
    def pale_lines(self) -> tuple[Line, ...]:
        """The lines of pale print (see `pale`)."""
        return pale_lines(self.gray)

    @cached_property
    def textured(self) -> npt.NDArray[np.bool_] | None:
        """Which blocks of it are not of even colours (see `grounds`)."""
        return textured(self.gray)

    @cached_property
    def thumb(self) -> Gray:
        """The picture with its shorter side at `THUMB_SIDE` pixels."""
        return self.scaled(THUMB_SIDE / min(self.gray.shape))

    @cached_property
    def features(self) -> tuple[Float, npt.NDArray[np.uint8] | None]:
        """Corners (x, y in pixels of the picture) and what is around each (ORB: Rublee et al., ICCV 2011)."""
        points, whats = [], []
        for side in _FEATURES_SIDES:
            scale = side / min(self.gray.shape)
            if scale > 1.35 and side != _FEATURES_SIDES[-1]:
                continue
            # Its own pyramid skips pixels, which letters do not survive: it fills the steps between the sides only.
            finder = cv2.ORB.create(_FEATURES, scaleFactor=1.12, nlevels=3, fastThreshold=10, edgeThreshold=15)
            found, what = finder.detectAndCompute(self.scaled(scale), None)
            if len(found):
                points.append(np.array([one.pt for one in found], np.float32) / np.float32(min(1.0, scale)))
                whats.append(np.asarray(what, np.uint8))
        if not points:
            return np.zeros((0, 2), np.float32), None
        return np.concatenate(points), np.concatenate(whats)


@dataclass(frozen=True, slots=True)
class Packed:
    """A prepared picture in little memory.

    Attributes:
        pixels: compressed.
        shape: height and width.
        known: what was worked out of it.
        held: bytes of all that.
    """

    pixels: bytes
    shape: tuple[int, int]
    known: dict[str, object]
    held: int

    def opened(self) -> Prepared:
        """Return it as it was."""
        gray = np.frombuffer(zstd.decompress(self.pixels), np.uint8).reshape(self.shape)
        found = Prepared(gray, pixels=self.pixels)
        vars(found).update(self.known)
        return found


def held(what: object) -> int:
    """Return the bytes of all arrays in something."""
    match what:
        case np.ndarray():
            return what.nbytes
        case bytes():
            return len(what)
        case Prepared():
            return what.held
        case dict():
            return sum(map(held, tuple(what.values())))
        case list() | tuple():
            return sum(map(held, what))
        case _:
            return 0


def scaled(gray: Gray, scale: float) -> Gray:
    """Return a picture made smaller, by area; as it is where it would become larger."""
    if scale >= 1:
        return gray
    shape = (max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale)))
    return resized(gray, shape)


def levels(gray: Gray, axis: int) -> tuple[Float, Float]:
    """Return the mean and the standard deviation of each column (0) or row (1)."""
    mean = cv2.reduce(gray, axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel()
    squares = cv2.reduce(gray, axis, cv2.REDUCE_SUM2, dtype=cv2.CV_32F).ravel() / gray.shape[axis]
    return np.asarray(mean, np.float32), np.sqrt(np.maximum(squares - mean * mean, 0.0), dtype=np.float32)


def cut(gray: Gray, box: Box) -> Gray:
    """Return a part of a picture."""
    return gray[box[1] : box[3], box[0] : box[2]]


def resized(gray: Gray, shape: tuple[int, int]) -> Gray:
    """Return a picture at a width and height."""
    if gray.shape == shape[::-1]:
        return gray
    return np.asarray(cv2.resize(gray, shape, interpolation=cv2.INTER_AREA), np.uint8)


def turned(gray: Gray, quarters: int) -> Gray:
    """Return a picture turned counter-clockwise by so many quarters."""
    return np.ascontiguousarray(np.rot90(gray, quarters)) if quarters else gray
