"""Every part that pages are made of, on one page: for those who build pages, and for tests of their looks."""

import datetime as dt
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.findings import Action, Evidence, Finding, Severity, Tier
from phoneward.texts import _, words
from phoneward.web.errors import PageMissingError
from phoneward.web.jobs import Progress
from phoneward.web.page import page

_ACTION: Final = Action(
    "snapshots", "none", words("Take a snapshot"), command=("phoneward", "backup", "--serial", "phone 1")
)
_FINDINGS: Final = tuple(
    Finding(
        code=f"parts.{severity}",
        severity=severity,
        tier=Tier.INFERRED,
        title=words("There is no snapshot of your phone yet."),
        loss=words("If it broke now, everything that is only on it would be lost."),
        detail=words("Nothing is broken: start it again, and it goes on from what is already safe."),
        actions=(_ACTION,),
        evidence=(
            Evidence(
                words("There is no snapshot of your phone yet."),
                source="shared/<script>/照片.jpg",
                seen=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
            ),
        ),
    )
    for severity in reversed(Severity)
)


def parts(request: Request) -> Response:
    """Show them all."""
    return page(
        request,
        "parts_page.html",
        title=_("The parts of this page"),
        command=("phoneward", "open"),
        crumbs=(("/", _("Overview")),),
        findings=_FINDINGS,
        error=PageMissingError(),
        progress=Progress("send", 0.42, 1234, 5_600_000_000, "shared/DCIM/Camera/IMG_0001.jpg", 125.0),
    )


ROUTES: Final = (Route("/parts", parts),)
