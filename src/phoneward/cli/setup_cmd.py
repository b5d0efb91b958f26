"""`phoneward setup`: from nothing to a verified backup."""

import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.errors import NoTerminalError, NoTerminalForSetupError, NotTogetherError
from phoneward.cli.frame import Frame, current, option, vault_options
from phoneward.cli.session import waiting
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_

if TYPE_CHECKING:
    from phoneward.setup import Journey


@click.command(
    cls=WordedCommand,
    short_help=N_("Lead me from nothing to a first backup that was tried."),
    help=N_(
        "Leads you, question by question, from nothing to a first backup that was tried: connects the phone, chooses "
        "where the vault lies, makes its password, writes the recovery kit for you to print, takes the first backup, "
        "restores a few files from it and compares them, and says how to switch USB debugging off again.\n\n"
        "You can stop at any question with Ctrl-C. Run it again, and it goes on where you were; what is done already "
        "is not done twice.\n\n"
        "With --non-interactive nothing is asked. A weak password is then named and used all the same."
    ),
)
@option("--non-interactive", is_flag=True, help=N_("Ask nothing: --repo and --password-file say all."))
@option("--serial", metavar="SERIAL", help=N_("Which phone, when several are attached (`phoneward devices`)."))
@option("--folder", metavar="DIR", help=N_("Instead of a phone, a folder: a mounted card or a copied phone."))
@option(
    "--kit", metavar="FILE", help=N_("Where the recovery kit goes (.html, .pdf or .txt). Default: beside the vault.")
)
@option(
    "--allow-unencrypted",
    is_flag=True,
    help=N_("Also use a phone over the network without encryption: others there could read along."),
)
@vault_options
def setup(
    serial: str | None, folder: str | None, kit: str | None, *, non_interactive: bool, allow_unencrypted: bool
) -> ExitCode:
    """Set everything up."""
    from phoneward.setup import Journey, Source
    from phoneward.vault import open_storage

    frame = current()
    if folder is not None and serial is not None:
        raise NotTogetherError(first="--folder", second="--serial")
    source = Source(serial, Path(folder) if folder is not None else None, allow_unencrypted)
    journey = Journey(
        frame.settings.state_dir,
        source,
        cache_dir=frame.settings.cache_dir / "snapshots",
        access=frame.settings.access,
        opener=functools.partial(open_storage, on_wait=waiting(frame.output)),
    )
    file = Path(kit) if kit is not None else None
    if non_interactive:
        return _run(frame, journey, file)
    if frame.output.json or not (sys.stdin and sys.stdin.isatty()):
        raise NoTerminalForSetupError
    from phoneward.cli.setup_talk import Talk

    return Talk(frame, journey, file).lead()


def _run(frame: Frame, journey: "Journey", kit: Path | None) -> ExitCode:
    """Do it all without a question."""
    from phoneward.cli.progress_view import listening
    from phoneward.cli.setup_view import say_how_to_go_on, show
    from phoneward.setup import run_through

    place = frame.settings.repository_place()
    password = frame.settings.password()
    if password is None:
        raise NoTerminalError
    complete = True
    left = already = 0
    with listening(frame.output) as listener:
        for told in run_through(journey, place, password, kit_file=kit, listener=listener):
            complete = complete and told.complete
            left += told.is_left
            already += told.already
            show(frame, told)
    if frame.output.json:
        frame.output.emit("summary", {"complete": complete, "steps_already_done": already, "steps_left": left})
    else:
        say_how_to_go_on(frame, journey)
    return ExitCode.DONE if complete else ExitCode.INCOMPLETE
