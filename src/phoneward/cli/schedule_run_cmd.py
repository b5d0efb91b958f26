"""`phoneward schedule run`: do what is due. The system's timer calls it, and so can a person."""

from pathlib import Path

import click

from phoneward.cli.frame import current, option, output_options
from phoneward.cli.progress_view import listening
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_

STATE_DIR_HELP = N_("Where the schedule is kept. Default: PHONEWARD_STATE_DIR, else the usual place.")


@click.command(
    "run",
    cls=WordedCommand,
    short_help=N_("Do what is due now."),
    help=N_(
        "Do what is due now: back up the phones, bring the second vault up to date, read a part of the vault back, "
        "restore files as a test. Nobody is asked anything. The system's timer runs this each hour; you can, too.\n\n"
        "The exit code is 0 where all went well or nothing was due, 3 where something was not there (it is tried again "
        "by itself) or is not kept, 1 where something went wrong, 11 where a run is under way already."
    ),
)
@option("--now", "everything", is_flag=True, help=N_("Do all that was set, due or not."))
@option("--timer", is_flag=True, help=N_("The system's timer says this: it notes that the timer works."))
@option("--state-dir", metavar="DIR", help=STATE_DIR_HELP)
@output_options
def run_(state_dir: str | None, *, everything: bool, timer: bool) -> ExitCode:
    """Do it and say what came of it."""
    from phoneward import schedules
    from phoneward.cli import schedule_view

    frame = current()
    place = frame.settings.state_dir if state_dir is None else Path(state_dir)
    schedules.take_along(schedules.load_schedule(place))
    with listening(frame.output) as listener:
        done = schedules.run(place, by="timer" if timer else "hand", everything=everything, listener=listener)
    schedule_view.show_run(frame, done, schedules.standing_of(place))
    return ExitCode.DONE if done is None or done.exit_code is None else ExitCode(done.exit_code)
