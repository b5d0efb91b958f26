"""The words that the rules know, in every language: one table a language in `words/`.

A phrase belongs to one or more kinds. Text is looked through once for all phrases of all kinds; the longest phrase at
a place counts, so that "coupon code" is not "code". Words of scripts that set spaces count only as whole words;
phrases of those that do not (Chinese, Japanese, Korean, Thai, Arabic with its prefixes) count anywhere.
"""

import functools
import operator
import re
import tomllib
from pathlib import Path
from typing import Final, NamedTuple

from phoneward.numbers.recognising import kinds
from phoneward.numbers.recognising.reading import read

FOLDER: Final = Path(__file__).parent / "words"


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

    def __init__(self, phrases: dict[str, int]) -> None:
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
                self._phrases[key] = self._phrases.get(key, 0) | kind
            elif len(phrase) == 1:
                self._signs[phrase] = kind
            else:
                lengths = {len(phrase), *self._pairs.get(phrase[:2], ())}
                self._pairs[phrase[:2]] = tuple(sorted(lengths, reverse=True))
                self._phrases[phrase] = kind

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
                if (said := phrases.get(key)) is not None:
                    end = found[at + count - 1][2]
                    hits.append(Hit(start, end, said))
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
                if (said := phrases.get(low[at : at + length])) is not None:
                    after = at + length
                    hits.append(Hit(at, after, said))
                    break
            else:
                if (said := signs.get(pair[0])) is not None:
                    hits.append(Hit(at, at + 1, said))
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


def read_words(data: bytes) -> dict[str, int]:
    """Return the phrases of one language, folded as texts are.

    Raises:
        KeyError: a table of that name means nothing.
    """
    phrases: dict[str, int] = {}
    for table, words in tomllib.loads(data.decode()).items():
        kind = kinds.TABLES[table]
        for word in words:
            phrase = read(word).low
            phrases[phrase] = phrases.get(phrase, 0) | kind
    return phrases


@functools.cache
def lexicon() -> Lexicon:
    """Return the words of all languages, read once."""
    phrases: dict[str, int] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for phrase, kind in read_words(path.read_bytes()).items():
            phrases[phrase] = phrases.get(phrase, 0) | kind
    return Lexicon(phrases)
