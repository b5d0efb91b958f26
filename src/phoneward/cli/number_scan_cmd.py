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
    from phoneward.numbers import Gathered, Inventory
    from phoneward.progress import Listener

FILE = click.Path(path_type=Path)


@click.command(
    cls=WordedCommand,
    short_help=N_("List the accounts that hang on your phone numbers, and how that is known."),
    help=N_(
        "List the accounts that hang on your phone numbers: from messages and apps of the newest snapshot, from an "
        "exported file of messages, from exports of password managers and from mailboxes. With each account stands "
        "what shows it, when it was last seen, and which of your numbers it hangs on, as far as anybody can tell.\n\n"
        "Codes, passwords and texts are kept nowhere. With --sms no vault is needed and none is opened."
    ),
)
@option(
    "--sms", type=FILE, multiple=True, metavar="FILE", help=N_("A file of messages, as SMS Backup & Restore makes it.")
)
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
@vault_options
def scan(
    sms: tuple[Path, ...], number: str | None, own: tuple[str, ...], region: str | None, snapshot: str | None
) -> ExitCode:
    """Read, combine, show."""
    from phoneward import numbers
    from phoneward.cli import number_scan_view as view
    from phoneward.cli.progress_view import listening

    frame = current()
    code = "" if region is None else numbers.told_region(region)
    told = dict(_told(one, code) for one in own)
    asked = None if number is None else numbers.parse_number(number, code or None)
    if asked is not None:
        told.setdefault(asked, frozenset())
    with listening(frame.output) as listener:
        more = [numbers.read_messages_file(path, listener=listener) for path in sms]
        if sms and snapshot is None:
            inventory = numbers.combined(more, told=told, region=code, missed=numbers.not_asked(more))
        else:
            inventory = _of_vault(frame, snapshot, listener, more=more, told=told, region=code)
    view.show(frame.output, inventory, asked)
    return ExitCode.DONE


def _told(text: str, region: str) -> tuple[str, frozenset[str]]:
    from phoneward import numbers

    number, _equals, sim = text.partition("=")
    return numbers.parse_number(number, region or None), frozenset({sim.strip()} if sim.strip() else ())


def _of_vault(
    frame: Frame,
    snapshot: str | None,
    listener: "Listener",
    *,
    more: "list[Gathered]",
    told: dict[str, frozenset[str]],
    region: str,
) -> "Inventory":
    from phoneward import numbers, snapshots

    with open_vault(frame) as repository:
        repository.load_index()
        every = snapshots.list_snapshots(repository, on_damaged=lambda _name, error: frame.output.warn(error))
        state = snapshots.load_state(repository, snapshots=[info.snapshot for info in every])
        chosen = snapshots.describe(snapshots.find(repository, snapshot or "latest"))
        asking = snapshots.Asking(
            repository,
            chosen,
            every,
            dt.datetime.now(dt.UTC),
            frame.settings.cache_dir,
            listener,
            state=state,
        )
        return numbers.inventory_of(asking, more=more, own=told, region=region)
