"""Renders a page: what all pages have in common is put in here, so that a page's own function stays short."""

import functools
import hashlib
import shlex
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import jinja2
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from phoneward import findings, paper
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.settings import NoRepositoryNamedError
from phoneward.snapshots import NoAppFilesError
from phoneward.texts import Words, _, current_language
from phoneward.vault import KeyNotFoundError, NotAFileError, PathNotFoundError, StorageAccessError
from phoneward.vaultplace import RemotePlace
from phoneward.web import actions, language, navigation
from phoneward.web.errors import (
    DiskRefusedError,
    MethodRefusedError,
    PageError,
    PageMissingError,
    VaultShutError,
)
from phoneward.web.outside import outside_sentence
from phoneward.web.security.forms import Form
from phoneward.web.security.headers import LINK_PATH

if TYPE_CHECKING:
    from phoneward.web.context import WebContext
    from phoneward.web.security.sessions import Session

NOT_THERE: Final = (PathNotFoundError, NotAFileError, KeyNotFoundError, NoAppFilesError)
STATIC_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}


def context_of(request: Request) -> "WebContext":
    """Return the server's state."""
    context: WebContext = request.scope["phoneward.context"]
    return context


def session_of(request: Request) -> "Session | None":
    """Return who asks; None only on pages for those who are not let in."""
    session: Session | None = request.scope.get("phoneward.session")
    return session


def form_of(request: Request) -> Form:
    """Return the form that was sent; the gate has read and checked it."""
    form: Form = request.scope["phoneward.form"]
    return form


def say(request: Request, message: Words) -> None:
    """Have the next page of this session say something first."""
    session = session_of(request)
    if session is not None:
        session.messages.append(message)


def page(
    request: Request,
    template: str,
    *,
    title: str,
    command: Sequence[str] = (),
    status: int = 200,
    crumbs: Sequence[tuple[str, str]] = (),
    **details: object,
) -> Response:
    """Return a whole page.

    Args:
        request: who asks.
        template: its file; it extends `base.html`.
        title: in the reader's language; the heading and the window's name.
        command: what does the same on the command line, word by word.
        status: of the answer.
        crumbs: (address, label) of the pages above this one.
        **details: what the template shows.
    """
    session = session_of(request)
    common: dict[str, object] = {
        "title": title,
        "command": command_line(command),
        "crumbs": crumbs,
        "csrf": session.csrf if session else "",
        "messages": session.take_messages() if session else [],
        "here": here_of(request),
        "bar": [(entry, navigation.is_here(entry, request.url.path)) for entry in navigation.BAR],
        "languages": language.offered(),
        "language": current_language(),
        "is_demo": bool(context_of(request).story),
        "outside": outside_sentence(context_of(request)),
    }
    return HTMLResponse(templates().get_template(template).render(common | details), status)


def command_line(words: Sequence[str]) -> str:
    """Return a command as a person types it; what a phone put into it cannot repaint it."""
    return readable(shlex.join(words))


def fragment(template: str, **details: object) -> Response:
    """Return a part of a page, for htmx."""
    return HTMLResponse(templates().get_template(template).render(details))


def here_of(request: Request) -> str:
    """Return this page's address, to come back to; never one that holds a one-time link's secret."""
    if request.url.path == LINK_PATH:
        return "/"
    query = request.url.query if request.method in {"GET", "HEAD"} else ""
    raw = request.scope["raw_path"].decode("ascii", "replace")
    return own_address(f"{raw}?{query}" if query else raw)


def see_other(address: str) -> Response:
    """Lead the browser on after a form: reloading then sends nothing twice."""
    return RedirectResponse(address, status_code=303)


def error_page(request: Request, error: PhonewardError) -> Response:
    """Return the page that says what happened and what to do.

    A locked vault leads to where it is unlocked, and where nobody named one, to set-up.
    """
    if request.method in {"GET", "HEAD"}:
        if isinstance(error, VaultShutError):
            return see_other(f"/unlock?next={quote(here_of(request), safe='')}")
        if isinstance(error, NoRepositoryNamedError):
            return see_other("/setup")
    title = _("This did not work")
    enter_at = _enter_at(request, error)
    return page(request, "error.html", title=title, status=_status(error), error=error, enter_at=enter_at)


def _enter_at(request: Request, error: PhonewardError) -> str:
    """Return where a person says who enters the vault's server, where that is what went wrong; else empty."""
    if not isinstance(error, StorageAccessError) or session_of(request) is None:
        return ""
    place = context_of(request).desk.place()
    return f"/setup/place/elsewhere/{place.kind.value}" if isinstance(place, RemotePlace) else ""


def _status(error: PhonewardError) -> int:
    if isinstance(error, PageError):
        return error.status
    if isinstance(error, NOT_THERE) or error.exit_code in {ExitCode.USAGE, ExitCode.NO_REPOSITORY}:
        return 404
    return 409 if error.exit_code is ExitCode.LOCKED else 500


def on_phoneward_error(request: Request, error: Exception) -> Response:
    """Answer for an error of ours (Starlette calls this)."""
    assert isinstance(error, PhonewardError)  # noqa: S101 - registered for it alone
    return error_page(request, error)


def on_http_error(request: Request, error: Exception) -> Response:
    """Answer for an address or a method that no route knows (Starlette calls this)."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    return error_page(request, MethodRefusedError() if error.status_code == 405 else PageMissingError())


def on_os_error(request: Request, error: Exception) -> Response:
    """Answer for the operating system's refusal (Starlette calls this)."""
    assert isinstance(error, OSError)  # noqa: S101 - registered for it alone
    context_of(request).on_fault(error)
    return error_page(request, DiskRefusedError(detail=readable(error.strerror or type(error).__name__)))


def is_typed(form: Form, word: str) -> bool:
    """Tell whether a person typed the word that confirms an irreversible loss: any case, blanks around it forgiven."""
    return form.get("typed", "").strip().casefold() == word.casefold()


def own_address(address: str) -> str:
    """Return an address of this page's own to go on to, `/` for anything else (an open redirect)."""
    good = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if good and "\\" not in address else "/"


@functools.cache
def templates() -> jinja2.Environment:
    """Return the environment all pages are rendered in."""
    made = paper.environment(("phoneward.web", "templates"))
    made.globals |= {
        "static": static_address,
        "action_id": actions.action_id,
        "action_page": actions.page_of,
        "can_do": actions.can_do,
        "command_line": command_line,
        "room_page": navigation.room_page,
        "severity_words": findings.SEVERITY_WORDS,
        "tier_words": findings.TIER_WORDS,
    }
    return made


@functools.cache
def static_files() -> dict[str, tuple[bytes, str]]:
    """Return name → (content, type) of all there is under `static/`: what is not in this table does not exist."""
    found: dict[str, tuple[bytes, str]] = {}
    root = files("phoneward.web") / "static"
    for folder, prefix in ((root, ""), (root / "vendor", "vendor/")):
        for item in folder.iterdir():
            kind = STATIC_TYPES.get(item.name[item.name.rfind(".") :])
            if item.is_file() and kind:
                found[prefix + item.name] = (item.read_bytes(), kind)
    return found


def static_address(name: str) -> str:
    """Return the address of a static file; it changes with its content."""
    return f"/static/{name}?{hashlib.sha256(static_files()[name][0]).hexdigest()[:12]}"
