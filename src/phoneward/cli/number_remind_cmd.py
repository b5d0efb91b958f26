"""`phoneward number remind`: what is due."""

import datetime as dt
from typing import TYPE_CHECKING

import click

from phoneward.cli.checkup_cmd import LEVELS
from phoneward.cli.checkup_view import COLOURS, Hung, print_hung
from phoneward.cli.frame import Frame, current, option, vault_options
from phoneward.cli.number_looking import Where, looking
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _, labelled

if TYPE_CHECKING:
    from phoneward.numbers import Due


@click.command(
    cls=WordedCommand,
    short_help=N_("Say what is due about your numbers."),
    help=N_(
        "Say what is due about your numbers: accounts that should be off a number by now, services that still write to "
        "one that was given up, the last look before somebody else gets it, accounts of which nothing came for years, "
        "the look twice a year.\n\n"
        "It asks nothing, so a timer can run it: with --fail-on the exit code is 4 where something of that level, or "
        "worse, is due, and with --quiet it prints nothing else."
    ),
)
@option(
    "--fail-on",
    type=click.Choice(LEVELS),
    metavar="LEVEL",
    help=N_("End with 4 where something is due of this level or above: advice, warning or danger."),
)
@option("--looked", "has_looked", is_flag=True, help=N_("You have looked: looks that are due now are noted as taken."))
@vault_options
def remind(fail_on: str | None, *, has_looked: bool) -> ExitCode:
    """Look, say, note."""
    from phoneward import numbers
    from phoneward.findings import Severity

    frame = current()
    today = dt.datetime.now().astimezone().date()
    with looking(frame, Where()) as looked:
        assert looked.state is not None  # noqa: S101 - without files a vault was opened
        plans = [
            numbers.plan_kept(looked.inventory, looked.state, kept, today) for kept in numbers.kept_plans(looked.state)
        ]
        found = numbers.due(looked.inventory, plans, looked.state, today)
        if has_looked:
            looked.keep(numbers.looked(found))
            found = tuple(one for one in found if not one.mark)
    _show(frame, found)
    if fail_on is not None and any(one.severity.rank >= Severity(fail_on).rank for one in found):
        return ExitCode.FINDING
    return ExitCode.DONE


def _show(frame: Frame, found: "tuple[Due, ...]") -> None:
    from phoneward.findings import SEVERITY_WORDS, worst

    if frame.output.json:
        for one in found:
            document = {
                "code": one.code,
                "severity": one.severity.value,
                "number": one.number or None,
                "account": one.account or None,
                "day": None if one.day is None else one.day.isoformat(),
                "sentence": str(one.words),
            }
            frame.output.emit("due", document)
        frame.output.emit("summary", {"due": len(found), "severity": worst(one.severity for one in found).value})
        return
    for one in found:
        mark = labelled(_(SEVERITY_WORDS[one.severity]), "")
        print_hung(frame.output, Hung(mark, str(one.words), mark_style=COLOURS[one.severity]))
    if not found:
        frame.output.summary(_("Nothing is due."))
    elif any(one.mark for one in found):
        frame.output.summary(_("When you have looked: phoneward number remind --looked"))
