"""A picture made ready to be compared many times: what is costly is worked out once, and only when it is asked for."""

from functools import cached_property
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.distinguishing import letter_height
from phoneward.media.comparing.prints import Gray

Float: TypeAlias = npt.NDArray[np.float32]

_FEATURES = 400
_FEATURES_SIDES = (760, 540, 380, 270)
THUMB_SIDE = 48


class Prepared:
    """A picture, its small version and its corners. Keep one an original while many suspects are compared with it.

    Args:
        gray: upright, as large as it is.
    """

    def __init__(self, gray: Gray) -> None:
        self.gray = gray
        self._turned: dict[int, Prepared] = {0: self}
        self._spots: dict[int, Float] = {}

    def turned(self, quarters: int) -> "Prepared":
        """Return the picture turned counter-clockwise by so many quarters."""
        if quarters not in self._turned:
            self._turned[quarters] = Prepared(turned(self.gray, quarters))
        return self._turned[quarters]

    @cached_property
    def _halves(self) -> list[Gray]:
        """The picture, half of it, a quarter: to start from when it is made smaller."""
        halves = [self.gray]
        while min(halves[-1].shape) >= 4 * THUMB_SIDE and len(halves) < 5:
            height, width = halves[-1].shape
            halves.append(resized(halves[-1], ((width + 1) // 2, (height + 1) // 2)))
        return halves

    def scaled(self, scale: float) -> Gray:
        """Return the picture made smaller; quicker than `scaled`, and about as exact."""
        shape = (max(1, round(self.gray.shape[1] * scale)), max(1, round(self.gray.shape[0] * scale)))
        if scale >= 1:
            return self.gray
        from_ = next((one for one in reversed(self._halves) if one.shape[0] >= 1.5 * shape[1]), self.gray)
        return resized(from_, shape)

    def spots(self, side: int) -> tuple[Gray, Float]:
        """Return the picture with its shorter side at so many pixels, and the places in it that are easily found."""
        seen = self.scaled(side / min(self.gray.shape))
        if side not in self._spots:
            found = cv2.goodFeaturesToTrack(seen, 80, 0.01, 16)
            # OpenCV's stubs do not say that there may be none.
            self._spots[side] = np.asarray([] if found is None else found, np.float32).reshape(-1, 2)  # type: ignore[redundant-expr]
        return seen, self._spots[side]

    @cached_property
    def letter_height(self) -> float | None:
        """The height in pixels of the smaller lines of text (see `distinguishing`)."""
        return letter_height(self.gray)

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


def scaled(gray: Gray, scale: float) -> Gray:
    """Return a picture made smaller, by area; as it is where it would become larger."""
    if scale >= 1:
        return gray
    shape = (max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale)))
    return resized(gray, shape)


def resized(gray: Gray, shape: tuple[int, int]) -> Gray:
    """Return a picture at a width and height."""
    if gray.shape == shape[::-1]:
        return gray
    return np.asarray(cv2.resize(gray, shape, interpolation=cv2.INTER_AREA), np.uint8)


def turned(gray: Gray, quarters: int) -> Gray:
    """Return a picture turned counter-clockwise by so many quarters."""
    return np.ascontiguousarray(np.rot90(gray, quarters)) if quarters else gray
