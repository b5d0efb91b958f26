"""Which of several originals that a suspect fits is it a copy of? What they differ in, it may not show.

A changed digit is seen (see `verifying`) where the suspect shows it. Where it was cut off, or lies under a sheet, both
pages fit equally; so does a list that was scrolled. Then nobody can tell, and that is what is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from phoneward.media.comparing.covers import Mask
from phoneward.media.comparing.prepared import Box, Prepared, resized
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.residual import Residual, residual
from phoneward.media.comparing.verifying import Effort, Outcome, outcome
from phoneward.media.verdict import Kind, Region, Verdict

_SIDE = 720
_QUICK_SIDE = 360
_SEEN = 30
_MOST = 20.0
_CHANGED = 8.0
_DECIDES = 4.0
_LITTLE = 3
"""Gray levels."""
_QUIET = 0.5
"""Square of the gray levels that a pixel is off by in any copy."""
_EXPLAINED = 0.85
_WHOLE = 0.97
_ELSEWHERE = 0.015


@dataclass(frozen=True, slots=True)
class Fit:
    """A suspect that fits an original.

    Attributes:
        original: the whole of it.
        found: where it fits.
        verdict: how.
    """

    original: Prepared
    found: Outcome
    verdict: Verdict


def might_fit_too(fit: Fit, other: Prepared, near: Region | None) -> bool:
    """Return whether another original may fit, too, as far as it costs nothing to tell.

    It may not where it shows something else at the very place.
    """
    region = fit.verdict.region
    if other.gray.shape != fit.original.gray.shape or fit.verdict.kind is Kind.COVERED:
        return True
    if near is not None and max(abs(near.left - region.left), abs(near.top - region.top)) > _ELSEWHERE:
        return True
    scale = _QUICK_SIDE / min(other.gray.shape)
    one, two = fit.original.scaled(scale), other.scaled(scale)
    height, width = one.shape
    part = (
        slice(round(region.top * height), round(region.bottom * height)),
        slice(round(region.left * width), round(region.right * width)),
    )
    off = np.asarray(cv2.blur(cv2.absdiff(one[part], two[part]), (3, 3)))
    return not off.size or int(off.max()) < _SEEN


def settled(fits: Sequence[Fit], suspect: Prepared) -> tuple[int, Verdict] | None:
    """Return the number of the one that fits best and its verdict, which is not sure where another fits as well.

    Args:
        fits: of the suspect.
        suspect: the whole of it.
    """
    if not fits:
        return None
    best = max(range(len(fits)), key=lambda at: (fits[at].verdict.is_distinguishable, fits[at].verdict.confidence))
    for at in range(len(fits)):
        if at != best and _is_better(fits[at], fits[best], suspect):
            best = at
    verdict = fits[best].verdict
    equal = sum(
        at != best and abs(_for(one, fits[best], suspect)) < _DECIDES and not _is_the_same(one, fits[best])
        for at, one in enumerate(fits)
    )
    if not equal:
        return best, verdict
    kind = verdict.kind if verdict.kind in (Kind.CROPPED, Kind.COVERED) else Kind.SAME_SCREEN
    confidence = round(verdict.confidence / (1 + equal), 3)
    return best, replace(verdict, kind=kind, is_distinguishable=False, confidence=confidence)


def _is_better(one: Fit, other: Fit, suspect: Prepared) -> bool:
    speaks = _for(one, other, suspect)
    shown, others = (_area_of(fit.verdict.region) for fit in (one, other))
    if abs(speaks) < _DECIDES and (shown > _WHOLE) != (others > _WHOLE):
        # A photo, and a screen that shows it.
        return shown > _WHOLE
    return speaks > 0


def _for(one: Fit, other: Fit, suspect: Prepared) -> float:
    """Return how much the suspect speaks for the one (more than 0) or for the other; see `_DECIDES`."""
    if one.found.turn != other.found.turn:
        return 0.0
    (from_one, to_one), (from_other, to_other) = one.found.common, other.found.common
    explained = _area(to_one) / _area(to_other)
    if not _EXPLAINED < explained < 1 / _EXPLAINED:
        return _MOST if explained > 1 else -_MOST
    both = (*np.maximum(to_one[:2], to_other[:2]).tolist(), *np.minimum(to_one[2:], to_other[2:]).tolist())
    parts = [
        _cut(one.original.gray, _source(from_one, to_one, both)),
        _cut(other.original.gray, _source(from_other, to_other, both)),
        _cut(suspect.turned(one.found.turn).gray, both),
    ]
    if not all(part.size for part in parts):
        return 0.0
    height, width = (min(part.shape[axis] for part in parts) for axis in (0, 1))
    scale = min(1.0, _SIDE / min(height, width))
    first, second, seen = (resized(part, (round(width * scale), round(height * scale))) for part in parts)
    left, right = residual(first, seen), residual(second, seen)
    if left is None or right is None:
        return 0.0
    # What neither explains lies over both.
    told = np.minimum(left.score, right.score) < _CHANGED
    speaks = np.minimum(right.score, _MOST) - np.minimum(left.score, _MOST)
    strongest = float(speaks[told].max(initial=0.0)), float((-speaks[told]).max(initial=0.0))
    clear = strongest[0] - strongest[1]
    return clear if abs(clear) >= _DECIDES else _for_by_little(first, second, (left, right), told)


def _for_by_little(first: Gray, second: Gray, left: tuple[Residual, Residual], told: Mask) -> float:
    """Return the same as `_for`, where two originals differ in little: in a digit of pale print.

    All that is left where they differ is added up; twice as much of one as of the other decides.
    """
    differ = told & (cv2.blur(cv2.absdiff(first, second), (3, 3)) >= _LITTLE)
    count = np.count_nonzero(differ)
    if not count:
        return 0.0
    one, other = (float(np.square(some.difference[differ]).sum()) for some in left)
    return float(np.clip(_DECIDES * (other - one) / (min(one, other) + count * _QUIET), -_MOST, _MOST))


def _is_the_same(one: Fit, best: Fit) -> bool:
    """Return whether it makes no difference which: all of the best is shown, or the two show the same everywhere."""
    shown, other = (_area_of(fit.verdict.region) for fit in (best, one))
    if shown > _WHOLE > other:
        return True
    found = outcome(best.original, one.original, None, Effort.NEAR).verdict
    return found is not None and found.is_distinguishable and found.kind in (Kind.RE_ENCODED, Kind.SMALLER)


def _area_of(region: Region) -> float:
    return (region.right - region.left) * (region.bottom - region.top)


def _area(box: Box) -> int:
    return max(1, (box[2] - box[0]) * (box[3] - box[1]))


def _source(source: Box, target: Box, part: Box) -> Box:
    """Return the part of the source that lies at a part of the target."""

    def place(value: int, axis: int) -> int:
        by = (source[axis + 2] - source[axis]) / (target[axis + 2] - target[axis])
        return round(source[axis] + (value - target[axis]) * by)

    return place(part[0], 0), place(part[1], 1), place(part[2], 0), place(part[3], 1)


def _cut(gray: Gray, box: Box) -> Gray:
    return gray[max(0, box[1]) : box[3], max(0, box[0]) : box[2]]
