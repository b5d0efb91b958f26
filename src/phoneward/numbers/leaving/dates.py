"""Until when each step is to be done: early, one after another, and nothing on the last days."""

import datetime as dt
from typing import Final

LONGEST: Final = 28
"""Days over which the steps are spread at most: who has half a year need not take it."""


def spread(count: int, dated: dt.date, on: dt.date) -> list[dt.date | None]:
    """Return until when each of some steps is to be done, in their order.

    Two thirds of the days left are used, so that a service that lets a person wait does not make them late; the day
    before the cancellation stays free where there is more than one day.

    Args:
        count: how many steps.
        dated: the day the plan is made.
        on: the day the number is given up.

    Returns:
        Days from `dated` on, each before `on`; None for each where no day is left.
    """
    left = (on - dated).days
    if left <= 0:
        return [None] * count
    usable = max(1, left - 1)
    days = max(1, min(LONGEST, (usable * 2 + 2) // 3))
    return [dated + dt.timedelta(days=position * days // count) for position in range(count)]
