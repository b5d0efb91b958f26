"""Pictures that could not be looked at, each with its reason: nothing is left out in silence."""

import enum
from dataclasses import dataclass
from typing import Final

from phoneward.texts import Words, words


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

    @property
    def words(self) -> Words:
        """Why, for a person: the end of a sentence that says of which picture."""
        return _WORDS[self]


_WORDS: Final = {
    Reason.NOT_A_PICTURE: words("it is no picture of a known kind"),
    Reason.TOO_LARGE: words("it has more pixels than this program looks at"),
    Reason.BROKEN: words("it is damaged"),
    Reason.NEEDS_HEIF: words("it is a HEIF picture; install what reads them with: pip install 'phoneward[heif]'"),
    Reason.TOO_SLOW: words("looking at it took too long"),
    Reason.TOO_MUCH_MEMORY: words("looking at it took too much memory"),
    Reason.CRASHED: words("the protected helper that looks at pictures broke down over it"),
}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A picture that was not looked at.

    Attributes:
        reason: why.
    """

    reason: Reason
