"""A picture's fingerprint: everything that is kept of it, from one decoding."""

import hashlib
from typing import Final

import cv2

from phoneward.media.comparing.decoding import checked_header, gray_at_least, halved
from phoneward.media.comparing.pdq import pdq
from phoneward.media.comparing.prints import STRIP_WIDTH, Gray, Print

LEAST_SIDE: Final = 256
"""Pixels a side at which a picture is decoded for its hash: below, thumbnails of a screenshot move too far away."""
_MOST_STRIP: Final = 4096
"""Rows of a strip: of a longer picture it is squeezed."""


def print_of(data: bytes, *, sha256: bytes | None = None) -> Print:
    """Return a picture's fingerprint.

    Args:
        data: the picture.
        sha256: of it, where the caller has it.

    Raises:
        UnreadablePictureError: it cannot be decoded, or is not decoded.
    """
    header = checked_header(data)
    seen = gray_at_least(data, header, width=LEAST_SIDE, height=LEAST_SIDE)
    hashed, quality = pdq(seen)
    width, height = (header.height, header.width) if header.orientation >= 5 else (header.width, header.height)
    return Print(
        sha256=hashlib.sha256(data).digest() if sha256 is None else sha256,
        width=width,
        height=height,
        pdq=hashed,
        quality=quality,
        strip=_strip(seen),
    )


def _strip(seen: Gray) -> bytes:
    rows = min(_MOST_STRIP, max(1, round(seen.shape[0] * STRIP_WIDTH / seen.shape[1])))
    # Halving is many times faster than taking means of broken numbers of pixels, so these are taken of few.
    small = halved(seen, 2 * STRIP_WIDTH, 1)
    return cv2.resize(small, (STRIP_WIDTH, rows), interpolation=cv2.INTER_AREA).tobytes()
