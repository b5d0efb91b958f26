"""`phoneward update …`: is this update safe for my data?"""

import click

from phoneward.cli.worded import WordedGroup
from phoneward.texts import N_

_COMMANDS: tuple[str, ...] = (
    "inspect",
    "check",
    "install",
    "rollback",
    "history",
    "gate",
    "catalog",
    "notice",
)
"""One file a command: `update_inspect_cmd.py` and so on."""


@click.group(
    cls=WordedGroup,
    sources={name: f"phoneward.cli.update_{name}_cmd:{name}" for name in _COMMANDS},
    invoke_without_command=True,
    short_help=N_("Know before installing whether an update keeps your data."),
    help=N_(
        "Know before installing whether an update keeps an app's data.\n\n"
        "An update that was signed by somebody else can only be installed by removing the app, and everything in it."
    ),
)
@click.pass_context
def update(context: click.Context) -> None:
    """Show the help where no command is named."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
