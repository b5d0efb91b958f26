"""What can go wrong in the room of cases."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_


class CaseError(PhonewardError):
    """The family of the room's errors."""


class NoSuchLetterError(CaseError):
    """There is no letter of that kind."""

    message = N_("There is no letter “{kind}”.")
    next_step = N_("Choose one of these: {kinds}.")
    exit_code = ExitCode.USAGE


class NotInTheCaseError(CaseError):
    """The case names nobody in that role."""

    message = N_("The case names nobody who is “{role}”.")
    next_step = N_("Name them in the case first, or choose one that it names: {roles}.")
    exit_code = ExitCode.USAGE
