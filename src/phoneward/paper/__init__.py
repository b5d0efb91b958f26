"""Documents for people: pages made from templates, and PDF. Knows no room; templates lie beside those who use them."""

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
