"""What can go wrong with a checkup and its reports."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_


class RoomFailedError(PhonewardError):
    """A room failed in a way it did not foresee. The others answer all the same."""

    message = N_("This part of the checkup failed by a mistake of Phoneward's own ({kind}).")
    next_step = N_("The other answers hold. Run the checkup again with --verbose and report what it prints.")
    exit_code = ExitCode.INCOMPLETE


class NotAReportError(PhonewardError):
    """There is something at the place where a report should be written."""

    message = N_("There is something else at {path}, so no report was written there.")
    next_step = N_("Choose another name, or move that file away. Only an earlier report is replaced.")
    exit_code = ExitCode.USAGE


class ReportUnwritableError(PhonewardError):
    """The report cannot be written."""

    message = N_("The report could not be written to {path} ({detail}).")
    next_step = N_("Choose a folder that is there and that you may write to, then run the checkup again.")
