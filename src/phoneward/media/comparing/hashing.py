"""The PDQ hash of a picture in gray, by one pipeline everywhere.

Source: Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (2019), and the reference
implementation (github.com/facebook/ThreatExchange, pdq/cpp): two box passes ("Jarosz filter") of 1/128 of a side, 64×64
samples, the 16×16 lowest frequencies of a DCT without the constant ones, each against their median.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.prints import Gray

SIDE: Final = 512
"""Pixels to which every picture is brought first: two hashes are only near when they went the same way."""
_SAMPLES: Final = 64
_FREQUENCIES: Final = 16
_MIDDLE: Final = _FREQUENCIES * _FREQUENCIES // 2 - 1
_STEP: Final = SIDE // _SAMPLES
_TENT: Final = np.array([part / 16 for part in (1, 2, 3, 4, 3, 2, 1, 0)], np.float32)
_DCT: Final = np.array(
    [
        [np.sqrt(2 / _SAMPLES) * np.cos(np.pi / 2 / _SAMPLES * (i + 1) * (2 * j + 1)) for j in range(_SAMPLES)]
        for i in range(_FREQUENCIES)
    ],
    np.float32,
)


def pdq(gray: Gray) -> tuple[bytes, int]:
    """Return the hash (32 bytes, the order of bits as in its hexadecimal form) and the quality (0 to 100).

    Args:
        gray: at least one pixel; about 256 pixels a side or more give a stable hash.
    """
    samples = _samples(gray)
    frequencies = _DCT @ samples @ _DCT.T
    middle = np.partition(frequencies, _MIDDLE, axis=None)[_MIDDLE]
    # The reference counts bits from the least one of its last word.
    return np.packbits((frequencies > middle).ravel()[::-1]).tobytes(), _quality(samples)


def _samples(gray: Gray) -> npt.NDArray[np.float32]:
    height, width = gray.shape
    if (height, width) != (SIDE, SIDE):
        way = cv2.INTER_AREA if height > SIDE or width > SIDE else cv2.INTER_LINEAR
        gray = cv2.resize(gray, (SIDE, SIDE), interpolation=way)  # type: ignore[assignment]
    # Two box passes of four pixels, each reaching from one before to two behind, are one tent around 8i+5; only the
    # rows and columns that are sampled are computed.
    rows = np.concatenate([gray[2:], gray[-1:], gray[-1:]]).astype(np.float32).reshape(_SAMPLES, _STEP, SIDE)
    soft = np.matmul(_TENT, rows)
    columns = np.concatenate([soft[:, 2:], soft[:, -1:], soft[:, -1:]], axis=1).reshape(_SAMPLES, _SAMPLES, _STEP)
    samples: npt.NDArray[np.float32] = columns @ _TENT
    return samples


def _quality(samples: npt.NDArray[np.float32]) -> int:
    """Return how much there is to see: the sum of the steps between neighbours, in whole percent each."""
    steps = sum(int(np.abs((np.diff(samples, axis=axis) * (100 / 255)).astype(np.int32)).sum()) for axis in (0, 1))
    return min(100, steps // 90)
