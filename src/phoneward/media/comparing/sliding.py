"""Where in an original does a suspect lie that was cut but not made smaller? Strips are slid over each other.

Fine print is made of lines that a strip's pixels are too large for. What is left of them there changes with every
hundredth by which a size is wrong; so sizes are not guessed but taken from the pictures' pixels.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.guesses import Guesses
from phoneward.media.comparing.overlaying import Strips
from phoneward.media.comparing.prints import Gray

_SMALLEST: Final = 0.6
_WHOLE: Final = 0.995
_SAME: Final = 0.004


class Sliding:
    """Suspects of one shape that are slid over originals.

    Args:
        suspects: their strips, of shape (suspects, length, width).
        sides: of each, pixels of the shorter one.
        originals: their strips.
        original_sides: of each, likewise.
    """

    def __init__(
        self,
        suspects: npt.NDArray[np.uint8],
        sides: npt.NDArray[np.float64],
        originals: Strips,
        original_sides: npt.NDArray[np.float64],
    ) -> None:
        self._suspects, self._sides = suspects, sides
        self._originals, self._original_sides = originals, original_sides
        self._scaled: dict[tuple[int, float], Gray] = {}

    def slid(self, guesses: Guesses) -> Guesses:
        """Return where the suspects of guesses fit best into their originals, at each size that is likely."""
        found: list[tuple[int, int, float, float, float, float]] = []
        for suspect, place in zip(guesses.suspects.tolist(), guesses.places.tolist(), strict=True):
            original = self._originals.strip(place)
            for shown in self._sizes(suspect, place):
                part = self._part(suspect, shown)
                if part.shape[0] > original.shape[0] or part.shape[1] > original.shape[1]:
                    continue
                fits = cv2.matchTemplate(original, part, cv2.TM_CCOEFF_NORMED)
                _, best, _, (x, y) = cv2.minMaxLoc(fits)
                found.append((suspect, place, shown, x, y, best))
        if not found:
            return Guesses.none()
        suspects, places, shown, x, y, likely = np.array(found, np.float32).T
        width = np.float32(self._originals.width)
        left = np.minimum(x / width, 1 - shown)
        return Guesses(
            suspects.astype(np.int32),
            places.astype(np.int32),
            np.stack([left, np.maximum(1 - shown - left, 0)], axis=1).astype(np.float32),
            (y / width).astype(np.float32),
            likely.astype(np.float32),
        )

    def _sizes(self, suspect: int, place: int) -> list[float]:
        """Return which shares of an original's shorter side the suspect may show."""
        side = float(self._sides[suspect] / self._original_sides[place])
        along = float(self._originals.lengths[place]) / self._suspects.shape[1]
        sizes: list[float] = []
        for shown in (side, along, 2 * side):
            if _SMALLEST <= shown <= _WHOLE and all(abs(shown - one) > _SAME for one in sizes):
                sizes.append(shown)
        return sizes

    def _part(self, suspect: int, shown: float) -> Gray:
        """Return a suspect's strip at a size, without what does not fill a pixel."""
        key = suspect, round(shown, 4)
        if key not in self._scaled:
            strip = self._suspects[suspect]
            size = max(1, int(strip.shape[1] * shown)), max(1, int(strip.shape[0] * shown))
            shift = (shown - 1) / 2
            matrix = np.array([[shown, 0, shift], [0, shown, shift]], np.float32)
            self._scaled[key] = np.asarray(cv2.warpAffine(strip, matrix, size, flags=cv2.INTER_LINEAR), np.uint8)
        return self._scaled[key]
