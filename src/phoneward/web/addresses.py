"""Addresses that name what is in a snapshot. Names are bytes: they are percent-encoded as they are, and never decoded.

They stand in the query, not in the path: browsers and servers shorten paths (dots, backslashes, line ends), and leave
queries alone.
"""

import datetime as dt
from typing import Final, TypeVar
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlencode

from markupsafe import Markup
from starlette.requests import Request

from phoneward.snapshots import Page

MAX_ADDRESS: Final = 4000
"""Longer addresses are refused (`security.gate`), so none is made."""
T = TypeVar("T")

MAX_PAGE: Final = 1_000_000


def quoted(path: bytes) -> str:
    """Return a path as a part of a query or a form field: ASCII only."""
    return quote_from_bytes(path, safe="/")


def unquoted(text: str) -> bytes:
    """Return the path that `quoted` made this of."""
    return unquote_to_bytes(text)


def address(base: str, *, path: bytes | None = None, **fields: str | int) -> str:
    """Return an address with a query; empty where it would be longer than what is answered.

    Args:
        base: the page.
        path: in a snapshot, raw bytes.
        **fields: further parts of the query; empty ones are left out.
    """
    parts = [] if path is None else [f"path={quoted(path)}"]
    rest = {name: value for name, value in fields.items() if value != ""}
    parts += [urlencode(rest)] if rest else []
    whole = f"{base}?{'&'.join(parts)}" if parts else base
    return whole if len(whole) <= MAX_ADDRESS else ""


def raw_values(request: Request, name: str) -> list[bytes]:
    """Return what the query says of a name, each time it does, as bytes."""
    found = []
    for part in request.scope["query_string"].split(b"&"):
        key, _equals, value = part.partition(b"=")
        if key == name.encode():
            found.append(unquote_to_bytes(value.replace(b"+", b" ")))
    return found


def path_of(request: Request) -> bytes:
    """Return the path that is asked for; `/` where none is."""
    return next(iter(raw_values(request, "path")), b"/")


def number_of(request: Request) -> int:
    """Return which page of a list is asked for, from 1; an address bar may say anything."""
    text = request.query_params.get("page", "")
    return min(max(int(text), 1), MAX_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def pager(request: Request, page: Page[T]) -> dict[str, object]:
    """Return what the part `pagination` is given, for a page of a list."""
    last = page.pages
    return {
        "number": page.number,
        "count": 0 if page.at_least else last,
        "before": _other(request, min(page.number - 1, last)) if page.number > 1 else "",
        "after": _other(request, page.number + 1) if page.number < last else "",
        "needed": last > 1 or page.number > 1,
    }


def _other(request: Request, number: int) -> str:
    query = request.scope["query_string"].decode("ascii", "replace")
    kept = [part for part in query.split("&") if part and part.partition("=")[0] != "page"]
    return "?" + "&".join([*kept, f"page={number}"])


def link(href: str, text: str) -> Markup:
    """Return a link, or only the text where there is no address; a path in a narrow column breaks between its names."""
    if not href:
        return Markup("<bdi>{}</bdi>").format(Markup("/<wbr>").join(text.split("/")))
    return Markup('<a href="{}"><bdi>{}</bdi></a>').format(href, text)


def time_of(nanoseconds: int | None) -> dt.datetime | None:
    """Return a file's time; None where it has none that can be: a snapshot may say anything."""
    if nanoseconds is None:
        return None
    try:
        when = dt.datetime.fromtimestamp(nanoseconds // 1_000_000_000, dt.UTC)
        when.astimezone()
    except (ValueError, OverflowError, OSError):
        return None
    return when


def differences_address(before: str | None, after: str | None, show: str = "") -> str:
    """Return where two snapshots, by their IDs, are compared."""
    query = {"from": before or "", "to": after or ""} | ({"show": show} if show else {})
    return f"/differences?{urlencode(query)}"
