"""How old is too old: the ages from which the snapshots room says something, and times that can be trusted."""

import datetime as dt
from typing import Final

from phoneward.findings import Severity

SNAPSHOT_ADVICE: Final = dt.timedelta(days=8)
"""A snapshot a week is a good habit; a day's grace on top."""
SNAPSHOT_WARNING: Final = dt.timedelta(days=31)
"""A month of photos and messages is what people miss most."""

RESTORE_TEST_ADVICE: Final = dt.timedelta(days=183)
READ_DATA_ADVICE: Final = dt.timedelta(days=92)
"""Disks that rot do it slowly. Twice and four times a year cost an hour each."""

COPY_ADVICE: Final = dt.timedelta(days=31)
COPY_WARNING: Final = dt.timedelta(days=92)
"""A disk that lies somewhere else is not brought every week; a month is a habit that can be kept."""

AHEAD: Final = dt.timedelta(days=1)
"""A time further ahead of this computer's clock than that says nothing about age: one of the clocks is wrong."""

_FIRST: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_LAST: Final = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


def plausible(time: dt.datetime | None) -> dt.datetime | None:
    """Return a time as aware UTC; None for none and for what cannot be one of a phone's (a document may say anything).

    Outside these years a clock was wrong, and computers fail to put some such times into local time.
    """
    if time is None:
        return None
    if time.tzinfo is None:
        time = time.replace(tzinfo=dt.UTC)
    return time.astimezone(dt.UTC) if _FIRST < time < _LAST else None


def is_ahead(time: dt.datetime, now: dt.datetime) -> bool:
    """Tell whether a time lies so far in the future that a clock must be wrong."""
    return time - now > AHEAD


def own_backup_severity(made: dt.datetime, now: dt.datetime, stale_days: int) -> Severity:
    """Return how much the age of an app's own backup matters.

    Args:
        made: when it was made.
        now: the time its age is counted to.
        stale_days: from this age on it is old: some apps back up by themselves every night, others by hand.
    """
    age = now - made
    if age >= max(SNAPSHOT_WARNING, 2 * dt.timedelta(days=stale_days)):
        return Severity.WARNING
    return Severity.ADVICE if age >= dt.timedelta(days=stale_days) else Severity.FINE


def severity_of_copy(time: dt.datetime | None, now: dt.datetime) -> Severity:
    """Return how much it matters when the vault was last copied; None where that never was."""
    if time is None or now - time >= COPY_WARNING:
        return Severity.WARNING
    return Severity.ADVICE if now - time >= COPY_ADVICE else Severity.FINE


def severity_of(time: dt.datetime, now: dt.datetime) -> Severity:
    """Return how much the age of a snapshot matters."""
    age = now - time
    if age >= SNAPSHOT_WARNING:
        return Severity.WARNING
    return Severity.ADVICE if age >= SNAPSHOT_ADVICE else Severity.FINE
