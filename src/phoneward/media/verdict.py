"""What a comparison of two pictures says: is the one a copy of the other, and at which size was that seen."""

import enum
from dataclasses import dataclass


class Kind(enum.StrEnum):
    """How a copy differs from its original. The value is the name for programs."""

    IDENTICAL = "identical"
    """The same bytes."""
    RE_ENCODED = "re-encoded"
    """The same picture, written anew at the same size."""
    SMALLER = "smaller"
    """The same picture at another size."""
    CROPPED = "cropped"
    """A part of the picture, at any size."""
    COVERED = "partly-covered"
    """The same picture with something over a part of it."""
    SAME_SCREEN = "same-screen"
    """The same screen; whether its content is the same cannot be told apart at this size."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, in fractions of its width and height (0 to 1), upright."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Two pictures show the same.

    Attributes:
        kind: how the copy differs.
        is_distinguishable: at this size another content of the same screen (one other digit) would have been seen.
            False for `Kind.SAME_SCREEN` always.
        confidence: 0 to 1.
        width: pixels; the width of the original at the size at which the two were compared.
        region: which part of the original the copy shows.
        covered: which share of that part is covered by something else, 0 to 1.
    """

    kind: Kind
    is_distinguishable: bool
    confidence: float
    width: int
    region: Region = Region()
    covered: float = 0.0
