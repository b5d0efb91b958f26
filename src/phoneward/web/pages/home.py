"""The first page: the worst thing, the one next step, and six questions with today's answers."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.checkup import ROOMS, CheckupReport
from phoneward.findings import Finding, Severity, sorted_findings
from phoneward.texts import _
from phoneward.web.page import context_of, page


def home(request: Request) -> Response:
    """Show the six cards."""
    context = context_of(request)
    with context.vault() as repo:
        looked = context.checkups.latest(repo)
    report = looked.report
    return page(
        request,
        "home.html",
        title=_("Your phone today"),
        command=("phoneward", "checkup"),
        looked=looked,
        first=first_finding(report) if report else None,
        rooms=ROOMS,
        parts_of={part.room.name: part for part in report.rooms}
        if report
        else dict.fromkeys(room.name for room in ROOMS),
    )


def first_finding(report: CheckupReport) -> Finding | None:
    """Return the worst thing that is open; None where all is fine."""
    for finding in sorted_findings(report.findings):
        if not finding.is_done and finding.severity is not Severity.FINE:
            return finding
    return None


ROUTES: Final = (Route("/", home),)
