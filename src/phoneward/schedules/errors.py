"""What can go wrong with schedules, in words."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_


class ScheduleError(PhonewardError):
    """Base of what schedules say."""


class NoScheduleError(ScheduleError):
    """Nothing was set."""

    message = N_("No schedule is set on this computer.")
    next_step = N_("Set one: phoneward schedule set --daily")
    exit_code = ExitCode.USAGE


class NoPasswordForScheduleError(ScheduleError):
    """Nobody is there to type it when the time comes."""

    message = N_("A schedule needs the vault's password where nobody can type it, and there it is not.")
    next_step = N_(
        "Keep it in this computer's keyring (in the page: Settings, Password), or name a file that only you can read: "
        "--password-file FILE, or set PHONEWARD_PASSWORD_COMMAND to a program that prints it."
    )
    exit_code = ExitCode.USAGE


class SecondPasswordForScheduleError(ScheduleError):
    """The second vault has another password."""

    message = N_("The second vault has another password, and nothing says where it is when the time comes.")
    next_step = N_("Name a file that only you can read: --to-password-file FILE.")
    exit_code = ExitCode.USAGE


class AccessForScheduleError(ScheduleError):
    """A remote vault asks who is there, and what answers is only in this terminal."""

    message = N_(
        "What lets you into the vault at {place} is only set here, and would not be there when the time comes."
    )
    next_step = N_(
        "Write it into a file that only you can read, a line for each, such as AWS_ACCESS_KEY_ID=…, and name it: "
        "--access-file FILE."
    )
    exit_code = ExitCode.USAGE


class AccessFileError(ScheduleError):
    """A line of the file makes no sense."""

    message = N_("Line {number} of {path} does not say who may enter a vault.")
    next_step = N_("Write one of these and its value on each line: {names}.")
    exit_code = ExitCode.USAGE


class NoPhoneForScheduleError(ScheduleError):
    """The vault knows no phone, and none was named."""

    message = N_("The vault holds no backup of a phone yet, so it is not known which phone is meant.")
    next_step = N_("Take the first backup by hand: phoneward backup. Then set the schedule.")
    exit_code = ExitCode.USAGE


class NoPhoneChosenError(ScheduleError):
    """None was ticked."""

    message = N_("No phone was chosen.")
    next_step = N_("Tick at least one of them.")
    exit_code = ExitCode.USAGE


class TimeOfDayError(ScheduleError):
    """What should be a time is none."""

    message = N_("{value} is no time of day.")
    next_step = N_("Write hours and minutes, such as 20:00.")
    exit_code = ExitCode.USAGE


class ScheduleRunningError(ScheduleError):
    """One at a time."""

    message = N_("A scheduled run is under way on this computer already.")
    next_step = N_("Let it end. To see how it stands: phoneward schedule status")
    exit_code = ExitCode.LOCKED


class ScheduleNotesError(ScheduleError):
    """The state folder does not take it."""

    message = N_("The schedule cannot be written down in {path}: {detail}.")
    next_step = N_("Look whether the disk is full, and whether that folder is yours.")


class TimerRefusedError(ScheduleError):
    """The system's own program for timers failed."""

    message = N_("This computer did not accept the schedule: {command} said: {detail}")
    next_step = N_("Run that command by itself to see more. What was written can be removed: phoneward schedule stop")
