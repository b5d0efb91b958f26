"""Which of very many suspects likely show one of a few new originals? Step by step: each looks closer at fewer.

They were compared with other originals before, and most have nothing to do with the new ones.
"""

import heapq
import itertools
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from phoneward.media.comparing.candidates import Candidates
from phoneward.media.comparing.prints import Print

K = TypeVar("K")

BATCH: Final = 256
"""Suspects that are searched for at once."""
_SKIMMED: Final = 8
_SKIMMED_OF: Final = 8
_GLANCED: Final = 8
_GLANCED_OF: Final = 16
"""So many are kept for each that is wanted, or one of so many."""


def glanced(candidates: Candidates, suspects: Iterable[tuple[K, Print]], most: int) -> list[tuple[K, Print]]:
    """Return the suspects of which a closer look is worth its while, the likeliest first.

    Args:
        candidates: the new originals.
        suspects: key and fingerprint of each; taken as they are needed.
        most: how many are wanted in the end.
    """
    seen, kept = _skimmed(candidates, suspects, most)
    rated: list[tuple[float, K, Print]] = []
    for batch in batches(kept):
        likely = candidates.glance([one for _key, one in batch])
        rated += [(rating, key, one) for rating, (key, one) in zip(likely, batch, strict=True)]
    best = heapq.nlargest(max(_GLANCED * most, seen // _GLANCED_OF), rated, key=lambda one: one[0])
    return [(key, one) for _likely, key, one in best]


def _skimmed(
    candidates: Candidates, suspects: Iterable[tuple[K, Print]], most: int
) -> tuple[int, list[tuple[K, Print]]]:
    """Return how many suspects there are, and those that are likeliest by either way of skimming."""
    seen = 0
    best: tuple[list[tuple[float, K, Print]], ...] = ([], [])
    for batch in batches(suspects):
        seen += len(batch)
        count = max(_SKIMMED * most, seen // _SKIMMED_OF)
        best = tuple(
            heapq.nlargest(
                count,
                itertools.chain(before, ((rating, *one) for rating, one in zip(ratings, batch, strict=True))),
                key=lambda one: one[0],
            )
            for before, ratings in zip(best, candidates.skim([one for _key, one in batch]), strict=True)
        )
    return seen, list({key: (key, one) for some in best for _likely, key, one in some}.values())


def batches(suspects: Iterable[tuple[K, Print]]) -> Iterator[list[tuple[K, Print]]]:
    """Yield suspects, some hundreds at once."""
    rest = iter(suspects)
    while batch := list(itertools.islice(rest, BATCH)):
        yield batch
