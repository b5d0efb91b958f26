"""What is due now, of all that was set. Nothing here reads a clock, a phone or a vault."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from phoneward.schedules.log import JobKind, Log, Note
from phoneward.schedules.rhythm import JUMP, Due, Rhythm, standing
from phoneward.schedules.settings_file import Schedule, Target

PATIENCE_DAYS: Final = 3
"""A backup counts as overdue after so many days, or two of its own times where these are longer apart."""


@dataclass(frozen=True, slots=True)
class Task:
    """One job of the schedule and how it stands.

    Attributes:
        target: which phone; None where it is of none.
        due: how it stands.
    """

    job: JobKind
    target: Target | None
    due: Due

    @property
    def key(self) -> str:
        """Of its phone; empty for none."""
        return "" if self.target is None else self.target.key


def tasks(schedule: Schedule, log: Log, now: dt.datetime, zone: dt.tzinfo | None = None) -> list[Task]:
    """Return every job, in the order in which they are done, due or not.

    Args:
        schedule: what was set.
        log: what was done.
        now: aware.
        zone: the time zone; None for this computer's.
    """
    found = [
        Task("backup", target, _standing(schedule, schedule.rhythm, log.note("backup", target.key), now, zone))
        for target in schedule.targets
    ]
    if schedule.copy_to:
        found.append(Task("copy", None, copy_standing(schedule, log, now, zone)))
    if schedule.reading is not None and schedule.trying is not None:
        reading = _standing(schedule, schedule.reading[0], log.note("read-data"), now, zone)
        trying = _standing(schedule, schedule.trying, log.note("restore-test"), now, zone)
        found += [Task("read-data", None, reading), Task("restore-test", None, trying)]
    return found


def _standing(schedule: Schedule, rhythm: Rhythm, note: Note, now: dt.datetime, zone: dt.tzinfo | None) -> Due:
    """Nothing is missed from before it was set, where the clock can be believed that this is over."""
    done = note.done
    if done is None or done < schedule.set_at <= now + JUMP:
        done = schedule.set_at
    return standing(rhythm, done, now, zone)


def copy_standing(schedule: Schedule, log: Log, now: dt.datetime, zone: dt.tzinfo | None = None) -> Due:
    """Return how the copy stands: it is due as soon as a backup was made that it does not hold."""
    plain = _standing(schedule, schedule.rhythm, Note(), now, zone)
    made = [done for target in schedule.targets if (done := log.note("backup", target.key).done) is not None]
    copied = log.note("copy").done
    is_due = bool(made) and (copied is None or copied > now + JUMP or max(made) > copied)
    return Due(is_due, plain.number, 0, None, plain.next)


def plug_in_is_due(schedule: Schedule, note: Note, now: dt.datetime) -> bool:
    """Tell whether a phone that was plugged in should be backed up: not more often than was set."""
    if note.done is None or note.done > now + JUMP:
        return True
    return now - note.done >= dt.timedelta(hours=schedule.plug_in_hours)


def is_overdue(schedule: Schedule, note: Note, now: dt.datetime) -> bool:
    """Tell whether no backup of a phone was made for longer than its owner wants."""
    since = schedule.set_at if note.done is None else note.done
    return now - since > dt.timedelta(days=max(PATIENCE_DAYS, 2 * schedule.every_days))
