"""The report as one page that needs nothing else: no script, no picture, no address, and a policy that forbids them."""

from phoneward.checkup.report import CheckupReport
from phoneward.checkup.view import report_view
from phoneward.paper import standalone_page

MARK = "Phoneward checkup"
"""In the page's `generator`: how an earlier report is told from a file that must not be replaced."""


def html_report(report: CheckupReport) -> bytes:
    """Return the report as a page in the reader's language, UTF-8."""
    return standalone_page("phoneward.checkup", "report.html", "report.css", report=report_view(report), mark=MARK)
