"""What can go wrong when a letter is written."""

from phoneward.cases.errors import CaseError
from phoneward.errors import ExitCode
from phoneward.texts import N_


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
