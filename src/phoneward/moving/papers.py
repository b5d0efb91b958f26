"""The report of a move as a page and as a PDF: to be ticked off beside the two phones."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from phoneward.moving.report import MoveReport, report_view
from phoneward.paper import make_pdf, refuse_other_files, save_document, standalone_page

MARK: Final = "Phoneward move"
"""In the page's `generator`: how an earlier report is told from a file that must not be replaced."""
_ROOM: Final = "phoneward.moving"


def refuse_place(path: Path) -> None:
    """Look whether a report may be written here, before anything is done. Raises as `paper.refuse_other_files`."""
    refuse_other_files(path, MARK)


def save_report(path: Path, report: MoveReport) -> None:
    """Write a report: a PDF where the name ends in .pdf, else a page.

    Raises:
        PdfMissingError, PdfNotMadeError: typst is not installed, or failed.
        NotAReportError, ReportUnwritableError: something else is there, or it cannot be written.
    """
    data = pdf_report(report) if path.suffix.lower() == ".pdf" else html_report(report)
    save_document(path, data, MARK)


def html_report(report: MoveReport) -> bytes:
    """Return the report as a page in the reader's language, UTF-8."""
    return standalone_page(_ROOM, "move.html", "move.css", report=report_view(report), mark=MARK)


def pdf_report(report: MoveReport) -> bytes:
    """Return the report as a PDF in the reader's language. Raises as `save_report`."""
    template = (files(_ROOM) / "templates" / "move.typ").read_text("utf-8")
    return make_pdf(template, {**report_view(report), "mark": MARK})
