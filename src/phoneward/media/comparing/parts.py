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
_WINDOWS: Final = 2
_GUESSES: Final = 32
"""Originals a suspect whose strips are laid over its own."""


class Parts:
    """The windows of originals, all upright or all laid on their sides.

    Args:
        originals: number and strip of each.
    """

    def __init__(self, originals: Sequence[tuple[int, Gray]]) -> None:
        self._numbers = [number for number, _strip in originals]
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
        """Return for each suspect its guesses, the likeliest first, one an original at most."""
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
        begins = _firsts(suspect[order], original[order])
        first = order[begins]
        # The windows of one original after its best one: pages repeat themselves.
        groups = np.split(order, np.flatnonzero(begins)[1:]) if len(order) else []
        others = {int(group[0]): group[:_WINDOWS].tolist() for group in groups}
        first = first[np.lexsort((-found.alike[first], suspect[first]))]
        bounds = np.searchsorted(suspect[first], np.arange(len(suspects) + 1))
        return [
            [
                self._guess(found.vectors[at], starts[found.queries[at]], cuts[found.queries[at]], found.alike[at])
                for best in first[bounds[number] : min(bounds[number + 1], bounds[number] + _GUESSES)].tolist()
                for at in others[best]
            ]
            for number in range(len(suspects))
        ]

    def _guess(self, window: int, start: float, cut: int, alike: float) -> Guess:
        place = int(self._of[window])
        left, right = CUTS[cut]
        return Guess(self._numbers[place], place, left, right, float(self._starts[window] - start), float(alike))


def _firsts(*keys: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Return where the keys differ from those before them."""
    changed = np.ones(len(keys[0]), bool)
    if len(changed):
        changed[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return changed


def _joined(parts: list[npt.NDArray[np.generic]], kind: type) -> npt.NDArray[np.generic]:
    return np.concatenate(parts) if parts else np.empty(0, kind)
