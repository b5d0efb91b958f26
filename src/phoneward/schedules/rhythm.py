"""When a backup is due: times of the calendar, in this computer's time zone. Nothing here reads a clock.

A rhythm is a row of times, numbered: number 0 is the first after it was set, number -1 the one that would have been
before. Each is a time of the calendar ("20:00 on that day"), so it stays where the person sees it when summer time
begins or ends. A time that a day does not have (02:30 when clocks go forward) is as far after midnight as it would be
without the change: 03:30; of two equal times the first counts.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

DAILY: Final = 1
WEEKLY: Final = 7
LONGEST: Final = 366
"""Days between two runs, at most."""
JUMP: Final = dt.timedelta(days=1)
"""A note from further in the future than this was written while the clock was wrong; less is a time zone."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A row of times.

    Attributes:
        every_days: days from one to the next.
        at: the time of day, to the minute.
        first: the day of number 0.
    """

    every_days: int
    at: dt.time
    first: dt.date

    def time_of(self, number: int, zone: dt.tzinfo | None = None) -> dt.datetime:
        """Return one of the times, in UTC.

        Args:
            number: of the time.
            zone: the time zone; None for this computer's.
        """
        naive = dt.datetime.combine(self.first + dt.timedelta(days=number * self.every_days), self.at)
        return (naive if zone is None else naive.replace(tzinfo=zone)).astimezone(dt.UTC)

    def number_at(self, now: dt.datetime, zone: dt.tzinfo | None = None) -> int:
        """Return the number of the last time that is not after `now`.

        Args:
            now: aware.
            zone: as above.
        """
        number = (now.astimezone(zone).date() - self.first).days // self.every_days
        while self.time_of(number, zone) > now:  # once; a zone that left a day out may need it twice
            number -= 1
        return number


@dataclass(frozen=True, slots=True)
class Due:
    """How one job stands.

    Attributes:
        is_due: whether it should be done now.
        number: of the last time that is not after now.
        missed: how many whole times went by without it; a job counts for its time until the next one comes.
        missed_since: the first of these.
        next: when it is due again once it is done (or not, where it is not due).
        clock_jumped: the last note of it is from the future: either then or now the clock was wrong.
    """

    is_due: bool
    number: int
    missed: int
    missed_since: dt.datetime | None
    next: dt.datetime
    clock_jumped: bool = False


def standing(rhythm: Rhythm, done: dt.datetime, now: dt.datetime, zone: dt.tzinfo | None = None) -> Due:
    """Return how a job stands that was last done at some time. However long ago that was, it is due once.

    Args:
        rhythm: when it should be done.
        done: when it was, or when the rhythm was set where it never was; aware.
        now: aware.
        zone: the time zone; None for this computer's.
    """
    number = rhythm.number_at(now, zone)
    following = rhythm.time_of(number + 1, zone)
    if done > now + JUMP:
        return Due(is_due=True, number=number, missed=0, missed_since=None, next=following, clock_jumped=True)
    last = rhythm.number_at(done, zone)
    missed = max(0, number - last - 1)
    since = rhythm.time_of(last + 1, zone) if missed else None
    return Due(is_due=number > last, number=number, missed=missed, missed_since=since, next=following)


def first_day(at: dt.time, now: dt.datetime, zone: dt.tzinfo | None = None) -> dt.date:
    """Return the day of the first time after `now`."""
    today = now.astimezone(zone).date()
    is_over = Rhythm(DAILY, at, today).time_of(0, zone) <= now
    return today + dt.timedelta(days=1) if is_over else today
