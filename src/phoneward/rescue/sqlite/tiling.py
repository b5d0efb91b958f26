"""Of cells that may lie in a stretch of a page, the ones that can have lain there together."""

from bisect import bisect_right
from collections.abc import Sequence

from phoneward.rescue.sqlite.ground import Candidate


def together(found: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates without overlap that have the most evidence in sum, in order."""
    ordered = sorted(found, key=lambda one: (one.end, one.bits))
    ends = [one.end for one in ordered]
    best: list[float] = [0.0]
    for place, one in enumerate(ordered):
        before = bisect_right(ends, one.start, 0, place)
        best.append(max(best[place], best[before] + one.bits))
    chosen, place = [], len(ordered)
    while place > 0:
        if best[place] > best[place - 1]:
            one = ordered[place - 1]
            chosen.append(one)
            place = bisect_right(ends, one.start, 0, place - 1)
        else:
            place -= 1
    return chosen[::-1]
