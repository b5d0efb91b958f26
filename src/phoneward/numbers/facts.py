"""What the numbers room knows when it answers: gathered once, then only read."""

import datetime as dt
from dataclasses import dataclass, field

from phoneward.numbers.inventory import Account, Inventory, SourceKind
from phoneward.numbers.keeping import counts, kept_plans, own_numbers
from phoneward.numbers.leaving import Plan
from phoneward.numbers.leaving.of_vault import plan_kept
from phoneward.numbers.leaving.reminding import Due, due
from phoneward.numbers.recognition import Relation
from phoneward.numbers.rulebook import Harm, System, rulebook
from phoneward.numbers.sources import inventory_of
from phoneward.snapshots import Asking


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the room's answer is made from.

    Attributes:
        now: the time that ages are counted to.
        snapshot: full ID of the snapshot that is asked about; empty where there is none.
        taken: when it was taken.
        inventory: what was found; None where there is no snapshot.
        plans: of the numbers that are, or were, given up.
        due: what is to be looked at again.
        counts: what carriers' and states' lists count, by number and offer.
    """

    now: dt.datetime
    snapshot: str = ""
    taken: dt.datetime | None = None
    inventory: Inventory | None = None
    plans: tuple[Plan, ...] = ()
    due: tuple[Due, ...] = ()
    counts: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def has_messages(self) -> bool:
        """Messages were looked through."""
        return self.inventory is not None and any(s.source is SourceKind.SMS for s in self.inventory.looked_at)

    @property
    def bound(self) -> list[Account]:
        """The accounts of which a message shows that they are on a number, the best proof first."""
        if self.inventory is None:
            return []
        return [account for account in self.inventory.accounts if account.grade is Relation.ACCOUNT]

    @property
    def open_alone(self) -> list[tuple[Account, System]]:
        """Those that matter most and open with a code sent to the number, as far as the rulebook knows."""
        known = ((account, rulebook().by_id(account.system or "")) for account in self.bound)
        return [(a, s) for a, s in known if s is not None and s.harm is Harm.GRAVE and opens_alone(s)]


def opens_alone(system: System) -> bool:
    """Tell whether the rulebook says that the number alone is enough to get in."""
    return any(claim is not None and claim.value for claim in (system.sms_login, system.sms_reset, system.one_tap))


def gather(asking: Asking) -> Facts:
    """Read what hangs on the person's numbers, as the snapshot that is asked about and their own words tell.

    Raises:
        StorageError: the vault cannot be reached.
    """
    info = asking.snapshot
    if info is None:
        return Facts(now=asking.now)
    inventory = inventory_of(asking)
    plans = plans_of(asking, inventory)
    return Facts(
        now=asking.now,
        snapshot=info.snapshot.id or "",
        taken=info.snapshot.time,
        inventory=inventory,
        plans=tuple(plans),
        due=due(inventory, plans, asking.state, asking.now.astimezone().date()),
        counts={
            (number, offer): count
            for number in _numbers(asking, inventory)
            for offer, count in counts(asking.state, number).items()
        },
    )


def plans_of(asking: Asking, inventory: Inventory) -> list[Plan]:
    """Return the plans of the numbers that the person gives up, or gave up, as they stand now.

    In a vault of several phones each number's plan belongs to the phone to which messages for it came.
    """
    today = asking.now.astimezone().date()
    is_one_phone = len({info.device for info in asking.every if info.device}) < 2
    plans = [plan_kept(inventory, asking.state, kept, today) for kept in kept_plans(asking.state)]
    return [plan for plan in plans if is_one_phone or any(plan.number in one.numbers for one in inventory.accounts)]


def _numbers(asking: Asking, inventory: Inventory) -> list[str]:
    found = {own.e164 for own in inventory.own if own.e164 is not None}
    found |= {kept.number for kept in kept_plans(asking.state)}
    return sorted(found | set(own_numbers(asking.state)))
