"""`phoneward number leave`: the plan for giving up a number."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import Frame, argument, current, option, vault_options
from phoneward.cli.number_looking import FILE, Looked, Where, file_options, kept_of, looking
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from phoneward.numbers import KeptPlan, Plan
    from phoneward.snapshots import Change


@click.command(
    cls=WordedCommand,
    short_help=N_("Make the plan for giving up a number: what to do, in which order, until when."),
    help=N_(
        "Make the plan for giving up a number: which accounts hang on it, what to do about each, in which order and "
        "until when. First comes what only works while the old number still gets codes, then what would hurt most. "
        "With a day that is past: how to cut the accounts loose without the old number, and who may have got in "
        "since.\n\n"
        "The day is kept in the vault, so that later runs need only the number, show what is done and name what is "
        "late. With --sms no vault is needed and none is opened; then nothing is kept."
    ),
)
@argument(
    "number",
    metavar="[NUMBER]",
    required=False,
    meaning=N_("The number that is given up, such as +8613800138000. Default: the only one that is."),
)
@option("--on", metavar="DAY", help=N_("The day it is, or was, given up: 2027-01-31. Default: the day that is kept."))
@file_options
@option("--ics", type=FILE, metavar="FILE", help=N_("Also write a calendar with a reminder for each step."))
@option("--html", type=FILE, metavar="FILE", help=N_("Also write the plan as a page in large type, to be printed."))
@option("--pdf", type=FILE, metavar="FILE", help=N_("Also write it as a PDF."))
@option("--all", "everything", is_flag=True, help=N_("Show how each step is done, not only the next ones."))
@option("--dry-run", is_flag=True, help=N_("Keep nothing in the vault."))
@option("--drop", is_flag=True, help=N_("Take the day back: the number is not given up after all."))
@vault_options
def leave(
    number: str | None,
    on: str | None,
    *,
    where: Where,
    ics: Path | None,
    html: Path | None,
    pdf: Path | None,
    everything: bool,
    dry_run: bool,
    drop: bool,
) -> ExitCode:
    """Look, plan, keep, show, write."""
    from phoneward import numbers
    from phoneward.cli import number_leave_view as view

    frame = current()
    given = () if number is None else (numbers.parse_number(number, where.code or None),)
    where = where.of(*given)
    day = None if on is None else numbers.told_day(on)
    numbers.refuse_others(ics, html, pdf)
    now = dt.datetime.now(dt.UTC)
    with looking(frame, where) as looked:
        meant = given[0] if given else kept_of(looked, None).number
        if drop:
            return _drop(frame, looked, meant)
        kept, changes = _kept(looked, meant, day, now)
        plan = _plan(looked, kept, now)
        if not dry_run:
            looked.keep([*changes, *_own(looked, where, plan)])
    numbers.write_plan(plan, now, ics=ics, html=html, pdf=pdf)
    written = {"ics": ics, "html": html, "pdf": pdf}
    is_kept = looked.state is not None and numbers.kept_plan(looked.state, meant) == kept
    view.show(frame.output, plan, looked.inventory, everything=everything, is_kept=is_kept, written=written)
    return ExitCode.DONE


def _kept(looked: Looked, number: str, day: dt.date | None, now: dt.datetime) -> "tuple[KeptPlan, list[Change]]":
    """Return the number with its days, and what is to be kept of them."""
    from phoneward import numbers, snapshots

    state = looked.state if looked.state is not None else snapshots.OwnerState()
    known = numbers.kept_plan(state, number)
    on = day if day is not None else known.on if known is not None else None
    if on is None:
        raise numbers.NoDayError(number=numbers.shown_number(number))
    return numbers.keep_plan(state, number, on, now)


def _own(looked: Looked, where: Where, plan: "Plan") -> "list[Change]":
    """Return what is to be kept of the person's numbers. One to which nothing came may be a slip."""
    from phoneward import numbers

    if looked.state is None:
        return []
    known = numbers.own_sims(looked.state)
    changes = []
    for number, sims in where.told().items():
        if number not in known and (number != plan.number or plan.is_seen):
            changes.append(numbers.keep_own(number))
        if sims:
            changes.append(numbers.keep_sims(number, sims | known.get(number, frozenset())))
    return changes


def _plan(looked: Looked, kept: "KeptPlan", now: dt.datetime) -> "Plan":
    from phoneward import numbers, snapshots

    state = looked.state if looked.state is not None else snapshots.OwnerState()
    return numbers.plan_kept(looked.inventory, state, kept, now.astimezone().date())


def _drop(frame: Frame, looked: Looked, number: str) -> ExitCode:
    from phoneward import numbers

    if looked.state is None:
        raise numbers.MarksNeedVaultError
    if numbers.kept_plan(looked.state, number) is None:
        raise numbers.NoPlanError
    looked.keep([numbers.drop_plan(number)])
    if frame.output.json:
        frame.output.emit("number_plan_dropped", {"number": number})
    else:
        said = _("{number} is not given up. What you marked as done stays noted.")
        frame.output.result(said.format(number=readable(numbers.shown_number(number))))
    return ExitCode.DONE
