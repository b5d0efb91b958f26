"""Asks for the vault's password, and locks the vault."""

import contextlib
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.errors import PhonewardError
from phoneward.texts import _, words
from phoneward.vault import WrongPasswordError
from phoneward.web.errors import TriesTooFastError, TryRunningError
from phoneward.web.page import context_of, form_of, own_address, page, say, see_other


def ask(request: Request) -> Response:
    """Show the form; where there is no vault, say so instead."""
    door = context_of(request).door
    after = own_address(request.query_params.get("next", "/"))
    if door.is_open:
        return see_other(after)
    door.require_there()
    return _form(request, after)


def unlock(request: Request) -> Response:
    """Try a password. It stands in no address, no log and no answer."""
    form = form_of(request)
    after = own_address(form.get("next", "/"))
    try:
        context_of(request).door.unlock(form.get("password", ""))
    except WrongPasswordError as error:
        return _form(request, after, error, 403)
    except (TriesTooFastError, TryRunningError) as error:
        return _form(request, after, error, error.status)
    with contextlib.suppress(PhonewardError):  # the page that is opened next says what is wrong
        context_of(request).library.begin()
    return see_other(after)


def lock(request: Request) -> Response:
    """Forget the key and what was learnt with it."""
    context = context_of(request)
    context.door.lock()
    context.checkups.forget()
    context.library.forget()
    context.restores.forget()
    context.answers.forget()
    context.jobs.forget_ended()
    say(request, words("The vault is locked now. Work that was running goes on to its end."))
    return see_other("/unlock")


def _form(request: Request, after: str, error: PhonewardError | None = None, status: int = 200) -> Response:
    place = str(context_of(request).door.place())
    return page(
        request, "unlock.html", title=_("Open your vault"), status=status, after=after, error=error, place=place
    )


ROUTES: Final = (
    Route("/unlock", ask),
    Route("/unlock", unlock, methods=["POST"]),
    Route("/lock", lock, methods=["POST"]),
)
