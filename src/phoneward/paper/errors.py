"""What can go wrong when a document is made."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_


class PdfMissingError(PhonewardError):
    """The part that makes PDF is not installed."""

    message = N_("The part of Phoneward that makes PDF files is not installed.")
    next_step = N_(
        "Make a web page instead (a file that ends in .html): every browser can print it, as a PDF too. To install the "
        "part: pipx install 'phoneward[pdf]'"
    )


class PdfNotMadeError(PhonewardError):
    """Making a PDF failed."""

    message = N_("The PDF could not be made ({detail}).")
    next_step = N_("Make a web page instead (a file that ends in .html): every browser can print it, as a PDF too.")


class NotAReportError(PhonewardError):
    """There is something at the place where a document should be written."""

    message = N_("There is something else at {path}, so nothing was written there.")
    next_step = N_("Choose another name, or move that file away. Only an earlier file of the same kind is replaced.")
    exit_code = ExitCode.USAGE


class ReportUnwritableError(PhonewardError):
    """A document cannot be written."""

    message = N_("{path} could not be written ({detail}).")
    next_step = N_("Choose a folder that is there and that you may write to, then run the command again.")
