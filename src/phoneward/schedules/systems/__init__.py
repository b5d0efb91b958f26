"""The systems' own timers: what is written for each, and how it is begun and ended."""

from phoneward.schedules.systems.base import Call, Command, File, Timer, this_program
from phoneward.schedules.systems.choosing import call_for, timer_for
from phoneward.schedules.systems.installing import begin, end

__all__ = ["Call", "Command", "File", "Timer", "begin", "call_for", "end", "this_program", "timer_for"]
