"""`phoneward number gate …`: for services."""

import click

from phoneward.cli.worded import WordedGroup
from phoneward.texts import N_

_COMMANDS: tuple[str, ...] = ("audit", "key", "run", "serve", "simulate")
"""One file a command: `number_gate_serve_cmd.py` and so on."""


@click.group(
    cls=WordedGroup,
    sources={name: f"phoneward.cli.number_gate_{name}_cmd:{name}" for name in _COMMANDS},
    invoke_without_command=True,
    short_help=N_("For services: ask whether a number has changed hands before it opens an account."),
    help=N_(
        "For services that send codes by text message: ask whether a number has changed hands since an account was "
        "bound to it, before it opens that account."
    ),
)
@click.pass_context
def gate(context: click.Context) -> None:
    """Show the help where no command is named."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
