"""It keeps happening: backups by themselves, on time and when a phone is plugged in, and what was missed made up for.

The system's own timer calls `run` each hour; what is due is decided here, so it is the same on every system. Nobody is
asked anything, and nothing leaves this computer.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.findings import Finding
from phoneward.progress import Listener, silent
from phoneward.schedules.deciding import Task
from phoneward.schedules.errors import (
    NoPasswordForScheduleError,
    NoPhoneChosenError,
    NoScheduleError,
    ScheduleError,
    ScheduleRunningError,
    TimeOfDayError,
)
from phoneward.schedules.log import Note, Result, Run
from phoneward.schedules.rhythm import DAILY, LONGEST, WEEKLY
from phoneward.schedules.running import missed_sentence, run, utc_now
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
from phoneward.schedules.wishes import AT, Wished
from phoneward.settings import Settings
from phoneward.vaultplace import VaultPlace

if TYPE_CHECKING:
    from phoneward.vault import Repository

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


def watch(state_dir: Path, on_run: Callable[[Run], None], *, listener: Listener = silent) -> None:
    """Back up phones as they are plugged in, until the schedule does not ask for it; see `watching.watch`."""
    from phoneward.schedules import watching  # as below

    watching.watch(state_dir, on_run, listener=listener)


def schedule_findings(state_dir: Path, place: VaultPlace) -> tuple[Finding, ...]:
    """Return what the checkup should know of the schedule for a vault; see `findings.schedule_findings`."""
    from phoneward.schedules import findings, preparing

    return findings.schedule_findings(state_dir, str(preparing.whole(place)))


def known_phones(repo: "Repository") -> list[Target]:
    """Return the phones that a schedule may look after; see `preparing.known_phones`."""
    from phoneward.schedules import preparing

    return preparing.known_phones(repo, utc_now())


def prepare(wished: Wished, settings: Settings, environ: Mapping[str, str], now: dt.datetime) -> Schedule:
    """Return what was wished for as a schedule, after everything it needs was tried; see `preparing.prepare`."""
    from phoneward.schedules import preparing  # a timer's call needs none of it, and loads it 24 times a day

    return preparing.prepare(wished, settings, environ, now)
