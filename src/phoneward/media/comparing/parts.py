"""Of which originals do suspects show a part? Windows of their strips propose, strips laid over each other decide."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.guesses import Guess, Guesses
from phoneward.media.comparing.lists import SCALE, Lists, packed
from phoneward.media.comparing.overlaying import Overlay, Rated, Strips, halved
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.sliding import Sliding
from phoneward.media.comparing.voting import Election
from phoneward.media.comparing.windows import (
    CUTS,
    DIMENSIONS,
    PLACES,
    Asked,
    Vectors,
    all_windows,
    asked_windows,
    count_of,
)

_ALIKE: Final = 0.6
_GUESSES: Final = 32
"""Originals a suspect that are guessed."""
_OWN: Final = np.float32(3.0)
"""What the window that was found counts, where the better of the two others counts 1."""
_BLOCK: Final = 1 << 13
"""Guesses whose other windows are looked at at once."""
_VOTED: Final = 8
"""Originals a suspect in which every place is tried."""
_MOVED_SMALL: Final = (16,)
_MOVED: Final = (8, 4)
"""How many guesses are moved, at half the size and at the whole."""
_SLID: Final = 4
"""Of a suspect that was slid over strips, how many are looked at as they are."""
_HOPELESS: Final = 0.1
_STRANGE: Final = 0.15
"""Less likely, no original is looked into further: before every place is tried, and after."""
_FEW: Final = 4
"""Of so many is then still said how likely they are."""
_TOGETHER: Final = 64
"""Originals whose windows are worked out at once."""
_STEPS: Final = 1 << 10
"""Into so many steps likeness is parted where only its order matters."""
_CUTS: Final = np.array(CUTS, np.float32)


class Parts:
    """The windows of originals, all upright or all laid on their sides.

    Args:
        originals: of each its number, its strip, and the pixels of its shorter side.
    """

    def __init__(self, originals: Sequence[tuple[int, Gray, int]]) -> None:
        self.numbers = [number for number, _strip, _side in originals]
        self.sides = np.array([side for _number, _strip, side in originals], np.float64)
        strips = [strip for _number, strip, _side in originals]
        self.strips = Strips(strips)
        self.small = self.strips.halved()
        counts = np.array([count_of(*strip.shape) for strip in strips], np.int32)
        self.first = np.concatenate([np.zeros(1, np.int32), np.cumsum(counts, dtype=np.int32)])
        self._of = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        # The last one is of nothing: to fill up with.
        self.vectors = np.zeros((len(self._of) + 1, DIMENSIONS), np.int8)
        for together in same_ones([len(strip) for strip in strips], _TOGETHER):
            windows = packed(all_windows(np.stack([strips[place] for place in together])))
            for place, own in zip(together, windows, strict=True):
                self.vectors[self.first[place] : self.first[place + 1]] = own
        self._lists = Lists(self.vectors) if self.vectors.any() else None

    def laid(
        self, suspects: Sequence[Gray], sides: npt.NDArray[np.float64], groups: Sequence[Sequence[int]]
    ) -> "Iterator[Laid]":
        """Yield suspects laid over the originals, group after group: of thousands of places only one group's are held.

        Args:
            suspects: their strips, standing as the originals'.
            sides: pixels of the shorter side of each.
            groups: their numbers; those of one shape together.
        """
        strips = [np.stack([suspects[number] for number in group]) for group in groups]
        asked = [asked_windows(one) for one in strips]
        guesses = self._guesses(asked)
        begins = np.cumsum([0, *(len(group) for group in groups)])
        bounds = np.searchsorted(guesses.suspects, begins)
        for at, (group, windows) in enumerate(zip(strips, asked, strict=True)):
            own = guesses.of(slice(bounds[at], bounds[at + 1]))
            own = own._replace(suspects=own.suspects - np.int32(begins[at]))
            yield Laid(self, group, sides[list(groups[at])], windows, own)

    def _guesses(self, asked: Sequence[Asked]) -> Guesses:
        """Return guesses of suspects, one an original: the window that others of the same cut agree with best."""
        if self._lists is None or not asked:
            return Guesses.none()
        queries = np.concatenate([one.vectors.reshape(-1, DIMENSIONS) for one in asked])
        begins = np.concatenate([np.tile(one.starts.ravel(), len(one.vectors)) for one in asked]) * self.strips.width
        telling = np.flatnonzero(queries.any(axis=1))
        found = self._lists.near(queries[telling], _ALIKE)
        query, place = telling[found.queries], self._of[found.vectors]
        starts = (found.vectors - self.first[place] - begins[query]).astype(np.float32)
        likely = np.empty(len(query), np.float32)
        for at in range(0, len(query), _BLOCK):
            some = slice(at, at + _BLOCK)
            others = self._others(queries, begins, query[some], place[some], starts[some])
            likely[some] = (_OWN * found.alike[some] + others) / (_OWN + 1)
        suspect, window = np.divmod(query, len(CUTS) * PLACES)
        pair = np.asarray(suspect * len(self.strips) + place, np.int64)
        best = _likeliest(pair, likely, 1)
        best = best[_likeliest(np.asarray(suspect[best], np.int64), likely[best], _GUESSES)]
        return Guesses(
            suspect[best].astype(np.int32),
            place[best],
            _CUTS[window[best] // PLACES],
            starts[best] / np.float32(self.strips.width),
            likely[best],
        )

    def _others(
        self,
        queries: Vectors,
        begins: npt.NDArray[np.float32],
        query: npt.NDArray[np.intp],
        place: npt.NDArray[np.int32],
        starts: npt.NDArray[np.float32],
    ) -> npt.NDArray[np.float32]:
        """Return how much alike the suspects' other windows are where they should be, if one is where it was found.

        Args:
            queries: the windows of all suspects.
            begins: where each begins, pixels of a strip.
            query: the windows that were found.
            place: in which original each was.
            starts: where in it its suspect would begin, pixels.

        Returns:
            of each the better of the two others, 0 to 1: one may be covered.
        """
        alike = np.zeros(len(query), np.float32)
        first, last = self.first[place], self.first[place + 1] - 1
        for further in range(1, PLACES):
            other = query - query % PLACES + (query + further) % PLACES
            asked, start = queries.take(other, axis=0), first + starts + begins[other]
            # What begins between two pixels is like the window at one of them.
            for rounded in (np.floor(start), np.ceil(start)):
                row = np.where((rounded < first) | (rounded > last), len(self.vectors) - 1, rounded).astype(np.int32)
                there = self.vectors.take(row, axis=0).astype(np.float32)
                np.maximum(alike, np.einsum("ij,ij->i", asked, there), out=alike)
        return alike / np.float32(SCALE)


def _likeliest(of: npt.NDArray[np.int64], likely: npt.NDArray[np.float32], most: int) -> npt.NDArray[np.intp]:
    """Return the numbers of the likeliest guesses of each, so many at most, the likeliest first, each after each."""
    # Numbers that say it all, the most telling part first, are sorted many times quicker than rows.
    best = of * _STEPS
    best += np.clip((1.0 - likely) * _STEPS, 0, _STEPS - 1).astype(np.int64)
    best *= len(best)
    best += np.arange(len(best))
    best.sort()
    each, which = np.divmod(best, max(1, len(best)))
    each //= _STEPS
    return which[np.arange(len(each)) - np.searchsorted(each, each) < most]


class Laid:
    """Suspects of one shape that are laid over originals: over many at half the size, over the likeliest as they are.

    Args:
        parts: the originals.
        suspects: the strips, of shape (suspects, length, width).
        sides: pixels of the shorter side of each.
        asked: their windows.
        guesses: of them; numbered as they are here, suspect after suspect.
    """

    def __init__(
        self,
        parts: Parts,
        suspects: npt.NDArray[np.uint8],
        sides: npt.NDArray[np.float64],
        asked: Asked,
        guesses: Guesses,
    ) -> None:
        self._parts, self._asked, self._count = parts, asked, len(suspects)
        self._sliding = Sliding(suspects, sides, parts.strips, parts.sides)
        self._large = Overlay(suspects, parts.strips)
        self._small = Overlay(np.stack([halved(one) for one in suspects]), parts.small)
        self._guesses, self._rated = guesses, self._small.rate(guesses)
        self.likely = self._rated.guesses.likeliest(self._count)

    def best(self, most: int, least: npt.NDArray[np.float32]) -> list[list[Guess]]:
        """Return for each suspect up to `most` guesses, one an original, the likeliest first.

        Args:
            most: how many are wanted.
            least: how likely one must be, for each suspect, so that it is looked into further.
        """
        promising = (self.likely >= np.maximum(least, _HOPELESS))[self._guesses.suspects]
        guesses = self._rated.of(~promising).guesses.best(_FEW)
        few = self._large.rate(guesses).guesses
        if promising.any():
            guesses = few.and_(self._followed(self._guesses.of(promising), self._rated.of(promising), most))
        else:
            guesses = few
        best = guesses.best(most)
        bounds = np.searchsorted(best.suspects, np.arange(self._count + 1))
        return [
            [self._large.guess(best, number) for number in range(first, last)]
            for first, last in itertools.pairwise(bounds.tolist())
        ]

    def glance(self) -> npt.NDArray[np.float32]:
        """Return about how likely each suspect's likeliest guess is; no guess is moved to where it fits better."""
        if not len(self._guesses.suspects):
            return self.likely
        _likeliest, elected = self._elected(self._guesses, self._rated)
        return np.maximum(self.likely, self._small.rate(elected).guesses.likeliest(self._count))

    def _elected(self, guesses: Guesses, rated: Rated) -> tuple[Guesses, Guesses]:
        """Return the likeliest guesses, and the places in their originals that all windows of the suspects vote for."""
        likeliest = guesses.of(np.union1d(guesses.ranked(_VOTED), rated.guesses.ranked(_VOTED)))
        elected = Election(self._asked, likeliest, self._parts.vectors, self._parts.first, self._parts.strips.width)
        return likeliest, elected.elected()

    def _followed(self, guesses: Guesses, rated: Rated, most: int) -> Guesses:
        likeliest, elected = self._elected(guesses, rated)
        slid = self._sliding.slid(likeliest)
        rated = rated.and_(self._small.rate(elected.and_(slid)))
        promising = (rated.guesses.likeliest(self._count) >= _STRANGE)[rated.guesses.suspects]
        small = rated.of(~promising).guesses.best(_FEW)
        if promising.any():
            settled = self._small.settled(rated.of(promising), _MOVED_SMALL)
            small = small.and_(settled).and_(self._small.twins(settled.best(_GUESSES)))
        chosen = np.union1d(small.ranked(most), small.ranked(_MOVED[0], each=2))
        # Of fine print nothing is left at half the size.
        likely = small.of(chosen).and_(slid.best(_SLID))
        large = self._large.settled(self._large.rate(likely), _MOVED)
        return large.and_(self._large.twins(large.best(most)))


def same_ones(keys: Sequence[object], most: int) -> list[list[int]]:
    """Return the numbers of the same keys together, so many at most."""
    places: dict[object, list[int]] = {}
    for number, key in enumerate(keys):
        places.setdefault(key, []).append(number)
    return [same[at : at + most] for same in places.values() for at in range(0, len(same), most)]
