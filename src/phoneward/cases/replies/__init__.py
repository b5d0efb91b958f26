"""Scores a company's notice of an incident, or its answer to a demand: what it should hold, and what it holds.

A point is present where a sentence says it in a known wording; that sentence is quoted, so that a person can judge.
"""

import enum
import functools
import re
import tomllib
from datetime import date
from importlib.resources import files
from typing import Final

import msgspec

from phoneward.cases.documents import Document, Sentence
from phoneward.cases.law import Article, LawDefectError, Use, article, cite
from phoneward.texts import N_, Named, Words, words


class Text(enum.StrEnum):
    """What a company wrote."""

    NOTICE = "notice"
    """Of a leak, tampering or loss, on its own account."""
    REPLY = "reply"
    """To a demand or a complaint."""


class Found(enum.StrEnum):
    """Whether a text holds a point."""

    PRESENT = "present"
    UNCLEAR = "unclear"
    NOT_FOUND = "not found"
    NOT_NEEDED = "not needed"


FOUND_WORDS: Final = {
    Found.PRESENT: N_("is there"),
    Found.UNCLEAR: N_("unclear"),
    Found.NOT_FOUND: N_("not found"),
    Found.NOT_NEEDED: N_("not needed: nothing is refused"),
}
"""As a person reads it, marked with `N_`."""


class _Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    of: tuple[Text, ...]
    present: str
    unclear: str
    articles: tuple[str, ...]
    en: str
    zh_CN: str  # noqa: N815 - a language, as gettext names it
    only_if: str = ""
    present_wins: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    point: tuple[_Point, ...]


class Point(msgspec.Struct, frozen=True):
    """One thing that the text should hold.

    Attributes:
        id: stable.
        names: what it is, by language.
        found: whether it is there.
        sentence: that says it, or leaves it unclear; None where there is none.
        articles: read rules that ask for it; empty where none does, or the day is not known.
    """

    id: str
    names: dict[str, str]
    found: Found
    sentence: Sentence | None
    articles: tuple[Article, ...]

    @property
    def name(self) -> Named:
        """What it is, in the reader's language."""
        return Named(self.names)


class Score(msgspec.Struct, frozen=True):
    """What a look at a text found.

    Attributes:
        text: which kind it was taken for.
        points: in the order of the rules.
        sentences: how many were looked at.
        happened: the day of the event; None where it is not known.
        is_cut: there was more than was looked at.
    """

    text: Text
    points: tuple[Point, ...]
    sentences: int
    happened: date | None
    is_cut: bool

    @property
    def asked(self) -> tuple[Point, ...]:
        """The points that count: all but those that are not needed."""
        return tuple(one for one in self.points if one.found is not Found.NOT_NEEDED)

    @property
    def present(self) -> int:
        """How many of those are there."""
        return sum(one.found is Found.PRESENT for one in self.asked)


@functools.cache
def _points() -> tuple[tuple[_Point, re.Pattern[str], re.Pattern[str], re.Pattern[str] | None], ...]:
    text = (files("phoneward.cases.replies") / "points.toml").read_text("utf-8")
    try:
        read = msgspec.convert(tomllib.loads(text), _File)
        for one in read.point:
            for name in one.articles:
                article(name)
        return tuple(
            (one, _compiled(one.present), _compiled(one.unclear), _compiled(one.only_if) if one.only_if else None)
            for one in read.point
        )
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, re.error, KeyError) as error:
        raise LawDefectError(f"points.toml: {error}") from error


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def score(document: Document, text: Text, *, country: str, happened: date | None, day: date) -> Score:
    """Return which points a company's text holds.

    Args:
        document: the text.
        text: a notice or a reply.
        country: `CN` or `EU`: whose rules are named.
        happened: the day of the event; None where it is not known: then only rules of today are named.
        day: today.
    """
    citable = cite(frozenset(Use), country=country, happened=happened, day=day).all
    points = []
    for point, present, unclear, only_if in _points():
        if text not in point.of:
            continue
        if only_if is not None and not any(only_if.search(one.text) for one in document.sentences):
            found, sentence = Found.NOT_NEEDED, None
        else:
            found, sentence = _look(document, present, unclear, present_wins=point.present_wins)
        points.append(
            Point(
                point.id,
                {"en": point.en, "zh_CN": point.zh_CN},
                found,
                sentence,
                tuple(one for one in citable if one.id in point.articles),
            )
        )
    return Score(text, tuple(points), len(document.sentences), happened, document.is_cut)


def _look(
    document: Document, present: re.Pattern[str], unclear: re.Pattern[str], *, present_wins: bool
) -> tuple[Found, Sentence | None]:
    """Return whether a text says something; a sentence that leaves it open or denies it does not say it."""
    open_ended = None
    for one in document.sentences:
        says, leaves_open = present.search(one.text) is not None, unclear.search(one.text) is not None
        if says and (present_wins or not leaves_open):
            return Found.PRESENT, one
        if leaves_open and open_ended is None:
            open_ended = one
    return (Found.UNCLEAR, open_ended) if open_ended is not None else (Found.NOT_FOUND, None)


def unchecked(found: Score) -> tuple[Words, ...]:
    """Return what such a look cannot tell, to be shown with every result."""
    said = [
        words("Only known wordings in Chinese (simplified) and English were looked for; read the sentences yourself."),
        words("Whether what it says is true was not looked at, nor whether it came in time."),
    ]
    if found.happened is None:
        said.append(words("The day of the event was not told, so rules that depend on it are not named."))
    if found.text is Text.NOTICE:
        said.append(words("A company need not tell the person where harm was prevented; the authority can ask it to."))
    if found.is_cut:
        said.append(words("The text is longer than was looked at."))
    return tuple(said)
