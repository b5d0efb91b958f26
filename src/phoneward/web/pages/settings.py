"""Language, where things are, and this session."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import __version__
from phoneward.errors import PhonewardError
from phoneward.settings import NoRepositoryNamedError
from phoneward.texts import _, available_languages
from phoneward.web import language
from phoneward.web.page import context_of, form_of, own_address, page, see_other, session_of

_YEAR_S: Final = 365 * 24 * 3600


def settings(request: Request) -> Response:
    """Show them."""
    context = context_of(request)
    return page(
        request,
        "settings.html",
        title=_("Settings"),
        place=_place(request),
        is_open=context.door.is_open,
        address=context.address,
        state_dir=str(context.settings.state_dir),
        cache_dir=str(context.settings.cache_dir),
        checks_peers=context.checks_peers,
        version=__version__,
    )


def _place(request: Request) -> str | PhonewardError:
    try:
        return str(context_of(request).door.place())
    except NoRepositoryNamedError as error:
        return error


def choose_language(request: Request) -> Response:
    """Remember the language a person chose, in this browser, and go back to where they were."""
    form = form_of(request)
    answer = see_other(own_address(form.get("next", "/")))
    if form.get("language") in available_languages():
        answer.set_cookie(
            language.COOKIE, form["language"], max_age=_YEAR_S, path="/", httponly=True, samesite="strict"
        )
    return answer


def close_session(request: Request) -> Response:
    """Let this browser out."""
    context, session = context_of(request), session_of(request)
    if session is not None:
        context.sessions.close(session)
    request.scope["phoneward.session"] = None
    answer = page(request, "closed.html", title=_("Closed"))
    answer.delete_cookie(context.cookie, path="/", httponly=True, samesite="strict")
    return answer


ROUTES: Final = (
    Route("/settings", settings),
    Route("/language", choose_language, methods=["POST"]),
    Route("/session/close", close_session, methods=["POST"]),
)
