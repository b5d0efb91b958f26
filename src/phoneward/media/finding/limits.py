"""How much is looked at in one file, and what was not: shared by all that searches in it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from phoneward.media.finding.leftout import LeftOut

OnLeftOut = Callable[[LeftOut], None]

MOST_PICTURES: Final = 1_000
MOST_FAKES: Final = 1_000
"""Places that look like the beginning of a picture and are none. A gigabyte of noise holds about twenty."""
MAX_PICTURE: Final = 64 << 20
"""Bytes of one picture. Of a longer one that much is handed on."""


def nothing(_left_out: LeftOut) -> None:
    """Pass over what was left out."""


@dataclass(slots=True)
class Limits:
    """What is left of the bounds of one file.

    Attributes:
        pictures: that may still be found.
        fakes: starts that may still turn out to be none.
        on_left_out: told each reason once.
    """

    pictures: int = MOST_PICTURES
    fakes: int = MOST_FAKES
    on_left_out: OnLeftOut = nothing
    _told: frozenset[LeftOut] = frozenset()

    def leave_out(self, reason: LeftOut) -> None:
        """Tell that something is not looked at."""
        if reason not in self._told:
            self._told |= {reason}
            self.on_left_out(reason)

    def may_find(self) -> bool:
        """Count a picture; False, and told, where there are too many."""
        self.pictures -= 1
        if self.pictures < 0:
            self.leave_out(LeftOut.TOO_MANY_PICTURES)
        return self.pictures >= 0

    def may_go_on(self) -> bool:
        """Count a start that is none; False, and told, where there are too many."""
        self.fakes -= 1
        if self.fakes < 0:
            self.leave_out(LeftOut.TOO_MANY_STARTS)
        return self.fakes >= 0
