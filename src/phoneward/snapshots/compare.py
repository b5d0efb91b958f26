"""Is a file the same as last time? Decided from what the phone says about it, without reading it.

Rules (docs/decisions/0005-snapshot-pass.md):
- size, modification time and, where both sides know it, change time must be equal, times at the coarser precision;
- a file whose times lie within two seconds of the earlier listing, or after it, may have changed right after it was
  read without a trace in its times ("racily clean" in git's Documentation/technical/racy-git.txt): it is read again.
  Only the phone's own clock counts, since only it stamps the files;
- where that clock has gone back since, times coarser than a millisecond prove nothing, and all is read again.
"""

from dataclasses import dataclass, replace
from typing import Final

RACY_NS: Final = 2_000_000_000
"""FAT keeps times in steps of two seconds: the coarsest a phone's card has."""

SECOND_NS: Final = 1_000_000_000
CLOCK_STEP_NS: Final = 50_000_000
"""Kernels stamp files by a clock that steps each tick, 1 to 10 milliseconds; a wide margin for that."""

FINE_NS: Final = 1_000_000
"""Two changes of one file that fall on the same time by chance are believable only at coarser steps than this."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How and when a listing was made, by the phone's clock.

    Attributes:
        listed_ns: the phone's clock when the listing began, nanoseconds since 1970 UTC.
        precision_ns: granularity of its times.
        has_ctime: whether it gave the change time of every file.
    """

    listed_ns: int
    precision_ns: int
    has_ctime: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What one listing said of a file."""

    size: int
    mtime_ns: int
    ctime_ns: int | None


@dataclass(frozen=True, slots=True)
class Rules:
    """The comparison between an earlier listing and this one.

    Attributes:
        precision_ns: the coarser of both.
        racy_from_ns: times from here on prove nothing.
        use_ctime: whether both listings know change times.
        trust: False where no time proves anything (the phone's clock went back and its times are coarse).
    """

    precision_ns: int
    racy_from_ns: int
    use_ctime: bool
    trust: bool

    def unchanged(self, before: Seen, now: Seen) -> bool:
        """Tell whether the earlier content can stand for the file as it is now."""
        if not self.trust or before.size != now.size:
            return False
        if not self.same_time(before.mtime_ns, now.mtime_ns) or now.mtime_ns >= self.racy_from_ns:
            return False
        if now.ctime_ns is None:
            return True
        if now.ctime_ns >= self.racy_from_ns:
            return False
        if not self.use_ctime or before.ctime_ns is None:
            return True
        return self.same_time(before.ctime_ns, now.ctime_ns)

    def in_seconds(self) -> "Rules":
        """Return the rules for a file whose times came in whole seconds."""
        return replace(self, precision_ns=max(self.precision_ns, SECOND_NS))

    def same_time(self, before_ns: int, now_ns: int) -> bool:
        """Compare two times at the coarser precision."""
        return before_ns // self.precision_ns == now_ns // self.precision_ns


def rules_between(earlier: Moment, now: Moment) -> Rules:
    """Return how files of two listings of one phone are compared."""
    precision = max(1, earlier.precision_ns, now.precision_ns)
    went_back = clock_went_back(earlier, now)
    return Rules(
        precision_ns=precision,
        racy_from_ns=min(earlier.listed_ns, now.listed_ns) - RACY_NS,
        use_ctime=earlier.has_ctime and now.has_ctime,
        trust=not (went_back and precision > FINE_NS),
    )


def untouched_since(listed_ns: int, now: Seen) -> bool:
    """Tell whether a file's exact times prove that it was not changed since a listing began.

    The change time cannot be set by anybody; where there is none the modification time must do. Times in whole seconds
    may come from a card whose clock steps by two seconds.
    """
    latest = now.mtime_ns if now.ctime_ns is None else now.ctime_ns
    return latest < listed_ns - (CLOCK_STEP_NS if latest % SECOND_NS else RACY_NS)


def clock_went_back(earlier: Moment, now: Moment) -> bool:
    """Tell whether the phone's clock shows an earlier time than at the earlier listing."""
    return now.listed_ns < earlier.listed_ns
