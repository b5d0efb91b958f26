"""Decide whether a suspect shows the same as an original."""

import contextlib
import enum
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from phoneward.media.comparing import aligning, corners, distinguishing
from phoneward.media.comparing.aligning import Placement
from phoneward.media.comparing.covering import CHANGED, DOUBTFUL, Judgement, judged
from phoneward.media.comparing.prepared import Box, Prepared, cut, resized
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.residual import Residual, exact, residual
from phoneward.media.comparing.showing import Shown, pale_print
from phoneward.media.comparing.standing import stands_out
from phoneward.media.verdict import Kind, Region, Verdict

_ROUGH, _FIRST, _PLAIN, _FULL, _FINEST = _SIDES = (160, 360, 540, 720, 1440)
_PLAIN_HEIGHT = 10.0
"""Pixels of the smaller lines' letters with which 540 pixels tell as surely as 720."""
_RESAMPLED = 0.8
_SOFTER = 0.75
_WEAK = 14.0
"""Score that ways of making a copy smaller leave (11.9 mostly, 13.9 at most, of eight); up to 20 three twins passed."""
_NOISIEST = 0.12
_EXACT = 0.25
_SLIGHTLY, _FAR = 0.05, 0.2
"""Pixels."""
_MOST_CHANGED = 0.6
_LEAST_UNDER_COVER = 0.4
_LEAST_ACTIVE = 0.004
_LEAST_ROWS = 0.05
_LEAST_COLUMNS = 0.1
_REACH = 14
_LEAST_AROUND = 0.02
_EVEN = 24
_NEARLY_ALL = 0.97
_LARGE = 1_500_000
"""Pixels: more of them take up to 150 MB for a moment, so threads compare them one after the other."""
_LARGE_ONE = threading.Lock()
_WORST = (0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 8.0)
_TRUSTED = (0.99, 0.97, 0.93, 0.87, 0.8, 0.6, 0.25, 0.05)


class Effort(enum.IntEnum):
    """Where a suspect is looked for in an original; each costs several times as much as the one before."""

    NEAR = 0
    """As a whole, and where a search says."""
    SLIDING = 1
    """Anywhere, at the likely sizes."""
    CORNERS = 2
    """Anywhere, at any size."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comparing showed.

    Attributes:
        verdict: how it is a copy.
        is_near: it is the same screen, with another content in a small place.
        is_exact: without a verdict, they lay exactly over each other.
        common: with a verdict, the part of the original that it shows, and where in the suspect that is.
        turn: quarters by which the suspect is turned before.
    """

    verdict: Verdict | None
    is_near: bool = False
    is_exact: bool = False
    common: tuple[Box, Box] = ((0, 0, 0, 0), (0, 0, 0, 0))
    turn: int = 0


def verify(
    original: Gray | Prepared, suspect: Gray | Prepared, *, near: Region | None = None, effort: Effort = Effort.CORNERS
) -> Verdict | None:
    """Return how the suspect is a copy of the original, or None.

    None also where a picture shows too little to tell it from others (an empty page, one colour): only the same bytes
    prove anything there.

    Args:
        original: upright, at full size where there is one; any size from 16 pixels. A `Prepared` one is faster where it
            is compared with many.
        suspect: the same.
        near: about which part of the original the suspect may show, where a search suggests one.
        effort: how far to look for the place.
    """
    one = original if isinstance(original, Prepared) else Prepared(original)
    other = suspect if isinstance(suspect, Prepared) else Prepared(suspect)
    return outcome(one, other, near, effort).verdict


def outcome(
    one: Prepared, other: Prepared, near: Region | None, effort: Effort, *, least: Effort = Effort.NEAR
) -> Outcome:
    """Return what comparing an original and a suspect showed; see `verify`.

    Args:
        one: the original.
        other: the suspect.
        near: as for `verify`.
        effort: likewise.
        least: what was tried before with less is not tried again.
    """
    if min(*one.gray.shape, *other.gray.shape) < 16:
        return Outcome(None)
    for placement in _placements(one, other, near, effort, least):
        upright = other.turned(placement.turn)
        found = compared(one, upright, placement)
        if found.is_near and not found.is_exact:
            # Off by a pixel, a copy may look like a changed one.
            exact = aligning.refined(one, upright, placement, 3)
            found = compared(one, upright, exact) if exact else found
        if found.verdict or found.is_near:
            return found
    return Outcome(None)


def _placements(
    one: Prepared, other: Prepared, near: Region | None, effort: Effort, least: Effort
) -> Iterator[Placement]:
    if least <= Effort.NEAR:
        yield from aligning.whole(one, other)
        guess = None if near is None else aligning.by_region(near, one.gray, other.gray)
        exact = None if guess is None else aligning.refined(one, other, guess, _REACH)
        if exact is not None:
            yield exact
    if least <= Effort.SLIDING <= effort:
        slid = aligning.by_sliding(one, other)
        if slid is not None:
            yield slid
    if effort < Effort.CORNERS:
        return
    found = corners.by_features(one, other)
    if found is not None:
        exact = aligning.refined(one, other.turned(found.turn), found, 5)
        yield exact or found


def compared(one: Prepared, other: Prepared, placement: Placement) -> Outcome:
    """Compare at one size after the other, small first: most pictures part ways there.

    Where nothing at all differs in the smallest, the next one is left out: a larger one decides.

    Args:
        one: the original.
        other: the suspect, turned as the placement says.
        placement: where the original lies in it.
    """
    original = one.gray
    common = aligning.boxes(placement, original, other.gray)
    if common is None:
        return Outcome(None)
    found = Outcome(None)
    source, target = _sides(common[0]), _sides(common[1])
    largest = min(*source, *target)
    is_plain = _is_plain_around(other.gray, common[1])
    is_smaller = target[0] < _RESAMPLED * source[0]
    is_clear = False
    for side in _SIDES:
        size = _size(source, target, side)
        sharpness = size[0] / source[0]
        if side == _FIRST and is_clear:
            continue
        if side == _PLAIN and not (one.letter_height or 0) * sharpness >= _PLAIN_HEIGHT:
            continue
        if side == _ROUGH:
            left = residual(one.rough(common[0], size), other.rough(common[1], size))
            if left is None or left.noise > 2 * _NOISIEST or (left.score > CHANGED).mean() > _MOST_CHANGED:
                return Outcome(None)
            is_clear = left.noise < _NOISIEST / 2 and left.score.max() < DOUBTFUL
            continue
        with _LARGE_ONE if size[0] * size[1] > _LARGE else contextlib.nullcontext():
            first, second = resized(cut(original, common[0]), size), other.part(common[1], size)
            left = residual(first, second)
            if left is None or not _tells(left, common[0], original) or left.noise > _NOISIEST:
                return Outcome(None)
            left, judgement = _judged(first, second, left)
            is_softer = is_smaller and not judgement.is_same and left.score.max() < _WEAK
            if is_softer:
                # Ways of making smaller weigh pixels differently: smaller still that is gone, a digit is not.
                size = round(size[0] * _SOFTER), round(size[1] * _SOFTER)
                sharpness = size[0] / source[0]
                first, second = resized(first, size), resized(second, size)
                left = residual(first, second)
                if left is None:
                    return Outcome(None)
                judgement = judged(first, second, left)
            # At the first size nothing is decided that a larger one could tell.
            decides = side > _FIRST or side >= largest
            shown = _letters_shown(one, common[0], first, left, judgement, decides=decides)
            if shown is Shown.CHANGED:
                is_near = judgement.changed < 0.04 and judgement.covered < 0.1
                return Outcome(None, is_near=is_near, is_exact=left.moved < _EXACT and left.noise < _NOISIEST / 4)
            is_distinguishable = is_plain and not is_softer and shown is Shown.SAME
            verdict = _verdict(original, common, sharpness, judgement, is_distinguishable=is_distinguishable)
            found = Outcome(verdict, common=common, turn=placement.turn)
            is_sure_or_never = is_distinguishable or not judgement.is_certain
            if side >= largest or is_softer or (is_sure_or_never and side > _FIRST):
                break
    return found


def _letters_shown(
    one: Prepared, source: Box, first: Gray, left: Residual, judgement: Judgement, *, decides: bool
) -> Shown:
    """Return what is seen of the original's letters: that none is another one, or too little, or one that is."""
    if not judgement.is_same:
        return Shown.CHANGED
    if not decides:
        return Shown.HIDDEN
    sharpness = first.shape[1] / (source[2] - source[0])
    letters = None if one.letter_height is None else one.letter_height * sharpness
    shown = pale_print(one.pale_lines, source, first, left, judgement.over)
    side = min(one.gray.shape) * sharpness
    if shown is Shown.SAME and not distinguishing.would_show(letters, side, is_textured=one.textured is not None):
        return Shown.HIDDEN
    if shown is Shown.SAME and judgement.is_certain and stands_out(one, source, first, left, judgement.over):
        return Shown.HIDDEN
    return shown


def _judged(first: Gray, second: Gray, left: Residual) -> tuple[Residual, Judgement]:
    """Judge what is left; of what differs, once more after it was moved by what is left of a shift."""
    judgement = judged(first, second, left)
    if not judgement.is_same and _SLIGHTLY < left.moved <= _FAR:
        # Of fine lines a tenth of a pixel leaves as much as a digit.
        again = exact(first, second, left)
        if again.score.max() < left.score.max():
            return again, judged(first, second, again)
    return left, judgement


def _is_plain_around(seen: Gray, part: Box) -> bool:
    """Return whether what a suspect shows around a part of it is a frame; else the original explains only that part."""
    left, top, right, bottom = part
    around = (seen[:top], seen[bottom:], seen[top:bottom, :left], seen[top:bottom, right:])
    wide = [one for one in around if one.size > _LEAST_AROUND * seen.size]
    return all((cv2.absdiff(one, np.full_like(one, np.median(one))) < _EVEN).mean() > _NEARLY_ALL for one in wide)


def _size(source: tuple[int, int], target: tuple[int, int], side: int) -> tuple[int, int]:
    """Return at which width and height two parts are compared, with the shorter side at most so many pixels."""
    scale = min(1.0, side / min(target), source[0] / target[0], source[1] / target[1])
    if source != target and 0.9 < source[0] / target[0] < 1.1:
        # Brought to nearly its own size, a picture is soft in some places and sharp in others.
        scale = min(scale, _RESAMPLED * min(1.0, source[1] / target[1]))
    return round(target[0] * scale), round(target[1] * scale)


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
    is_covered = judgement.covered > 0.001
    # A small part of a picture with something over it is little to be sure by: patterns are alike.
    area = (region.right - region.left) * (region.bottom - region.top)
    is_certain &= not is_covered or (area > _LEAST_UNDER_COVER and min(_sides(target)) >= _FIRST)
    if is_covered:
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


def _sides(box: Box) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


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
