"""The report as one page that needs nothing else: no script, no picture, no address, and a policy that forbids them."""

import base64
import hashlib
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from phoneward.checkup.report import CheckupReport
from phoneward.checkup.view import report_view
from phoneward.paper import environment

MARK = "Phoneward checkup"
"""In the page's `generator`: how an earlier report is told from a file that must not be replaced."""


def html_report(report: CheckupReport) -> bytes:
    """Return the report as a page in the reader's language, UTF-8."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    page = (
        _environment()
        .get_template("report.html")
        .render(
            report=report_view(report),
            style=Markup(style),  # noqa: S704 - our own file, no text of anybody else's
            style_hash=f"sha256-{digest}",
            mark=MARK,
        )
    )
    return page.encode("utf-8", "backslashreplace")


@cache
def _environment() -> jinja2.Environment:
    return environment(("phoneward.checkup", "templates"))


@cache
def _style() -> str:
    return (files("phoneward.checkup") / "templates" / "report.css").read_text("utf-8").replace("\r\n", "\n")
