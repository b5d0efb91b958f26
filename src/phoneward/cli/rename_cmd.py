"""`phoneward rename`: give a phone the name that people in the house call it by."""

import click

from phoneward.cli.frame import argument, current, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_, _


@click.command(
    cls=WordedCommand,
    short_help=N_("Give a phone a name of your own."),
    help=N_(
        "Give a phone a name of your own, such as “Mum's phone”. Lists show it from then on, on every computer that "
        'uses this vault. Snapshots stay as they are. An empty name ("") takes yours back.'
    ),
)
@argument("phone", metavar="PHONE", meaning=N_("The phone: its name in `phoneward snapshots`, or its id."))
@argument("name", metavar="NAME", meaning=N_("The new name. Put quotation marks around it."))
@vault_options
def rename(phone: str, name: str) -> ExitCode:
    """Keep the name in the vault."""
    from phoneward import snapshots

    frame = current()
    damaged: dict[str, PhonewardError] = {}
    with open_vault(frame) as repository, repository.lock(exclusive=False) as lock:
        found = snapshots.list_snapshots(repository, on_damaged=damaged.__setitem__)
        stored = [info.snapshot for info in found]
        state = snapshots.load_state(repository, snapshots=stored)
        meant = snapshots.which_phone(phone, found, state)
        change = snapshots.name_phone(meant.device, name)
        state = snapshots.change_state(
            repository, lock, [change], snapshots=stored, on_damaged=damaged.__setitem__
        )  # fmt: skip
    for error in damaged.values():
        frame.output.warn(error)
    given = state.phone_name(meant.device)
    label = readable(meant.label)
    if frame.output.json:
        frame.output.emit("renamed", {"device": meant.device, "label": label, "name": given})
    elif given is None:
        frame.output.result(_("The phone {label} has no name of yours any more.").format(label=label))
    else:
        frame.output.result(_("The phone {label} is now called {name}.").format(label=label, name=given))
    return ExitCode.INCOMPLETE if damaged else ExitCode.DONE
