"""`phoneward schedule stop`: nothing happens by itself any more."""

import os

import click

from phoneward.cli.frame import current, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _


@click.command(
    "stop",
    cls=WordedCommand,
    short_help=N_("Have nothing happen by itself any more."),
    help=N_("Have nothing happen by itself any more. The vault, and what was done so far, stay as they are."),
)
@output_options
def stop_() -> ExitCode:
    """End the timer and forget what was set."""
    from phoneward import schedules

    frame = current()
    state_dir = frame.settings.state_dir
    schedule = schedules.load_schedule(state_dir)
    timer = schedules.timer_for(schedules.call_for(schedule, state_dir), os.environ)
    schedules.end(timer)
    schedules.forget_schedule(state_dir)
    if frame.output.json:
        frame.output.emit("schedule_stopped", {"system": timer.system})
    else:
        frame.output.summary(_("Nothing happens by itself any more. The vault stays as it is."))
        if timer.lines:
            frame.output.result(_("Remove the line from your crontab (crontab -e):"))
            for line in timer.lines:
                frame.output.result(line)
    return ExitCode.DONE
