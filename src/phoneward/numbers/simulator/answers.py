"""What is true of a number: the semantics of the three APIs, without the wire.

Source: the descriptions in the CAMARA definitions Number Recycling v0.2.0, SIM Swap v2.1.0 and KYC Tenure v0.2.0.
"""

import datetime as dt
import zoneinfo

from phoneward.numbers.simulator.state import Contract, Subscriber


def current_contract(subscriber: Subscriber, today: dt.date) -> Contract | None:
    """Return the contract of that day, or None in a gap."""
    for contract in subscriber.contracts:
        if contract.begins <= today and (contract.ends is None or today < contract.ends):
            return contract
    return None


def held_since(subscriber: Subscriber, today: dt.date) -> dt.date | None:
    """Return the first day since which one person has held the number without a day's gap; None in a gap.

    A holder who cancelled and signed again later is a new holder: in between the number was nobody's.
    """
    contract = current_contract(subscriber, today)
    if contract is None:
        return None
    since = contract.begins
    for earlier in reversed(subscriber.contracts):
        if earlier.ends == since and earlier.holder == contract.holder:
            since = earlier.begins
    return since


def is_recycled(subscriber: Subscriber, asked: dt.date, today: dt.date) -> bool:
    """Tell whether the subscriber changed after the day asked about.

    The day on which the present holder signed is theirs (false); a day without a contract is nobody's (true); and so is
    a number that has no holder today.
    """
    since = held_since(subscriber, today)
    return since is None or asked < since


def has_tenure(subscriber: Subscriber, asked: dt.date, today: dt.date) -> bool:
    """Tell whether the present holder has had the number without a gap since the day asked about."""
    since = held_since(subscriber, today)
    return since is not None and asked >= since


def latest_sim_change(subscriber: Subscriber, now: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime | None:
    """Return when the number last came onto another SIM, the first SIM of a new contract included; None without."""
    if not subscriber.has_sim:
        return None
    moments = [*subscriber.sim_changes]
    before: Contract | None = None
    for contract in subscriber.contracts:
        goes_on = before is not None and before.ends == contract.begins and before.holder == contract.holder
        if contract.activated is not None:
            moments.append(contract.activated)
        elif not goes_on:
            moments.append(dt.datetime.combine(contract.begins, dt.time(), zone))
        before = contract
    return max((moment.astimezone(dt.UTC) for moment in moments if moment <= now), default=None)
