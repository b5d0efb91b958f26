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
    """All phrases, and the one look through a text for them.

    Attributes:
        stops: words of scripts that set spaces which are no part of a name and say nothing else. They are no hits.
    """

    def __init__(self, phrases: dict[str, int]) -> None:
        """Sort the phrases by what a text is cut into: words, or signs without spaces between them."""
        spaced: dict[str, int] = {}
        self._dense_ones: Final[dict[str, int]] = {}
        self._pairs: Final[dict[str, tuple[int, ...]]] = {}
        """First two signs of a dense phrase → how long such phrases are, the longest first."""
        for phrase, kind in phrases.items():
            if _is_dense(phrase):
                self._dense_ones[phrase] = kind
                if len(phrase) > 1:
                    lengths = {len(phrase), *self._pairs.get(phrase[:2], ())}
                    self._pairs[phrase[:2]] = tuple(sorted(lengths, reverse=True))
            else:
                key = " ".join(_WORD.findall(phrase))
                spaced[key] = spaced.get(key, 0) | kind
        self.stops: Final = frozenset(word for word, kind in spaced.items() if kind & kinds.STOP and " " not in word)
        self._words: Final = {word: kind for word, kind in spaced.items() if " " not in word and kind != kinds.STOP}
        self._longer: Final[dict[str, dict[str, tuple[tuple[str, int], ...]]]] = {}
        """First word → second word → the phrases that begin so and what they say, the longest first."""
        for phrase, kind in sorted(spaced.items(), key=lambda one: -len(one[0])):
            first, blank, rest = phrase.partition(" ")
            if blank:
                seconds = self._longer.setdefault(first, {})
                second = rest.partition(" ")[0]
                seconds[second] = (*seconds.get(second, ()), (phrase, kind))

    def look(self, low: str, *, is_ascii: bool) -> tuple[list[Hit], int]:
        """Return the phrases in a text that was read, in their order, and all that they say together.

        None overlaps another of its own script.
        """
        hits = self._spaced(low)
        if not is_ascii and (dense := self._dense(low)):
            hits = sorted(hits + dense) if hits else dense
        seen = 0
        for _start, _end, said in hits:
            seen |= said
        return hits, seen

    def _spaced(self, low: str) -> list[Hit]:
        words, longer, hits = self._words, self._longer, []
        text = low
        for joint in _JOINTS:
            text = text.replace(joint, " ")
        after = 0
        for found in _WORD.finditer(text):
            word = found[0]
            said = words.get(word)
            seconds = longer.get(word)
            if said is None and seconds is None:
                continue
            start, end = found.span()
            if start < after:
                continue
            if seconds is not None and (second := _WORD.match(text, end + 1)) is not None and text[end] == " ":
                for phrase, kind in seconds.get(second[0], ()):
                    if text.startswith(phrase, start) and _WORD.match(text, start + len(phrase)) is None:
                        said = kind
                        end = after = start + len(phrase)
                        break
            if said is not None:
                hits.append(Hit(start, end, said))
        return hits

    def _dense(self, low: str) -> list[Hit]:
        pairs, phrases, hits = self._pairs, self._dense_ones, []
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
                if (said := phrases.get(pair[0])) is not None:
                    hits.append(Hit(at, at + 1, said))
        return hits


_WORD: Final = re.compile(r"[0-9a-z\u00df-\u024f\u0370-\u058f\u1e00-\u1eff]+")
_JOINTS: Final = ("-", "'", "\n", "&", "/")
"""What may stand between two words of a phrase beside a space."""


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
