"""Lay strips over each other: how likely is each of many guesses, and where does the suspect fit better?"""

import itertools
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.guesses import Guess, Guesses, Which
from phoneward.media.comparing.prints import STRIP_WIDTH, Gray

Many: TypeAlias = npt.NDArray[np.float32]
"""float32 of shape (guesses, length, width), pixels or blocks."""

_BLOCK: Final = 8
_NOISE: Final = np.float32(9.0)
_LOUDEST: Final = 20.0
_LEAST_SHARE: Final = 0.4
_FAR: Final = 0.06
"""Of the shorter side: the longest step."""
_WHOLE: Final = 0.03
"""Of the shorter side: what is less than this at an end may be nothing."""
_EXACT: Final = 0.93


class Strips:
    """Strips of originals, one behind the other.

    Args:
        strips: their shorter sides across, all of them alike.
    """

    def __init__(self, strips: Sequence[Gray]) -> None:
        self.lengths = np.array([len(strip) for strip in strips], np.int32)
        self.first = np.concatenate([np.zeros(1, np.int32), np.cumsum(self.lengths, dtype=np.int32)])
        self.width = strips[0].shape[1] if strips else STRIP_WIDTH
        self.rows = np.concatenate(strips) if strips else np.empty((0, STRIP_WIDTH), np.uint8)

    def __len__(self) -> int:
        return len(self.lengths)

    def strip(self, place: int) -> Gray:
        """Return one of them."""
        return self.rows[self.first[place] : self.first[place + 1]]

    def halved(self) -> "Strips":
        """Return them at half their size."""
        return Strips([halved(self.rows[first:last]) for first, last in itertools.pairwise(self.first.tolist())])


def halved(strip: Gray) -> Gray:
    """Return a strip at half its size; a last row that is left over is taken twice."""
    size = (max(1, strip.shape[1] // 2), (len(strip) + 1) // 2)
    if len(strip) % 2:
        strip = np.concatenate([strip, strip[-1:]])
    return np.asarray(cv2.resize(strip, size, interpolation=cv2.INTER_AREA), np.uint8)


class Rated(NamedTuple):
    """Guesses with what they are rated by.

    Attributes:
        guesses: with `likely`.
        placed: what the suspect would look like if each were right.
        means: of each of its blocks.
        alike: how far each block goes the same way, 0 to 1.
        weight: how much each block shows.
    """

    guesses: Guesses
    placed: Many
    means: Many
    alike: Many
    weight: Many

    def of(self, which: Which) -> "Rated":
        """Return some of them."""
        return Rated(self.guesses.of(which), *(part[which] for part in self[1:]))

    def and_(self, others: "Rated") -> "Rated":
        """Return these and others."""
        both = zip(self[1:], others[1:], strict=True)
        return Rated(self.guesses.and_(others.guesses), *(np.concatenate(parts) for parts in both))

    def best(self, most: int) -> "Rated":
        """Return the likeliest of each suspect, two an original."""
        return self.of(self.guesses.ranked(most, each=2))


class Overlay:
    """Suspects of one shape that are laid over originals.

    Args:
        suspects: their strips, of shape (suspects, length, width).
        originals: theirs, at the same size.
    """

    def __init__(self, suspects: npt.NDArray[np.uint8], originals: Strips) -> None:
        self._originals = originals
        self._seen = suspects.astype(np.float32)
        _number, self._length, self._width = suspects.shape
        block = max(1, _BLOCK * originals.width // STRIP_WIDTH)
        self._down, self._across = _means(self._length, block), _means(self._width, block).T
        self._mean = self._means(self._seen)
        self._spread: Many = np.maximum(self._means(self._seen * self._seen) - self._mean * self._mean, 0.0)
        self._along_at = (np.arange(self._length, dtype=np.float32) + np.float32(0.5)) / np.float32(self._width)
        self._across_at = (np.arange(self._width, dtype=np.float32) + np.float32(0.5)) / np.float32(self._width)

    def settled(self, rated: Rated, moved: Sequence[int]) -> Guesses:
        """Return the guesses, and the likeliest of them moved to where they fit better.

        Args:
            rated: the guesses.
            moved: how many of each suspect are moved, once and again.
        """
        everything, rated = rated.guesses, rated.best(moved[0])
        for count in moved:
            best = rated.best(count)
            further = best.of(best.guesses.likeliest(len(self._seen))[best.guesses.suspects] <= _EXACT)
            if not len(further.placed):
                break
            found = self.rate(self._moved(further))
            everything, rated = everything.and_(found.guesses), rated.and_(found)
        return everything

    def twins(self, best: Guesses) -> Guesses:
        """Return guesses as each suspect's likeliest in others of its shape: pages of one app are cut alike.

        Args:
            best: the likeliest of each suspect first.
        """
        first = np.searchsorted(best.suspects, best.suspects)
        lengths = self._originals.lengths[best.places]
        is_twin = (lengths == lengths[first]) & (np.arange(len(first)) > first)
        first = first[is_twin]
        return self.rate(best.of(is_twin)._replace(cuts=best.cuts[first], starts=best.starts[first])).guesses

    def rate(self, guesses: Guesses) -> Rated:
        """Return guesses by how far blocks go the same way, those that show more counting for more.

        What is covered counts once.
        """
        placed = self._placed(guesses)
        mean = self._means(placed)
        other_mean, other_spread = self._mean[guesses.suspects], self._spread[guesses.suspects]
        spread = np.maximum(self._means(placed * placed) - mean * mean, 0.0)
        common = self._means(placed * self._seen[guesses.suspects]) - other_mean * mean
        alike: Many = np.clip(common / np.sqrt((other_spread + _NOISE) * (spread + _NOISE)), 0.0, 1.0)
        weight: Many = np.minimum(np.sqrt(np.maximum(other_spread, spread)), _LOUDEST)
        likely = (weight * alike).sum(axis=(1, 2)) / np.maximum(weight.sum(axis=(1, 2)), 1e-3)
        return Rated(guesses._replace(likely=likely), placed, mean, alike, weight)

    def _placed(self, guesses: Guesses) -> Many:
        """Return what suspects would look like, first row by row, then across."""
        wide, rows = self._originals.width, self._originals.rows
        scale = (1 - guesses.cuts.sum(axis=1, keepdims=True)) * wide
        last = (self._originals.lengths[guesses.places] - 1)[:, None].astype(np.float32)
        down = np.clip(guesses.starts[:, None] * wide + scale * self._along_at - np.float32(0.5), 0, last)
        upper = np.minimum(down.astype(np.int32), np.maximum(last.astype(np.int32) - 1, 0))
        share = (down - upper)[:, :, None]
        upper += self._originals.first[guesses.places][:, None]
        first = rows.take(upper, axis=0).astype(np.float32)
        upper += 1
        second = np.subtract(rows.take(upper, axis=0, mode="clip"), first)
        second *= share
        first += second
        across = np.clip(guesses.cuts[:, :1] * wide + scale * self._across_at - np.float32(0.5), 0, wide - 1)
        shares = np.abs(across[:, None, :] - np.arange(wide, dtype=np.float32)[:, None])
        return np.asarray(first @ np.maximum(1 - shares, 0), np.float32)

    def _means(self, pixels: Many) -> Many:
        """Return the mean of each block."""
        across = pixels.reshape(-1, self._width) @ self._across
        return np.asarray(
            np.matmul(self._down, across.reshape(len(pixels), self._length, self._across.shape[1])), np.float32
        )

    def _spread_out(self, blocks: Many) -> Many:
        """Return for each pixel what is of its block."""
        down, across = (self._down > 0).astype(np.float32).T, (self._across > 0).astype(np.float32).T
        return np.asarray(np.matmul(np.matmul(down, blocks), across), np.float32)

    def _moved(self, rated: Rated) -> Guesses:
        """Return guesses moved to where they fit better, one step of Gauss and Newton (Lucas and Kanade, 1981).

        Each is moved both freely and along the longer side only, with nothing cut off where it may be nothing.
        """
        guesses, placed, mean, alike, weight = rated
        number = len(placed)
        # What is covered says nothing about where the rest lies.
        shown = np.maximum(self._spread[guesses.suspects], weight * weight)
        blocks: Many = (alike * alike + np.float32(0.05)) * weight / (shown + _NOISE)
        weight = self._spread_out(blocks).reshape(number, 1, -1)
        other = (placed - self._spread_out(mean)).reshape(number, 1, -1)
        seen = self._seen[guesses.suspects] - self._spread_out(self._mean[guesses.suspects])
        seen = seen.reshape(number, 1, -1)
        weighted = weight * other
        gain = (weighted @ seen.swapaxes(1, 2)) / np.maximum(weighted @ other.swapaxes(1, 2), np.float32(1e-3))
        gain = np.clip(gain, 0.2, 5.0)
        slopes = self._slopes(placed)
        # Blocks are compared without their mean; so what moves that is taken off.
        means = self._means(slopes.reshape(-1, self._length, self._width)).reshape(number, 3, -1) * gain
        weights = blocks.reshape(number, 1, -1) * np.float32(weight.shape[2] / means.shape[2])
        slopes = slopes.reshape(number, 3, -1) * gain
        weighted = slopes * weight
        normal = weighted @ slopes.swapaxes(1, 2) - (means * weights) @ means.swapaxes(1, 2)
        right = weighted @ (seen - other * gain).swapaxes(1, 2)
        normal += np.eye(3, dtype=np.float32) * (3e-4 * np.trace(normal, axis1=1, axis2=2)[:, None, None] + 1e-3)
        per = (1 - guesses.cuts.sum(axis=1)) / self._width
        across, larger, along = np.linalg.solve(normal, right)[:, :, 0].T * per
        steps = np.clip(np.stack([across, -larger - across], axis=1), -_FAR, _FAR)
        only_along = right[:, 2, 0] / normal[:, 2, 2] * per
        return _stepped(guesses, guesses.cuts + steps, along).and_(
            _stepped(guesses, np.where(guesses.cuts < _WHOLE, 0, guesses.cuts), only_along)
        )

    def _slopes(self, placed: Many) -> npt.NDArray[np.float32]:
        """Return what changes as a suspect moves along the shorter side, becomes larger, moves along the longer."""
        slopes = np.zeros((len(placed), 3, self._length, self._width), np.float32)
        np.subtract(placed[:, :, 2:], placed[:, :, :-2], out=slopes[:, 0, :, 1:-1])
        np.subtract(placed[:, 2:], placed[:, :-2], out=slopes[:, 2, 1:-1])
        slopes[:, 1] = slopes[:, 0] * self._across_at + slopes[:, 2] * self._along_at[:, None]
        slopes /= 2
        return slopes

    def guess(self, guesses: Guesses, number: int) -> Guess:
        """Return one of the guesses, by itself."""
        place = int(guesses.places[number])
        length, width = int(self._originals.lengths[place]), self._originals.width
        left, right = guesses.cuts[number].tolist()
        start = float(guesses.starts[number]) * width / length
        shown = (1 - left - right) * width / self._width * self._length / length
        return Guess(place, float(guesses.likely[number]), (left, start, 1 - right, start + shown))


def _stepped(guesses: Guesses, cuts: npt.NDArray[np.float32], along: npt.NDArray[np.float32]) -> Guesses:
    return guesses._replace(
        cuts=np.clip(cuts, 0.0, (1 - _LEAST_SHARE) / 2).astype(np.float32),
        starts=(guesses.starts + np.clip(along, -_FAR, _FAR)).astype(np.float32),
    )


def _means(pixels: int, block: int) -> npt.NDArray[np.float32]:
    """Return a matrix of shape (blocks, pixels) that takes the mean of each block."""
    blocks = max(1, round(pixels / block))
    of = np.minimum(np.arange(pixels) * blocks // pixels, blocks - 1)
    shares = (of == np.arange(blocks)[:, None]).astype(np.float32)
    means: npt.NDArray[np.float32] = shares / shares.sum(axis=1, keepdims=True)
    return means
