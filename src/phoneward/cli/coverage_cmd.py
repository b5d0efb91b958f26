"""`phoneward coverage`: if the phone broke this minute, what would I lose?"""

import click

from phoneward.cli.frame import argument, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_


@click.command(
    cls=WordedCommand,
    short_help=N_("Say what a snapshot holds, what it does not, and what to do about it."),
    help=N_(
        "Say what you would keep and what you would lose if the phone broke now: for each storage and each app what is "
        "in the snapshot, what is not, why, and what you can do about it.\n\n"
        "kept: all of it is there. kept in part: some is missing, and the names are listed. kept by its own backup: "
        "the app's own backup file is there, with its date. out of reach: the phone does not let a computer read it."
    ),
)
@argument(
    "snapshot",
    default="latest",
    metavar="[SNAPSHOT]",
    meaning=N_("Which snapshot. Default: latest, the newest finished one."),
)
@option("--all", "everything", is_flag=True, help=N_("Also the apps that came with the phone, and every missing name."))
@vault_options
def coverage(snapshot: str, *, everything: bool) -> ExitCode:
    """Show the coverage document of a snapshot."""
    from phoneward import snapshots
    from phoneward.cli import coverage_view

    frame = current()
    with open_vault(frame) as repository:
        repository.load_index()
        document = snapshots.coverage_of(repository, snapshot)
    if frame.output.json:
        frame.output.emit("coverage", coverage_view.fields(document))
    else:
        coverage_view.show(frame.output, document, everything=everything)
    return ExitCode.DONE
