"""`phoneward update rollback`: put a saved version of an app over the one that is there, where Android permits it."""

import click

from phoneward.cli.frame import argument, option, vault_options
from phoneward.cli.update_install_cmd import (
    ADB_HELP,
    DRY_RUN_HELP,
    RESTORE_HELP,
    THE_ONLY_ONE,
    UNENCRYPTED_HELP,
    YES_HELP,
    Wish,
    perform,
)
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_


@click.command(
    cls=WordedCommand,
    short_help=N_("Go back to a saved version of an app, where Android permits it."),
    help=N_(
        "Go back to the version of an app that a snapshot holds, where Android permits that and the data is kept; as "
        "careful as `update install`. Most phones take no older version over a newer one: then it is said why, and "
        "nothing is changed. The app is never removed for it."
    ),
)
@argument("package", metavar="PACKAGE", meaning=N_("The app's package name, such as com.whatsapp."))
@option(
    "--snapshot",
    metavar="SNAPSHOT",
    help=N_("Which snapshot. Default: the newest of this phone that holds another version."),
)
@option("--adb", "serial", is_flag=False, flag_value=THE_ONLY_ONE, metavar="[SERIAL]", help=ADB_HELP)
@option("--dry-run", "-n", is_flag=True, help=DRY_RUN_HELP)
@option("--yes", "-y", is_flag=True, help=YES_HELP)
@option("--restore", is_flag=True, help=RESTORE_HELP)
@option("--allow-unencrypted", is_flag=True, help=UNENCRYPTED_HELP)
@vault_options
def rollback(
    package: str,
    snapshot: str | None,
    serial: str | None,
    *,
    dry_run: bool,
    yes: bool,
    restore: bool,
    allow_unencrypted: bool,
) -> ExitCode:
    """Go back, and say what became of it."""
    wish = Wish(serial, dry_run, yes, restore, allow_unencrypted)
    return perform(wish, lambda run: run.roll_back(package, snapshot))
