"""Pictures that could not be looked at, each with its reason: nothing is left out in silence."""

import enum
from dataclasses import dataclass


class Reason(enum.StrEnum):
    """Why a picture was not looked at. The value is the name for programs."""

    NOT_A_PICTURE = "not-a-picture"
    """Its bytes do not begin like a picture of a known format."""
    TOO_LARGE = "too-large"
    """It says it has more pixels than are decoded."""
    BROKEN = "broken"
    """Nothing of it can be decoded."""
    NEEDS_HEIF = "needs-heif"
    """It is HEIF, and the extra `heif` is not installed."""
    TOO_SLOW = "too-slow"
    """Decoding it took longer than it may."""
    TOO_MUCH_MEMORY = "too-much-memory"
    """Decoding it took more memory than it may."""
    CRASHED = "crashed"
    """The decoder died over it; nothing else was harmed."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A picture that was not looked at.

    Attributes:
        reason: why.
    """

    reason: Reason
