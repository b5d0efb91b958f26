"""`phoneward watch …`: which apps hold copies of my pictures, and did they send them?"""

import click

from phoneward.cli.worded import WordedGroup
from phoneward.texts import N_

_COMMANDS: tuple[str, ...] = (
    "scan",
    "compare",
    "capture",
    "canary",
    "app",
)
"""One file a command: `watch_scan_cmd.py` and so on."""


@click.group(
    cls=WordedGroup,
    sources={name: f"phoneward.cli.watch_{name}_cmd:{name}" for name in _COMMANDS},
    invoke_without_command=True,
    short_help=N_("Find the copies of your pictures that apps keep, and whether they were sent."),
    help=N_(
        "Find the copies of your pictures that apps keep, and whether they were sent.\n\n"
        "An app that may see your pictures can copy them into its own folder, and send them. Here you can look."
    ),
)
@click.pass_context
def watch(context: click.Context) -> None:
    """Show the help where no command is named."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
