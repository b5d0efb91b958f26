"""What carriers and states offer: lists of what hangs on a number or a name, and ways to take a number off accounts."""

import enum
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from phoneward.numbers.carriers.country import country_of
from phoneward.numbers.carriers.stored import StoredOffer, read
from phoneward.numbers.errors import NoSuchOfferError
from phoneward.numbers.rulebook import Steps
from phoneward.texts import N_, Words

T = TypeVar("T")


class Answers(enum.StrEnum):
    """What an offer answers with."""

    COUNTS = "counts"
    """How many, and no names."""
    NAMES = "names"
    NUMBERS = "numbers"
    """Which phone numbers."""
    ACTION = "action"
    """It does something, or says something by word of mouth."""


class Counts(enum.StrEnum):
    """What its answer counts."""

    ACCOUNTS = "accounts"
    SITES = "sites"
    LINES = "lines"
    """Phone lines in one's name. They are nothing to compare accounts with."""


class For(enum.StrEnum):
    """Whom an offer is for."""

    LEAVING = "leaving"
    NEW = "new"
    """Whoever got a number that somebody else had."""
    HOLDING = "holding"
    SERVICES = "services"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One of them.

    Attributes:
        id: for commands and marks; never changed.
        names: by language.
        countries: ISO 3166 of the numbers it is for; empty for all.
        by_state: the state offers it; else carriers do.
        counts: what its answer counts; None: nothing that can be compared.
        answers: with what.
        for_whom: whom it is for.
        systems: ids of account systems that it is known to cover; empty where that is not known.
        covers, not_covers: by language.
        steps: how; with the source of what stands here.
    """

    id: str
    names: Mapping[str, str]
    countries: tuple[str, ...]
    by_state: bool
    counts: Counts | None
    answers: Answers
    for_whom: frozenset[For]
    systems: frozenset[str]
    covers: Mapping[str, str]
    not_covers: Mapping[str, str]
    steps: Steps

    @property
    def is_comparable(self) -> bool:
        """Its answer's count can be compared with the accounts that are named here."""
        return self.counts in (Counts.ACCOUNTS, Counts.SITES)


def offers(number_or_country: str | None = None) -> tuple[Offer, ...]:
    """Return the offers for a number; all where none is named.

    Args:
        number_or_country: a number in E.164, or a country's two letters.
    """
    if number_or_country is None:
        return _all()
    country = country_of(number_or_country)
    return tuple(one for one in _all() if not one.countries or country in one.countries)


def offer(id: str) -> Offer:  # noqa: A002 - as the field is called
    """Return one offer.

    Raises:
        NoSuchOfferError: none is called so.
    """
    for one in _all():
        if one.id == id:
            return one
    raise NoSuchOfferError(id=id, ids=", ".join(one.id for one in _all() if one.is_comparable))


@functools.cache
def _all() -> tuple[Offer, ...]:
    return tuple(_made(one) for one in read("offers.toml", "offer", StoredOffer))


def _made(stored: StoredOffer) -> Offer:
    return Offer(
        id=stored.id,
        names=stored.names,
        countries=stored.countries,
        by_state=stored.by == "state",
        counts=Counts(stored.counts) if stored.counts else None,
        answers=Answers(stored.answers),
        for_whom=frozenset(map(For, stored.for_)),
        systems=frozenset(stored.systems),
        covers=stored.covers.made(),
        not_covers=stored.not_covers.made(),
        steps=stored.steps.made(),
    )


_ANSWERS: Final[Mapping[Answers, str]] = {
    Answers.COUNTS: N_("It answers with figures, not with names."),
    Answers.NAMES: N_("It answers with names."),
    Answers.NUMBERS: N_("It answers with phone numbers."),
    Answers.ACTION: N_("It does something; it gives no list."),
}


def answers_words(offer: Offer) -> Words:
    """Return what an offer answers with."""
    return Words(_ANSWERS[offer.answers])
