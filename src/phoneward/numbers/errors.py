"""What can go wrong in the room of numbers."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_


class NumbersError(PhonewardError):
    """The family of the room's errors."""


class NotANumberError(NumbersError):
    """What was given is no phone number."""

    message = N_("“{text}” is no phone number.")
    next_step = N_("Write it with + and the country's code, such as +86 138 0013 8000, in quotation marks.")
    exit_code = ExitCode.USAGE


class NumberKeyError(NumbersError):
    """An account's name cannot be kept."""

    message = N_("The account “{account}…” has a name that cannot be noted.")
    next_step = N_("Nothing was noted. Change the number there all the same.")
