"""The calendar as the Go programming language counts it, without Python's limits (years 1 to 9999).

Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil, civil_from_days); Go `time.Date`
(months and days beyond their range carry over; how a wall-clock time is placed in a time zone), ISO 8601 weeks.
"""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

DAY_SECONDS: Final = 86_400

OffsetAt = Callable[[int], int]
"""Seconds east of UTC at an instant (seconds since 1970 UTC)."""


class WallClock(NamedTuple):
    """What a clock and a calendar on the wall show."""

    year: int
    month: int
    day: int
    hour: int


def day_number(year: int, month: int, day: int) -> int:
    """Return days since 1970-01-01 (proleptic Gregorian). A month or day out of range carries over, as in Go."""
    carried, month0 = divmod(month - 1, 12)
    year += carried
    shifted_year = year - (month0 < 2)
    era, year_of_era = divmod(shifted_year, 400)
    day_of_year = (153 * (month0 - 2 if month0 > 1 else month0 + 10) + 2) // 5
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 719_468 + day - 1


def date_of(number: int) -> tuple[int, int, int]:
    """Return (year, month, day) of a day counted from 1970-01-01."""
    era, day_of_era = divmod(number + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1


def iso_week(number: int) -> tuple[int, int]:
    """Return (year, week) of a day by ISO 8601: a week belongs to the year its Thursday lies in."""
    thursday = number - (number + 3) % 7 + 3  # day 0, 1970-01-01, was a Thursday
    year = date_of(thursday)[0]
    return year, (thursday - day_number(year, 1, 1)) // 7 + 1


def wall_clock(local_seconds: int) -> WallClock:
    """Return what the wall shows; `local_seconds` counts since 1970 as if the place were in UTC."""
    number, second = divmod(local_seconds, DAY_SECONDS)
    return WallClock(*date_of(number), second // 3600)


def shifted(seconds: int, *, years: int, months: int, days: int, offset_at: OffsetAt) -> int:
    """Move an instant by calendar units, the wall clock's time of day kept (Go `Time.AddDate`).

    Args:
        seconds: since 1970 UTC.
        years: to add, back where negative; so are months and days.
        months: carried into years where they exceed one.
        days: added last, carried into months.
        offset_at: the time zone the wall clock is in.
    """
    number, second = divmod(seconds + offset_at(seconds), DAY_SECONDS)
    year, month, day = date_of(number)
    wall = day_number(year + years, month + months, day + days) * DAY_SECONDS + second
    # Go's `Date` tries the offset at the wall's time taken for UTC, then the one at the instant which that gives.
    first = offset_at(wall)
    return wall - offset_at(wall - first) if first else wall


def local_offset(seconds: int) -> int:
    """Return this computer's seconds east of UTC at an instant; where the system cannot say, as it is now."""
    try:
        return time.localtime(seconds).tm_gmtoff
    except (OverflowError, OSError, ValueError):  # years the C library does not know
        return time.localtime().tm_gmtoff
