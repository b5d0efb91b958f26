"""How recognition is counted, and how sure a count makes."""

import math

from phoneward.numbers import Recognition


def folded(name: str) -> str:
    """Return a name without what people write differently."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def is_named(expected: str, found: Recognition) -> bool:
    """Return whether the right service is named: the same name, or one that is part of the other."""
    named, wanted = folded(found.service or ""), folded(expected)
    return bool(named) and (named in wanted or wanted in named)


def upper_bound(hits: int, of: int, sure: float = 0.95) -> float:
    """Return what the true share stays below, one-sided (Clopper and Pearson 1934), by bisection."""

    def at_most(share: float) -> float:
        return sum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(hits + 1))

    low, high = 0.0, 1.0
    for _step in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(middle) > 1 - sure else (low, middle)
    return high
