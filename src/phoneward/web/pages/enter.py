"""The one-time link: lets a browser in."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.texts import _
from phoneward.web.errors import LinkUsedError
from phoneward.web.page import context_of, page, session_of
from phoneward.web.security.headers import LINK_PATH


def enter(request: Request) -> Response:
    """Take the link's secret and give a cookie for it.

    The answer is a page that leads on, not a redirect: after a redirect from elsewhere (the private file) browsers do
    not send a cookie that is SameSite=Strict.
    """
    context = context_of(request)
    if session_of(request) is None and (
        request.method != "GET" or not context.links.redeem(request.query_params.get("token", ""))
    ):
        raise LinkUsedError
    answer = page(request, "entered.html", title=_("Welcome"), front="/story" if context.story else "/")
    if session_of(request) is None:
        answer.set_cookie(context.cookie, context.sessions.begin(), path="/", httponly=True, samesite="strict")
    return answer


ROUTES: Final = (Route(LINK_PATH, enter),)
