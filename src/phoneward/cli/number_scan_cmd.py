"""`phoneward number scan`: which accounts hang on my numbers."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import Frame, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoneward.numbers import Gathered, Inventory
    from phoneward.progress import Listener
    from phoneward.snapshots import Change, OwnerState, SnapshotInfo
    from phoneward.vault import Repository

FILE = click.Path(path_type=Path)


@click.command(
    cls=WordedCommand,
    short_help=N_("List the accounts that hang on your phone numbers, and how that is known."),
    help=N_(
        "List the accounts that hang on your phone numbers: from messages and apps of the newest snapshot, from an "
        "exported file of messages, from exports of password managers and from mailboxes. With each account stands "
        "what shows it, when it was last seen, and which of your numbers it hangs on, as far as anybody can tell.\n\n"
        "Codes, passwords and texts are kept nowhere. With --sms, or where no vault is named, no vault is opened.\n\n"
        "The exit code is 3 where something that was to be looked through is damaged."
    ),
)
@option(
    "--sms", type=FILE, multiple=True, metavar="FILE", help=N_("A file of messages, as SMS Backup & Restore makes it.")
)
@option(
    "--passwords",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help=N_("An export of a password manager. Of it only services, and user names that are phone numbers, are used."),
)
@option("--mbox", type=FILE, multiple=True, metavar="FILE", help=N_("A mailbox. Only heads of letters are looked at."))
@option("--number", metavar="NUMBER", help=N_("Only what hangs on this number of yours, or may."))
@option(
    "--own",
    multiple=True,
    metavar="NUMBER[=SIM]",
    help=N_("A number of yours, and which SIM bears it, as messages count them (--json shows them). May be repeated."),
)
@option(
    "--region", metavar="CC", help=N_("The country of numbers without a country code, such as CN. Default: found out.")
)
@option("--snapshot", metavar="SNAPSHOT", help=N_("This snapshot. Default: the newest finished one."))
@option(
    "--keep", is_flag=True, help=N_("Let the vault remember which accounts the files show, for plans and checkups.")
)
@option("--forget", is_flag=True, help=N_("Let the vault forget what files showed that were looked through before."))
@vault_options
def scan(
    *,
    sms: tuple[Path, ...],
    passwords: tuple[Path, ...],
    mbox: tuple[Path, ...],
    number: str | None,
    own: tuple[str, ...],
    region: str | None,
    snapshot: str | None,
    keep: bool,
    forget: bool,
) -> ExitCode:
    """Read, combine, show."""
    from phoneward import numbers
    from phoneward.cli import number_scan_view as view
    from phoneward.cli.progress_view import listening

    frame = current()
    code = "" if region is None else numbers.told_region(region)
    told = dict(_told(one, code) for one in own)
    asked = None if number is None else numbers.told_number(number, code)
    if asked is not None:
        told.setdefault(asked, frozenset())
    needs_vault = keep or forget or snapshot is not None
    kept = None
    with listening(frame.output) as listener:
        more = [numbers.read_messages_file(path, listener=listener) for path in sms]
        more += [numbers.read_passwords_file(path) for path in passwords]
        more += [numbers.read_mailbox_file(path, listener=listener) for path in mbox]
        if needs_vault or not (sms or (more and not _is_vault_named(frame))):
            vault = _Vault(frame, snapshot, listener, keep=keep, forget=forget)
            inventory, kept = vault.inventory(more, told, code)
        else:
            inventory = numbers.combined(more, told=told, region=code, missed=numbers.not_asked(more))
    view.show(frame.output, inventory, asked, kept=kept, files=passwords)
    return ExitCode.INCOMPLETE if any(one.reason == "damaged" for one in inventory.not_looked_at) else ExitCode.DONE


def _told(text: str, region: str) -> tuple[str, frozenset[str]]:
    from phoneward import numbers

    number, _equals, sim = text.partition("=")
    return numbers.told_number(number, region), frozenset({sim.strip()} if sim.strip() else ())


def _is_vault_named(frame: Frame) -> bool:
    from phoneward.settings import NoRepositoryNamedError

    try:
        frame.settings.repository_path()
    except NoRepositoryNamedError:
        return False
    return True


class _Vault:
    """Asks the vault, and keeps there what the person wants kept."""

    def __init__(self, frame: Frame, snapshot: str | None, listener: "Listener", *, keep: bool, forget: bool) -> None:
        self._frame = frame
        self._snapshot = snapshot
        self._listener = listener
        self._keep = keep
        self._forget = forget

    def inventory(
        self, more: "list[Gathered]", told: dict[str, frozenset[str]], region: str
    ) -> "tuple[Inventory, int | None]":
        """Return the inventory, and how many accounts were kept; None where nothing was to be kept."""
        from phoneward import numbers, snapshots

        with open_vault(self._frame) as repository:
            repository.load_index()
            every = snapshots.list_snapshots(repository, on_damaged=lambda _name, error: self._frame.output.warn(error))
            state = snapshots.load_state(repository, snapshots=[info.snapshot for info in every])
            if self._forget:
                state = self._change(repository, every, numbers.forget_accounts(state))
            asking = snapshots.Asking(
                repository,
                self._chosen(repository, is_needed=not more),
                every,
                dt.datetime.now(dt.UTC),
                self._frame.settings.cache_dir,
                self._listener,
                state=state,
            )
            inventory = numbers.inventory_of(asking, more=more, own=told, region=region)
            if not self._keep:
                return inventory, None
            mine = {own.e164: own.sims for own in inventory.own if own.e164 is not None}
            shown = numbers.combined(more, told=mine, region=inventory.region)
            changes = numbers.keep_accounts(state, shown.accounts)
            self._change(repository, every, changes)
            return inventory, len(changes)

    def _chosen(self, repository: "Repository", *, is_needed: bool) -> "SnapshotInfo | None":
        from phoneward import snapshots, vault

        try:
            return snapshots.describe(snapshots.find(repository, self._snapshot or "latest"))
        except vault.NoSnapshotsError:
            if is_needed:
                raise
            return None

    def _change(
        self, repository: "Repository", every: "list[SnapshotInfo]", changes: "Sequence[Change]"
    ) -> "OwnerState":
        from phoneward import snapshots

        with repository.lock(exclusive=False) as lock:
            return snapshots.change_state(repository, lock, changes, snapshots=[info.snapshot for info in every])
