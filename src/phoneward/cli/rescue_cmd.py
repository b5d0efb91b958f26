"""`phoneward rescue …`: it happened; what can still be saved?"""

import click

from phoneward.cli.worded import WordedGroup
from phoneward.texts import N_

_COMMANDS: tuple[str, ...] = ("archive",)
"""One file a command: `rescue_sqlite_cmd.py` and so on."""


@click.group(
    cls=WordedGroup,
    sources={name: f"phoneward.cli.rescue_{name}_cmd:{name}" for name in _COMMANDS},
    invoke_without_command=True,
    short_help=N_("It happened: see what to do first, and what can still be saved."),
    help=N_("It happened: see what to do first, and what can still be saved.\n\nNothing is written to the phone."),
)
@click.pass_context
def rescue(context: click.Context) -> None:
    """Show the help where no command is named."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
