"""`phoneward case …`: how do I prove it, and what may I demand?"""

import click

from phoneward.cli.worded import WordedGroup
from phoneward.texts import N_

_COMMANDS: tuple[str, ...] = (
    "new",
    "tell",
    "add",
    "attach",
    "redact",
    "note",
    "statement",
    "letter",
    "seal",
    "verify",
    "export",
    "fingerprint",
    "clauses",
    "reply",
)
"""One file a command: `case_new_cmd.py` and so on."""


@click.group(
    cls=WordedGroup,
    sources={name: f"phoneward.cli.case_{name}_cmd:{name}" for name in _COMMANDS},
    invoke_without_command=True,
    short_help=N_("Keep evidence that can be checked, and write letters."),
    help=N_(
        "Keep evidence that can be checked, and write letters.\n\n"
        "A case is a folder with your evidence, a log of everything that was done with it, and your letters. This is "
        "information, not legal advice."
    ),
)
@click.pass_context
def case(context: click.Context) -> None:
    """Show the help where no command is named."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
