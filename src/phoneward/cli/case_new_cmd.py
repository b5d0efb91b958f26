"""`phoneward case new FOLDER`: a folder for evidence."""

import datetime as dt
from pathlib import Path

import click

from phoneward.cli.case_frame import folder_argument, hand, who_option
from phoneward.cli.frame import current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, UsageError, readable
from phoneward.incidents import Incident
from phoneward.texts import N_, _


@click.command(
    cls=WordedCommand,
    short_help=N_("Make a case: a folder for your evidence."),
    help=N_(
        "Make a case: a folder for your evidence, with a log of everything that is done with it (custody log). Nothing "
        "leaves this computer."
    ),
)
@folder_argument
@option(
    "--incident",
    required=True,
    type=click.Choice([incident.value for incident in Incident]),
    help=N_("What happened."),
)
@option("--title", metavar="TEXT", help=N_("What you call the case. Default: the folder's name."))
@option(
    "--happened", metavar="DAY", help=N_("The day it happened, such as 2026-11-29: which law applies depends on it.")
)
@who_option
@output_options
def new(folder: str, incident: str, title: str | None, happened: str | None, who: str | None) -> ExitCode:
    """Make the folder."""
    from phoneward.cases import Case, CaseFacts, note_case

    frame = current()
    place = Path(folder)
    facts = CaseFacts(
        title=title or readable(place.absolute().name), incident=Incident(incident), happened=_day(happened)
    )
    Case.new(place, facts, hand(who))
    note_case(frame.settings.state_dir, place)
    if frame.output.json:
        frame.output.emit("case", {"folder": str(place), "title": facts.title, "incident": incident})
    else:
        frame.output.result(_("The case is in {folder}.").format(folder=readable(str(place))))
        frame.output.summary(_("Put evidence into it with: phoneward case add FOLDER FILE"))
    return ExitCode.DONE


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(
            problem=_("{name} {value} is no day.").format(name="--happened", value=readable(text or "")),
            hint=_("Write it as 2026-11-29."),
        ) from None
