"""How long a number rests after it was given up, before somebody else gets it. It is grace, and never a plan."""

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass

from phoneward.numbers.carriers.country import country_of
from phoneward.numbers.carriers.stored import StoredQuarantine, read
from phoneward.numbers.leaving import Grace
from phoneward.texts import Named, Words, running, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """What is known of one country.

    Attributes:
        country: ISO 3166.
        least_days: nobody gets the number earlier; None where nothing says so.
        most_days: None where nothing says so.
        note: by language (`en`, `zh_CN`), who says so and for whom it holds.
        source: the page that says so; empty where it is unconfirmed.
        checked: the day somebody read it there.
    """

    country: str
    least_days: int | None
    most_days: int | None
    note: Mapping[str, str]
    source: str = ""
    checked: dt.date | None = None

    @property
    def grace(self) -> Grace:
        """The same for a plan."""
        return Grace(
            least_days=self.least_days, most_days=self.most_days, source=self.source, checked=self.checked
        )  # fmt: skip


def quarantine(number_or_country: str) -> Quarantine | None:
    """Return what is known of the country of a number; None where nothing is.

    Args:
        number_or_country: a number in E.164, or a country's two letters.
    """
    country = country_of(number_or_country)
    return None if country is None else _all().get(country)


def quarantine_words(found: Quarantine | None) -> Words:
    """Return it as sentences for a person."""
    if found is None:
        return words(
            "How long the carrier keeps the number back before somebody else gets it is not known. Do not count on it."
        )
    note = words("{note}", note=Named(found.note))
    if found.least_days is None:
        return running(words("No fixed time is known for which a number rests before somebody else gets it."), note)
    if not found.source:
        days = words("A number is said to rest for {days} days; that is not confirmed.", days=found.least_days)
    elif found.most_days is None:
        days = words("A number rests for at least {days} days before somebody else gets it.", days=found.least_days)
    else:
        days = words(
            "A number rests for {least} to {most} days before somebody else gets it.",
            least=found.least_days,
            most=found.most_days,
        )
    return running(days, note, words("Codes do not reach you in that time either: it is grace, and no plan."))


@functools.cache
def _all() -> Mapping[str, Quarantine]:
    made = [_made(one) for one in read("quarantine.toml", "quarantine", StoredQuarantine)]
    return {one.country: one for one in made}


def _made(stored: StoredQuarantine) -> Quarantine:
    return Quarantine(
        country=stored.country,
        least_days=stored.least_days,
        most_days=stored.most_days,
        note=stored.note.made(),
        source=stored.source,
        checked=stored.checked,
    )
