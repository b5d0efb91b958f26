"""`phoneward open`: the page in the browser."""

import contextlib
import sys
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import Frame, asked_language, current, option, vault_options
from phoneward.cli.output import Output
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from phoneward.web import PageServer

_HIGHEST_PORT = 65535


@click.command(
    cls=WordedCommand,
    short_help=N_("Show everything on a page in your browser."),
    help=N_(
        "Show everything on a page in your browser. The page is on this computer alone and is gone when this command "
        "ends (Ctrl-C). A one-time link lets your browser in, and nobody else's."
    ),
)
@option(
    "--port",
    metavar="N",
    type=click.IntRange(0, _HIGHEST_PORT),
    default=0,
    help=N_("Where the page listens on this computer. Default: a port that is free."),
)
@option("--print-url", is_flag=True, help=N_("Print the one-time link and nothing else, and open no browser."))
@option("--no-browser", is_flag=True, help=N_("Open no browser; say on the terminal how to get in."))
@vault_options
def open(port: int, *, print_url: bool, no_browser: bool) -> ExitCode:  # noqa: A001 - named as the command
    """Serve the page until Ctrl-C."""
    from phoneward import vault, web

    frame = current()
    vault.remove_leftovers()
    listening = web.listen(port)
    context = web.WebContext(
        frame.settings, web.port_of(listening), language=asked_language(), on_fault=_fault_teller(frame)
    )
    server = web.PageServer(listening, context)
    with contextlib.suppress(KeyboardInterrupt):  # also between the link and the server's own handling of it
        _serve(frame, server, print_url=print_url, no_browser=no_browser)
    return ExitCode.DONE


def _serve(frame: Frame, server: "PageServer", *, print_url: bool, no_browser: bool) -> None:

    link = server.context.one_time_link()
    if frame.output.json:
        frame.output.emit("page", {"url": link})
        sys.stdout.flush()
        server.run()
    elif print_url or no_browser:
        click.echo(link)
        sys.stdout.flush()
        if not print_url:
            _tell(frame.output, server.context.address)
        server.run()
    else:
        show_and_serve(frame.output, server, link)


def show_and_serve(output: Output, server: "PageServer", link: str) -> None:
    """Open the page in the person's browser and serve it until Ctrl-C."""
    from phoneward import web

    with web.redirect_file(link) as path:
        _tell(output, server.context.address)
        web.show(path)
        server.run()


def _tell(output: Output, address: str) -> None:
    output.say(_("Phoneward's page is at {address} while this window is open.").format(address=address))
    output.say(_("Ctrl-C ends it. If no page comes up, run `phoneward open --no-browser` and open its link."))


def _fault_teller(frame: Frame) -> Callable[[BaseException], None]:
    """Return what hears of faults: with `--verbose` they are printed."""

    def tell(error: BaseException) -> None:
        if frame.output.verbose:
            sys.stderr.write("".join(traceback.format_exception(error)))
            sys.stderr.flush()

    return tell
