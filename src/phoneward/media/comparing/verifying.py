"""Decide whether a suspect shows the same as an original."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from phoneward.media.comparing import aligning, distinguishing
from phoneward.media.comparing.aligning import Box, Placement
from phoneward.media.comparing.covering import DOUBTFUL, Judgement, judged
from phoneward.media.comparing.prepared import Prepared, resized, turned
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.residual import Residual, residual
from phoneward.media.verdict import Kind, Region, Verdict

_SIDES = (360, 720, 1440)
_RESAMPLED = 0.8
_NOISIEST = 0.12
_LEAST_ACTIVE = 0.004
_LEAST_ROWS = 0.05
_LEAST_COLUMNS = 0.1
_REACH = 14
_WORST = (0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 8.0)
_TRUSTED = (0.99, 0.97, 0.93, 0.87, 0.8, 0.6, 0.25, 0.05)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What comparing at one placement showed. `is_near`: the same screen, with another content in a small place."""

    verdict: Verdict | None
    is_near: bool = False


def verify(
    original: Gray | Prepared, suspect: Gray | Prepared, *, near: Region | None = None, thorough: bool = True
) -> Verdict | None:
    """Return how the suspect is a copy of the original, or None.

    None also where a picture shows too little to tell it from others (an empty page, one colour): only the same bytes
    prove anything there.

    Args:
        original: upright, at full size where there is one; any size from 16 pixels. A `Prepared` one is faster where it
            is compared with many.
        suspect: the same.
        near: about which part of the original the suspect may show, where a search suggests one.
        thorough: also look for other places, by corners; costs several times as much.
    """
    one = original if isinstance(original, Prepared) else Prepared(original)
    other = suspect if isinstance(suspect, Prepared) else Prepared(suspect)
    if min(*one.gray.shape, *other.gray.shape) < 16:
        return None
    for placement in _placements(one, other, near, thorough=thorough):
        upright = turned(other.gray, placement.turn)
        outcome = _compared(one.gray, upright, placement)
        if outcome.is_near:
            # Off by a pixel, a copy may look like a changed one.
            exact = aligning.refined(one.gray, upright, placement, 3)
            outcome = _compared(one.gray, upright, exact) if exact else outcome
        if outcome.verdict or outcome.is_near:
            return outcome.verdict
    return None


def _placements(one: Prepared, other: Prepared, near: Region | None, *, thorough: bool) -> Iterator[Placement]:
    yield from aligning.whole(one, other)
    if near is not None:
        guess = aligning.by_region(near, one.gray, other.gray)
        exact = aligning.refined(one.gray, other.gray, guess, _REACH)
        if exact is not None:
            yield exact
    if not thorough:
        return
    slid = aligning.by_sliding(one, other)
    if slid is not None:
        yield slid
    found = aligning.by_features(one, other)
    if found is not None:
        exact = aligning.refined(one.gray, turned(other.gray, found.turn), found, 5)
        yield exact or found


def _compared(original: Gray, suspect: Gray, placement: Placement) -> _Outcome:
    """Compare at one size after the other, small first: most pictures part ways there."""
    common = aligning.boxes(placement, original, suspect)
    if common is None:
        return _Outcome(None)
    found = _Outcome(None)
    for side in _SIDES:
        first, second = _cut(original, common[0]), _cut(suspect, common[1])
        largest = min(*first.shape, *second.shape)
        scale = min(1.0, side / min(second.shape), first.shape[0] / second.shape[0], first.shape[1] / second.shape[1])
        if first.shape != second.shape:
            # Brought to nearly its own size, a picture is soft in some places and sharp in others.
            scale = min(scale, _RESAMPLED * min(1.0, first.shape[0] / second.shape[0]))
        size = (round(second.shape[1] * scale), round(second.shape[0] * scale))
        first, second = resized(first, size), resized(second, size)
        left = residual(first, second)
        if left is None or not _tells(left, common[0], original) or left.noise > _NOISIEST:
            return _Outcome(None)
        judgement = judged(first, second, left)
        if not judgement.is_same:
            return _Outcome(None, is_near=judgement.changed < 0.04 and judgement.covered < 0.1)
        sharpness = size[0] / (common[0][2] - common[0][0])
        is_distinguishable = distinguishing.would_show(original, sharpness)
        found = _Outcome(_verdict(original, common, sharpness, judgement, is_distinguishable=is_distinguishable))
        if side >= largest or (is_distinguishable and side >= 720):
            break
    return found


def _cut(gray: Gray, box: Box) -> Gray:
    return gray[box[1] : box[3], box[0] : box[2]]


def _tells(left: Residual, part: Box, original: Gray) -> bool:
    """Return whether there is enough to compare by, outside of a phone's bars, which all of its screens share."""
    height = left.active.shape[0]
    per_row = height / (part[3] - part[1])
    top = max(0, round((0.045 * original.shape[0] - part[1]) * per_row))
    bottom = min(height, round((0.96 * original.shape[0] - part[1]) * per_row))
    inner = left.active[top:bottom]
    if not inner.size:
        return False
    # One word ("Loading"), or one line (a scroll bar), is on many pages.
    rows, columns = inner.any(axis=1).mean(), inner.any(axis=0).mean()
    return float(inner.mean()) > _LEAST_ACTIVE and rows > _LEAST_ROWS and columns > _LEAST_COLUMNS


def _verdict(
    original: Gray, common: tuple[Box, Box], sharpness: float, judgement: Judgement, *, is_distinguishable: bool
) -> Verdict:
    source, target = common
    height, width = original.shape
    region = Region(source[0] / width, source[1] / height, source[2] / width, source[3] / height)
    shown = min(region.right - region.left, region.bottom - region.top)
    grown = (target[2] - target[0]) / (source[2] - source[0])
    is_certain = is_distinguishable and judgement.is_certain and judgement.worst < DOUBTFUL
    if judgement.covered > 0.001:
        kind = Kind.COVERED
    elif not is_certain:
        kind = Kind.SAME_SCREEN
    elif shown < 0.985:
        kind = Kind.CROPPED
    elif grown < 0.985:
        kind = Kind.SMALLER
    else:
        kind = Kind.RE_ENCODED
    return Verdict(
        kind=kind,
        is_distinguishable=is_certain,
        confidence=_confidence(judgement, is_distinguishable=is_certain),
        width=round(width * sharpness),
        region=region,
        covered=round(judgement.covered, 4),
    )


def _confidence(judgement: Judgement, *, is_distinguishable: bool) -> float:
    """Return how often such a verdict is right where half of the suspects are copies and half are copies of a twin.

    Measured on every second kind of screen of the tests' corpus, at 270 to 720 pixels, JPEG at 30 to 60: where a digit
    would have been seen, in 328 of 328 (0.99 is what so many can prove); elsewhere by the worst score. What may be one
    more message rather than something lying over the picture is believed a fifth less.
    """
    if is_distinguishable:
        return 0.99
    trusted = float(np.interp(judgement.worst, _WORST, _TRUSTED))
    return round(trusted if judgement.is_certain else 0.8 * trusted, 3)
