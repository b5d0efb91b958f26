"""Articles of law, read from the TOML files beside this: one file a law, and one more for each renumbered text.

Summaries are our own words. `source` says where the text was read; `status` says whether it was read at all.
"""

import enum
import functools
import tomllib
from datetime import date
from importlib.resources import files
from typing import Final

import msgspec


class Status(enum.StrEnum):
    """How far an article was checked."""

    CONFIRMED = "confirmed"
    """Its text was read in the named source."""
    PAGE = "page"
    """Only a page or a document that speaks of it was seen."""
    KNOWN = "known"
    """Known from memory; nothing was seen."""


class Applies(enum.StrEnum):
    """Which day decides whether an article applies."""

    EVENT = "event"
    """What happened is judged by it: it must have been in force on the day of the event."""
    REQUEST = "request"
    """What is asked today is judged by it: it must be in force on the day of the letter."""


class Use(enum.StrEnum):
    """What an article is good for; letters choose by these."""

    SECURITY = "security"
    PRIVACY = "privacy"
    CONSENT = "consent"
    SENSITIVE = "sensitive"
    PRODUCT = "product"
    NOTICE = "notice"
    NOTICE_AUTHORITY = "notice-authority"
    EXPLANATION = "explanation"
    RESTORATION = "restoration"
    DELETION = "deletion"
    COPY = "copy"
    COMPENSATION = "compensation"
    COMPENSATION_PRIVACY = "compensation-privacy"
    DISTRESS = "distress"
    APOLOGY = "apology"
    REFUSAL = "refusal"
    RELATIVE = "relative"
    ACCOUNT = "account"
    TAKEDOWN = "takedown"
    EVIDENCE = "evidence"
    HANDLING = "handling"
    AUTHORITY = "authority"
    AUTHORITY_TIME = "authority-time"
    PENALTY = "penalty"
    PENALTY_PRIVACY = "penalty-privacy"
    COURT = "court"
    CLAUSE = "clause"
    CLAUSE_DOUBT = "clause-doubt"
    FORESEEABLE = "foreseeable"
    AGAINST = "against"
    LIMITATION = "limitation"
    LEGAL_AID = "legal-aid"


class LawDefectError(ValueError):
    """A data file of ours is not as it must be."""


class _Article(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: str
    uses: tuple[Use, ...]
    en: str
    zh_CN: str  # noqa: N815 - a language, as gettext names it
    applies: Applies = Applies.EVENT
    source: str | None = None
    status: Status | None = None
    facts_from: date | None = None
    facts_to: date | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    country: str
    effective_from: date
    source: str
    checked_on: date
    status: Status
    names: dict[str, str]
    article: tuple[_Article, ...]
    effective_to: date | None = None


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One article.

    Attributes:
        law: id of its law, such as `pipl`; a renumbered text is a law of its own.
        number: as it is cited, such as `57` or `4(12)`.
        country: `CN` or `EU`.
        effective_from, effective_to: first and last day in force; None where it still is.
        facts_from, facts_to: days of the events that it speaks of where those are not the days it is in force.
        applies: which day decides.
        uses: what it is good for.
        summary: by language (`en`, `zh_CN`), our own words.
        source, checked_on, status: where and when it was read, and whether it was.
    """

    law: str
    number: str
    country: str
    effective_from: date
    effective_to: date | None
    facts_from: date | None
    facts_to: date | None
    applies: Applies
    uses: frozenset[Use]
    summary: dict[str, str]
    source: str
    checked_on: date
    status: Status

    @property
    def id(self) -> str:
        """A stable name, such as `pipl:57`."""
        return f"{self.law}:{self.number}"

    def is_in_force(self, day: date) -> bool:
        """Tell whether it is in force on a day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def covers(self, happened: date) -> bool:
        """Tell whether an event of that day is judged by it."""
        if self.facts_from is None:
            return self.is_in_force(happened)
        return self.facts_from <= happened and (self.facts_to is None or happened <= self.facts_to)


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """A law, or one text of it.

    Attributes:
        id: stable.
        names: by language.
        articles: in the order of their numbers.
    """

    id: str
    names: dict[str, str]
    articles: tuple[Article, ...]


_LANGUAGES: Final = {"en", "zh_CN"}


@functools.cache
def laws() -> dict[str, Law]:
    """Return all laws by id.

    Raises:
        LawDefectError: a file of ours is broken; a test reads them all.
    """
    found: dict[str, Law] = {}
    for file in sorted((files("phoneward.cases.law") / "data").iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".toml"):
            continue
        try:
            read = msgspec.convert(tomllib.loads(file.read_text("utf-8")), _File)
        except (msgspec.ValidationError, tomllib.TOMLDecodeError) as error:
            raise LawDefectError(f"{file.name}: {error}") from error
        if read.id in found or set(read.names) != _LANGUAGES:
            raise LawDefectError(f"{file.name}: a second {read.id}, or names other than {_LANGUAGES}")
        found[read.id] = Law(id=read.id, names=read.names, articles=tuple(_whole(read, one) for one in read.article))
    return found


def article(name: str) -> Article:
    """Return an article by its id, such as `pipl:57`.

    Raises:
        KeyError: there is none.
    """
    law, _colon, _number = name.partition(":")
    for one in laws()[law].articles:
        if one.id == name:
            return one
    raise KeyError(name)


def _whole(law: _File, read: _Article) -> Article:
    return Article(
        law=law.id,
        number=read.number,
        country=law.country,
        effective_from=law.effective_from,
        effective_to=law.effective_to,
        facts_from=read.facts_from,
        facts_to=read.facts_to,
        applies=read.applies,
        uses=frozenset(read.uses),
        summary={"en": read.en, "zh_CN": read.zh_CN},
        source=law.source if read.source is None else read.source,
        checked_on=law.checked_on,
        status=law.status if read.status is None else read.status,
    )
