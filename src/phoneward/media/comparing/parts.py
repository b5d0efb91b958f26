"""Guess of which originals suspects show a part, by windows of their strips."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.lists import Lists, Packed, packed
from phoneward.media.comparing.overlaying import Guess
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.windows import CUTS, Strip, all_windows, asked_windows

_ALIKE: Final = 0.6
_GUESSES: Final = 32
"""Originals a suspect whose strips are laid over its own."""
_WINDOWS: Final = 2
"""Places in each of them that are tried."""


class Parts:
    """The windows of originals, all upright or all laid on their sides.

    Args:
        originals: number and strip of each.
    """

    def __init__(self, originals: Sequence[tuple[int, Gray]]) -> None:
        self.numbers = [number for number, _strip in originals]
        self.strips = [np.ascontiguousarray(strip) for _number, strip in originals]
        vectors: list[Packed] = []
        starts: list[npt.NDArray[np.float32]] = []
        for strip in self.strips:
            windows = all_windows(strip.astype(np.float32))
            vectors.append(packed(windows.vectors))
            starts.append(windows.starts)
        self._of = np.repeat(np.arange(len(starts), dtype=np.int32), [len(one) for one in starts])
        self._starts = np.concatenate([np.empty(0, np.float32), *starts])
        self._lists = Lists(np.concatenate(vectors)) if len(self._of) else None

    def guesses(self, suspects: Sequence[Strip]) -> list[list[Guess]]:
        """Return for each suspect its guesses, the likeliest first, a few an original: pages repeat themselves."""
        if self._lists is None:
            return [[] for _one in suspects]
        asked = [asked_windows(strip) for strip in suspects]
        of = np.repeat(np.arange(len(asked), dtype=np.int32), [len(one.starts) for one in asked])
        if not len(of):
            return [[] for _one in suspects]
        starts, cuts = (
            _joined([one.starts for one in asked], np.float32),
            _joined([one.cuts for one in asked], np.int16),
        )
        found = self._lists.near(np.concatenate([one.vectors for one in asked]), _ALIKE)
        suspect, original = of[found.queries], self._of[found.vectors]
        order = np.lexsort((-found.alike, original, suspect))
        begins = np.flatnonzero(_firsts(suspect[order], original[order]))
        ends = np.minimum(np.append(begins[1:], len(order)), begins + _WINDOWS)
        best = np.lexsort((-found.alike[order[begins]], suspect[order[begins]]))
        bounds = np.searchsorted(suspect[order[begins]][best], np.arange(len(suspects) + 1))
        return [
            [
                self._guess(found.vectors[at], starts[found.queries[at]], cuts[found.queries[at]], found.alike[at])
                for group in best[bounds[number] : min(bounds[number + 1], bounds[number] + _GUESSES)]
                for at in order[begins[group] : ends[group]]
            ]
            for number in range(len(suspects))
        ]

    def _guess(self, window: int, start: float, cut: int, alike: float) -> Guess:
        place = int(self._of[window])
        left, right = CUTS[cut]
        return Guess(self.numbers[place], place, left, right, float(self._starts[window] - start), float(alike))


def _firsts(*keys: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Return where the keys differ from those before them."""
    changed = np.ones(len(keys[0]), bool)
    if len(changed):
        changed[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return changed


def _joined(parts: list[npt.NDArray[np.generic]], kind: type) -> npt.NDArray[np.generic]:
    return np.concatenate(parts) if parts else np.empty(0, kind)
