"""`phoneward schedule watch`: back phones up as they are plugged in."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import current, option, output_options
from phoneward.cli.progress_view import listening
from phoneward.cli.schedule_run_cmd import STATE_DIR_HELP
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_

if TYPE_CHECKING:
    from phoneward.schedules import Run


@click.command(
    "watch",
    cls=WordedCommand,
    short_help=N_("Wait for phones to be plugged in, and back them up."),
    help=N_(
        "Wait for the phones of the schedule to be plugged in, and back them up, not more often than was set. With "
        "`phoneward schedule set --on-plug-in` the system starts this by itself. It goes on until it is ended; nobody "
        "is asked anything."
    ),
)
@option("--state-dir", metavar="DIR", help=STATE_DIR_HELP)
@output_options
def watch_(state_dir: str | None) -> ExitCode:
    """Wait, and say what came of each."""
    from phoneward import schedules
    from phoneward.cli import schedule_view

    frame = current()
    place = frame.settings.state_dir if state_dir is None else Path(state_dir)
    schedules.take_along(schedules.load_schedule(place))

    def told(run: "Run") -> None:
        schedule_view.show_results(frame, run)

    with listening(frame.output) as listener:
        schedules.watch(place, told, listener=listener)
    return ExitCode.DONE
