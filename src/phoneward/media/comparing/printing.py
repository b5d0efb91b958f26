"""A picture's fingerprint: everything that is kept of it, from one decoding."""

import hashlib
from typing import Final

import cv2

from phoneward.media.comparing.decoding import checked_header, gray_at_least, halved
from phoneward.media.comparing.hashing import pdq
from phoneward.media.comparing.prints import STRIP_WIDTH, Gray, Print

LEAST_SIDE: Final = 256
"""Pixels a side at which a picture is decoded for its hash: below, thumbnails of a screenshot move too far away."""
_MOST_STRIP: Final = 1024
"""Pixels of a strip's longer side: a longer picture is squeezed."""


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
    width, height = (header.height, header.width) if header.orientation >= 5 else (header.width, header.height)
    return print_of_gray(seen, width, height, hashlib.sha256(data).digest() if sha256 is None else sha256)


def print_of_gray(seen: Gray, width: int, height: int, sha256: bytes = b"") -> Print:
    """Return the fingerprint of a picture that is decoded.

    Args:
        seen: the picture, perhaps smaller.
        width: of the picture, pixels.
        height: likewise.
        sha256: of its file; empty where it is a part of a picture.
    """
    hashed, quality = pdq(seen)
    return Print(
        sha256=sha256,
        width=width,
        height=height,
        pdq=hashed,
        quality=quality,
        strip=strip_from(seen),
    )


def strip_from(seen: Gray) -> bytes:
    """Return a picture's strip (see `Print`)."""
    height, width = seen.shape
    longer = min(_MOST_STRIP, max(1, round(max(width, height) * STRIP_WIDTH / min(width, height))))
    is_tall = width <= height
    # By halves first: they cost a tenth of one step by area.
    small = halved(seen, 2 * STRIP_WIDTH, 1) if is_tall else halved(seen, 1, 2 * STRIP_WIDTH)
    size = (STRIP_WIDTH, longer) if is_tall else (longer, STRIP_WIDTH)
    return cv2.resize(small, size, interpolation=cv2.INTER_AREA).tobytes()
