"""The end of the demonstration: the page with the sample phone, shown to a person or, where nobody is, visited."""

import http.client
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from phoneward.cli.open_cmd import show_and_serve
from phoneward.cli.output import Output
from phoneward.texts import _, ngettext

if TYPE_CHECKING:
    from phoneward.demo import Told
    from phoneward.settings import Settings

TIMEOUT_S = 60


def settings_of(folder: Path, vault: str, password: str) -> "Settings":
    """Return the settings of the demonstration's own vault; nothing of the person's is read."""
    from phoneward.settings import Overrides, load

    overrides = Overrides(repository=vault, state_dir=str(folder / "state"), cache_dir=str(folder / "cache"))
    return load(overrides, {"PHONEWARD_PASSWORD": password})


def show(output: Output, settings: "Settings", told: "tuple[Told, ...]") -> None:
    """Open the page in the person's browser and serve it until Ctrl-C."""
    from phoneward import web

    listening = web.listen()
    context = web.WebContext(settings, web.port_of(listening), story=told)
    output.summary(_("Now look at it on the page. If no browser opens, open this link in yours:"))
    output.summary(f"  {context.one_time_link()}")
    show_and_serve(output, web.PageServer(listening, context), context.one_time_link())


def visit(output: Output, settings: "Settings", told: "tuple[Told, ...]") -> list[str]:
    """Serve the page and ask for each page of the story as a browser would; return those that did not answer."""
    from phoneward import web

    listening = web.listen()
    context = web.WebContext(settings, web.port_of(listening), story=told)
    pages = ["/", "/story", *dict.fromkeys(chapter.href for chapter in web.chapters(told) if chapter.href)]
    with web.PageServer(listening, context).running():
        failed = _failed(context.one_time_link(), pages)
    output.summary(
        ngettext(
            "The page was asked for as a browser would, and {count} page answered.",
            "The page was asked for as a browser would, and {count} pages answered.",
            len(pages) - len(failed),
        ).format(count=len(pages) - len(failed))
    )
    for address in failed:
        output.result(_("This page did not answer: {address}").format(address=address))
    return failed


def _failed(link: str, pages: list[str]) -> list[str]:
    """Return the pages that did not answer with success."""
    address = urlsplit(link)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT_S)
    entered = _get(connection, f"{address.path}?{address.query}", "")
    cookie = (entered.getheader("set-cookie") or "").partition(";")[0]
    return [page for page in pages if _get(connection, page, cookie).status != http.HTTPStatus.OK]


def _get(connection: http.client.HTTPConnection, path: str, cookie: str) -> http.client.HTTPResponse:
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    answer.read()
    return answer
