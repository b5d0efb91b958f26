"""Puts together what one source shows, account by account, however much it is.

Of a thousand messages of a bank little is kept: per SIM and number the first, the last and the strongest, and the last
word on each thing that was done. So memory grows with the number of services, which is bounded, not with messages.
"""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from phoneward.numbers.inventory import Account, Evidence, LookedAt, NotLookedAt, SourceKind, What
from phoneward.numbers.recognition import Purpose, Relation
from phoneward.numbers.sources.naming import UNKNOWN, account_key, safe_name

MAX_ACCOUNTS: Final = 20_000
"""Services of one source. More are of no person's."""
MAX_LINES: Final = 16
"""SIMs and numbers told apart per account and source."""
DEEDS: Final = frozenset({Purpose.REGISTER, Purpose.BIND, Purpose.UNBIND, Purpose.CHANGE_NUMBER, Purpose.DELETE})
"""What decides, once it was done, whether the number still hangs on the account."""

_STRENGTH: Final = {
    What.CODE: 5, What.NOTICE: 4, What.ENTRY: 3, What.BUSINESS: 2, What.INSTALLED: 1, What.NAMED: 0,
}  # fmt: skip
_RANKS: Final = {grade: grade.rank for grade in Relation}
_NEVER: Final = dt.datetime.min.replace(tzinfo=dt.UTC)


def moment(evidence: Evidence) -> dt.datetime:
    """Return when something was seen; before everything where nobody knows."""
    return evidence.time or _NEVER


def strength(evidence: Evidence) -> tuple[int, int, bool, dt.datetime]:
    """Return how strong it is, for comparing; of equals the later is stronger."""
    return _RANKS[evidence.grade], _STRENGTH[evidence.what], evidence.number is not None, moment(evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A message that names the number it was sent to.

    Attributes:
        number: as it stands there, its hidden digits as `*`; `*1234` where only the end is named.
        sim: to which SIM it came.
        count: how often.
    """

    number: str
    sim: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All that one source shows. It bears no text, no code and no password, and can be kept.

    Attributes:
        looked_at: what was looked through.
        phone: whose SIMs these are: a phone's id, a file's name; SIMs of two phones are not compared.
        accounts: their evidence bears a number only where the source itself says which, as it stands there.
        hints: what it says about the person's own numbers.
        sims: messages that came, by SIM.
        countries: the first three digits of whole international numbers, and how often, by `service-center` (of the
            exchanges that delivered the messages) and `senders`.
        missed: what was not looked at.
    """

    looked_at: tuple[LookedAt, ...]
    phone: str = ""
    accounts: tuple[Account, ...] = ()
    hints: tuple[Hint, ...] = ()
    sims: dict[str, int] = field(default_factory=dict)
    countries: dict[str, dict[str, int]] = field(default_factory=dict)
    missed: tuple[NotLookedAt, ...] = ()


class Bounded:
    """The evidence for one account from one source, to one SIM or number: never more than a handful."""

    __slots__ = ("_began", "_ended", "_strength", "best", "deeds", "first", "last")

    def __init__(self, evidence: Evidence) -> None:
        self.first = self.last = self.best = evidence
        self._began = self._ended = moment(evidence)
        self._strength = strength(evidence)
        self.deeds: dict[Purpose, Evidence] = {}
        self._note(evidence)

    def add(self, evidence: Evidence) -> None:
        """Take one more."""
        time = moment(evidence)
        if time < self._began:
            self.first, self._began = evidence, time
        if time >= self._ended:
            self.last, self._ended = evidence, time
        its = strength(evidence)
        if its > self._strength:
            self.best, self._strength = evidence, its
        self._note(evidence)

    def _note(self, evidence: Evidence) -> None:
        if evidence.is_done and evidence.purpose in DEEDS:
            before = self.deeds.get(evidence.purpose)
            if before is None or moment(evidence) >= moment(before):
                self.deeds[evidence.purpose] = evidence

    def kept(self) -> Iterable[Evidence]:
        """Yield what is kept."""
        return (self.first, self.last, self.best, *self.deeds.values())


class _Held:
    """One account while it is gathered."""

    __slots__ = ("count", "lines", "names", "service", "system")

    def __init__(self, system: str | None, service: str) -> None:
        self.system = system
        self.service = service
        self.count = 0
        self.lines: dict[tuple[SourceKind, str, str | None], Bounded] = {}

    def add(self, evidence: Evidence) -> None:
        line = (evidence.source, evidence.sim, evidence.number)
        held = self.lines.get(line)
        if held is not None:
            held.add(evidence)
            return
        if len(self.lines) >= MAX_LINES:
            line = (evidence.source, "", None)
            evidence = dataclasses.replace(evidence, sim="", number=None)
            if (held := self.lines.get(line)) is not None:
                held.add(evidence)
                return
        self.lines[line] = Bounded(evidence)


class Gathering:
    """Gathers one source's accounts.

    Attributes:
        left_out: how many findings were left out because there were too many services.
    """

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._names: dict[tuple[str | None, str], str] = {}
        self.left_out = 0

    def add(self, system: str | None, service: str, evidence: Evidence) -> None:
        """Take one finding.

        Args:
            system: of the rulebook; None where it has none.
            service: what it is called there.
            evidence: what shows it, with its grade.
        """
        named = (system, service)
        key = self._names.get(named)
        if key is None:
            key = account_key(system, service)
            if len(self._names) < MAX_ACCOUNTS:
                self._names[named] = key
        held = self._account(key, system, service)
        if held is None:
            self.left_out += 1
        else:
            held.count += 1
            held.add(evidence)

    def take(self, account: Account) -> None:
        """Take a whole account, as another gathering gave it."""
        held = self._account(account.key, account.system, account.service)
        if held is None:
            self.left_out += account.count
            return
        held.count += account.count
        for evidence in account.evidence:
            held.add(evidence)

    def _account(self, key: str, system: str | None, service: str) -> _Held | None:
        """Return what is held of an account; None where there is no room for it, or it is no name."""
        held = self._held.get(key)
        if held is None and key != UNKNOWN and len(self._held) < MAX_ACCOUNTS:
            held = self._held[key] = _Held(system, safe_name(service))
        return held

    def accounts(self) -> tuple[Account, ...]:
        """Return them, the best proof first, then by name."""
        made = [_account(key, held) for key, held in self._held.items()]
        return tuple(sorted(made, key=lambda account: (-account.grade.rank, account.key)))


def over_time(older: Gathered, newer: Gathered) -> Gathered:
    """Return what two snapshots of one phone show together.

    Most messages are in both, and nothing is counted twice: a count is at least so much.
    """
    gathering = Gathering()
    for account in (*older.accounts, *newer.accounts):
        gathering.take(account)
    counts: dict[str, int] = {}
    for account in (*older.accounts, *newer.accounts):
        counts[account.key] = max(account.count, counts.get(account.key, 0))
    hints = {(hint.number, hint.sim): hint for hint in (*older.hints, *newer.hints)}
    return Gathered(
        looked_at=(*newer.looked_at, *older.looked_at),
        phone=newer.phone,
        accounts=tuple(dataclasses.replace(account, count=counts[account.key]) for account in gathering.accounts()),
        hints=tuple(hints.values()),
        sims={sim: max(older.sims.get(sim, 0), newer.sims.get(sim, 0)) for sim in (*older.sims, *newer.sims)},
        countries=newer.countries,
        missed=(*newer.missed, *older.missed),
    )


def _account(key: str, held: _Held) -> Account:
    evidence = sorted(
        {one for line in held.lines.values() for one in line.kept()}, key=lambda one: (moment(one), one.ref)
    )
    times = [one.time for one in evidence if one.time is not None]
    return Account(
        key=key,
        system=held.system,
        service=held.service,
        grade=max((one.grade for one in evidence), key=lambda grade: grade.rank, default=Relation.NONE),
        evidence=tuple(evidence),
        count=held.count,
        first=min(times, default=None),
        last=max(times, default=None),
        numbers=frozenset(one.number for one in evidence if one.number is not None),
    )


class Counting:
    """Counts by name, a bounded number of names."""

    def __init__(self, limit: int = 200) -> None:
        self._limit = limit
        self.counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        """Count one; a name too many is passed over."""
        if name in self.counts or len(self.counts) < self._limit:
            self.counts[name] += 1
