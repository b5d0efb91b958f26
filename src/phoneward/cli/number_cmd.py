"""`phoneward number …`: if I give up this number, who gets in where?"""

import click

from phoneward.cli.worded import WordedGroup
from phoneward.texts import N_

_COMMANDS: tuple[str, ...] = ("scan", "leave", "done", "remind", "new", "offers", "compare", "recognise", "gate")
"""One file a command: `number_scan_cmd.py` and so on."""


@click.group(
    cls=WordedGroup,
    sources={name: f"phoneward.cli.number_{name}_cmd:{name}" for name in _COMMANDS},
    invoke_without_command=True,
    short_help=N_("Find out what hangs on a phone number, and leave it in good order."),
    help=N_(
        "Find out which accounts hang on a phone number, and leave it in good order.\n\n"
        "A number that is given up is issued again. Whoever gets it next gets the codes of every account that is "
        "still bound to it."
    ),
)
@click.pass_context
def number(context: click.Context) -> None:
    """Show the help where no command is named."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
