"""Sentences that are made now and put into the reader's language when they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from phoneward.texts import formats
from phoneward.texts.languages import _, enumeration, in_language, ngettext


@dataclass(frozen=True, slots=True)
class Size:
    """A number of bytes, shown as a person reads it."""

    bytes: int

    def __str__(self) -> str:
        return formats.size(self.bytes)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, shown to the minute in this computer's time zone."""

    time: datetime

    def __str__(self) -> str:
        return formats.moment(self.time)


@dataclass(frozen=True, slots=True)
class Day:
    """A time, shown as its date in words."""

    time: datetime

    def __str__(self) -> str:
        return formats.date(self.time)


@dataclass(frozen=True, slots=True)
class Ago:
    """A time, shown as how long before `now` it is: "3 days ago"."""

    time: datetime
    now: datetime

    def __str__(self) -> str:
        return formats.ago(self.time, self.now)


@dataclass(frozen=True, slots=True)
class Listed:
    """Several things, shown as one list: "a, b, c"."""

    items: "tuple[Detail, ...]"

    def __str__(self) -> str:
        return enumeration(str(item) for item in self.items)


@dataclass(frozen=True, slots=True)
class Named:
    """A name that languages have of their own, such as a firm's; no sentence to translate.

    Attributes:
        names: by language; English at least.
    """

    names: Mapping[str, str]

    def __str__(self) -> str:
        return in_language(self.names)


Detail: TypeAlias = "str | int | Size | Moment | Day | Ago | Listed | Named | Words"


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence and what fills its placeholders; `str()` puts it into the reader's language.

    Attributes:
        message: in English, with named placeholders; the msgid.
        plural: the same for several; empty where nothing is counted.
        count: which of the two forms is meant.
        details: text from a phone or a file comes in readable (`errors.readable`).
    """

    message: str
    plural: str = ""
    count: int = 1
    details: Mapping[str, Detail] = field(default_factory=dict)

    def __str__(self) -> str:
        pattern = ngettext(self.message, self.plural, self.count) if self.plural else _(self.message)
        return pattern.format(**{name: str(detail) for name, detail in self.details.items()})


def words(message: str, **details: Detail) -> Words:
    """Mark a sentence for translation and return it with its details."""
    return Words(message, details=details)


def counted(singular: str, plural: str, count: int, **details: Detail) -> Words:
    """Mark a sentence about a number of things; `{count}` is filled with the number, its thousands apart."""
    return Words(singular, plural, count, {"count": f"{count:,}", **details})


def running(first: Words, *others: Words | None) -> Words:
    """Return sentences as one running text, each in its own words; None is left out."""
    whole = first
    for other in others:
        if other is not None:
            whole = words("{earlier} {later}", earlier=whole, later=other)
    return whole


def verbatim(text: str) -> Words:
    """Return a text that has no translation, such as a code of a later version, as words; it comes in readable."""
    return Words("{text}", details={"text": text})
