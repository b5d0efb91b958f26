"""It keeps happening: backups by themselves, on time and when a phone is plugged in, and what was missed made up for.

The system's own timer calls `run` each hour; what is due is decided here, so it is the same on every system. Nobody is
asked anything, and nothing leaves this computer.
"""

import datetime as dt
from collections.abc import Mapping

from phoneward.schedules.deciding import Task
from phoneward.schedules.errors import (
    NoPasswordForScheduleError,
    NoScheduleError,
    ScheduleError,
    ScheduleRunningError,
    TimeOfDayError,
)
from phoneward.schedules.log import Note, Result, Run
from phoneward.schedules.rhythm import DAILY, LONGEST, WEEKLY
from phoneward.schedules.running import missed_sentence, run
from phoneward.schedules.settings_file import (
    ReadData,
    Schedule,
    Target,
    forget_schedule,
    load_schedule,
    read_data_named,
    save_schedule,
    take_along,
)
from phoneward.schedules.standing import JobStanding, Standing, standing_of
from phoneward.schedules.systems import Timer, begin, call_for, end, timer_for
from phoneward.schedules.telling import Happened, Outcome, tell
from phoneward.schedules.wishes import AT, Wished
from phoneward.settings import Settings

__all__ = [
    "AT",
    "DAILY",
    "LONGEST",
    "WEEKLY",
    "Happened",
    "JobStanding",
    "NoPasswordForScheduleError",
    "NoScheduleError",
    "Note",
    "Outcome",
    "ReadData",
    "Result",
    "Run",
    "Schedule",
    "ScheduleError",
    "ScheduleRunningError",
    "Standing",
    "Target",
    "Task",
    "TimeOfDayError",
    "Timer",
    "Wished",
    "begin",
    "call_for",
    "end",
    "forget_schedule",
    "load_schedule",
    "missed_sentence",
    "prepare",
    "read_data_named",
    "run",
    "save_schedule",
    "standing_of",
    "take_along",
    "tell",
    "timer_for",
]


def prepare(wished: Wished, settings: Settings, environ: Mapping[str, str], now: dt.datetime) -> Schedule:
    """Return what was wished for as a schedule, after everything it needs was tried; see `preparing.prepare`."""
    from phoneward.schedules import preparing  # a timer's call needs none of it, and loads it 24 times a day

    return preparing.prepare(wished, settings, environ, now)
