"""The public face of the room: everything that others may use of it (loaded name by name, see `lazily`)."""

from phoneward.schedules.deciding import Task
from phoneward.schedules.errors import (
    NoPasswordForScheduleError,
    NoPhoneChosenError,
    NoScheduleError,
    ScheduleError,
    ScheduleRunningError,
    TimeOfDayError,
)
from phoneward.schedules.findings import schedule_findings
from phoneward.schedules.log import Note, Result, Run
from phoneward.schedules.preparing import known_phones, prepare
from phoneward.schedules.rhythm import DAILY, LONGEST, WEEKLY
from phoneward.schedules.running import missed_sentence, run
from phoneward.schedules.settings_file import (
    READING,
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
from phoneward.schedules.watching import watch
from phoneward.schedules.wishes import AT, Wished

__all__ = [
    "AT",
    "DAILY",
    "LONGEST",
    "READING",
    "WEEKLY",
    "Happened",
    "JobStanding",
    "NoPasswordForScheduleError",
    "NoPhoneChosenError",
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
    "known_phones",
    "load_schedule",
    "missed_sentence",
    "prepare",
    "read_data_named",
    "run",
    "save_schedule",
    "schedule_findings",
    "standing_of",
    "take_along",
    "tell",
    "timer_for",
    "watch",
]
