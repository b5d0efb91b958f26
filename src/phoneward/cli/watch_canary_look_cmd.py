"""`phoneward watch canary look`: look for test pictures in folders and files of this computer, or in a snapshot."""

from pathlib import Path

import click

from phoneward.cli.frame import argument, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.watch_canary_cmd import CAPTURE_HELP, KEYS_HELP
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_


@click.command(
    cls=WordedCommand,
    short_help=N_("Look for test pictures in folders and files, or in a snapshot."),
    help=N_(
        "Look for test pictures in folders and files of this computer, or in a snapshot of the phone that was taken "
        "after the test: there the private folders of some apps may be too.\n\n"
        "The exit code is 4 where one is found, 0 where none is seen."
    ),
)
@argument(
    "paths",
    nargs=-1,
    type=click.Path(path_type=Path),
    metavar="[DIR|FILE]…",
    meaning=N_("Folders and files to look in."),
)
@option("--snapshot", metavar="SNAPSHOT", help=N_("Look in this snapshot of the vault, or in the latest."))
@option("--capture", "captures", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help=CAPTURE_HELP)
@option("--keys", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help=KEYS_HELP)
@option(
    "--id",
    "number",
    type=click.IntRange(min=0),
    metavar="N",
    help=N_("Only this test picture, by the number that stands on it. Default: any."),
)
@vault_options
def look(
    *,
    paths: tuple[Path, ...],
    snapshot: str | None,
    captures: tuple[Path, ...],
    keys: tuple[Path, ...],
    number: int | None,
) -> ExitCode:
    """Search, show."""
    from phoneward import watch
    from phoneward.cli import watch_canary_view as view
    from phoneward.cli.errors import MissingArgumentError
    from phoneward.cli.progress_view import listening
    from phoneward.cli.watch_canary_hands import in_captures

    frame = current()
    if not paths and snapshot is None and not captures:
        raise MissingArgumentError(command="phoneward watch canary look", name="DIR|FILE")
    notes = watch.CanaryNotes(frame.settings.state_dir)
    known = notes.numbers() | (set() if number is None else {number})
    found = watch.CanarySearch()
    with watch.CanaryLooker(known) as looker, listening(frame.output) as listener:
        watch.search_for_canaries(watch.files_on_computer(paths, found), looker, into=found, listener=listener)
        if snapshot is not None:
            with open_vault(frame) as repository, repository.lock(exclusive=False):
                repository.load_index()
                watch.search_for_canaries(
                    watch.files_in_snapshot(repository, snapshot, None), looker, into=found, listener=listener
                )
    copies = [copy for copy in found.copies if number is None or copy.sighting.number == number]
    sent = []
    for capture in in_captures(frame, captures, sorted(known), keys):
        sent += [one for one in capture.sent if number is None or one.number == number]
        found.missed += capture.missed
    view.show_search(frame.output, found, copies, sent, notes.all())
    return ExitCode.FINDING if copies or sent else ExitCode.DONE
