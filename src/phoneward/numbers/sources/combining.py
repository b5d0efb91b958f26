"""Makes one inventory of what several sources show: which numbers are the person's own, and what came to which."""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from phoneward.numbers.inventory import Account, Evidence, Inventory, NotLookedAt, OwnNumber, SourceKind
from phoneward.numbers.recognition import Relation
from phoneward.numbers.sources.gathering import Gathered, Gathering
from phoneward.numbers.sources.phone_numbers import normalised, only_fit, region_of, region_of_most

Sim = tuple[str, str]
"""A phone, and a SIM as it counts them."""
_MAJORITY: Final = 0.6
_MAX_OWN: Final = 20
_WHOLE: Final = 9
"""Digits from which on a number can be whole without its country's code."""


def combined(
    gathered: Sequence[Gathered],
    *,
    told: Mapping[str, frozenset[str]] | None = None,
    region: str = "",
    missed: Iterable[NotLookedAt] = (),
) -> Inventory:
    """Return the inventory.

    Args:
        gathered: what each source shows.
        told: the numbers that the person says are theirs (E.164), with the SIMs they say bear them.
        region: the country of numbers without a country code; empty: it is found out.
        missed: what else was not looked at.
    """
    known = dict(told or {})
    region, region_from = _region(gathered, known, region)
    own = _Own(gathered, known, region)
    gathering = Gathering()
    for source in gathered:
        for account in source.accounts:
            gathering.take(_with_numbers(account, own, source.phone, region))
    accounts = gathering.accounts()
    return Inventory(
        accounts=accounts,
        own=own.numbers(accounts),
        looked_at=tuple(one for source in gathered for one in source.looked_at),
        not_looked_at=(*(one for source in gathered for one in source.missed), *missed),
        region=region,
        region_from=region_from,
    )


def _region(gathered: Sequence[Gathered], told: Mapping[str, object], region: str) -> tuple[str, str]:
    if region:
        return region, "told"
    of_told = Counter(filter(None, map(region_of, told)))
    if of_told:
        return of_told.most_common(1)[0][0], "number"
    for what in ("service-center", "senders"):
        counts: Counter[str] = Counter()
        for source in gathered:
            counts.update(source.countries.get(what, {}))
        if found := region_of_most(counts):
            return found, what
    return "", ""


class _Own:
    """Which numbers are the person's own, and which SIM bears which."""

    def __init__(self, gathered: Sequence[Gathered], told: Mapping[str, frozenset[str]], region: str) -> None:
        self._told = told
        self.sims: dict[Sim, int] = {}
        for source in gathered:
            for sim, count in source.sims.items():
                # Two snapshots of one phone hold the same messages: the greater number, not the sum.
                self.sims[source.phone, sim] = max(count, self.sims.get((source.phone, sim), 0))
        self.bears: dict[Sim, str] = {
            sim: number for number, sims in told.items() for sim in self.sims if sim[1] and sim[1] in sims
        }
        self._hinted = self._heard(gathered, region)
        self.known = frozenset({*told, *self._hinted})
        self._alone()

    def _heard(self, gathered: Sequence[Gathered], region: str) -> set[str]:
        """Take what messages say; return the numbers that are known from them."""
        whole: dict[Sim, Counter[str]] = defaultdict(Counter)
        for source in gathered:
            for hint in source.hints:
                if "*" not in hint.number and (number := normalised(hint.number, region)) is not None:
                    whole[source.phone, hint.sim][number] += hint.count
        heard: set[str] = set()
        for sim, votes in whole.items():
            number, count = votes.most_common(1)[0]
            if count < _MAJORITY * sum(votes.values()):
                continue
            heard.add(number)
            if sim[1]:
                self.bears.setdefault(sim, number)
        known = {*self._told, *heard}
        ends: dict[Sim, Counter[str]] = defaultdict(Counter)
        for source in gathered:
            for hint in source.hints:
                if "*" in hint.number and hint.sim and (number := only_fit(hint.number, known)) is not None:
                    ends[source.phone, hint.sim][number] += hint.count
        for sim, votes in ends.items():
            number, count = votes.most_common(1)[0]
            if count >= _MAJORITY * sum(votes.values()):
                self.bears.setdefault(sim, number)
        return heard - self._told.keys()

    def _alone(self) -> None:
        """Where a phone had one SIM and the person has one number, it is that one's."""
        sims = {sim for sim in self.sims if sim[1]} or set(self.sims)
        if len(self.known) == 1 and len(sims) == 1:
            (number,) = self.known
            for sim in self.sims:
                self.bears.setdefault(sim, number)

    def numbers(self, accounts: Iterable[Account]) -> tuple[OwnNumber, ...]:
        """Return them: those told first, then those heard of, then SIMs of which no number is known."""
        entries = Counter(
            one.number
            for account in accounts
            for one in account.evidence
            if one.source is SourceKind.PASSWORDS and one.number is not None
        )
        named = dict.fromkeys(self._told, "told") | dict.fromkeys(sorted(self._hinted), "message")
        for number, _count in entries.most_common(_MAX_OWN):
            if number is not None:
                named.setdefault(number, "entry")
        found = [
            OwnNumber(
                e164=number,
                sims=frozenset(sim[1] for sim, its in self.bears.items() if its == number and sim[1]),
                messages=sum(self.sims.get(sim, 0) for sim, its in self.bears.items() if its == number),
                hint=hint,
            )
            for number, hint in named.items()
        ]
        for sim, count in self.sims.items():
            if sim not in self.bears:
                found.append(
                    OwnNumber(e164=None, sims=frozenset({sim[1]} if sim[1] else ()), messages=count, hint="sim")
                )
        return tuple(found)


def _with_numbers(account: Account, own: _Own, phone: str, region: str) -> Account:
    """Return an account whose evidence bears numbers in E.164, as far as anybody can tell."""
    evidence = tuple(_with_number(one, own, phone, region) for one in account.evidence)
    return dataclasses.replace(
        account, evidence=evidence, numbers=frozenset(one.number for one in evidence if one.number is not None)
    )


def _with_number(evidence: Evidence, own: _Own, phone: str, region: str) -> Evidence:
    if evidence.number is None:
        return dataclasses.replace(evidence, number=own.bears.get((phone, evidence.sim)))
    if "*" in evidence.number:
        number = only_fit(evidence.number, own.known)
    else:
        number = _without_code(evidence, own) or normalised(evidence.number, region)
    if number is not None:
        # The letter says that the account has a number, and it can only be this one.
        grade = Relation.ACCOUNT if evidence.source is SourceKind.MAIL else evidence.grade
        return dataclasses.replace(evidence, number=number, grade=grade)
    if evidence.source is SourceKind.PASSWORDS:
        # It only looked like a number: nothing shows that one signs in with one.
        return dataclasses.replace(evidence, number=None, grade=Relation.WEAK)
    return dataclasses.replace(evidence, number=own.bears.get((phone, evidence.sim)))


def _without_code(evidence: Evidence, own: _Own) -> str | None:
    """Return the person's number that an entry's user name is without its country's code, of whatever country."""
    name = evidence.number or ""
    if evidence.source is not SourceKind.PASSWORDS or name.startswith("+") or len(name) < _WHOLE:
        return None
    return only_fit(f"*{name}", own.known)
