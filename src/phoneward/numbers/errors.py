"""What can go wrong in the room of numbers."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_


class NumbersError(PhonewardError):
    """The family of the room's errors."""


class NumberKeyError(NumbersError):
    """An account's name cannot be kept."""

    message = N_("The account “{account}…” has a name that cannot be noted.")
    next_step = N_("Nothing was noted. Change the number there all the same.")


class NoSuchOfferError(NumbersError):
    """No carrier's or state's offer is called so."""

    message = N_("There is no list called “{id}”.")
    next_step = N_("Name one of these: {ids}. `phoneward number offers` says what each is.")
    exit_code = ExitCode.USAGE


class NotComparableError(NumbersError):
    """What an offer counts are no accounts."""

    message = N_("“{id}” does not count accounts, so there is nothing to compare.")
    next_step = N_("`phoneward number offers` says what each list counts.")
    exit_code = ExitCode.USAGE
