"""Which canary a picture is: a number, written as marks of which a part is enough.

A canary's number is three symbols of the field with 109 elements; nine positions carry the values of the polynomial
they make (a Reed-Solomon code: any three right marks tell the number, each further one confirms it). A mark is one of
the 1,000 markers of OpenCV's dictionary 6X6_1000: position times 109 plus the value.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

FIELD: Final = 109
POSITIONS: Final = 9
NUMBERS: Final = FIELD**3
"""So many canaries are told apart."""

MARKERS: Final = POSITIONS * FIELD
FALSE_ALARM: Final = 1e-6
"""A picture in which every mark were read wrongly is taken for a canary less often than this."""

_KEPT = 3
"""Values looked at for one position, where a picture shows several."""


@dataclass(frozen=True, slots=True)
class SeenCanary:
    """A canary that was recognised.

    Attributes:
        number: which one.
        marks: of its nine marks, so many different ones were read.
        risk: upper bound of the probability that a picture whose marks are all misread is taken for it.
    """

    number: int
    marks: int
    risk: float


def marks_of(number: int) -> tuple[int, ...]:
    """Return a canary's nine markers, by position.

    Raises:
        ValueError: there is no such canary.
    """
    if not 0 <= number < NUMBERS:
        msg = f"canaries have numbers below {NUMBERS}"
        raise ValueError(msg)
    symbols = (number % FIELD, number // FIELD % FIELD, number // FIELD**2)
    return tuple(position * FIELD + _value(symbols, position) for position in range(POSITIONS))


def canary_in(markers: Iterable[int], known: Collection[int] = ()) -> SeenCanary | None:
    """Return the canary that these markers show; None where they show none beyond doubt.

    Args:
        markers: ids that were read, wrong ones among them, in any order.
        known: the canaries that were made here: to tell which of few it is takes fewer marks.
    """
    votes = Counter(marker for marker in markers if 0 <= marker < MARKERS)
    seen: dict[int, list[int]] = {}
    for marker, _count in votes.most_common():
        position, value = divmod(marker, FIELD)
        values = seen.setdefault(position, [])
        if len(values) < _KEPT:
            values.append(value)
    found = {number: _agreeing(number, seen) for number in _candidates(seen)}
    shown = (SeenCanary(number, marks, risk_of(number, marks, known)) for number, marks in found.items())
    return max(
        (one for one in shown if one.risk < FALSE_ALARM),
        key=lambda one: (one.marks, -one.risk, -one.number),
        default=None,
    )


def risk_of(number: int, marks: int, known: Collection[int]) -> float:
    """Return the probability, at most, that `marks` of nine random values agree on this canary, or any as good."""
    if marks < 3:
        return 1.0
    share = len(known) / NUMBERS if number in known else 1.0
    return min(1.0, math.comb(POSITIONS, marks) * float(FIELD) ** (3 - marks) * share)


def _candidates(seen: dict[int, list[int]]) -> Iterator[int]:
    """Yield the numbers that three of the marks tell."""
    if len(seen) < 3:
        return
    for places in combinations(sorted(seen), 3):
        for values in product(*(seen[place] for place in places)):
            a, b, c = _through(places, values)
            yield a + FIELD * b + FIELD**2 * c


def _agreeing(number: int, seen: dict[int, list[int]]) -> int:
    symbols = (number % FIELD, number // FIELD % FIELD, number // FIELD**2)
    return sum(_value(symbols, position) in values for position, values in seen.items())


def _value(symbols: tuple[int, int, int], position: int) -> int:
    a, b, c = symbols
    return (a + b * position + c * position * position) % FIELD


def _through(places: tuple[int, ...], values: tuple[int, ...]) -> tuple[int, int, int]:
    """Return the polynomial of degree two through three points (Newton's divided differences)."""
    (x0, x1, x2), (y0, y1, y2) = places, values
    d01 = (y1 - y0) * pow(x1 - x0, -1, FIELD)
    d12 = (y2 - y1) * pow(x2 - x1, -1, FIELD)
    c = (d12 - d01) * pow(x2 - x0, -1, FIELD) % FIELD
    b = (d01 - c * (x0 + x1)) % FIELD
    return (y0 - b * x0 - c * x0 * x0) % FIELD, b, c
