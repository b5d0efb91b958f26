"""`phoneward number gate key`: a new key for a program that asks the gate."""

import click

from phoneward.cli.frame import current, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _


@click.command(
    cls=WordedCommand,
    short_help=N_("Make a key for a program that may ask the gate."),
    help=N_(
        "Make a key for a program that may ask the gate. The key is for that program alone; the line with its hash is "
        "for the gate's configuration. Neither is kept anywhere by this command."
    ),
)
@output_options
def key() -> ExitCode:
    """Print a key and its hash."""
    import hashlib
    import secrets

    output = current().output
    made = secrets.token_urlsafe(32)
    hashed = hashlib.sha256(made.encode()).hexdigest()
    if output.json:
        output.emit("gate_key", {"key": made, "key_sha256": hashed})
    else:
        output.result(_("For the program that asks, in “Authorization: Bearer …”:"))
        output.result(made)
        output.result(_("For the gate's configuration, under [[service.callers]]:"))
        output.result(f'key_sha256 = "{hashed}"')
    return ExitCode.DONE
