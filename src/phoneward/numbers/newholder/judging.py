"""Which services take the holder of a number for somebody else, and how surely.

A service is said to do so where a message shows it. Where only codes came, nobody can tell whether the holder asked for
them, so they are named apart.
"""

import datetime as dt
import enum
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from phoneward.numbers.inventory import LookedAt
from phoneward.numbers.newholder.reading import Heard, Listening
from phoneward.numbers.rulebook import Harm, System, rulebook


class Sign(enum.StrEnum):
    """What shows that a service means somebody else."""

    NAME = "name"
    """It addresses somebody else by name."""
    BEFORE = "before"
    """It wrote to the number, which it names, before the holder had it."""
    NOT_BEGUN = "not-begun"
    """It writes as to the owner of an account, and nothing shows that one was opened since."""
    CUSTOMER = "customer"
    """It writes of an order or a parcel, and greets nobody."""
    CODES = "codes"
    """Only codes came: the holder may have asked for them, or somebody else tries to get in."""

    @property
    def rank(self) -> int:
        """2 for what is sure, 1 for what is likely, 0 for what may as well be the holder's own."""
        return {"name": 2, "before": 2, "not-begun": 1, "customer": 0, "codes": 0}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """One service that writes to the number, and may mean somebody else.

    Attributes:
        key, service: as of an account.
        system: what the rulebook knows of it; None where it knows nothing.
        signs: what shows it, the surest first.
        count: messages.
        first, last: between which times.
        initial: how the other name begins; empty where none is addressed.
        harm: how bad it would be for that person if somebody else got in.
        ref: what the last message is called in its source.
    """

    key: str
    service: str
    system: System | None
    signs: tuple[Sign, ...]
    count: int
    first: dt.datetime | None
    last: dt.datetime | None
    initial: str = ""
    harm: Harm
    ref: str = ""

    @property
    def is_somebody_elses(self) -> bool:
        """It is sure or likely."""
        return self.signs[0].rank > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHolder:
    """All that was found.

    Attributes:
        number: E.164.
        since: the day from which it is the holder's; None where they did not say.
        theirs: services that surely or likely mean somebody else; the gravest first.
        maybe: services of which nobody can tell.
        mine: keys of the accounts that the holder opened since, or says are theirs.
        has_names: the holder said what they are called, so that names could be compared.
        messages: how many messages came to the number.
        earlier: how many from before that day were passed over: they came to another number, or nobody can tell.
        looked_at: what was looked through.
    """

    number: str
    since: dt.date | None
    theirs: tuple[Stranger, ...]
    maybe: tuple[Stranger, ...]
    mine: tuple[str, ...]
    has_names: bool
    messages: int
    earlier: int = 0
    looked_at: tuple[LookedAt, ...] = ()


def judge(listening: Listening, mine: Collection[str] = frozenset(), looked_at: Iterable[LookedAt] = ()) -> NewHolder:
    """Return which services take the holder of a number for somebody else.

    Args:
        listening: what came.
        mine: keys of accounts that the holder says are theirs.
        looked_at: what was looked through.
    """
    theirs: list[Stranger] = []
    maybe: list[Stranger] = []
    own: list[str] = []
    for heard in listening.heard.values():
        signs = () if heard.key in mine else _signs(heard)
        if not signs:
            own.append(heard.key)
            continue
        stranger = _stranger(heard, signs)
        (theirs if stranger.is_somebody_elses else maybe).append(stranger)
    return NewHolder(
        number=listening.number,
        since=listening.since,
        theirs=_ordered(theirs),
        maybe=_ordered(maybe),
        mine=tuple(sorted(own)),
        has_names=bool(listening.names),
        messages=listening.messages,
        earlier=listening.earlier,
        looked_at=tuple(looked_at),
    )


def _signs(heard: Heard) -> tuple[Sign, ...]:
    """Return what shows that a service means somebody else; nothing where it is the holder's own."""
    signs = []
    if heard.others:
        signs.append(Sign.NAME)
    if heard.before:
        signs.append(Sign.BEFORE)
    if heard.begun is None and not heard.own:
        if heard.notices:
            signs.append(Sign.NOT_BEGUN)
        if heard.parcels:
            signs.append(Sign.CUSTOMER)
        if heard.codes:
            signs.append(Sign.CODES)
    # Beside what is sure, what may as well be the holder's own says nothing.
    telling = [sign for sign in signs if sign.rank > 0] or signs
    return tuple(sorted(telling, key=lambda sign: -sign.rank))


def _stranger(heard: Heard, signs: tuple[Sign, ...]) -> Stranger:
    system = rulebook().by_id(heard.system or "")
    return Stranger(
        key=heard.key,
        service=heard.service,
        system=system,
        signs=signs,
        count=heard.count,
        first=heard.first,
        last=heard.last,
        initial=heard.initial,
        harm=system.harm if system is not None else Harm.SERIOUS,
        ref=heard.last_ref,
    )


def _ordered(strangers: Iterable[Stranger]) -> tuple[Stranger, ...]:
    return tuple(sorted(strangers, key=lambda one: (-one.signs[0].rank, -one.harm.rank, one.key)))
