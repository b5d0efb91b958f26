"""Passwords by habit that zxcvbn does not know: what people who write Chinese choose, and whoever guesses tries first.

Which habits: Li, Han and Xu, "A Large-Scale Empirical Analysis of Chinese Web Passwords" (USENIX Security 2014): digits
above all, dates and mobile numbers, pinyin names with digits after them, digits that sound like words (5201314, "I love
you all my life"). The table of syllables is that of Hanyu Pinyin (ISO 7098), without tones.
"""

import enum
import functools
import re
from pathlib import Path
from typing import Final


class Habit(enum.StrEnum):
    """Why a password is guessed early."""

    COMMON = "common"
    """Among the most used ones."""
    MOBILE = "mobile"
    """A mobile number, with or without something short around it."""
    DATE = "date"
    """A date, with or without something short around it."""
    IDENTITY = "identity"
    """A Chinese identity card's number."""
    PINYIN = "pinyin"
    """A name or a few syllables in pinyin, with digits or without."""
    DIGITS = "digits"
    """Few digits and nothing else."""


_WORDS: Final = Path(__file__).parent / "wordlist"
_MAX_SYLLABLES: Final = 4
_LONGEST: Final = 6
"""Letters of the longest syllable (zhuang)."""
_MAX_AROUND: Final = 4
"""Letters or signs around a number that add next to nothing: `a138…`, `mama1962…`."""

_MOBILE: Final = re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)")
_IDENTITY: Final = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dxX](?!\d)"
)
_YEAR, _MONTH, _DAY = r"(?:19|20)\d{2}", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_DATE: Final = re.compile(
    rf"(?<!\d)(?:{_YEAR}[-./年]?{_MONTH}[-./月]?{_DAY}日?|{_DAY}[-./]?{_MONTH}[-./]?{_YEAR}"
    rf"|\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|{_YEAR}年?)(?!\d)"
)
_MAX_DIGITS_ALONE: Final = 12


@functools.cache
def _list(name: str) -> frozenset[str]:
    lines = (_WORDS / name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _common() -> frozenset[str]:
    return _list("common.txt")


def habit_of(password: str) -> Habit | None:
    """Return the habit a whole password follows; None where it follows none of these.

    Args:
        password: at most a few dozen characters are looked at by the caller.
    """
    bare = "".join(password.casefold().split())
    if bare in _common() or _is_repeated(bare):
        return Habit.COMMON
    for pattern, habit in ((_IDENTITY, Habit.IDENTITY), (_MOBILE, Habit.MOBILE), (_DATE, Habit.DATE)):
        found = pattern.search(bare)
        if found and _adds_nothing(bare[: found.start()] + bare[found.end() :]):
            return habit
    if _is_pinyin_and_digits(bare):
        return Habit.PINYIN
    digits = re.sub(r"[\W_]", "", bare)
    if digits.isdigit() and len(digits) <= _MAX_DIGITS_ALONE:
        return Habit.DIGITS
    return None


def _is_repeated(bare: str) -> bool:
    """Whether it is one of the common ones several times."""
    return any(len(bare) > len(word) and bare == word * (len(bare) // len(word)) for word in _common())


def _adds_nothing(rest: str) -> bool:
    letters = re.sub(r"[\W_]", "", rest)
    return len(letters) <= _MAX_AROUND or _is_pinyin_and_digits(letters) or letters in _common()


def _is_pinyin_and_digits(bare: str) -> bool:
    """Whether it is at most four syllables and at most eight digits, in one piece each."""
    joined = re.sub(r"(?<=[a-z])[\W_]+(?=[a-z])", "", bare)  # Zhang.Wei, zhang_wei
    match = re.fullmatch(r"([\W\d_]{0,8}?)([a-z]+)([\W\d_]{0,10})", joined)
    return match is not None and _syllables(match[2]) is not None


def _syllables(letters: str) -> int | None:
    """Return into how few syllables letters can be parted; None where not into at most four."""
    syllables = _list("pinyin.txt")
    fewest: list[int | None] = [0] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST), end):
            before = fewest[start]
            if before is not None and letters[start:end] in syllables:
                known = fewest[end]
                fewest[end] = before + 1 if known is None else min(known, before + 1)
    found = fewest[-1]
    return found if found is not None and found <= _MAX_SYLLABLES else None
