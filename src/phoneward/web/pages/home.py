"""The first page: the worst thing, the one next step, and six questions with today's answers."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.checkup import ROOMS, CheckupReport
from phoneward.findings import Finding, Severity, sorted_findings
from phoneward.settings import NoRepositoryNamedError
from phoneward.texts import _
from phoneward.vault import NoRepositoryError
from phoneward.vaultplace import RemotePlace
from phoneward.web.page import context_of, page, see_other


def home(request: Request) -> Response:
    """Show the six cards; before there is a vault, lead to set-up."""
    context = context_of(request)
    try:
        context.door.require_there()
    except NoRepositoryNamedError:
        return see_other("/setup")
    except NoRepositoryError as error:
        return _without_vault(request, error) if context.desk.is_missed() else see_other("/setup")
    with context.library.open(load_index=False) as opened:
        looked = context.checkups.latest(opened.repo)
        is_unfinished = context.desk.is_unfinished(opened.repo, has_snapshot=opened.newest() is not None)
        if looked.report is not None:  # the answers come first
            context.library.prepare(opened)
    report = looked.report
    return page(
        request,
        "home.html",
        title=_("Your phone today"),
        command=("phoneward", "checkup"),
        looked=looked,
        is_unfinished=is_unfinished,
        first=first_finding(report) if report else None,
        rooms=ROOMS,
        parts_of={part.room.name: part for part in report.rooms}
        if report
        else dict.fromkeys(room.name for room in ROOMS),
    )


def _without_vault(request: Request, error: NoRepositoryError) -> Response:
    """Say that the vault is not there: its disk may be elsewhere, or there is none yet."""
    return page(
        request,
        "no_vault.html",
        title=_("Your vault is not there"),
        command=("phoneward", "setup"),
        error=error,
        is_far=isinstance(context_of(request).door.place(), RemotePlace),
    )


def first_finding(report: CheckupReport) -> Finding | None:
    """Return the worst thing that is open; None where all is fine."""
    for finding in sorted_findings(report.findings):
        if not finding.is_done and finding.severity is not Severity.FINE:
            return finding
    return None


ROUTES: Final = (Route("/", home),)
