"""Numbers that a phone may say. What is beyond these cannot be, or could not be kept: 64 bits with a sign."""

MAX_SIZE = 2**63 - 1
"""The largest size that Linux can give a file (off_t)."""

_LAST_SECOND = (2**63 - 1) // 10**9

EARLIEST_NS, LATEST_NS = -_LAST_SECOND * 10**9, _LAST_SECOND * 10**9
"""21 September 1677 and 11 April 2262: what nanoseconds since 1970 can say in 64 bits, whole seconds."""


def within_reach(moment_ns: int) -> int:
    """Return a file's time as nearly as it can be kept.

    Some file systems know later years (ext4: 2446), and a time is no reason to leave a file out. Times at a limit are
    later than any listing, so they never prove that a file is unchanged.
    """
    if EARLIEST_NS <= moment_ns <= LATEST_NS:
        return moment_ns
    return EARLIEST_NS if moment_ns < EARLIEST_NS else LATEST_NS


def known_moment(moment_ns: int) -> int | None:
    """Return a moment of a phone's life (its clock, an installation), None where it cannot be one."""
    return moment_ns if 0 <= moment_ns <= LATEST_NS else None


def checked_offset(offset: int) -> int:
    """Return a place in a file; ValueError where no file can have it."""
    if not 0 <= offset <= MAX_SIZE:
        raise ValueError(f"no place in a file: {offset}")
    return offset
