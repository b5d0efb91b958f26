"""Many guesses at once: ranked as a person would rank them one by one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.media.comparing.guesses import Guesses

ROW = st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 9))


def guesses(rows: list[tuple[int, int, int]]) -> Guesses:
    suspects, places, likely = (np.array([row[at] for row in rows]) for at in range(3))
    return Guesses(
        suspects.astype(np.int32),
        places.astype(np.int32),
        np.zeros((len(rows), 2), np.float32),
        np.zeros(len(rows), np.float32),
        (likely / 10).astype(np.float32),
    )


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(ROW, max_size=30), most=st.integers(1, 5), each=st.integers(1, 2))
def test_the_likeliest_of_each_suspect_come_first(*, rows: list[tuple[int, int, int]], most: int, each: int) -> None:
    """At most so many a suspect, and an original no more often than asked."""
    expected = []
    for suspect in range(4):
        taken: dict[int, int] = {}
        kept = []
        for row in sorted((row for row in rows if row[0] == suspect), key=lambda row: -row[2]):
            taken[row[1]] = taken.get(row[1], 0) + 1
            if taken[row[1]] <= each:
                kept.append((row[0], row[2]))
        expected += kept[:most]
    found = guesses(rows)
    ranked = found.of(found.ranked(most, each=each))
    assert (
        list(zip(ranked.suspects.tolist(), np.rint(ranked.likely * 10).astype(int).tolist(), strict=True)) == expected
    )
    best = [max((row[2] for row in rows if row[0] == suspect), default=0) for suspect in range(4)]
    assert np.rint(found.likeliest(4) * 10).astype(int).tolist() == best
