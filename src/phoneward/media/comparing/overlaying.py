"""Lay strips over each other: which of many guesses is the likeliest, and where does the suspect lie?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.windows import Strip

_BLOCK: Final = 8
_NOISE: Final = 9.0
_LOUDEST: Final = 20.0
_ROUNDS: Final = ((10, 1.0), (6, 0.5), (4, 0.25))
"""How many guesses are moved, and by how much of a step: ever fewer, ever finer."""
_SLID: Final = 16
_LEAST_SHARE: Final = 0.4
_EXACT: Final = 0.93
_MOVES: Final = tuple(
    (left, right, along)
    for along in (-0.5, 0.0, 0.5)
    for left, right in ((0.0, 0.0), (0.025, 0.0), (-0.025, 0.0), (0.0, 0.025), (0.0, -0.025))
)
"""One step: at the two ends of the shorter side, in fractions of it, and along the longer, pixels."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A suspect may show this part of this original.

    Attributes:
        number: of the original.
        place: of its strip among those that are searched.
        left, right: what is cut off at the ends of the shorter side, in fractions of it.
        start: where the suspect begins along the longer side, in units of the shorter side.
        likely: 0 to 1.
        edges: left, top, right, bottom of the part, in fractions of the original; set by `best_of`.
    """

    number: int
    place: int
    left: float
    right: float
    start: float
    likely: float
    edges: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)

    def turned(self) -> "Guess":
        """Return the same for pictures whose strips were laid on their sides."""
        left, top, right, bottom = self.edges
        return replace(self, edges=(top, left, bottom, right))


def best_of(
    suspect: Strip, originals: Sequence[Gray], guesses: Sequence[Guess], most: int, natives: Sequence[float] = ()
) -> list[Guess]:
    """Return up to `most` guesses, one an original, the likeliest first, with `likely` and `edges` by how strips agree.

    Args:
        suspect: its strip.
        originals: their strips.
        guesses: any number an original.
        most: how many are wanted.
        natives: the suspect's shorter side by that of each original, in pixels: a crop is often left at its size.
    """
    if not guesses:
        return []
    guesses = [*guesses, *_slid(suspect, originals, _each(guesses, 1)[:_SLID], natives)]
    best = _rated(suspect, originals, guesses)
    for count, step in _ROUNDS:
        if best[0].likely > _EXACT:
            break
        moves = [(left * step, right * step, along * step) for left, right, along in _MOVES]
        moved = _rated(suspect, originals, [_moved(one, move) for one in best[:count] for move in moves])
        best = sorted(_each(moved, 2) + best[count:], key=_likely)
    best = _each(best, 1)
    # Pages of one app are cut alike: where the likeliest fits, its twins fit.
    first = best[0]
    shape = originals[first.place].shape
    others = [one for one in best[1:] if originals[one.place].shape == shape]
    alike = [replace(first, number=one.number, place=one.place) for one in others]
    best = _each(sorted(best + _rated(suspect, originals, alike), key=_likely), 1)[:most]
    return [_with_edges(one, originals, suspect) for one in best]


def _likely(guess: Guess) -> float:
    return -guess.likely


def _each(guesses: Sequence[Guess], most: int) -> list[Guess]:
    """Return the first guesses, at most so many an original."""
    seen: Counter[int] = Counter()
    kept = []
    for one in guesses:
        seen[one.place] += 1
        if seen[one.place] <= most:
            kept.append(one)
    return kept


def _rated(suspect: Strip, originals: Sequence[Gray], guesses: Sequence[Guess]) -> list[Guess]:
    if not guesses:
        return []
    scores = _agreement(suspect, np.stack([_placed(originals[one.place], one, suspect) for one in guesses]))
    rated = [replace(one, likely=score) for one, score in zip(guesses, scores.tolist(), strict=True)]
    return sorted(rated, key=_likely)


def _slid(suspect: Strip, originals: Sequence[Gray], guesses: Sequence[Guess], natives: Sequence[float]) -> list[Guess]:
    """Return for each original where the suspect fits best at the likely sizes.

    Likely: it has the original's whole shorter or whole longer side, or was cut at full or at half size.
    """
    found = []
    seen = suspect.astype(np.uint8)
    length, width = seen.shape
    for guess in guesses:
        place = guess.place
        original = originals[place]
        long, wide = original.shape
        native = natives[place] if natives else 1.0
        shares = (1.0, min(1.0, (long / length) * (width / wide)), native, 2 * native)
        for share in dict.fromkeys(round(share, 3) for share in shares):
            if not _LEAST_SHARE < share <= 1:
                continue
            size = max(4, round(share * wide)), max(4, min(long, round(share * wide * length / width)))
            if size[0] * size[1] < 0.2 * long * wide:
                continue
            part = np.asarray(cv2.resize(seen, size, interpolation=cv2.INTER_AREA), np.uint8)
            alike = cv2.matchTemplate(original, part, cv2.TM_CCOEFF_NORMED)
            _, _, _, (left, top) = cv2.minMaxLoc(alike)
            cut = left / wide
            found.append(Guess(guess.number, place, cut, max(0.0, 1.0 - share - cut), top / wide, 0.0))
        # The square in the middle, as galleries show it.
        found.append(Guess(guess.number, place, 0.0, 0.0, max(0.0, long / wide - length / width) / 2, 0.0))
    return found


def _moved(guess: Guess, move: tuple[float, float, float]) -> Guess:
    left, right, along = move
    return Guess(
        guess.number,
        guess.place,
        max(0.0, guess.left + left),
        max(0.0, guess.right + right),
        guess.start + along / 32,
        guess.likely,
    )


def _placed(original: Gray, guess: Guess, suspect: Strip) -> Strip:
    """Return what the suspect would look like if the guess were right."""
    scale, left, top = _geometry(original, guess, suspect)
    matrix = np.array([[scale, 0, left + (scale - 1) / 2], [0, scale, top + (scale - 1) / 2]], np.float32)
    seen = cv2.warpAffine(
        original,
        matrix,
        (suspect.shape[1], suspect.shape[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(seen, np.float32)


def _geometry(original: Gray, guess: Guess, suspect: Strip) -> tuple[float, float, float]:
    """Return pixels of the original a pixel of the suspect, and where the suspect's first one lies."""
    width = original.shape[1]
    return (1.0 - guess.left - guess.right) * width / suspect.shape[1], guess.left * width, guess.start * width


def _with_edges(guess: Guess, originals: Sequence[Gray], suspect: Strip) -> Guess:
    original = originals[guess.place]
    scale, _left, top = _geometry(original, guess, suspect)
    length = original.shape[0]
    edges = (guess.left, top / length, 1.0 - guess.right, (top + scale * suspect.shape[0]) / length)
    return replace(guess, edges=edges)


def _agreement(suspect: Strip, placed: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return how far blocks go the same way, the ones that show more counting for more: what is covered counts once."""
    down, across = _means(suspect.shape[0]), _means(suspect.shape[1]).T

    def means(pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return np.asarray(np.matmul(down, np.matmul(pixels, across)), np.float32)

    mean, other = means(suspect), means(placed)
    spread = np.maximum(means(suspect * suspect) - mean * mean, 0.0)
    others = np.maximum(means(placed * placed) - other * other, 0.0)
    common = means(suspect * placed) - mean * other
    alike = np.clip(common / np.sqrt((spread + _NOISE) * (others + _NOISE)), 0.0, 1.0)
    weight = np.minimum(np.sqrt(np.maximum(spread, others)), _LOUDEST)
    return np.asarray((weight * alike).sum(axis=(1, 2)) / np.maximum(weight.sum(axis=(1, 2)), 1e-3), np.float64)


def _means(pixels: int) -> npt.NDArray[np.float32]:
    """Return a matrix of shape (blocks, pixels) that takes the mean of each block."""
    blocks = max(1, round(pixels / _BLOCK))
    of = np.minimum(np.arange(pixels) * blocks // pixels, blocks - 1)
    shares = (of == np.arange(blocks)[:, None]).astype(np.float32)
    means: npt.NDArray[np.float32] = shares / shares.sum(axis=1, keepdims=True)
    return means
