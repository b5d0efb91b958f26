"""`phoneward case note FOLDER TEXT`: a sentence for the custody log."""

import click

from phoneward.cli.case_frame import folder_argument, open_case, who_option
from phoneward.cli.frame import argument, current, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _


@click.command(
    cls=WordedCommand,
    short_help=N_("Write a note into a case's custody log."),
    help=N_(
        "Write a note into a case's custody log: whom you called and what they said, when you handed the phone over. "
        "It stays there with its time and cannot be changed later without a trace."
    ),
)
@folder_argument
@argument("text", metavar="TEXT", meaning=N_("The note."))
@who_option
@output_options
def note(folder: str, text: str, who: str | None) -> ExitCode:
    """Append the note."""
    frame = current()
    case = open_case(frame, folder, who)
    line = case.note(text)
    if frame.output.json:
        frame.output.emit("case_note", {"line": line.seq, "time": line.time})
    else:
        frame.output.result(_("The note is line {number} of the custody log.").format(number=line.seq))
    return ExitCode.DONE
