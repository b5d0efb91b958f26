"""What can go wrong in the room of numbers."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_, _


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


class NoSuchAccountError(NumbersError):
    """No account is called so."""

    message = N_("No account that was found is called “{account}”.")
    next_step = N_("`phoneward number leave` lists them with their names.")

    def __init__(self, *, account: str, meant: str = "") -> None:
        self.meant = meant
        super().__init__(account=account)

    def advice(self) -> str:
        """Name the account that was probably meant."""
        return _("Did you mean {meant}?").format(meant=self.meant) if self.meant else super().advice()


class SeveralAccountsError(NumbersError):
    """Several accounts are called so."""

    message = N_("Several accounts are called “{account}”: {candidates}.")
    next_step = N_("Write more of the name.")


class NoPlanError(NumbersError):
    """No number is given up."""

    message = N_("No number is noted as given up.")
    next_step = N_("Make the plan first, such as: phoneward number leave NUMBER --on 2027-01-31")


class SeveralPlansError(NumbersError):
    """Several numbers are given up."""

    message = N_("Several numbers are given up: {numbers}.")
    next_step = N_("Say which one is meant: --number NUMBER")
    exit_code = ExitCode.USAGE


class NoSuchDayError(NumbersError):
    """What was given is no day."""

    message = N_("“{text}” is no day.")
    next_step = N_("Write the day as year, month and day: 2027-01-31")
    exit_code = ExitCode.USAGE


class NoDayError(NumbersError):
    """Nobody said on which day the number is given up."""

    message = N_("On which day is {number} given up?")
    next_step = N_("Say it with --on, such as --on 2027-01-31. For a number that is gone already, the day it went.")
    exit_code = ExitCode.USAGE


class MarksNeedVaultError(NumbersError):
    """Marks are kept in the vault, and none was named."""

    message = N_("What is done is noted in the vault, and --sms opens none.")
    next_step = N_("Leave --sms out, and name the vault: --repo FOLDER")
    exit_code = ExitCode.USAGE


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


class NoLetterError(NumbersError):
    """A letter was asked for to a service that does not write to the number."""

    message = N_("No service called “{service}” was found that writes to this number for somebody else.")
    next_step = N_("Name one of these: {keys}.")
    exit_code = ExitCode.USAGE


class NotAPastDayError(NumbersError):
    """What was given is no day up to today."""

    message = N_("“{text}” is no day up to today.")
    next_step = N_("Write the day as 2026-11-29: year, month, day.")
    exit_code = ExitCode.USAGE
