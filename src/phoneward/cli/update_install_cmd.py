"""`phoneward update install`: judge, save, ask, install exactly what was judged, and look after the data."""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.errors import NotTogetherError
from phoneward.cli.frame import Frame, argument, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from phoneward.updates.installing import Hands, InstallReport, Run

THE_ONLY_ONE = ""
"""`--adb` without a serial: the one phone that is attached."""

ADB_HELP = N_("Which phone, when several are attached (`phoneward devices` lists them). Default: the only one.")
DRY_RUN_HELP = N_("Judge, and say what would be done; nothing is saved, asked or installed.")
YES_HELP = N_("Do not ask where the data is kept. What would delete data is asked all the same.")
RESTORE_HELP = N_("Where data was lost: put back what the snapshot holds of it, without asking.")
UNENCRYPTED_HELP = N_("Also use a phone over the network without encryption: others there could read along.")


@dataclass(frozen=True, slots=True)
class Wish:
    """The options that installing and going back share."""

    serial: str | None
    dry_run: bool
    yes: bool
    restore: bool
    allow_unencrypted: bool


@click.command(
    cls=WordedCommand,
    short_help=N_("Install an update only when your data is safe."),
    help=N_(
        "Install an update only when your data is safe: it is judged, a snapshot is taken and compared with the phone, "
        "you are asked, exactly the bytes that were judged are installed, and the app's data is looked after.\n\n"
        "FILE is an APK, a bundle (.apks, .xapk, .apkm), or a folder of APKs. Several are done one after the other; "
        "parts of one app belong together. It stops at the first loss.\n\n"
        "An update that could only be installed by deleting what the app holds is not done unless you type the app's "
        "name, and never where nothing has a copy of that. Without FILE, an install that was cut off is found out "
        "about and finished.\n\n"
        "The exit code is 0 where all is installed and its data kept, 4 where something was not installed to spare "
        "data, or data was lost, 1 where it failed, 3 where something could not be looked at."
    ),
)
@argument("files", nargs=-1, metavar="[FILE]…", meaning=N_("The updates. Default: only finish what was cut off."))
@option("--adb", "serial", is_flag=False, flag_value=THE_ONLY_ONE, metavar="[SERIAL]", help=ADB_HELP)
@option("--dry-run", "-n", is_flag=True, help=DRY_RUN_HELP)
@option("--yes", "-y", is_flag=True, help=YES_HELP)
@option("--restore", is_flag=True, help=RESTORE_HELP)
@option("--allow-unencrypted", is_flag=True, help=UNENCRYPTED_HELP)
@vault_options
def install(
    files: tuple[str, ...],
    serial: str | None,
    *,
    dry_run: bool,
    yes: bool,
    restore: bool,
    allow_unencrypted: bool,
) -> ExitCode:
    """Install, and say what became of each."""
    wish = Wish(serial, dry_run, yes, restore, allow_unencrypted)
    paths = [Path(file) for file in files]
    return perform(wish, lambda run: run.update(paths))


def perform(wish: Wish, do: "Callable[[Run], InstallReport]") -> ExitCode:
    """Open vault and phone, do it, and show what became of it."""
    from phoneward.cli import update_install_view as view

    if wish.dry_run and (wish.yes or wish.restore):
        raise NotTogetherError(first="--dry-run", second="--yes" if wish.yes else "--restore")
    frame = current()
    with _hands(frame, wish) as hands:
        from phoneward.updates.against_phone import AgainstPhone
        from phoneward.updates.installing import Run
        from phoneward.updates.stakes import Copy

        against = AgainstPhone(hands.phone, Copy.NOT_ASKED)
        report = do(Run(hands, against, wish.dry_run, lambda planned: view.show_plan(frame, planned)))
    view.show(frame, report)
    return report.exit_code


@contextmanager
def _hands(frame: Frame, wish: Wish) -> "Iterator[Hands]":
    from phoneward import phones
    from phoneward.cli.progress_view import listening
    from phoneward.cli.update_install_view import TerminalAsker
    from phoneward.updates.installing import Hands, Installs

    session = phones.open_adb(wish.serial or None, allow_unencrypted=wish.allow_unencrypted)
    with open_vault(frame) as repository, ExitStack() as stack:
        stack.enter_context(repository.lock(exclusive=False))
        repository.load_index()
        phone = stack.enter_context(session)
        writer = stack.enter_context(phones.AdbWriter(phone))
        installs = stack.enter_context(Installs(frame.settings.state_dir, repository, phone.identity.id))
        listener = stack.enter_context(listening(frame.output))
        yield Hands(
            repository,
            phone,
            phones.AdbUpdater(phone),
            writer,
            installs,
            TerminalAsker(frame, yes=wish.yes, restore=wish.restore),
            frame.settings.state_dir,
            frame.settings.cache_dir / "snapshots",
            listener,
        )
