"""Which articles may be cited: read ones only, by the day of the event; for what is asked today, by today.

A duty that arises with the request (to hand over a copy, to delete, to give reasons for a refusal) is a duty of today,
whenever the event was. Whatever judges the event itself must have been in force on its day. Where that day is not
known, nothing that depends on it is cited.
"""

import itertools
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from phoneward.cases.law.articles import Applies, Article, Status, Use, laws
from phoneward.texts import Named, Words, enumeration, words

_DIGITS = "零一二三四五六七八九"


class Citations(msgspec.Struct, frozen=True, kw_only=True):
    """What may be cited.

    Attributes:
        of_event: in force on the day of the event; empty where that day is not known.
        of_request: in force on the day of the letter, for what is asked today.
        is_day_missing: the day of the event is not known, so `of_event` is empty.
        unconfirmed: would be of use, but their text was not read: named on the screen, never in a letter.
    """

    of_event: tuple[Article, ...]
    of_request: tuple[Article, ...]
    is_day_missing: bool
    unconfirmed: tuple[Article, ...]

    @property
    def all(self) -> tuple[Article, ...]:
        """All articles that are cited."""
        return self.of_event + self.of_request


def cite(uses: Iterable[Use], *, country: str, happened: date | None, day: date) -> Citations:
    """Return the articles for these uses.

    Args:
        uses: what for.
        country: `CN` or `EU`; another has none.
        happened: the day of the event, None where it is not known.
        day: the day of the letter.
    """
    wanted = frozenset(uses)
    of_event: list[Article] = []
    of_request: list[Article] = []
    unconfirmed: list[Article] = []
    for law in laws().values():
        for one in law.articles:
            if one.country != country or not one.uses & wanted or (_is_of_today(one) and not one.is_in_force(day)):
                continue
            if one.applies is Applies.REQUEST:
                chosen = of_request
            elif happened is not None and one.covers(happened):
                chosen = of_event
            else:
                continue
            (chosen if one.status is Status.CONFIRMED else unconfirmed).append(one)
    return Citations(
        of_event=tuple(of_event),
        of_request=tuple(of_request),
        is_day_missing=happened is None,
        unconfirmed=tuple(unconfirmed),
    )


def _is_of_today(one: Article) -> bool:
    """Tell whether it must be in force on the day of the letter: not where only the day of the event decides."""
    return one.applies is Applies.REQUEST or one.facts_from is not None


def number_words(one: Article) -> Words:
    """Return "Article 57" in the reader's language."""
    number = _chinese(one.number) if one.country == "CN" else one.number
    return words("Article {number}", number=Named({"en": one.number, "zh_CN": number}))


def citation_words(one: Article) -> Words:
    """Return "Article 57 of the …" in the reader's language."""
    return words("{article} of the {law}", article=number_words(one), law=Named(laws()[one.law].names))


def by_law(articles: Sequence[Article]) -> str:
    """Return articles as one list in the language that is spoken, those of a law behind its name."""
    return enumeration(
        f"{Named(laws()[law].names)} ({enumeration(str(number_words(one)) for one in group)})"
        for law, group in itertools.groupby(sorted(articles, key=lambda one: one.law), key=lambda one: one.law)
    )


def _chinese(number: str) -> str:
    """Return an article's number as Chinese laws write it: 1038 → 一千零三十八."""
    value = int(number)
    parts: list[str] = []
    is_gap = False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            if is_gap and parts:
                parts.append("零")
            parts.append(_DIGITS[digit] + name)
            is_gap = False
        else:
            is_gap = True
    text = "".join(parts)
    return text.removeprefix("一") if text.startswith("一十") else text
