"""What a service's letter is about, by its subject: only letters to the owner of an account count.

Newsletters, offers and bills come to anybody whose address a firm has. A letter that bids welcome, asks to confirm an
address, brings a code or speaks of a password or a sign-in goes to somebody with an account, or to somebody making one.
The words stand in `subjects.toml`.
"""

import functools
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from phoneward.numbers.recognition import Purpose

_WORDS: Final = Path(__file__).with_name("subjects.toml")


class About(NamedTuple):
    """What a letter is about.

    Attributes:
        purpose: for what.
        is_done: it says that it was carried out.
        is_number: it speaks of a phone number on the account.
    """

    purpose: Purpose
    is_done: bool = False
    is_number: bool = False


class _Rules(NamedTuple):
    """The words, compiled.

    Attributes:
        latin, other: whether any of them can fit; the first for subjects in ASCII, which most are.
        purposes, number, deeds: what fits, in this order.
    """

    latin: "re.Pattern[str]"
    other: "re.Pattern[str]"
    purposes: tuple[tuple[Purpose, "re.Pattern[str]"], ...]
    number: "re.Pattern[str]"
    deeds: tuple[tuple[Purpose, "re.Pattern[str]"], ...]


_NOT_LATIN: Final = frozenset({"zh", "ja", "ko", "ru"})
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]")
_NOT: Final = re.compile(
    r"\A\s*(?:re|fwd?|aw|wg|回复|回覆|转发|轉寄|答复|sv|tr|rv|res|enc)\s?[:：]"
    r"|newsletter|unsubscribe|\b\d{1,2}\s?% off|webinar|invitation to join",
)
_DONE: Final = re.compile(
    r"\b(?:has been|was|deleted|closed|changed|created|added|removed)\b|成功|已|完了|완료|되었|wurde|supprimé|eliminad",
)


def about(subject: str) -> About | None:
    """Return what a letter is about; None where it is not to the owner of an account."""
    subject = subject.lower()
    rules = _rules()
    can_fit = (rules.latin if subject.isascii() else rules.other).search(subject)
    if can_fit is None or _NOT.search(subject):
        return None
    if rules.number.search(subject):
        deed = next((purpose for purpose, rule in rules.deeds if rule.search(subject)), None)
        if deed is not None:
            return About(deed, is_done=_DONE.search(subject) is not None, is_number=True)
    for purpose, rule in rules.purposes:
        if rule.search(subject):
            return About(purpose, is_done=purpose is Purpose.DELETE and _DONE.search(subject) is not None)
    return None


@functools.cache
def peoples_domains() -> frozenset[str]:
    """Return the domains whose addresses belong to people."""
    return frozenset(_stored()["people"]["domains"])


@functools.cache
def _stored() -> dict[str, Any]:  # whatever TOML holds
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


@functools.cache
def _rules() -> _Rules:
    """Return the words, compiled once."""
    stored = _stored()
    purposes = tuple(
        (Purpose(one["name"]), _compiled(pattern for key, its in one.items() if key != "name" for pattern in its))
        for one in stored["purpose"]
    )
    number = stored["number"]
    deeds = tuple(
        (deed, _compiled([number[deed.value]])) for deed in (Purpose.UNBIND, Purpose.CHANGE_NUMBER, Purpose.BIND)
    )
    words = [
        (language, pattern)
        for one in stored["purpose"]
        for language, its in one.items()
        if language != "name"
        for pattern in its
    ]
    every = [*(pattern for _language, pattern in words), *number["words"]]
    # Where a subject is in ASCII, a letter that is not stands for what cannot fit.
    latin = [_FOREIGN.sub("\0", pattern) for language, pattern in words if language not in _NOT_LATIN]
    latin += [_FOREIGN.sub("\0", pattern) for pattern in number["words"]]
    return _Rules(_compiled(latin), _compiled(every), purposes, _compiled(number["words"]), deeds)


def _compiled(patterns: Iterable[str]) -> "re.Pattern[str]":
    """Compile patterns for texts in lower case: without regard to case the search takes twice as long."""
    return re.compile("|".join(patterns))
