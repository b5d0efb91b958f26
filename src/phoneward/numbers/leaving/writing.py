"""Writes the plan into files: a calendar, a page, a PDF. Only over nothing, or over an earlier one of its kind."""

import datetime as dt
from pathlib import Path

from phoneward.numbers.leaving.calendar import MARK as CALENDAR_MARK
from phoneward.numbers.leaving.calendar import calendar
from phoneward.numbers.leaving.page import MARK, html_plan, pdf_plan
from phoneward.numbers.leaving.planning import Plan
from phoneward.paper import refuse_other_files, save_document


def refuse_others(ics: Path | None, html: Path | None, pdf: Path | None) -> None:
    """Look whether the plan may be written there, before anybody waits. Raises as `paper.refuse_other_files`."""
    for path, mark in ((ics, CALENDAR_MARK), (html, MARK), (pdf, MARK)):
        if path is not None:
            refuse_other_files(path, mark)


def write_plan(plan: Plan, now: dt.datetime, *, ics: Path | None, html: Path | None, pdf: Path | None) -> None:
    """Write the plan, in the reader's language.

    Raises:
        PdfMissingError, PdfNotMadeError: see `paper.make_pdf`.
        NotAReportError, ReportUnwritableError: see `paper.save_document`.
    """
    if ics is not None:
        save_document(ics, calendar(plan, now), CALENDAR_MARK)
    if html is not None:
        save_document(html, html_plan(plan), MARK)
    if pdf is not None:
        save_document(pdf, pdf_plan(plan), MARK)
