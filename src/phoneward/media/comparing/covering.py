"""Judge the spots where a suspect shows something else than the original: is something over it, or is it another one?

Over it: a floating preview, a sheet, a dialog (large and filled), a bar that was blanked (nothing there any more), a
watermark (faint or at the edge, on places that were empty, too). Another one: any other spot, be it one digit.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.covers import SOFT_EDGE, Mask, band, components, covers, grown
from phoneward.media.comparing.prepared import levels
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.replaced import replaced
from phoneward.media.comparing.residual import Residual
from phoneward.media.comparing.scrawled import scrawled
from phoneward.media.comparing.showing import ends_within_letters
from phoneward.media.comparing.thinly import is_laid_thinly

CHANGED = 8.0
"""Score from which a spot shows something else. Measured on copies: 6.9 at most, 4.7 in 99 of 100; on a digit that
changed in text at least 12 pixels high: at least 20."""
DOUBTFUL = 5.5
"""Score from which it could be either."""
_MOST_COVERED = 0.45
_FAINT = 90.0
_EDGE = 0.12
_LOWEST = 0.07
_BAR = 0.045
_LINE = 0.08
_LONG_LINE = 0.25
_EQUALLY = 1.7
_EMPTY = 5.0
_MOST_SPOTS = 400
_MOST_SPECKS = 4
_SPECK = 10
_WEAK = 13.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the differing spots are.

    Attributes:
        is_same: nothing shows another content, outside of what is covered.
        covered: share of the compared part under something else, 0 to 1; a watermark counts by its strokes.
        is_certain: what covers cannot be mistaken for another content of the same screen.
        worst: the highest score outside of what is covered.
        changed: share of the compared part that is changed, where it is not the same.
        over: where something lies over it, all that is under it included; None for nowhere.
    """

    is_same: bool
    covered: float
    is_certain: bool
    worst: float
    changed: float = 0.0
    over: Mask | None = field(default=None, repr=False)


def judged(original: Gray, suspect: Gray, left: Residual) -> Judgement:
    """Judge the spots where much is left.

    Args:
        original: the part that the suspect shows.
        suspect: of the same shape.
        left: their residual.
    """
    wrong = left.score > CHANGED
    if not wrong.any():
        return Judgement(is_same=True, covered=0.0, is_certain=True, worst=float(left.score.max()))
    unit = max(3, min(original.shape) // 45)
    if is_laid_thinly(wrong, suspect, left):
        # Under a watermark a digit may be another one.
        outside = left.score[~grown(wrong, 2)]
        return Judgement(
            is_same=True,
            covered=float(wrong.mean()),
            is_certain=False,
            worst=float(outside.max()) if outside.size else 0.0,
            over=wrong,
        )
    over, stickers, is_certain = covers(wrong, original, left.difference, unit)
    both = original, suspect
    end = band(wrong & ~grown(over, unit), wrong, left, unit)
    found = _judged(wrong, over | end, both, left, unit, is_certain=is_certain and not end.any())
    if found.is_same:
        return found
    over |= end
    # A pen's stroke around half of a page is no box over it.
    known = over if over.mean() <= _MOST_COVERED else np.zeros_like(over)
    more = stickers | scrawled(wrong, known | stickers, both, left, unit)
    again = _judged(wrong, known | more, both, left, unit, is_certain=False) if more.any() else found
    if not again.is_same:
        agreed = left.active & left.seen_active & ~grown(wrong, SOFT_EDGE)
        last = replaced(wrong, agreed, left.active, unit)
        again = _judged(wrong, known | more | last, both, left, unit, is_certain=False) if last.any() else found
    # What explains a part of it only makes no page nearly the same.
    return again if again.is_same else found


def _judged(
    wrong: Mask, over: Mask, both: tuple[Gray, Gray], left: Residual, unit: int, *, is_certain: bool
) -> Judgement:
    """Judge what differs outside of what lies over it."""
    share = float(over.mean())
    if share > _MOST_COVERED or (left.active & ~over).sum() < 0.4 * left.active.sum():
        return Judgement(is_same=False, covered=share, is_certain=False, worst=0.0, changed=float(wrong.mean()))
    around = grown(over, unit)
    # What differs beside a cover, behind its own soft edge, may be a digit.
    is_certain &= not (wrong & around & ~grown(over, SOFT_EDGE)).any()
    original, suspect = both
    spots = _Spots(wrong & ~around, suspect, left, unit)
    if spots.count > _MOST_SPOTS:
        return Judgement(is_same=False, covered=share, is_certain=False, worst=0.0, changed=float(wrong.mean()))
    watermark = spots.watermarks()
    # Under a watermark a digit may be another one.
    is_certain &= not watermark.any()
    marks = spots.blanked() | watermark
    rest = wrong & ~around & ~grown(marks, max(3, unit // 3))
    added = spots.added(rest)
    if not added.any() and _is_at_foot(rest):
        added = rest
    if added.any():
        marks, rest, is_certain = marks | added, rest & ~added, False
    specks = _specks(rest, left)
    if specks.any():
        rest, is_certain = rest & ~specks, False
    is_same = not rest.any()
    if is_same and is_certain and (over.any() or marks.any()):
        is_certain = not ends_within_letters(over | marks, original)
    outside = left.score[~around & ~grown(marks, 2)] if is_same else np.empty(0, np.float32)
    return Judgement(
        is_same=is_same,
        covered=share + float((marks & wrong).mean()),
        is_certain=is_certain,
        worst=float(outside.max()) if outside.size else 0.0,
        changed=float(rest.mean()),
        over=over | marks | wrong,
    )


def _specks(rest: Mask, left: Residual) -> Mask:
    """Return the few tiny, weak spots: an encoder's, or half of a thin stroke; nobody can tell."""
    found = np.zeros_like(rest)
    if not rest.any():
        return found
    count, labels, stats, _ = components(rest.astype(np.uint8))
    if count - 1 > _MOST_SPECKS:
        return found
    for number in range(1, count):
        spot = labels == number
        if stats[number][4] <= _SPECK and left.score[spot].max() < _WEAK:
            found |= spot
    return found


def _is_at_foot(rest: Mask) -> bool:
    """Return whether all of it lies where a phone has its lower bar, or is one line across the foot."""
    rows, columns = np.flatnonzero(rest.any(axis=1)), np.flatnonzero(rest.any(axis=0))
    if not len(rows):
        return False
    height, width = rest.shape
    is_line = rows[-1] - rows[0] < _LINE * height and columns[-1] - columns[0] > _LONG_LINE * width
    return bool(rows[0] > (1 - _BAR) * height or (is_line and rows[0] > (1 - _EDGE) * height))


class _Spots:
    """The smaller spots, words of a watermark joined."""

    def __init__(self, wrong: Mask, suspect: Gray, left: Residual, unit: int) -> None:
        self.wrong, self.left, self.unit = wrong, left, unit
        self.suspect = suspect
        self.height, self.width = suspect.shape
        side = unit | 1
        joined = cv2.morphologyEx(wrong.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
        self.count, self.labels, self.stats, _ = components(np.asarray(joined, np.uint8))

    def _box(self, number: int, grown: int = 0) -> tuple[slice, slice]:
        left, top, width, height, _ = self.stats[number].tolist()
        rows = slice(max(0, top - grown), min(self.height, top + height + grown))
        return rows, slice(max(0, left - grown), min(self.width, left + width + grown))

    def blanked(self) -> Mask:
        """Return the spots where nothing is any more: a bar wiped out, a word blacked out."""
        found = np.zeros_like(self.wrong)
        # A whole band across is empty.
        _mean, spread = levels(self.suspect, 1)
        is_empty = (spread < _EMPTY).astype(np.uint8)[:, None]
        found |= cv2.morphologyEx(is_empty, cv2.MORPH_OPEN, np.ones((6, 1), np.uint8)) > 0
        for number in range(1, self.count):
            width, height = int(self.stats[number][2]), int(self.stats[number][3])
            # A solid box without anything in it, over more than a few letters.
            if width > 0.06 * self.width and height > max(8, self.unit):
                rows, columns = self._box(number)
                core = self.suspect[rows, columns][3:-3, 3:-3]
                if self.wrong[rows, columns].mean() > 0.9 and (not core.size or core.std() < _EMPTY):
                    found[rows, columns] = True
        return found & grown(self.wrong, 3)

    def watermarks(self) -> Mask:
        """Return the strokes of a watermark: faint, or near an edge; some of it on places that were empty."""
        strength = np.zeros(self.count)
        anchors = []
        for number in range(1, self.count):
            rows, columns = self._box(number)
            spot = self.wrong[rows, columns] & (self.labels[rows, columns] == number)
            if not spot.any():
                continue
            strength[number] = np.percentile(np.abs(self.left.difference[rows, columns][spot]), 90)
            is_on_empty = (spot & ~self.left.active[rows, columns]).sum() > 0.5 * spot.sum()
            is_long = max(columns.stop - columns.start, rows.stop - rows.start) > 0.07 * self.width
            if is_on_empty and is_long and (strength[number] < _FAINT or self._is_at_edge(number)):
                anchors.append(number)
        found = np.zeros_like(self.wrong)
        faint = max((strength[number] for number in anchors if strength[number] < _FAINT), default=0.0)
        if not anchors and self._is_spread(strength):
            return self.wrong
        for number in range(1, self.count if anchors else 1):
            if number in anchors or strength[number] <= 1.3 * faint or self._is_near(number, anchors):
                found |= self.labels == number
        return found

    def _is_spread(self, strength: npt.NDArray[np.float64]) -> bool:
        """Return whether the spots are bits of something very faint all over, equally faint everywhere."""
        seen = np.flatnonzero(strength)
        if len(seen) < 3 or strength.max() > min(_FAINT / 2, _EQUALLY * strength[seen].min()):
            return False
        return bool(np.ptp(self.stats[seen, 1]) > 0.2 * self.height)

    def added(self, rest: Mask) -> Mask:
        """Return what was put where nothing was, if it is more than a few letters.

        A sheet of the page's own colour, or one more message: which of the two, nobody can tell.
        """
        found = np.zeros_like(rest)
        is_long = False
        for number in range(1, self.count):
            rows, columns = self._box(number)
            spot = rest[rows, columns] & (self.labels[rows, columns] == number)
            is_on_empty = (spot & self.left.active[rows, columns]).sum() <= 0.1 * spot.sum()
            # A name written into the lowest line of a photo.
            is_signature = rows.start > (1 - _LOWEST) * self.height and columns.stop - columns.start > 0.1 * self.width
            if spot.any() and (is_on_empty or is_signature):
                found[rows, columns] |= spot
                is_long |= columns.stop - columns.start > 0.07 * self.width
        return found if is_long else np.zeros_like(rest)

    def _is_at_edge(self, number: int) -> bool:
        rows, _ = self._box(number)
        return bool(rows.stop < _EDGE * self.height or rows.start > (1 - _EDGE) * self.height)

    def _is_near(self, number: int, anchors: list[int]) -> bool:
        rows, columns = self._box(number)
        for anchor in anchors:
            down, across = self._box(anchor, 2 * self.unit)
            is_within = down.start <= rows.start and rows.stop <= down.stop
            if is_within and across.start <= columns.start and columns.stop <= across.stop:
                return True
        return False
