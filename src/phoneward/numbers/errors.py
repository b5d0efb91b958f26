"""What can go wrong in the room of numbers."""

from phoneward.errors import PhonewardError
from phoneward.texts import N_


class NumbersError(PhonewardError):
    """The family of the room's errors."""


class NumberKeyError(NumbersError):
    """An account's name cannot be kept."""

    message = N_("The account “{account}…” has a name that cannot be noted.")
    next_step = N_("Nothing was noted. Change the number there all the same.")
