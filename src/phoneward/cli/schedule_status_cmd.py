"""`phoneward schedule status`: when next, what happened last, what was missed."""

import click

from phoneward.cli.frame import current, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_


@click.command(
    "status",
    cls=WordedCommand,
    short_help=N_("Say when the next backup is due, what happened last and what was missed."),
    help=N_(
        "Say when the next backup is due, what happened last and what was missed. No vault is opened for it, and no "
        "phone is looked for."
    ),
)
@output_options
def status_() -> ExitCode:
    """Look and show."""
    from phoneward import schedules
    from phoneward.cli import schedule_view

    frame = current()
    schedule_view.show_standing(frame, schedules.standing_of(frame.settings.state_dir))
    return ExitCode.DONE
