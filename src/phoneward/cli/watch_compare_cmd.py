"""`phoneward watch compare`: which pictures of one folder are copies of another's?"""

import contextlib
from pathlib import Path

import click

from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _


@click.command(
    cls=WordedCommand,
    short_help=N_("Say which pictures of a folder are copies of yours."),
    help=N_(
        "Say which pictures of a folder are copies of yours: the same file, written anew, smaller, cut, or partly "
        "covered.\n\n"
        "Both folders are looked through with everything in them, whatever the files are called. Links are not "
        "followed, and nothing is changed.\n\n"
        "The exit code is 0, or 3 where something could not be looked at (it is named) or a folder holds no picture."
    ),
)
@argument("originals", metavar="ORIGINALS", meaning=N_("The folder with your pictures."))
@argument("suspects", metavar="SUSPECTS", meaning=N_("The folder to look through."))
@option("--html", type=click.Path(path_type=Path), metavar="FILE", help=N_("Also write the pictures side by side."))
@output_options
def compare(originals: str, suspects: str, html: Path | None) -> ExitCode:
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

    with contextlib.ExitStack() as stack:
        page = None if html is None else stack.enter_context(watch.ComparedPage(html))
        with listening(output) as listener:
            found = watch.compare_folders(originals, suspects, listener=listener, on_left_out=leave_out)
            view.show(output, found if page is None else page.watching(found))
        if page is not None:
            page.save()
            output.summary(_("Written: {path}").format(path=readable(str(html))))
    return ExitCode.INCOMPLETE if left_out else ExitCode.DONE
