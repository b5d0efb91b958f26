"""What can go wrong with what the service is given."""

from phoneward.errors import ExitCode
from phoneward.numbers.errors import NumbersError
from phoneward.texts import N_


class AnswerFaultError(NumbersError):
    """The program made a mistake while it answered somebody."""

    message = N_("The gate made a mistake of its own ({kind}, {place}); whoever asked got status 500.")
    next_step = N_("Report it, with this line. Nobody is let in by it; all other requests are answered.")


class NoticeListError(NumbersError):
    """A list of cancelled numbers cannot be used."""

    message = N_("The list {path} cannot be used: {problem}. Nothing of it was carried out.")
    next_step = N_("Write each line as +447700900001,2026-04-30: the number, then the day on which it was cancelled.")
    exit_code = ExitCode.USAGE


class AuditExportError(NumbersError):
    """The audit log cannot be written out."""

    message = N_("The audit log cannot be written to {path}: {problem}.")
    next_step = N_("Choose another place with --export. The log itself is not changed by this.")


class NotANotedHeadError(NumbersError):
    """What was noted of an earlier check is not what a check prints."""

    message = N_("“{noted}” is not what a check of the audit log prints.")
    next_step = N_("Give it as it was printed: the number of entries, a colon, 64 letters and digits.")
    exit_code = ExitCode.USAGE
