"""Accounts, systems and messages for the tests of the plan."""

import datetime as dt
from typing import Final

from phoneward.numbers import Account, Evidence, Inventory, OwnNumber, Purpose, Relation, SourceKind, What
from phoneward.numbers.rulebook import Claim, Harm, Holding, Kind, OldNumber, Rulebook, Steps, System

OLD: Final = "+8613800138000"
NEW: Final = "+8613900139000"
TODAY: Final = dt.date(2026, 11, 29)
BEGUN: Final = dt.datetime(2026, 11, 29, 9, tzinfo=dt.UTC)


def at(days: float, hours: float = 0) -> dt.datetime:
    """A time so many days after the plan was made."""
    return BEGUN + dt.timedelta(days=days, hours=hours)


def message(
    days: float,
    number: str | None = OLD,
    what: What = What.CODE,
    purpose: Purpose = Purpose.LOGIN,
    *,
    is_done: bool = False,
    hours: float = 0,
) -> Evidence:
    """A message of a service."""
    when = at(days, hours)
    return Evidence(
        source=SourceKind.SMS,
        what=what,
        ref=f"sms {when:%Y%m%d%H%M}",
        time=when,
        number=number,
        purpose=purpose,
        is_done=is_done,
    )


def account(
    key: str, *evidence: Evidence, grade: Relation = Relation.ACCOUNT, number: str | None = OLD, service: str = ""
) -> Account:
    """An account that showed on a number; `~` in its key: the rulebook does not know it."""
    found = evidence or ((message(-30, number),) if number else ())
    times = [e.time for e in found if e.time]
    return Account(
        key=key,
        system=None if key.startswith("~") else key,
        service=service or key.removeprefix("~"),
        grade=grade,
        evidence=found,
        count=len(found),
        first=min(times, default=None),
        last=max(times, default=None),
        numbers=frozenset(e.number for e in found if e.number),
    )


def system(
    id_: str,
    harm: Harm = Harm.SERIOUS,
    old: OldNumber | None = OldNumber.NEEDED,
    *,
    source: str = "https://example.com/help",
    opens: bool = True,
    kind: Kind = Kind.SHOP,
    delete: bool = True,
) -> System:
    """A system of the rulebook; `old` None: not known."""
    return System(
        id=id_,
        names={"en": id_.title(), "zh_CN": f"{id_}（中）"},
        aliases=(f"{id_}-alias", f"别名{id_}"),
        kind=kind,
        holds=(Holding.MONEY, Holding.PHOTOS),
        harm=harm,
        sms_login=Claim(opens, source, dt.date(2026, 11, 1)),
        old_number=None if old is None else Claim(old, source, dt.date(2026, 11, 1)),
        rebind=Steps(
            steps={"en": ("Open the app.", "Change the number."), "zh_CN": ("打开应用。", "更换号码。")},
            link="https://example.com/rebind",
            source=source,
        ),
        delete=Steps(steps={"en": ("Delete it.",)}, link="https://example.com/delete") if delete else None,
    )


def inventory(*accounts: Account, own: tuple[str, ...] = (OLD, NEW)) -> Inventory:
    """An inventory of a person with these numbers."""
    return Inventory(accounts=accounts, own=tuple(OwnNumber(e164=number) for number in own))


def rulebook(*systems: System) -> Rulebook:
    """A rulebook of these."""
    return Rulebook(systems)
