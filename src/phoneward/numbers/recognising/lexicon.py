"""The words that the rules know, in every language: one table a language in `words/`.

A phrase belongs to one or more kinds. Text is looked through once for all phrases of all kinds; the longest phrase at
a place counts, so that "coupon code" is not "code". Words of scripts that set spaces count only as whole words;
phrases of those that do not (Chinese, Japanese, Korean, Thai, Arabic with its prefixes) count anywhere.
"""

import enum
import functools
import operator
import re
import tomllib
from pathlib import Path
from typing import Final, NamedTuple

from phoneward.numbers.recognising.reading import read

FOLDER: Final = Path(__file__).parent / "words"


class Kind(enum.IntFlag):
    """What a phrase says. The names in lower case are the tables of the data files."""

    CODE = enum.auto()
    """It is only ever said of a one-time code."""
    WEAK = enum.auto()
    """Said of one-time codes and of others: "code", "password"."""
    OTHER_CODE = enum.auto()
    """A code, but not one that opens an account: for a parcel, a discount, a door."""
    SECRECY = enum.auto()
    VALIDITY = enum.auto()
    ENTER = enum.auto()
    """What one does with a code."""
    CONFIRM = enum.auto()
    """What a code is entered for."""
    LOGIN = enum.auto()
    REGISTER = enum.auto()
    RESET = enum.auto()
    BIND = enum.auto()
    UNBIND = enum.auto()
    CHANGE = enum.auto()
    """Of the number."""
    DELETE = enum.auto()
    """Of the account."""
    PAY = enum.auto()
    DONE = enum.auto()
    """It was carried out."""
    NOTICE = enum.auto()
    """What only the owner of an account is told."""
    CUSTOMER = enum.auto()
    """What somebody is told who bought, ordered or owes something."""
    AD = enum.auto()
    """What is said in advertising."""
    BAIT = enum.auto()
    """What fraud frightens or lures with. Honest messages say it too: it counts together with other things."""
    NOTICE_SAFE = enum.auto()
    """Bait that honest notices say as well."""
    PERSONAL = enum.auto()
    """What people say to each other."""
    STOP = enum.auto()
    """No part of a service's name."""


class Hit(NamedTuple):
    """A phrase that was found.

    Attributes:
        start, end: where, in characters.
        kinds: what it says.
    """

    start: int
    end: int
    kinds: int


class Lexicon:
    """All phrases, and the one look through a text for them."""

    def __init__(self, phrases: dict[str, Kind]) -> None:
        """Sort the phrases by what a text is cut into: words, or signs without spaces between them."""
        self._phrases: Final[dict[str, int]] = {}
        self._words: Final[dict[str, int]] = {}
        """First word of a phrase → how many words the longest such phrase has."""
        self._pairs: Final[dict[str, tuple[int, ...]]] = {}
        """First two signs of a dense phrase → how long such phrases are, the longest first."""
        self._signs: Final[dict[str, int]] = {}
        for phrase, kind in phrases.items():
            if not _is_dense(phrase):
                words = _WORD.findall(phrase)
                key = " ".join(words)
                self._words[words[0]] = max(len(words), self._words.get(words[0], 0))
                self._phrases[key] = self._phrases.get(key, 0) | kind.value
            elif len(phrase) == 1:
                self._signs[phrase] = kind.value
            else:
                lengths = {len(phrase), *self._pairs.get(phrase[:2], ())}
                self._pairs[phrase[:2]] = tuple(sorted(lengths, reverse=True))
                self._phrases[phrase] = kind.value

    def look(self, low: str, *, is_ascii: bool) -> list[Hit]:
        """Return the phrases in a text that was read, in their order; none overlaps another of its own script."""
        hits = self._spaced(low)
        if is_ascii:
            return hits
        dense = self._dense(low)
        return sorted(hits + dense) if hits and dense else hits or dense

    def _spaced(self, low: str) -> list[Hit]:
        heads, phrases, hits = self._words, self._phrases, []
        found = [(one[0], one.start(), one.end()) for one in _WORD.finditer(low)]
        after = 0
        for at, (word, start, end) in enumerate(found):
            if at < after or (longest := heads.get(word)) is None:
                continue
            for count in range(_joined(low, found, at, longest), 0, -1):
                key = word if count == 1 else " ".join([one[0] for one in found[at : at + count]])
                if (kinds := phrases.get(key)) is not None:
                    end = found[at + count - 1][2]
                    hits.append(Hit(start, end, kinds))
                    after = at + count
                    break
        return hits

    def _dense(self, low: str) -> list[Hit]:
        pairs, signs, phrases, hits = self._pairs, self._signs, self._phrases, []
        after = 0
        for at, pair in enumerate(map(operator.add, low, low[1:] + " ")):
            if at < after:
                continue
            for length in pairs.get(pair, ()):
                if (kinds := phrases.get(low[at : at + length])) is not None:
                    after = at + length
                    hits.append(Hit(at, after, kinds))
                    break
            else:
                if (kinds := signs.get(pair[0])) is not None:
                    hits.append(Hit(at, at + 1, kinds))
        return hits


_WORD: Final = re.compile(r"[0-9a-z\u00df-\u024f\u0370-\u058f\u1e00-\u1eff]+")
_JOINTS: Final = frozenset(" -'\n&/")
"""What may stand between two words of a phrase."""


def _joined(low: str, found: list[tuple[str, int, int]], at: int, longest: int) -> int:
    """Return how many words from one on hang together, at most `longest`."""
    count = 1
    end = found[at][2]
    for _word, start, after in found[at + 1 : at + longest]:
        if start - end != 1 or low[end] not in _JOINTS:
            break
        count += 1
        end = after
    return count


def _is_dense(phrase: str) -> bool:
    """Return whether a phrase is of a script that sets no spaces, or joins words: from Hebrew's block on."""
    return any("\u0590" <= sign <= "\u1dff" or sign >= "\u2e80" for sign in phrase)


def read_words(data: bytes) -> dict[str, Kind]:
    """Return the phrases of one language, folded as texts are.

    Raises:
        KeyError: a table of that name means nothing.
    """
    phrases: dict[str, Kind] = {}
    for table, words in tomllib.loads(data.decode()).items():
        kind = Kind[table.upper()]
        for word in words:
            phrase = read(word).low
            phrases[phrase] = phrases.get(phrase, Kind(0)) | kind
    return phrases


@functools.cache
def lexicon() -> Lexicon:
    """Return the words of all languages, read once."""
    phrases: dict[str, Kind] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for phrase, kind in read_words(path.read_bytes()).items():
            phrases[phrase] = phrases.get(phrase, Kind(0)) | kind
    return Lexicon(phrases)
