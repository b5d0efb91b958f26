"""Passwords made by chance, to be written down by hand and typed again: words, or digits in groups.

The words are the EFF's long list (wordlist/LICENSE.md). Digits are for whoever does not write English: every person and
every keyboard has them, no input method stands between, nothing has an upper and a lower case, and groups of four are
copied and compared without losing one's place.
"""

import enum
import functools
import math
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.texts import current_language

_FILE: Final = Path(__file__).parent / "wordlist" / "eff_large_wordlist.txt"
_BETWEEN: Final = "-"

WORDS: Final = 5
GROUPS: Final = 5
DIGITS: Final = 4


class PhraseKind(enum.StrEnum):
    """What a made password consists of."""

    WORDS = "words"
    DIGITS = "digits"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A password made by chance.

    Attributes:
        text: what is typed, hyphens included.
        bits: its entropy: it takes 2 to the power of `bits` tries to be sure to find it, half of that on average.
    """

    text: str
    bits: float

    def __repr__(self) -> str:
        return f"Phrase(…, bits={self.bits:.1f})"  # never in a log or a traceback


@functools.cache
def word_list() -> tuple[str, ...]:
    """Return the words that are drawn from: the EFF's, but the four with a hyphen, which stands between words here."""
    words = [line.split("\t")[1] for line in _FILE.read_text(encoding="ascii").splitlines()]
    return tuple(word for word in words if _BETWEEN not in word)


def default_kind() -> PhraseKind:
    """Return what suits the reader's language: English words for English, digits for every other."""
    return PhraseKind.WORDS if current_language().startswith("en") else PhraseKind.DIGITS


def make_phrase(kind: PhraseKind | None = None) -> Phrase:
    """Return a new password from the system's randomness: five words (64.6 bits) or twenty digits (66.4 bits).

    Args:
        kind: None for what suits the reader's language.
    """
    if (kind or default_kind()) is PhraseKind.WORDS:
        words = word_list()
        return Phrase(_BETWEEN.join(secrets.choice(words) for _ in range(WORDS)), WORDS * math.log2(len(words)))
    groups = (f"{secrets.randbelow(10**DIGITS):0{DIGITS}}" for _ in range(GROUPS))
    return Phrase(_BETWEEN.join(groups), GROUPS * DIGITS * math.log2(10))
