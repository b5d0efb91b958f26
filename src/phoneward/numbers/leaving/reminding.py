"""What is due: steps that are late, services that still write to an old number, looks that are to be taken again.

Looks that were taken are "done" marks in the vault's state, under the keys of the findings that ask for them
(finding_codes.py), so that a click on the page and the command line say the same.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from phoneward.findings import Severity
from phoneward.numbers.account_words import account_words
from phoneward.numbers.finding_codes import LOOK_AGAIN, REVIEW
from phoneward.numbers.inventory import Account, Inventory, SourceKind
from phoneward.numbers.leaving.general import recheck_day
from phoneward.numbers.leaving.planning import Group, Plan, Step
from phoneward.numbers.leaving.shown import shown_number
from phoneward.numbers.leaving.standings import State
from phoneward.numbers.leaving.wording import day_words, service_words
from phoneward.numbers.recognition import Relation
from phoneward.texts import Day, Listed, Words, counted, words

if TYPE_CHECKING:
    from phoneward.snapshots import Change, OwnerState

STALE_LOOK: Final = dt.timedelta(days=90)
"""So old is what messages show before a new look is asked for."""
STALE_ACCOUNT: Final = dt.timedelta(days=2 * 365)
"""So long nothing came of an account that may be forgotten."""
LAST_WEEK: Final = 7
_NAMED: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing that is due.

    Attributes:
        code: for programs: `late`, `reopened`, `soon`, `left-open`, `look-again`, `stale-look`, `stale-accounts`,
            `review`.
        severity: how much it matters.
        words: what is due.
        number: of which number, E.164; empty where of none.
        account: of which account; empty where of none.
        day: since when it is due; None where there is no day.
        mark: key of the "done" mark that takes it away; empty where there is none.
    """

    code: str
    severity: Severity
    words: Words
    number: str = ""
    account: str = ""
    day: dt.date | None = None
    mark: str = ""


def due(inventory: Inventory, plans: Iterable[Plan], state: "OwnerState", today: dt.date) -> tuple[Due, ...]:
    """Return what is due, the gravest first.

    Args:
        inventory: what was found.
        plans: of all numbers that are, or were, given up.
        state: what the person decided.
        today: the day it is now.
    """
    found = [one for plan in plans for one in _of_plan(plan, state)]
    found += _of_inventory(inventory, today)
    key = review_key(today)
    if not state.is_done(key):
        said = words("Twice a year, look through what hangs on your numbers: phoneward number scan")
        found.append(Due(code="review", severity=Severity.ADVICE, words=said, mark=key))
    return tuple(sorted(found, key=lambda one: -one.severity.rank))


def review_key(today: dt.date) -> str:
    """Return the key of the mark that what hangs on the numbers was looked through in this half-year."""
    return f"{REVIEW}:{today.year}-H{1 if today.month <= 6 else 2}"


def look_again_key(plan: Plan) -> str:
    """Return the key of the mark that a number that was given up was looked at once more."""
    return f"{LOOK_AGAIN}:{plan.number} {recheck_day(plan).isoformat()}"


def looked(found: Iterable[Due]) -> "list[Change]":
    """Return the changes that mark what is due to be looked at as looked at."""
    from phoneward.snapshots import mark_done

    return [mark_done(one.mark) for one in found if one.mark]


# -- of one plan ---------------------------------------------------------------------------------------------------


def severity_of(plan: Plan) -> Severity:
    """Return how much it matters that steps of a plan are open; FINE where none is, ADVICE where only may-bes are."""
    if not plan.open_steps:
        return Severity.FINE
    if all(step.group is Group.MAYBE for step in plan.open_steps):
        return Severity.ADVICE
    near = (plan.on - plan.today).days <= LAST_WEEK
    late = any(step.group is Group.OLD_NUMBER for step in plan.overdue)
    return Severity.DANGER if plan.is_past or near or late else Severity.WARNING


def _of_plan(plan: Plan, state: "OwnerState") -> Iterator[Due]:
    number = shown_number(plan.number)
    left = plan.open_steps
    sure = [step for step in left if step.group is not Group.MAYBE]
    for step in left:
        if step.standing.state is State.REOPENED:
            yield _reopened(step, plan, number)
    for step in plan.overdue:
        severity = Severity.DANGER if step.group is Group.OLD_NUMBER else Severity.WARNING
        said = words(
            "{service} should have been cut loose from {number} by {day}.",
            service=service_words(step),
            number=number,
            day=day_words(step.by or plan.on),
        )
        yield Due(code="late", severity=severity, words=said, number=plan.number, account=step.account.key, day=step.by)
    if plan.is_past and sure:
        yield Due(
            code="left-open",
            severity=Severity.DANGER,
            words=_left(sure, plan, number),
            number=plan.number,
            day=plan.on,
        )
    elif sure and (plan.on - plan.today).days <= LAST_WEEK:
        said = counted(
            "{number} is given up on {day}, and {count} account still hangs on it. Rather put the day off.",
            "{number} is given up on {day}, and {count} accounts still hang on it. Rather put the day off.",
            len(sure),
            number=number,
            day=day_words(plan.on),
        )
        yield Due(code="soon", severity=Severity.DANGER, words=said, number=plan.number, day=plan.on)
    again, key = recheck_day(plan), look_again_key(plan)
    if again <= plan.today and not state.is_done(key):
        said = words(
            "Look once more whether {number} is gone from every account: somebody else gets it, or has it.",
            number=number,
        )
        yield Due(code="look-again", severity=Severity.WARNING, words=said, number=plan.number, day=again, mark=key)


def _reopened(step: Step, plan: Plan, number: str) -> Due:
    last = step.standing.still[-1]
    said = words(
        "{service} still sends to {number}, the last time on {day}, though it was done.",
        service=service_words(step),
        number=number,
        day=Day(last),
    )
    severity = Severity.DANGER if plan.is_past else Severity.WARNING
    return Due(
        code="reopened",
        severity=severity,
        words=said,
        number=plan.number,
        account=step.account.key,
        day=last.astimezone().date(),
    )


def _left(steps: list[Step], plan: Plan, number: str) -> Words:
    return counted(
        "{number} was given up on {day}, and {count} account still hangs on it: {services}.",
        "{number} was given up on {day}, and {count} accounts still hang on it: {services}.",
        len(steps),
        number=number,
        day=day_words(plan.on),
        services=_named([service_words(step) for step in steps]),
    )


def _named(names: list[Words]) -> Listed:
    rest = len(names) - _NAMED
    more = (counted("{count} more", "{count} more", rest),) if rest > 0 else ()
    return Listed((*names[:_NAMED], *more))


# -- of what was looked at ------------------------------------------------------------------------------------------


def _of_inventory(inventory: Inventory, today: dt.date) -> Iterator[Due]:
    seen = [one.last for one in inventory.looked_at if one.source is SourceKind.SMS and one.last is not None]
    newest = max(seen, default=None)
    if newest is not None and today - newest.astimezone().date() > STALE_LOOK:
        yield Due(
            code="stale-look",
            severity=Severity.ADVICE,
            words=words(
                "The newest message that was looked at is of {day}: make a snapshot, phoneward backup", day=Day(newest)
            ),
            day=newest.astimezone().date(),
        )
    old = [account for account in inventory.accounts if _is_stale(account, today)]
    if old:
        said = counted(
            "Of {count} account nothing came for two years: do you still need it? {services}",
            "Of {count} accounts nothing came for two years: do you still need them? {services}",
            len(old),
            services=_named([account_words(account) for account in old]),
        )
        yield Due(code="stale-accounts", severity=Severity.ADVICE, words=said)


def _is_stale(account: Account, today: dt.date) -> bool:
    is_old = account.last is not None and today - account.last.astimezone().date() > STALE_ACCOUNT
    return account.grade is Relation.ACCOUNT and is_old
