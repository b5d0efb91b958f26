"""What is secret between being typed and "use it anyway": it waits in the session, and never stands in a page.

That is a weak password of the vault, or who enters a server that there is something to know about.

A form names it by a number that counts once. So "anyway" in one window never takes what was typed in another since.
"""

import secrets
from typing import Final

from starlette.requests import Request

from phoneward.web.page import form_of, session_of

FIELD: Final = "waiting"
_KEPT: Final = "waiting"


def hold(request: Request, what: str, secret: str) -> dict[str, str]:
    """Have a secret wait, in the place of any other, and return the form field that names it.

    Args:
        request: of the session.
        what: shall be done with it.
        secret: the one that was typed.
    """
    number = secrets.token_urlsafe(9)
    session = session_of(request)
    if session is not None:
        session.kept[_KEPT] = (number, what, secret)
    return {FIELD: number}


def release(request: Request, what: str) -> str | None:
    """Return the secret that a form names, which waits no more; None where another waits, or none."""
    session = session_of(request)
    waiting = session.kept.pop(_KEPT, None) if session is not None else None
    if not isinstance(waiting, tuple) or waiting[:2] != (form_of(request).get(FIELD, ""), what):
        return None
    return str(waiting[2])


def drop(request: Request) -> None:
    """Forget what waits: the person went another way."""
    session = session_of(request)
    if session is not None:
        session.kept.pop(_KEPT, None)
