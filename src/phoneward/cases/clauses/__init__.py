"""Clauses of a user agreement that free its writer from liability, and why each may be void. No legal advice.

What a clause says is seen; that it may be void is concluded from rules that were read, by the day of the agreement.
"""

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


class _Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    all: tuple[str, ...]
    articles: tuple[str, ...]
    en: str
    zh_CN: str  # noqa: N815 - a language, as gettext names it


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: tuple[_Kind, ...]


class Clause(msgspec.Struct, frozen=True):
    """A clause that was found.

    Attributes:
        kinds: what it does; the first is the gravest.
        sentence: that says so, with its line.
        articles: read rules, of the day of the agreement, by which it may be void; empty where that day is not known.
        is_saved: it says "as far as the law permits" or the like, and so claims no more than the law leaves it.
    """

    kinds: tuple[str, ...]
    sentence: Sentence
    articles: tuple[Article, ...]
    is_saved: bool


class Clauses(msgspec.Struct, frozen=True):
    """What a look at an agreement found.

    Attributes:
        found: in the order of the text.
        sentences: how many were looked at.
        on: the day of the agreement; None where it is not known.
        is_cut: there was more than was looked at.
        is_page: it was HTML, so that bold print could be seen.
    """

    found: tuple[Clause, ...]
    sentences: int
    on: date | None
    is_cut: bool
    is_page: bool


_SAVED: Final = re.compile(
    r"法律(法规)?(另有规定|允许|许可)|依法(应|须)[^。]{0,8}承担[^。]{0,10}除外"
    r"|故意或(者)?重大过失[^。]{0,16}除外"
    r"|\b(extent|as) (permitted|allowed) by\b|\bexcept as required by law\b"
    r"|\bnothing in these\b.{0,60}\b(exclude|limit)",
    re.IGNORECASE,
)
_TURNED: Final = re.compile(
    r"(不|未)(得)?(免除|豁免|排除|减轻|影响)[^。]{0,30}(责任|权利)|不因[^。]{0,20}免除|\bdo(es)? not (exclude|limit)\b",
    re.IGNORECASE,
)
"""Sentences that say the contrary: that liability stays."""


@functools.cache
def _kinds() -> tuple[tuple[_Kind, tuple[re.Pattern[str], ...]], ...]:
    text = (files("phoneward.cases.clauses") / "kinds.toml").read_text("utf-8")
    try:
        read = msgspec.convert(tomllib.loads(text), _File)
        for one in read.kind:
            for name in one.articles:
                article(name)
        return tuple((one, tuple(re.compile(each, re.IGNORECASE) for each in one.all)) for one in read.kind)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, re.error, KeyError) as error:
        raise LawDefectError(f"kinds.toml: {error}") from error


def clause_kinds() -> tuple[str, ...]:
    """Return the ids of the kinds of clauses that are looked for."""
    return tuple(one.id for one, _patterns in _kinds())


def why_words(kind: str) -> Named:
    """Return what such a clause does and why that matters, in the reader's language."""
    one = next(one for one, _patterns in _kinds() if one.id == kind)
    return Named({"en": one.en, "zh_CN": one.zh_CN})


def find_clauses(document: Document, *, on: date | None, day: date) -> Clauses:
    """Return the clauses of an agreement that free its writer, or take rights away.

    Args:
        document: the agreement.
        on: the day it was agreed to; None where that is not known: then no article is cited.
        day: today.
    """
    citable = cite({Use.CLAUSE, Use.CLAUSE_DOUBT, Use.SECURITY}, country="CN", happened=on, day=day).of_event
    found = []
    for sentence in document.sentences:
        if _TURNED.search(sentence.text):
            continue
        kinds = [one for one, patterns in _kinds() if all(each.search(sentence.text) for each in patterns)]
        if kinds and kinds[0].id == "data-loss":
            kinds = [one for one in kinds if one.id != "no-liability"]  # it says the same of something narrower
        if kinds:
            named = {name for one in kinds for name in one.articles}
            found.append(
                Clause(
                    tuple(one.id for one in kinds),
                    sentence,
                    tuple(one for one in citable if one.id in named),
                    _SAVED.search(sentence.text) is not None,
                )
            )
    return Clauses(tuple(found), len(document.sentences), on, document.is_cut, document.is_page)


CLAUSE_WORDS: Final = {
    "data-loss": N_("No liability for data that is lost or leaked"),
    "no-liability": N_("No liability"),
    "capped": N_("Liability up to an amount only"),
    "indirect-loss": N_("No liability for what follows from the loss"),
    "as-is": N_("Nothing is promised"),
    "own-risk": N_("The risk is yours"),
    "final-word": N_("The last word on the meaning is theirs"),
    "no-way-to-complain": N_("No complaint, no suit"),
    "changed-at-will": N_("Changed or ended at will"),
    "deemed-consent": N_("Use counts as agreement"),
}
"""What each kind is called, marked with `N_`."""


def unchecked(found: Clauses) -> tuple[Words, ...]:
    """Return what such a look cannot tell, to be shown with every result."""
    said = [
        words("Only known wordings in Chinese (simplified) and English were looked for. Another wording is not seen."),
        words(
            "Whether a clause is void is for a court. It depends on whether it is a standard term, on whether "
            "attention was drawn to it, and on intent or gross negligence; none of that can be told from the text."
        ),
        words("How the text was shown on the phone, and what you tapped, was not looked at."),
    ]
    if not found.is_page:
        said.append(words("A plain text does not show what was bold or in colour: save the page itself as evidence."))
    if found.on is None:
        said.append(words("The day of the agreement was not told, so no article is named: which apply depends on it."))
    if found.is_cut:
        said.append(words("The text is longer than was looked at."))
    if not found.found:
        said.append(words("That none was found does not mean that there is none."))
    return tuple(said)
