"""`phoneward case letter FOLDER KIND`: a letter made of the facts of a case, and nothing else."""

import datetime as dt
from pathlib import Path

import click

from phoneward.cli.case_frame import folder_argument, open_case, who_option
from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, current_language

_FILE = click.Path(path_type=Path)
_ROLES = ("phone-maker", "app-maker", "store", "carrier", "service", "other")
_DEMANDS = ("explanation", "restoration", "deletion", "copy", "compensation", "apology")


@click.command(
    cls=WordedCommand,
    short_help=N_("Write a letter: a demand, a complaint, a request for data."),
    help=N_(
        "Write a letter from the facts of a case, and from nothing else: a demand to the other side, a complaint or "
        "report to an office, a request for your data or for that of a relative who died. Without KIND: which letters "
        "there are, where you can turn, and what each still needs.\n\n"
        "What the case does not hold is named first, and stands in the letter as a gap to fill in by hand. Only rules "
        "are cited that were read, by the day of the event. Letters that everybody can read leave out what is "
        "personal; read them once more all the same. This is information, not legal advice."
    ),
)
@folder_argument
@argument("kind", metavar="[KIND]", required=False, meaning=N_("Which letter, such as demand or 12315-complaint."))
@option(
    "--to", "role", type=click.Choice(_ROLES), help=N_("Whom it goes to or is about. Default: the first in the case.")
)
@option(
    "--ask",
    type=click.Choice(_DEMANDS),
    multiple=True,
    help=N_("What a demand asks for. May be repeated. Default: what fits what happened."),
)
@option(
    "--in",
    "language",
    type=click.Choice(("en", "zh")),
    help=N_("The letter's language. Default: the one that is spoken."),
)
@option("--days", type=click.IntRange(1, 365), help=N_("Days in which an answer is asked for. Default: 15 (EU: 30)."))
@option("--pdf", type=_FILE, metavar="FILE", help=N_("Write it as PDF/A, with its fonts inside."))
@option("--html", type=_FILE, metavar="FILE", help=N_("Write it as a web page, which every browser can print."))
@option("--keep", is_flag=True, help=N_("Also put it into the case, as PDF or, where that part is missing, as a page."))
@who_option
@output_options
def letter(
    folder: str,
    kind: str | None,
    *,
    role: str | None,
    ask: tuple[str, ...],
    language: str | None,
    days: int | None,
    pdf: Path | None,
    html: Path | None,
    who: str | None,
    keep: bool,
) -> ExitCode:
    """Look what is missing, write, show."""
    from phoneward.cases import Role, letters
    from phoneward.cli import case_letter_view as view

    frame = current()
    case = open_case(frame, folder, who)
    facts = case.facts
    to = None if role is None else Role(role)
    evidence = letters.evidence_of(case.items())
    if kind is None:
        view.show_kinds(frame.output, facts, has_evidence=bool(evidence))
        return ExitCode.DONE
    letters.refuse_others(pdf=pdf, html=html)
    written = letters.write_letter(
        facts,
        evidence,
        kind,
        dt.datetime.now().astimezone().date(),
        language or current_language(),
        to=to,
        demands=[letters.Demand(one) for one in ask],
        reply_days=days,
    )
    letters.save_letter(written, pdf=pdf, html=html)
    kept = letters.keep_letter(case, written) if keep else None
    view.show_letter(frame.output, written, files=[file for file in (pdf, html) if file is not None], kept=kept)
    return ExitCode.DONE
