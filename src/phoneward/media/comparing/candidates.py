"""Which of many originals may a suspect be a copy of: a few to look at closely, the likeliest first.

A hash finds copies of the whole picture, turned ones too. What is cut or covered is found by windows of the strips
(`windows`), and put in order by laying the strips over each other.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.neighbours import Hashes, Pairs, near, nearest
from phoneward.media.comparing.overlaying import Guess, best_of
from phoneward.media.comparing.parts import Parts
from phoneward.media.comparing.prints import STRIP_WIDTH, Gray, Print
from phoneward.media.comparing.turning import turned_hashes
from phoneward.media.comparing.windows import Strip
from phoneward.media.verdict import Region

RADIUS: Final = 31
"""Bits: PDQ's own threshold."""
_TURNED_RADIUS: Final = 80
"""Bits: a turned picture's hash is only about what is worked out; of strangers one in a thousand million is as near."""
_LEAST_QUALITY: Final = 20
"""PDQ's quality below which a hash proposes nothing: a page that is all but empty is near to every other one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An original worth a closer look.

    Attributes:
        number: which one.
        near: about which part of it the suspect may show; None where nothing suggests one.
        likely: 0 to 1.
    """

    number: int
    near: Region | None = None
    likely: float = 1.0


class Candidates:
    """Proposes originals.

    Args:
        originals: their fingerprints.
    """

    def __init__(self, originals: Sequence[Print]) -> None:
        self._hashes = _hashes(originals)
        strips = [strip_of(one) for one in originals]
        # The longer side comes first: of a picture that is wider than high the strip is laid on its side.
        self._tall = Parts([(number, one) for number, one in enumerate(strips) if one.shape[0] >= one.shape[1]])
        self._wide = Parts([(number, one.T) for number, one in enumerate(strips) if one.shape[0] < one.shape[1]])

    def whole(self, suspects: Sequence[Print], most: int) -> list[list[Candidate]]:
        """Return for each suspect up to `most` originals that it may show as a whole, upright."""
        telling, hashes = _telling(suspects)
        return self._sorted(len(suspects), telling, [near(hashes, self._hashes, RADIUS, most=most)], most)

    def turned(self, suspects: Sequence[Print], most: int) -> list[list[Candidate]]:
        """Return for each suspect up to `most` originals that it may show turned by quarters."""
        telling, hashes = _telling(suspects)
        pairs = [nearest(turned, self._hashes, most) for turned in turned_hashes(hashes)[1:]]
        close = [one[one[:, 2] <= _TURNED_RADIUS] for one in pairs]
        return self._sorted(len(suspects), telling, close, most)

    @staticmethod
    def _sorted(count: int, telling: list[int], pairs: list[Pairs], most: int) -> list[list[Candidate]]:
        found: list[list[Candidate]] = [[] for _number in range(count)]
        for query, number, distance in np.concatenate(pairs).tolist():
            found[telling[query]].append(Candidate(number, likely=1 - distance / 256))
        return [sorted(one, key=lambda candidate: -candidate.likely)[:most] for one in found]

    def parts(self, suspects: Sequence[Print], most: int) -> list[list[Candidate]]:
        """Return for each suspect up to `most` originals of which it may show a part, or all of it partly covered."""
        strips: list[Strip] = [strip_of(one).astype(np.float32) for one in suspects]
        guessed = zip(self._tall.guesses(strips), self._wide.guesses([one.T for one in strips]), strict=True)
        return [
            [Candidate(guess.number, _region(guess), guess.likely) for guess in self._best(strip, *both, most)]
            for strip, both in zip(strips, guessed, strict=True)
        ]

    def _best(self, strip: Strip, tall: list[Guess], wide: list[Guess], most: int) -> list[Guess]:
        upright = best_of(strip, self._tall.strips, tall, most)
        aside = [guess.turned() for guess in best_of(np.ascontiguousarray(strip.T), self._wide.strips, wide, most)]
        return sorted(itertools.chain(upright, aside), key=lambda guess: -guess.likely)[:most]


def strip_of(of: Print) -> Gray:
    """Return a fingerprint's strip, as it stands upright."""
    pixels = np.frombuffer(of.strip, np.uint8)
    shape = (-1, STRIP_WIDTH) if of.width <= of.height else (STRIP_WIDTH, -1)
    return pixels.reshape(shape)


def _telling(suspects: Sequence[Print]) -> tuple[list[int], Hashes]:
    """Return the numbers of the suspects whose hash means something, and those hashes."""
    telling = [number for number, one in enumerate(suspects) if one.quality >= _LEAST_QUALITY]
    return telling, _hashes([suspects[number] for number in telling])


def _hashes(prints: Sequence[Print]) -> Hashes:
    joined: npt.NDArray[np.uint8] = np.frombuffer(b"".join(one.pdq for one in prints), np.uint8)
    return joined.reshape(-1, 32)


def _region(guess: Guess) -> Region:
    return Region(*(min(1.0, max(0.0, edge)) for edge in guess.edges))
