"""`phoneward number scan`: which accounts hang on my numbers."""

import click

from phoneward.cli.frame import current, option, vault_options
from phoneward.cli.number_looking import Looked, Where, file_options, looking
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_


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
@option("--number", metavar="NUMBER", help=N_("Only what hangs on this number of yours, or may."))
@file_options
@option(
    "--keep", is_flag=True, help=N_("Let the vault remember which accounts the files show, for plans and checkups.")
)
@option("--forget", is_flag=True, help=N_("Let the vault forget what files showed that were looked through before."))
@vault_options
def scan(*, where: Where, number: str | None, keep: bool, forget: bool) -> ExitCode:
    """Read, combine, show."""
    from phoneward import numbers, vault
    from phoneward.cli import number_scan_view as view

    frame = current()
    asked = None if number is None else numbers.parse_number(number, where.code or None)
    where = where if asked is None else where.of(asked)
    before = numbers.forget_accounts if forget else None
    with looking(frame, where, needs_vault=keep or forget, before=before) as looked:
        if looked.state is not None and looked.snapshot is None and not looked.files:
            raise vault.NoSnapshotsError
        kept = _keep(looked) if keep else None
    inventory = looked.inventory
    view.show(frame.output, inventory, asked, kept=kept, files=where.passwords)
    return ExitCode.INCOMPLETE if any(one.reason == "damaged" for one in inventory.not_looked_at) else ExitCode.DONE


def _keep(looked: Looked) -> int:
    """Keep what the files show; return how many accounts that are."""
    from phoneward import numbers

    assert looked.state is not None  # noqa: S101 - whoever keeps something has opened a vault
    mine = {own.e164: own.sims for own in looked.inventory.own if own.e164 is not None}
    shown = numbers.combined(looked.files, told=mine, region=looked.inventory.region)
    changes = numbers.keep_accounts(looked.state, shown.accounts)
    looked.keep(changes)
    return len(changes)
