"""The leaving plan: which accounts to cut loose from a number, in which order, until when.

Order: what only works while the old number still gets codes (where nobody knows, it is taken to), then by harm (among
equals what the number alone opens goes first), then by proof; at the end what may hang on the number, though nothing
shows it. Once the number is given up there is nothing to wait for, and harm alone counts.
"""

import datetime as dt
import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from phoneward.numbers.inventory import Account, Evidence, Inventory, SourceKind
from phoneward.numbers.leaving.dates import spread
from phoneward.numbers.leaving.standings import Mark, Standing, standing
from phoneward.numbers.recognition import Relation
from phoneward.numbers.rulebook import Harm, OldNumber, Rulebook, System


class Group(enum.StrEnum):
    """A part of the plan."""

    OLD_NUMBER = "old-number"
    """Only while the old number still gets codes, or nobody knows better."""
    THEN = "then"
    """Works without the old number too."""
    AFTER = "after"
    """The number is given up already."""
    MAYBE = "maybe"
    """Nothing shows that it is on this number: it showed on another one, or without any."""

    @property
    def rank(self) -> int:
        """0 for what comes first."""
        return list(Group).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grace:
    """How long a carrier keeps a number back before it is issued again. It is never what a plan rests on.

    Attributes:
        least_days: nobody gets it earlier; None where nothing says so.
        most_days: None where nothing says so.
        source: the page that says so; empty where unconfirmed.
        checked: the day somebody read it there.
    """

    least_days: int | None = None
    most_days: int | None = None
    source: str = ""
    checked: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is to be done about one account.

    Attributes:
        account: which.
        system: what the rulebook knows of it; None where it knows nothing.
        group: in which part of the plan it stands.
        harm: how bad it is if a stranger gets in; guessed from the name where the rulebook does not know it.
        by: the last day for it, before the cancellation; None where there is no day left.
        standing: whether it is done.
    """

    account: Account
    system: System | None
    group: Group
    harm: Harm
    by: dt.date | None
    standing: Standing

    @property
    def old_number(self) -> OldNumber | None:
        """Whether changing it needs the old number; None where not known."""
        claim = self.system.old_number if self.system is not None else None
        return None if claim is None else claim.value

    @property
    def is_open(self) -> bool:
        """There is something left to do."""
        return self.standing.is_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole plan.

    Attributes:
        number: the one that is given up, E.164.
        on: the day it is, or was.
        today: the day it is now.
        dated: the day from which the steps are spread; it stays when the plan is looked at again.
        begun: when the plan was first made, aware.
        steps: in the order in which they are done; those done keep their places.
        is_seen: something shows that the number is the person's: a message that came to it, or that it is the only one.
        grace: how long the carrier keeps the number back; None where not known.
        looked_at: when the newest thing that the plan rests on was seen; None where nothing bears a time.
    """

    number: str
    on: dt.date
    today: dt.date
    dated: dt.date
    begun: dt.datetime
    steps: tuple[Step, ...]
    is_seen: bool = True
    grace: Grace | None = None
    looked_at: dt.datetime | None = None

    @property
    def is_past(self) -> bool:
        """The number is given up already."""
        return self.on < self.today

    @property
    def open_steps(self) -> tuple[Step, ...]:
        """What is left to do."""
        return tuple(step for step in self.steps if step.is_open)

    @property
    def overdue(self) -> tuple[Step, ...]:
        """What should be done by now, and is not."""
        return tuple(step for step in self.steps if self.is_late(step))

    def is_late(self, step: Step) -> bool:
        """Tell whether a step should be done by now, and is not."""
        return step.is_open and step.by is not None and step.by < self.today

    @property
    def first_reissue(self) -> dt.date | None:
        """The first day on which somebody else may have the number; None where nobody knows."""
        if self.grace is None or self.grace.least_days is None:
            return None
        return self.on + dt.timedelta(days=self.grace.least_days)


_MONEY: Final = re.compile(
    r"银行|銀行|信用社|证券|證券|保险|保險|基金|信托|支付|은행|카드|증권|bank|banco|banque|banca|brokerage|securities",
    re.IGNORECASE,
)
"""Names of firms of which a person knows without any rulebook that money is there."""


def plan(
    inventory: Inventory,
    rulebook: Rulebook,
    number: str,
    on: dt.date,
    today: dt.date,
    *,
    done: Mapping[str, Mark] | None = None,
    begun: dt.datetime | None = None,
    dated: dt.date | None = None,
    grace: Grace | None = None,
) -> Plan:
    """Return the plan for giving up a number.

    Args:
        inventory: what was found.
        rulebook: what is known of services.
        number: E.164.
        on: the day it is, or was, given up.
        today: the day it is now.
        done: what the person said, by the accounts' keys.
        begun: when the plan was first made, aware; None for now.
        dated: the day from which the steps are spread, where the plan is older than today.
        grace: how long the carrier keeps the number back.
    """
    start = min(dated or today, today)
    first = begun or dt.datetime.combine(today, dt.time(), dt.datetime.now().astimezone().tzinfo)
    is_only = _is_only(inventory, number)
    drafts = sorted(
        (_draft(account, rulebook, number, is_past=on < today, is_only=is_only) for account in _named(inventory)),
        key=_order,
    )
    days = spread(len(drafts), start, on) if on >= today else [None] * len(drafts)
    marks = done or {}
    steps = tuple(
        Step(
            account=account,
            system=system,
            group=group,
            harm=harm,
            by=by,
            standing=standing(account, marks.get(account.key), number=number, begun=first, is_only=is_only),
        )
        for (account, system, group, harm), by in zip(drafts, days, strict=True)
    )
    return Plan(
        number=number,
        on=on,
        today=today,
        dated=start,
        begun=first,
        steps=steps,
        is_seen=is_only or _came_to(inventory, number),
        grace=grace,
        looked_at=max((a.last for a in inventory.accounts if a.last is not None), default=None),
    )


_Draft = tuple[Account, System | None, Group, Harm]


def _named(inventory: Inventory) -> list[Account]:
    return [account for account in inventory.accounts if account.grade is not Relation.NONE]


def _draft(account: Account, rulebook: Rulebook, number: str, *, is_past: bool, is_only: bool) -> _Draft:
    system = rulebook.by_id(account.system or "")
    if account.grade is Relation.WEAK or not is_on(account, number, is_only=is_only):
        group = Group.MAYBE
    elif is_past:
        group = Group.AFTER
    else:
        group = Group.OLD_NUMBER if _needs_old(account, system) else Group.THEN
    return account, system, group, system.harm if system is not None else _guessed_harm(account)


def _needs_old(account: Account, system: System | None) -> bool:
    """Tell whether to take it that the old number is needed: what no source confirms counts as not known."""
    claim = system.old_number if system is not None else None
    if claim is not None and (claim.is_confirmed or claim.value is OldNumber.NEEDED):
        return claim.value is OldNumber.NEEDED
    return account.grade is Relation.ACCOUNT


def _guessed_harm(account: Account) -> Harm:
    if _MONEY.search(account.service):
        return Harm.GRAVE
    return Harm.SERIOUS if account.grade is Relation.ACCOUNT else Harm.SOME


def _order(draft: _Draft) -> tuple[int, int, int, int, str, str]:
    account, system, group, harm = draft
    return group.rank, -harm.rank, -_ease(system), -account.grade.rank, account.service.casefold(), account.key


def _ease(system: System | None) -> int:
    """Return how easily the number opens it: 2 by itself, 1 where nobody knows, 0 not by itself."""
    claims = [] if system is None else [system.sms_login, system.sms_reset, system.one_tap]
    if any(claim is not None and claim.value for claim in claims):
        return 2
    return 0 if claims and all(claim is not None and claim.is_confirmed for claim in claims) else 1


def is_on(account: Account, number: str, *, is_only: bool) -> bool:
    """Tell whether something shows that an account hangs on a number.

    Args:
        account: which.
        number: E.164.
        is_only: the person has no other number that is known: a message came to this one.
    """
    return number in account.numbers or (is_only and not account.numbers and any(map(_is_message, account.evidence)))


def _is_message(evidence: Evidence) -> bool:
    return evidence.source is SourceKind.SMS


def _is_only(inventory: Inventory, number: str) -> bool:
    """Tell whether no other number, and no second SIM of which the number is not known, shows."""
    others = {n for account in inventory.accounts for n in account.numbers} | {o.e164 for o in inventory.own} - {None}
    unknown = [own for own in inventory.own if own.e164 is None]
    return not others - {number} and len(unknown) <= (0 if _is_own(inventory, number) else 1)


def _came_to(inventory: Inventory, number: str) -> bool:
    has_messages = any(own.e164 == number and own.messages for own in inventory.own)
    return has_messages or any(number in account.numbers for account in inventory.accounts)


def _is_own(inventory: Inventory, number: str) -> bool:
    return any(own.e164 == number for own in inventory.own)
