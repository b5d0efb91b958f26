"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.paper.errors import NotAReportError, PdfMissingError, PdfNotMadeError, ReportUnwritableError
from phoneward.paper.html import environment, standalone_page
from phoneward.paper.pdf import make_pdf
from phoneward.paper.saving import refuse_other_files, save_document

__all__ = [
    "NotAReportError",
    "PdfMissingError",
    "PdfNotMadeError",
    "ReportUnwritableError",
    "environment",
    "make_pdf",
    "refuse_other_files",
    "save_document",
    "standalone_page",
]
