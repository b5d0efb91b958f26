"""`phoneward number gate run`: the gate's job once, beside a running service or without one."""

from pathlib import Path

import click

from phoneward.cli.frame import current, option, output_options
from phoneward.cli.number_gate_serve_cmd import CONFIG_HELP
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, ngettext


@click.command(
    cls=WordedCommand,
    short_help=N_("Work off a list of cancelled numbers, and ask for the reminders that are due."),
    help=N_(
        "Do once what the service does by itself: ask for the reminders that are due. With --notices also suspend "
        "every number of a carrier's list in all accounts that were bound to it before.\n\n"
        "May be run beside the service, stopped at any point and run again: nothing is done twice."
    ),
)
@option("--config", metavar="FILE", required=True, help=CONFIG_HELP)
@option("--notices", metavar="LIST", help=N_("A file of cancelled numbers, one NUMBER,YYYY-MM-DD a line."))
@output_options
def run(config: str, notices: str | None) -> ExitCode:
    """Work off the list, then remind."""
    from phoneward.numbers.gate import service

    output = current().output
    settings = service.read(Path(config))
    done = service.run_once(settings, Path(notices) if notices is not None else None)
    if output.json:
        output.emit("gate_run", {"notices": done.numbers, "suspended": done.suspended, "reminders": done.reminders})
        return ExitCode.DONE
    if notices is not None:
        output.result(
            ngettext("{count} number was read.", "{count} numbers were read.", done.numbers).format(count=done.numbers)
        )
        output.result(
            ngettext(
                "In {count} account the number is suspended by this.",
                "In {count} accounts the number is suspended by this.",
                done.suspended,
            ).format(count=done.suspended)
        )
    output.result(
        ngettext("{count} reminder was asked for.", "{count} reminders were asked for.", done.reminders).format(
            count=done.reminders
        )
    )
    return ExitCode.DONE
