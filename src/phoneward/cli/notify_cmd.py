"""`phoneward notify …`: be told of what failed, was missed or is alarming."""

import click

from phoneward.cli.frame import output_options
from phoneward.cli.worded import WordedGroup
from phoneward.texts import N_

_COMMANDS: tuple[str, ...] = ("status", "add", "test", "remove")
"""One file a command: `notify_status_cmd.py` and so on."""


@click.group(
    cls=WordedGroup,
    sources={name: f"phoneward.cli.notify_{name}_cmd:{name}_" for name in _COMMANDS},
    invoke_without_command=True,
    short_help=N_("Be told when a backup by itself failed, was missed, or found damage."),
    help=N_(
        "Be told when what happens by itself (phoneward schedule) failed, was missed, or found damage: on this "
        "computer's screen, by e-mail, on a phone through ntfy, or by a web address of your own. When all goes well "
        "nobody is told anything, and without a way that you set nothing ever leaves this computer.\n\n"
        "Without a further word it says what is set, as `phoneward notify status` does."
    ),
)
@output_options
@click.pass_context
def notify(context: click.Context) -> None:
    """Show what is set where no command is named."""
    if context.invoked_subcommand is None:
        from phoneward.cli.notify_status_cmd import status_

        context.invoke(status_)
