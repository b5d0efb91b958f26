"""Puts the page together: routes, the gate in front, errors in words."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from phoneward.errors import PhonewardError
from phoneward.web import page, pages
from phoneward.web.context import WebContext
from phoneward.web.security.gate import Gate


def make_app(context: WebContext) -> Starlette:
    """Return the application that serves one person's page."""
    app = Starlette(
        routes=list(pages.ROUTES),
        middleware=[Middleware(Gate, context=context)],
        exception_handlers={
            HTTPException: page.on_http_error,
            PhonewardError: page.on_phoneward_error,
            OSError: page.on_os_error,
        },
    )
    app.router.redirect_slashes = False
    return app
