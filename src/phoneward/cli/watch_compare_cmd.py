"""`phoneward watch compare`: which pictures of one folder are copies of another's?"""

import click

from phoneward.cli.frame import argument, current, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_


@click.command(
    cls=WordedCommand,
    short_help=N_("Say which pictures of a folder are copies of yours."),
    help=N_(
        "Say which pictures of a folder are copies of yours: the same file, written anew, smaller, cut, or partly "
        "covered.\n\n"
        "Both folders are looked through with everything in them, whatever the files are called. Links are not "
        "followed, and nothing is changed.\n\n"
        "The exit code is 0, or 3 where something could not be looked at; it is named."
    ),
)
@argument("originals", metavar="ORIGINALS", meaning=N_("The folder with your pictures."))
@argument("suspects", metavar="SUSPECTS", meaning=N_("The folder to look through."))
@output_options
def compare(originals: str, suspects: str) -> ExitCode:
    """Compare, show each copy."""
    from phoneward import watch
    from phoneward.cli import watch_compare_view as view
    from phoneward.cli.progress_view import listening

    output = current().output
    left_out = 0

    def leave_out(error: watch.FileLeftOutError) -> None:
        nonlocal left_out
        left_out += 1
        output.warn(error)

    with listening(output) as listener:
        view.show(output, watch.compare_folders(originals, suspects, listener=listener, on_left_out=leave_out))
    return ExitCode.INCOMPLETE if left_out else ExitCode.DONE
