"""The plan as the vault has it: what was found, what the person decided, what is known of carriers."""

import datetime as dt
from typing import TYPE_CHECKING

from phoneward.numbers.inventory import Inventory
from phoneward.numbers.keeping import KeptPlan, marks
from phoneward.numbers.leaving.planning import Grace, Plan, plan
from phoneward.numbers.rulebook import rulebook

if TYPE_CHECKING:
    from phoneward.snapshots import OwnerState


def plan_kept(inventory: Inventory, state: "OwnerState", kept: KeptPlan, today: dt.date) -> Plan:
    """Return the plan for a number that is, or was, given up.

    Args:
        inventory: what was found.
        state: what the person decided.
        kept: the number and its days.
        today: the day it is now.
    """
    return plan(
        inventory,
        rulebook(),
        kept.number,
        kept.on,
        today,
        done=marks(state, kept.number),
        begun=kept.begun,
        dated=kept.dated,
        grace=grace_of(kept.number),
    )


def grace_of(number: str) -> Grace | None:
    """Return how long carriers of the number's country keep it back; None where nothing is known."""
    from phoneward.numbers.carriers import quarantine

    found = quarantine(number)
    return None if found is None else found.grace
