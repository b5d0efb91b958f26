"""How a schedule stands, for a person: when next, what happened last, what was missed."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from phoneward.schedules.deciding import Task, is_overdue, tasks
from phoneward.schedules.log import Log, Note, Run, load_log
from phoneward.schedules.running import is_running, utc_now
from phoneward.schedules.settings_file import Schedule, load_schedule


@dataclass(frozen=True, slots=True)
class JobStanding:
    """One job.

    Attributes:
        task: which, and when it is due.
        note: when it was done.
        is_overdue: a backup that was not made for longer than its owner wants.
    """

    task: Task
    note: Note
    is_overdue: bool

    @property
    def next(self) -> dt.datetime | None:
        """When it is done next; None for as soon as it can be."""
        return None if self.task.due.is_due else self.task.due.next


@dataclass(frozen=True, slots=True)
class Standing:
    """All of it.

    Attributes:
        runs: the last ones, the newest first.
        called: when the system's timer last called; None where it never did.
        is_running: whether a run is under way now.
    """

    schedule: Schedule
    jobs: tuple[JobStanding, ...]
    runs: tuple[Run, ...]
    called: dt.datetime | None
    is_running: bool


def standing_of(state_dir: Path, now: dt.datetime | None = None) -> Standing:
    """Return how the schedule stands. No vault is opened, and no phone is looked for.

    Raises:
        NoScheduleError: nothing was set.
    """
    schedule, now = load_schedule(state_dir), now or utc_now()
    log = load_log(state_dir).of(schedule.vault, schedule.copy_to)
    jobs = tuple(_job(schedule, log, task, now) for task in tasks(schedule, log, now))
    running = is_running(state_dir)
    runs = log.runs if running or log.running is None else (*log.runs, log.running)  # what was cut off
    return Standing(schedule, jobs, tuple(reversed(runs)), log.called, running)


def _job(schedule: Schedule, log: Log, task: Task, now: dt.datetime) -> JobStanding:
    note = log.note(task.job, task.key)
    return JobStanding(task, note, task.job == "backup" and is_overdue(schedule, note, now))
