"""The words that the rules know, in every language: one table a language in `words/`.

A phrase belongs to one or more kinds. Text is looked through once for all phrases of all kinds; the longest phrase at
a place counts, so that "coupon code" is not "code". Words of scripts that set spaces count only as whole words;
phrases of those that do not (Chinese, Japanese, Korean, Thai, Arabic with its prefixes) count anywhere.
"""

import functools
import itertools
import operator
import re
import tomllib
from pathlib import Path
from typing import Final, NamedTuple

from phoneward.numbers.recognising import kinds
from phoneward.numbers.recognising.reading import DENSE, read

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


_NEW: Final = tuple.__new__
"""Makes a hit in half the time that the name of its class does."""


class Lexicon:
    """All phrases, and the one look through a text for them.

    Attributes:
        stops: words of scripts that set spaces, and single signs of the others, that are no part of a name. Those that
            say nothing else are no hits.
    """

    def __init__(self, phrases: dict[str, int]) -> None:
        """Sort the phrases by what a text is cut into: words, or signs without spaces between them."""
        spaced: dict[str, int] = {}
        signs: list[str] = []
        self._dense_ones: Final[dict[str, int]] = {}
        self._pairs: Final[dict[str, tuple[int, ...]]] = {}
        """First two signs of a dense phrase → how long such phrases are, the longest first."""
        for phrase, kind in phrases.items():
            if _is_dense(phrase):
                self._dense_ones[phrase] = kind
                if len(phrase) == 1:
                    if kind != kinds.STOP:
                        signs.append(phrase)
                else:
                    lengths = {len(phrase), *self._pairs.get(phrase[:2], ())}
                    self._pairs[phrase[:2]] = tuple(sorted(lengths, reverse=True))
            else:
                key = " ".join(_WORD.findall(phrase))
                spaced[key] = spaced.get(key, 0) | kind
        self._signs: Final = re.compile(f"[{''.join(signs)}]") if signs else None
        self.stops: Final = frozenset(
            word
            for word, kind in (*spaced.items(), *self._dense_ones.items())
            if kind & kinds.STOP and " " not in word and (word in spaced or len(word) == 1)
        )
        self._heads: Final[dict[str, tuple[int, dict[str, tuple[tuple[str, int], ...]]]]] = {}
        """First word of a phrase → what it says alone (0: nothing), and second word → the phrases that begin with
        both and what they say, the longest first."""
        for phrase, kind in sorted(spaced.items(), key=lambda one: -len(one[0])):
            first, blank, rest = phrase.partition(" ")
            alone, seconds = self._heads.get(first, (0, {}))
            if blank:
                second = rest.partition(" ")[0]
                seconds[second] = (*seconds.get(second, ()), (phrase, kind))
            elif kind != kinds.STOP:
                alone = kind
            if alone or seconds:
                self._heads[first] = alone, seconds

    def look(self, low: str, *, is_dense: bool) -> tuple[list[Hit], int]:
        """Return the phrases in a text that was read, in their order, and all that they say together.

        None overlaps another of its own script.
        """
        hits = self._spaced(low)
        if is_dense and (dense := self._dense(low)):
            hits = sorted(hits + dense) if hits else dense
        seen = 0
        for _start, _end, said in hits:
            seen |= said
        return hits, seen

    def _spaced(self, low: str) -> list[Hit]:
        heads, new = self._heads, _NEW
        hits: list[Hit] = []
        text = low
        for joint in _JOINTS:
            text = text.replace(joint, " ")
        after = 0
        for found in _WORD.finditer(text):
            head = heads.get(found[0])
            if head is None:
                continue
            start, end = found.span()
            if start < after:
                continue
            said, seconds = head
            if seconds and text[end : end + 1] == " " and (second := _WORD.match(text, end + 1)) is not None:
                for phrase, kind in seconds.get(second[0], ()):
                    if text.startswith(phrase, start) and _WORD.match(text, start + len(phrase)) is None:
                        said = kind
                        end = after = start + len(phrase)
                        break
            if said:
                hits.append(new(Hit, (start, end, said)))
        return hits

    def _dense(self, low: str) -> list[Hit]:
        pairs, phrases, new = self._pairs, self._dense_ones, _NEW
        hits: list[Hit] = []
        after = 0
        for at in [at for at, pair in enumerate(map(operator.add, low, low[1:])) if pair in pairs]:
            if at < after:
                continue
            for length in pairs[low[at : at + 2]]:
                if (said := phrases.get(low[at : at + length])) is not None:
                    after = at + length
                    hits.append(new(Hit, (at, after, said)))
                    break
        if self._signs is None or self._signs.search(low) is None:
            return hits
        covered = bytearray(len(low))
        for start, end, _said in hits:
            covered[start:end] = b"\1" * (end - start)
        hits += [
            new(Hit, (*found.span(), phrases[found[0]]))
            for found in self._signs.finditer(low)
            if not covered[found.start()]
        ]
        hits.sort()
        return hits


_WORD: Final = re.compile(r"[0-9a-z\u00df-\u024f\u0370-\u058f\u1e00-\u1eff]+")
_JOINTS: Final = ("-", "'", "\n", "&", "/")
"""What may stand between two words of a phrase beside a space."""


def _is_dense(phrase: str) -> bool:
    return DENSE.search(phrase) is not None


def read_words(data: bytes) -> dict[str, int]:
    """Return the phrases of one language, folded as texts are.

    Raises:
        KeyError: a table of that name means nothing.
    """
    phrases: dict[str, int] = {}
    for table, words in tomllib.loads(data.decode()).items():
        kind = kinds.TABLES[table]
        for word in itertools.chain.from_iterable(map(spelt_out, words)):
            phrase = read(word).low
            phrases[phrase] = phrases.get(phrase, 0) | kind
    return phrases


def spelt_out(word: str) -> list[str]:
    """Return what one entry of a table stands for: `{a|b} c` for `a c` and `b c`."""
    parts = [part.split("|") for part in re.split(r"[{}]", word)]
    return ["".join(one) for one in itertools.product(*parts)]


@functools.cache
def lexicon() -> Lexicon:
    """Return the words of all languages, read once."""
    phrases: dict[str, int] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for phrase, kind in read_words(path.read_bytes()).items():
            phrases[phrase] = phrases.get(phrase, 0) | kind
    return Lexicon(phrases)
