"""`phoneward unlock`: remove what an interrupted program left behind."""

import click

from phoneward.cli.frame import current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _, ngettext


@click.command(
    cls=WordedCommand,
    short_help=N_("Remove locks that an interrupted program left in the vault."),
    help=N_(
        "Remove locks that an interrupted program left in the vault. A lock of a program that may still run stays, "
        "unless you say --remove-all."
    ),
)
@option("--remove-all", is_flag=True, help=N_("Remove every lock, also those of programs that may still run."))
@vault_options
def unlock(*, remove_all: bool) -> ExitCode:
    """Remove stale locks, or all, and say how many."""
    frame = current()
    with open_vault(frame) as repository:
        removed = repository.unlock(remove_all=remove_all)
    if frame.output.json:
        frame.output.emit("unlocked", {"removed": removed})
    elif removed:
        frame.output.summary(
            ngettext("{count} old lock was removed.", "{count} old locks were removed.", removed).format(count=removed)
        )
    else:
        frame.output.summary(_("There was no old lock."))
    return ExitCode.DONE
