"""`phoneward number new`: this number is new to me. Which services greet me as somebody else?"""

import click

from phoneward.cli.frame import argument, current, option, vault_options
from phoneward.cli.number_looking import Where, file_options, looking
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_


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
@file_options
@vault_options
def new(
    number: str,
    since: str | None,
    names: tuple[str, ...],
    mine: tuple[str, ...],
    letter: str | None,
    *,
    where: Where,
) -> ExitCode:
    """Look, show."""
    from phoneward import numbers
    from phoneward.cli import number_new_view as view

    frame = current()
    meant = numbers.parse_number(number, where.code or None)
    day = None if since is None else numbers.told_past_day(since)
    with looking(frame, where.of(meant)) as looked:
        found = numbers.new_holder(
            meant,
            since=day,
            names=names,
            mine=frozenset(mine),
            inventory=looked.inventory,
            files=where.sms,
            repo=looked.repo,
            snapshot=looked.snapshot,
        )
    if letter is None:
        view.show(frame.output, found)
    else:
        view.show_letter(frame.output, numbers.letter(found, letter))
    return ExitCode.DONE
