"""Small things that every source makes its remnants with."""

import datetime as dt
from typing import Final

from phoneward.rescue.remnant import Opener, Part
from phoneward.rescue.searching.seen import SeenFile, SeenPlace

_EARLIEST: Final = 946_684_800
_LATEST: Final = 32_503_680_000
"""From 2000 to 3000: other times are of clocks that were not set."""


def opener(place: SeenPlace, file: SeenFile) -> Opener:
    """Return what opens a file of a place."""
    return lambda: place.open(file)


def part(place: SeenPlace, file: SeenFile) -> Part:
    """Return a file of a place as a part of what is left."""
    return Part(file.shown, opener(place, file), file.size, file.mtime_ns)


def moment(time_ns: int) -> dt.datetime | None:
    """Return a file's time, None where it cannot be right."""
    second = time_ns // 10**9
    return dt.datetime.fromtimestamp(second, dt.UTC) if _EARLIEST <= second < _LATEST else None


def moment_of(file: SeenFile) -> dt.datetime | None:
    """Return when a file was last written."""
    return moment(file.mtime_ns)
