"""Operators count in days, and do not say in whose: which days a moment may have fallen on."""

import datetime as dt
from zoneinfo import ZoneInfo

_WESTMOST = dt.timedelta(hours=-12)
_EASTMOST = dt.timedelta(hours=14)


def days_of(moment: dt.datetime, zone: ZoneInfo | None) -> tuple[dt.date, dt.date]:
    """Return the earliest and the latest day that `moment` was, for somebody who counts in `zone`.

    Without a zone: on any clock on Earth (UTC-12 to UTC+14). With one, both are the same day.
    """
    if zone is not None:
        day = moment.astimezone(zone).date()
        return day, day
    utc = moment.astimezone(dt.UTC)
    return (utc + _WESTMOST).date(), (utc + _EASTMOST).date()
