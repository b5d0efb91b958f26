"""Set-up: the recovery kit, made, opened, printed and said to be printed."""

import base64
import hashlib
import importlib.util
import re
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from phoneward import setup
from phoneward.setup import KIT_SENTENCES, Step, is_kit_printed, note_kit_printed
from phoneward.web.page import context_of, see_other
from phoneward.web.pages.setup import address_of, after, step_page, too_early
from phoneward.web.security.headers import KIT_SHEET

KIT: Final = address_of(Step.KIT)
_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def kit(request: Request) -> Response:
    """Say what it is; once it is made, have it printed."""
    context = context_of(request)
    with context.desk.looking() as journey:
        early = too_early(journey.progress(), Step.KIT)
        if early is not None:
            return early
    with context.door.vault() as repo:
        journey = context.desk.journey(repo)
        written = journey.kit_written()
        printed = is_kit_printed(repo)
    return step_page(
        request,
        Step.KIT,
        "kit.html",
        said=KIT_SENTENCES,
        file=str(written.file) if written is not None else "",
        printed=printed,
        is_far=journey.is_far,
        sheet=KIT_SHEET,
        has_pdf=importlib.util.find_spec("typst") is not None,
    )


def make(request: Request) -> Response:
    """Write it, beside the vault."""
    context = context_of(request)
    with context.door.own() as repo:
        context.desk.journey(repo).write_kit()
    return see_other(KIT)


def printed(request: Request) -> Response:
    """Keep in the vault that it is printed and the password written down."""
    context = context_of(request)
    with context.door.own() as repo:
        if context.desk.journey(repo).kit_written() is None:
            return see_other(KIT)
        note_kit_printed(repo)
    return see_other(after(Step.KIT))


def sheet(request: Request) -> Response:
    """Show the sheet, to be printed by the browser. It brings its own style and nothing else."""
    context = context_of(request)
    with context.door.vault() as repo:
        text = setup.as_html(context.desk.journey(repo).sheet())
    styles = " ".join(f"'sha256-{_digest(style)}'" for style in _STYLE.findall(text))
    policy = f"default-src 'none'; style-src {styles}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    return HTMLResponse(text, headers={"content-security-policy": policy})


def pdf(request: Request) -> Response:
    """Return the sheet as PDF."""
    context = context_of(request)
    with context.door.vault() as repo:
        data = setup.as_pdf(context.desk.journey(repo).sheet())
    headers = {"content-disposition": 'attachment; filename="phoneward-recovery-kit.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


ROUTES: Final = (
    Route(KIT, kit),
    Route(f"{KIT}/make", make, methods=["POST"]),
    Route(f"{KIT}/printed", printed, methods=["POST"]),
    Route(KIT_SHEET, sheet),
    Route(f"{KIT}/sheet.pdf", pdf),
)
