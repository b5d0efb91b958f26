"""`phoneward case redact FOLDER FILE`: a copy on which what others need not know is covered; the log says so."""

import re
from typing import TYPE_CHECKING

import click

from phoneward.cli.case_frame import folder_argument, item_document, open_case, say_cleaned, who_option
from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, UsageError, readable
from phoneward.texts import N_, _, formats

if TYPE_CHECKING:
    from phoneward.cases import Box

_BOX = re.compile(r"\s*(-?\d{1,6})\s*,\s*(-?\d{1,6})\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})\s*")


@click.command(
    cls=WordedCommand,
    short_help=N_("Cover parts of a picture or a text in a copy."),
    help=N_(
        "Cover parts of a picture or a text of the case in a copy, such as a number or a face that others need not "
        "see. The original stays as it is; the custody log says that the copy was made of it, and where it is covered."
        "\n\n"
        "FILE is its path in the case, such as data/originals/prompt.png. On a picture name boxes in pixels from the "
        "left and the top; in a text, the words."
    ),
)
@folder_argument
@argument("file", metavar="FILE", meaning=N_("The picture or the text, by its path in the case."))
@option(
    "--box",
    "boxes",
    multiple=True,
    metavar="LEFT,TOP,WIDTH,HEIGHT",
    help=N_("What is painted black on a picture. May be repeated."),
)
@option(
    "--text",
    "secrets",
    multiple=True,
    metavar="WORDS",
    help=N_("What is covered in a text, wherever it stands. May be repeated."),
)
@who_option
@output_options
def redact(folder: str, file: str, *, boxes: tuple[str, ...], secrets: tuple[str, ...], who: str | None) -> ExitCode:
    """Make the copy."""
    from phoneward import cases

    frame = current()
    if bool(boxes) == bool(secrets):
        raise UsageError(
            problem=_("Either boxes of a picture or words of a text are to be covered."),
            hint=_("Name them with --box or with --text."),
        )
    case = open_case(frame, folder, who)
    item = (
        cases.redact_picture(case, file, [_box(one) for one in boxes])
        if boxes
        else cases.redact_text(case, file, secrets)
    )
    say_cleaned(frame, case)
    if frame.output.json:
        frame.output.emit("case_file", item_document(item))
    else:
        frame.output.result(f"{item.path}  {formats.size(item.size)}  SHA-256 {item.sha256}")
        frame.output.summary(_("Look at it before you pass it on. The original is still in the case."))
    return ExitCode.DONE


def _box(text: str) -> "Box":
    from phoneward.cases import Box

    found = _BOX.fullmatch(text)
    if found is None:
        raise UsageError(
            problem=_("{name} {value} is no box.").format(name="--box", value=readable(text)[:80]),
            hint=_("Write four numbers: pixels from the left, from the top, width, height, such as 100,240,300,60."),
        )
    return Box(*map(int, found.groups()))
