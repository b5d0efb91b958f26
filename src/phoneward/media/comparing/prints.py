"""What is kept of a picture so that copies of it can be found without decoding it again."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Gray: TypeAlias = npt.NDArray[np.uint8]
"""A picture in gray, upright (orientation applied): uint8 of shape (height, width)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """A picture's fingerprint.

    Attributes:
        sha256: of the picture's bytes, 32 bytes.
        width, height: pixels, upright.
        pdq: PDQ hash, 32 bytes (Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm"),
            by this project's one pipeline; not comparable bit by bit with hashes of other decoders.
        quality: PDQ's quality, 0 to 100; below 50 the picture shows too little for its hash to mean anything.
        strip: the picture in gray, row after row, its shorter side (its width where both are equal) at `STRIP_WIDTH`
            pixels: for finding crops.
    """

    sha256: bytes
    width: int
    height: int
    pdq: bytes
    quality: int
    strip: bytes


STRIP_WIDTH = 32
"""Pixels."""
