"""Find a canary in a picture by its marks. Needs the extra `watch`."""

from collections.abc import Collection
from typing import Final, cast

import cv2
import numpy as np

from phoneward.media.comparing import Gray
from phoneward.watch.canary.code import SeenCanary, canary_in

DICTIONARY: Final = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_6X6_1000)

_LARGE, _SMALL = 1_200, 800
"""Pixels of the longer side: larger pictures are made smaller first, smaller ones larger, up to four times."""
_MOST_TIMES = 4.0


def find_canary(gray: Gray, known: Collection[int] = ()) -> SeenCanary | None:
    """Return the canary a picture shows, whole or in part, turned or made smaller; None where it shows none.

    A mirrored picture and one in reversed colours are not recognised.

    Args:
        gray: any picture.
        known: the numbers of the canaries made here; see `code.canary_in`.
    """
    if min(gray.shape) < 16:
        return None
    detector = cv2.aruco.ArucoDetector(DICTIONARY, cv2.aruco.DetectorParameters())
    _corners, ids, _rejected = detector.detectMarkers(_fitted(gray))
    read = cast("object", ids)  # None where there is no mark; its type does not say so
    return None if read is None else canary_in((int(marker) for marker in ids.ravel()), known)


def _fitted(gray: Gray) -> Gray:
    longer = max(gray.shape)
    if longer > _LARGE:
        times, how = _LARGE / longer, cv2.INTER_AREA
    elif longer < _SMALL:
        times, how = min(_MOST_TIMES, _SMALL / longer), cv2.INTER_CUBIC
    else:
        return gray
    height, width = (max(1, round(side * times)) for side in gray.shape)
    return np.asarray(cv2.resize(gray, (width, height), interpolation=how), dtype=np.uint8)
