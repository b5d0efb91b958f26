"""Style, script and the mark: from a table read at the start, so that no address can lead to another file."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.web.errors import PageMissingError
from phoneward.web.page import static_files


def static(request: Request) -> Response:
    """Return one file."""
    found = static_files().get(request.path_params["name"])
    if found is None:
        raise PageMissingError
    content, kind = found
    return Response(content, media_type=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)


ROUTES: Final = (Route("/static/{name:path}", static),)
