"""`phoneward case statement FOLDER`: what was lost, what happened when, who did what."""

import datetime as dt
from pathlib import Path

import click

from phoneward.cli.case_frame import folder_argument, open_case, who_option
from phoneward.cli.frame import current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, current_language

_FILE = click.Path(path_type=Path)


@click.command(
    cls=WordedCommand,
    short_help=N_("Write what was lost, what happened when, and who did what."),
    help=N_(
        "Write what was lost and what it means to you, what it costs to restore, what happened when with what shows "
        "it, and who did what, also what speaks against you. It says nothing that is not in the case; tell it with "
        "“phoneward case tell”."
    ),
)
@folder_argument
@option(
    "--in",
    "language",
    type=click.Choice(("en", "zh")),
    help=N_("The letter's language. Default: the one that is spoken."),
)
@option("--pdf", type=_FILE, metavar="FILE", help=N_("Write it as PDF/A, with its fonts inside."))
@option("--html", type=_FILE, metavar="FILE", help=N_("Write it as a web page, which every browser can print."))
@option("--keep", is_flag=True, help=N_("Also put it into the case, as PDF or, where that part is missing, as a page."))
@who_option
@output_options
def statement(
    folder: str, *, language: str | None, pdf: Path | None, html: Path | None, who: str | None, keep: bool
) -> ExitCode:
    """Write, and show."""
    from phoneward.cases import letters
    from phoneward.cases.statements import write_statement
    from phoneward.cli import case_letter_view as view

    frame = current()
    case = open_case(frame, folder, who)
    letters.refuse_others(pdf=pdf, html=html)
    day = dt.datetime.now().astimezone().date()
    written = write_statement(case.facts, letters.evidence_of(case.items()), day, language or current_language())
    letters.save_letter(written, pdf=pdf, html=html)
    kept = letters.keep_letter(case, written) if keep else None
    view.show_letter(frame.output, written, files=[file for file in (pdf, html) if file is not None], kept=kept)
    return ExitCode.DONE
