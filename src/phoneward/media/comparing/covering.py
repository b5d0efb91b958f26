"""Judge the spots where a suspect shows something else than the original: is something over it, or is it another one?

Over it: a floating preview, a sheet, a dialog (large and filled), a bar that was blanked (nothing there any more), a
watermark (faint or at the edge, on places that were empty, too). Another one: any other spot, be it one digit.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.prepared import Float, levels
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.residual import Residual

CHANGED = 8.0
"""Score from which a spot shows something else. Measured on copies: 6.9 at most, 4.7 in 99 of 100; on a digit that
changed in text at least 12 pixels high: at least 20."""
DOUBTFUL = 5.5
"""Score from which it could be either."""
_MOST_COVERED = 0.45
_LEAST_COVER = 0.02
_LEAST_BAND = 0.08
_LEAST_ACROSS = 0.3
_FILLED = 0.2
_FAINT = 90.0
_EDGE = 0.12
_LOWEST = 0.07
_SOFT_EDGE = 3
_BAR = 0.045
_LINE = 0.08
_LONG_LINE = 0.25
_EQUALLY = 1.7
_EMPTY = 5.0
_MOST_SPOTS = 400
_LONG_MARK = 0.15
_TELLING = 20.0
_THIN = 0.7
_NEARLY_ALL = 0.95
_ENOUGH = 1_000
_BY_CHANCE = 0.05
_MOST_SPECKS = 4
_SPECK = 10
_WEAK = 13.0
_STRONG = 20.0

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the differing spots are.

    Attributes:
        is_same: nothing shows another content, outside of what is covered.
        covered: share of the compared part under something else, 0 to 1; a watermark counts by its strokes.
        is_certain: what covers cannot be mistaken for another content of the same screen.
        worst: the highest score outside of what is covered.
        changed: share of the compared part that is changed, where it is not the same.
    """

    is_same: bool
    covered: float
    is_certain: bool
    worst: float
    changed: float = 0.0


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
    if _is_watermark(wrong, suspect, left):
        # Under a watermark a digit may be another one.
        outside = left.score[~_grown(wrong, 2)]
        return Judgement(
            is_same=True,
            covered=float(wrong.mean()),
            is_certain=False,
            worst=float(outside.max()) if outside.size else 0.0,
        )
    covers, is_certain = _covers(wrong, original, unit)
    band = _band(wrong & ~_grown(covers, unit), left, unit)
    covers, is_certain = covers | band, is_certain and not band.any()
    share = float(covers.mean())
    if share > _MOST_COVERED or (left.active & ~covers).sum() < 0.4 * left.active.sum():
        return Judgement(is_same=False, covered=share, is_certain=False, worst=0.0, changed=float(wrong.mean()))
    around = _grown(covers, unit)
    # What differs beside a cover, behind its own soft edge, may be a digit.
    is_certain &= not (wrong & around & ~_grown(covers, _SOFT_EDGE)).any()
    spots = _Spots(wrong & ~around, suspect, left, unit)
    if spots.count > _MOST_SPOTS:
        return Judgement(is_same=False, covered=share, is_certain=False, worst=0.0, changed=float(wrong.mean()))
    watermark = spots.watermarks()
    # Under a watermark a digit may be another one.
    is_certain &= not watermark.any()
    marks = spots.blanked() | watermark
    rest = wrong & ~around & ~_grown(marks, max(3, unit // 3))
    added = spots.added(rest)
    if not added.any() and _is_at_foot(rest):
        added = rest
    if added.any():
        marks, rest, is_certain = marks | added, rest & ~added, False
    specks = _specks(rest, left)
    if specks.any():
        rest, is_certain = rest & ~specks, False
    is_same = not rest.any()
    outside = left.score[~around & ~_grown(marks, 2)] if is_same else np.empty(0, np.float32)
    return Judgement(
        is_same=is_same,
        covered=share + float((marks & wrong).mean()),
        is_certain=is_certain,
        worst=float(outside.max()) if outside.size else 0.0,
        changed=float(rest.mean()),
    )


def _is_watermark(wrong: Mask, suspect: Gray, left: Residual) -> bool:
    """Return whether all that differs is one colour, laid thinly over the picture in more than one place.

    Or laid thickly, where it is one line along the upper or lower end. A digit that changed is no such thing: what was
    its stroke becomes ground, and ground its stroke, and both wholly.
    """
    rows, columns = np.nonzero(wrong)
    height, width = wrong.shape
    if max(np.ptp(rows), np.ptp(columns)) < _LONG_MARK * width:
        return False
    is_at_end = rows.max() < _EDGE * height or rows.min() > (1 - _EDGE) * height
    off = left.difference[rows, columns]
    ground = suspect[rows, columns] - off
    thickest = 1.1 if is_at_end else _THIN
    every = max(1, len(off) // _ENOUGH)
    for colour in range(0, 256, 15):
        # Some of it first: mostly no colour is laid over it.
        if _towards(colour, off[::every], ground[::every], thickest).mean() < _NEARLY_ALL - _BY_CHANCE:
            continue
        alike = _towards(colour, off, ground, thickest)
        if alike.mean() > _NEARLY_ALL:
            other = np.zeros(wrong.shape, np.uint8)
            other[rows[~alike], columns[~alike]] = 1
            solid = cv2.erode(other, np.ones((2, 2), np.uint8)) > 0
            if not (left.score[solid] > _STRONG).any():
                return True
    return False


def _towards(colour: int, off: Float, ground: Float, thickest: float) -> Mask:
    """Return which pixels differ as if a colour had been laid over them, so thickly at most."""
    towards = colour - ground
    share = off / np.where(np.abs(towards) > _TELLING, towards, np.inf)
    return np.asarray((share > -0.05) & (share < thickest) & ((share != 0) | (np.abs(off) < _TELLING)))


def _specks(rest: Mask, left: Residual) -> Mask:
    """Return the few tiny, weak spots: an encoder's, or half of a thin stroke; nobody can tell."""
    found = np.zeros_like(rest)
    if not rest.any():
        return found
    count, labels, stats, _ = _components(rest.astype(np.uint8))
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


def _grown(mask: Mask, by: int) -> Mask:
    if not mask.any():
        return mask
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0)


def _components(dots: Gray) -> tuple[int, npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    # Where little is set, blocks are twice as fast as what OpenCV takes by itself.
    return cv2.connectedComponentsWithStatsWithAlgorithm(dots, 8, cv2.CV_32S, cv2.CCL_BBDT)  # type: ignore[return-value]


def _covers(wrong: Mask, original: Gray, unit: int) -> tuple[Mask, bool]:
    """Return where large filled things lie over it, and whether each of them is certain to be one."""
    rows, columns = (np.flatnonzero(wrong.any(axis=axis)) for axis in (1, 0))
    if not rows.size or (np.ptp(rows) + 1) * (np.ptp(columns) + 1) < _LEAST_COVER * wrong.size:
        return np.zeros(wrong.shape, bool), True
    # What lies over it is often of the same colour as what was there: gaps are closed.
    dots = wrong.astype(np.uint8)
    side = 2 * unit + 1
    framed = cv2.copyMakeBorder(dots, side, side, side, side, cv2.BORDER_CONSTANT, value=0)
    closed = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))[side:-side, side:-side]
    least = max(3, round(2.2 * unit))
    opened = cv2.morphologyEx(np.ascontiguousarray(closed), cv2.MORPH_OPEN, np.ones((least, least), np.uint8))
    count, _, stats, _ = _components(np.asarray(opened, np.uint8))
    found = np.zeros(wrong.shape, bool)
    is_certain = True
    for number in range(1, count):
        left, top, width, height, area = stats[number].tolist()
        if area < _LEAST_COVER * wrong.size or area < 0.6 * width * height:
            continue
        box = (slice(top, top + height), slice(left, left + width))
        found[box] = True
        # What hangs on at its ends may be a digit.
        is_certain &= not _hangs_on(wrong[box])
        filled = float(wrong[box].mean())
        is_certain &= area > 4 * _LEAST_COVER * wrong.size and filled > 0.7 and not _lies_in_layout(original, box, unit)
    return found, is_certain


def _hangs_on(wrong: Mask) -> bool:
    """Return whether there is anything in the rows and columns at the ends of a box in which little differs."""
    ends = np.ones(wrong.shape, bool)
    down, across = (np.flatnonzero(wrong.mean(axis=axis) > _FILLED) for axis in (1, 0))
    if len(down) and len(across):
        ends[down[0] : down[-1] + 1, across[0] : across[-1] + 1] = False
    return bool((wrong & ends).any())


def _band(wrong: Mask, left: Residual, unit: int) -> Mask:
    """Return the band at the lower or upper end in which nothing of the original is left: a sheet in its colour."""
    found = np.zeros_like(wrong)
    if wrong.any(axis=0).mean() <= _LEAST_ACROSS:
        return found
    agreed = (left.active & left.seen_active & ~_grown(left.score > CHANGED, unit)).any(axis=1)
    kept = np.flatnonzero(agreed)
    if not len(kept):
        return found
    for band in (slice(int(kept[-1]) + 1, len(wrong)), slice(0, int(kept[0]))):
        part = wrong[band]
        rows, columns = part.any(axis=1), part.any(axis=0)
        if len(part) > _LEAST_BAND * len(wrong) and rows.mean() > 0.25 and columns.mean() > _LEAST_ACROSS:
            found[band] = True
    return found


def _lies_in_layout(original: Gray, box: tuple[slice, slice], unit: int) -> bool:
    """Return whether the box's sides run along edges of the original: then its content was changed, not covered."""
    rows, columns = box
    height, width = original.shape
    reach = max(2, unit // 2)
    shares = []
    values = original.astype(np.int16)
    for at, end, across in ((rows.start, height, False), (rows.stop, height, False), (columns.start, width, True),
                            (columns.stop, width, True)):  # fmt: skip
        if not unit < at < end - unit:
            continue
        band = slice(max(1, at - reach), min(end - 1, at + reach))
        part = values[rows, band] if across else values[band, columns].T
        jumps = np.abs(np.diff(part, axis=1)).max(axis=1) if part.shape[1] > 1 else np.zeros(1)
        shares.append(float((jumps > 12).mean()))
    return bool(shares) and min(shares) > 0.7


class _Spots:
    """The smaller spots, words of a watermark joined."""

    def __init__(self, wrong: Mask, suspect: Gray, left: Residual, unit: int) -> None:
        self.wrong, self.left, self.unit = wrong, left, unit
        self.suspect = suspect
        self.height, self.width = suspect.shape
        side = unit | 1
        joined = cv2.morphologyEx(wrong.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
        self.count, self.labels, self.stats, _ = _components(np.asarray(joined, np.uint8))

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
                found[rows, columns] |= self.wrong[rows, columns].mean() > 0.9 and core.std() < _EMPTY
        return found & _grown(self.wrong, 3)

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
