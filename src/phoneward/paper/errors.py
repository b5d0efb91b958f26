"""What can go wrong when a document is made."""

from phoneward.errors import PhonewardError
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
