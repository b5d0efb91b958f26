"""How soon a password would be guessed, in plain words. Nothing of it is kept, shown or logged.

Strength is zxcvbn's (Wheeler, USENIX Security 2016), beside the habits that it does not know (`habits`). Its own
sentences are English and are not used: what it found is put into ours. It takes time that grows with the square of the
length and more, so it sees 64 characters at a time: of a longer password its beginning and its end, and the password is
at least as good as the better of the two.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from phoneward.setup.habits import Habit, habit_of
from phoneward.texts import Words, words

MAX_JUDGED: Final = 64
STRONG_BITS: Final = 33.0
"""About 10 to the power of 10 guesses, zxcvbn's "safely unguessable: moderate protection from offline slow-hash
scenario" (its score 3 and 4 part there). Each guess costs a whole scrypt here (`vault.NewKeyCost`)."""

_HABIT_WORDS: Final[Mapping[Habit, Words]] = {
    Habit.COMMON: words("Many people use this password, so it is tried first."),
    Habit.MOBILE: words("It is a phone number. Whoever knows you, or has a list of numbers, tries those."),
    Habit.DATE: words("It is a date. There are few of them, and birthdays are tried first."),
    Habit.IDENTITY: words("It is the number of an identity card. Many others have that number in their files."),
    Habit.PINYIN: words("It is a name or a few syllables in pinyin. Names with digits after them are tried early."),
    Habit.DIGITS: words("It is a few digits and nothing else. All of those can be tried."),
}

_MOSTLY_DATE: Final = words("It is mostly a date or a year. There are few of them.")
_PATTERN_WORDS: Final[Mapping[str, Words]] = {
    "spatial": words("It is a path over neighbouring keys. Those are tried early."),
    "repeat": words("It repeats the same few characters."),
    "sequence": words("It counts up or down, such as abc or 6543."),
    "date": _MOSTLY_DATE,
    "regex": _MOSTLY_DATE,  # zxcvbn's only one: a recent year
}


@dataclass(frozen=True, slots=True)
class Strength:
    """What is to be said of a password.

    Attributes:
        is_weak: it would be found by trying; a person has to say that they want it all the same.
        bits: about how many guesses it takes, as a power of two.
        reason: why it is weak, one sentence; None where it is not.
        advice: what would be better; None where nothing has to be.
    """

    is_weak: bool
    bits: float
    reason: Words | None = None
    advice: Words | None = None


ADVICE: Final = words("Better: five words that have nothing to do with each other, or let Phoneward make a password.")


def judge(password: str) -> Strength:
    """Return how strong a password is.

    Args:
        password: not empty; of any length and any characters.
    """
    if len(password) > MAX_JUDGED:
        return max(judge(password[:MAX_JUDGED]), judge(password[-MAX_JUDGED:]), key=lambda strength: strength.bits)
    return _judge(password)


def _judge(seen: str) -> Strength:
    habit = habit_of(seen)
    guessed, found = _by_zxcvbn(seen)
    bits = max(guessed, _by_characters(seen))
    if habit is not None:
        return Strength(is_weak=True, bits=min(bits, 30.0), reason=_HABIT_WORDS[habit], advice=ADVICE)
    if bits < STRONG_BITS:
        return Strength(is_weak=True, bits=bits, reason=_reason(found, len(seen)), advice=ADVICE)
    return Strength(is_weak=False, bits=bits)


def _by_zxcvbn(seen: str) -> tuple[float, Sequence[Mapping[str, Any]]]:
    """Return the bits and what the password is made of."""
    from zxcvbn import zxcvbn  # its word lists take 50 ms to load

    result = zxcvbn(seen)
    return float(result["guesses_log10"]) * math.log2(10), result["sequence"]


def _by_characters(seen: str) -> float:
    """Return the bits of Chinese characters that follow each other at random: zxcvbn counts each as one digit.

    3,500 characters are in daily use; a sentence has about 5 bits for each where it is not at random (Chinese text has
    an entropy of about that much for each character), which is what is counted.
    """
    return 5.0 * len({c for c in seen if "\u3400" <= c <= "\u9fff"})


def _reason(found: Sequence[Mapping[str, Any]], length: int) -> Words:
    """Put what zxcvbn found into one sentence: about the longest part, as zxcvbn's own feedback does."""
    longest = max(found, key=lambda match: len(match["token"]), default=None)
    pattern = longest["pattern"] if longest else ""
    if longest is not None and pattern == "dictionary":
        return _dictionary_reason(longest, alone=len(found) == 1)
    if pattern in _PATTERN_WORDS:
        return _PATTERN_WORDS[pattern]
    if length < 10:
        return words("It is short, so all passwords of this length can be tried.")
    return words("Too many of its parts can be guessed.")


def _dictionary_reason(match: Mapping[str, Any], *, alone: bool) -> Words:
    if match["dictionary_name"] == "passwords":
        if alone:
            return words("Many people use this password, so it is tried first.")
        return words("Most of it is a password that many people use.")
    if match["dictionary_name"] in {"surnames", "male_names", "female_names"}:
        return words("Most of it is a name. Names are tried early.")
    return words("Most of it is a word out of a dictionary. Those are tried early.")
