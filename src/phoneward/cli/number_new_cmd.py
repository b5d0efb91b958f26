"""`phoneward number new`: this number is new to me. Which services greet me as somebody else?"""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import Frame, argument, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_

if TYPE_CHECKING:
    from phoneward.numbers import NewHolder

FILE = click.Path(path_type=Path)


@click.command(
    cls=WordedCommand,
    short_help=N_("For a number that is new to you: which services still mean its earlier holder."),
    help=N_(
        "For a number that is new to you: which services greet you as somebody else, and what to ask of your carrier "
        "and of them. Messages are read from the newest snapshot, or from a file.\n\n"
        "Nothing is signed in to, and nothing is asked of anybody. Do not open those accounts either: they are "
        "somebody's, whoever has the number."
    ),
)
@argument("number", metavar="NUMBER", meaning=N_("The number that is new to you, such as +8613800138000."))
@option("--since", metavar="DAY", help=N_("The day from which it is yours: 2026-11-29."))
@option("--name", "names", multiple=True, metavar="NAME", help=N_("What you are called. May be repeated."))
@option("--mine", multiple=True, metavar="SERVICE", help=N_("An account that is yours, as --json calls it."))
@option("--letter", metavar="SERVICE", help=N_("Print what to say to this service, or to your carrier (“carrier”)."))
@option("--region", metavar="CC", help=N_("The country of a number without a country code, such as CN."))
@option(
    "--sms",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help=N_("A file of messages, as SMS Backup & Restore makes it, instead of the vault."),
)
@vault_options
def new(
    number: str,
    since: str | None,
    names: tuple[str, ...],
    mine: tuple[str, ...],
    *,
    letter: str | None,
    region: str | None,
    sms: tuple[Path, ...],
) -> ExitCode:
    """Look, show."""
    from phoneward import numbers
    from phoneward.cli import number_new_view as view

    frame = current()
    meant = numbers.told_number(number, "" if region is None else numbers.told_region(region))
    day = None if since is None else numbers.told_past_day(since)
    found = _look(frame, meant, since=day, names=names, mine=frozenset(mine), sms=sms)
    if letter is None:
        view.show(frame.output, found)
    else:
        view.show_letter(frame.output, numbers.letter(found, letter))
    return ExitCode.DONE


def _look(
    frame: Frame,
    number: str,
    *,
    since: dt.date | None,
    names: tuple[str, ...],
    mine: frozenset[str],
    sms: tuple[Path, ...],
) -> "NewHolder":
    from phoneward import numbers, snapshots
    from phoneward.cli.progress_view import listening

    told = {number: frozenset[str]()}
    with listening(frame.output) as listener:
        if sms:
            more = [numbers.read_messages_file(path, listener=listener) for path in sms]
            inventory = numbers.combined(more, told=told)
            return numbers.new_holder(
                number, since=since, names=names, mine=mine, inventory=inventory, files=sms
            )  # fmt: skip
        with open_vault(frame) as repository:
            repository.load_index()
            every = snapshots.list_snapshots(repository, on_damaged=lambda _name, error: frame.output.warn(error))
            state = snapshots.load_state(repository, snapshots=[info.snapshot for info in every])
            newest = snapshots.describe(snapshots.find(repository, "latest"))
            now = dt.datetime.now(dt.UTC)
            asking = snapshots.Asking(
                repository, newest, every, now, frame.settings.cache_dir, listener, state=state
            )  # fmt: skip
            inventory = numbers.inventory_of(asking, own=told)
            return numbers.new_holder(
                number,
                since=since,
                names=names,
                mine=mine,
                inventory=inventory,
                repo=repository,
                snapshot=newest,
            )
