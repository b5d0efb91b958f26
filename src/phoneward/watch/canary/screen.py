"""How large a phone's screen is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screen:
    """A phone's screen, pixels, upright."""

    width: int = 1_080
    height: int = 2_400
