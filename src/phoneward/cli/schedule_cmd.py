"""`phoneward schedule …`: it keeps happening."""

import click

from phoneward.cli.frame import output_options
from phoneward.cli.worded import WordedGroup
from phoneward.texts import N_

_COMMANDS: tuple[str, ...] = ("set", "status", "run", "stop", "watch")
"""One file a command: `schedule_set_cmd.py` and so on."""


@click.group(
    cls=WordedGroup,
    sources={name: f"phoneward.cli.schedule_{name}_cmd:{name}_" for name in _COMMANDS},
    invoke_without_command=True,
    short_help=N_("Have backups happen by themselves, and see how that stands."),
    help=N_(
        "Have backups happen by themselves: at a time of day, and when the phone is plugged in. What was missed while "
        "the computer was off is made up for, once. The vault is read back in parts, and files are restored as a test, "
        "without anybody asking.\n\n"
        "Without a further word it says how things stand, as `phoneward schedule status` does."
    ),
)
@output_options
@click.pass_context
def schedule(context: click.Context) -> None:
    """Show how it stands where no command is named."""
    if context.invoked_subcommand is None:
        from phoneward.cli.schedule_status_cmd import status_

        context.invoke(status_)
