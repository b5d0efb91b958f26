"""A canary's number: a part of its marks is enough, and chance never makes one."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.watch.canary.code import FALSE_ALARM, MARKERS, NUMBERS, POSITIONS, canary_in, marks_of, risk_of

numbers = st.integers(0, NUMBERS - 1)


@given(numbers, st.randoms(use_true_random=False), st.integers(7, 9))
def test_seven_of_nine_marks_tell_which_canary_it_is(number: int, chance: random.Random, kept: int) -> None:
    """A person's app cut the picture: two marks may be gone, whichever they are."""
    seen = canary_in(chance.sample(marks_of(number), kept))
    assert seen is not None
    assert (seen.number, seen.marks) == (number, kept)
    assert seen.risk < FALSE_ALARM


@given(numbers, st.randoms(use_true_random=False))
def test_of_a_canary_made_here_four_marks_are_enough(number: int, chance: random.Random) -> None:
    """A small piece of the picture is found where it is known what is looked for, and only there."""
    four = chance.sample(marks_of(number), 4)
    seen = canary_in(four, {number})
    assert seen is not None
    assert seen.number == number
    assert canary_in(four) is None
    assert canary_in(four, {number, *range(1_000, 1_020)}) is None
    assert canary_in(chance.sample(marks_of(number), 6)) is None


@given(numbers, st.randoms(use_true_random=False), st.lists(st.integers(-5, 1000), max_size=20))
@settings(max_examples=50)
def test_misread_marks_hide_nothing(number: int, chance: random.Random, wrong: list[int]) -> None:
    """Marks that were read wrongly beside the right ones change nothing."""
    markers = [*marks_of(number), *marks_of(number), *wrong]
    chance.shuffle(markers)
    seen = canary_in(markers)
    assert seen is not None
    assert seen.number == number


@given(numbers, numbers)
def test_two_canaries_share_at_most_two_marks(first: int, second: int) -> None:
    """So no piece that is accepted can belong to either of two."""
    shared = set(marks_of(first)) & set(marks_of(second))
    assert first == second or len(shared) <= 2


def test_marks_by_chance_are_no_canary() -> None:
    """In 800 pictures full of misread marks no canary is seen, whether some are known or not."""
    chance = random.Random(8)
    known = [chance.randrange(NUMBERS) for _ in range(20)]
    for _ in range(400):
        markers = chance.sample(range(MARKERS), 12)
        assert canary_in(markers) is None
        assert canary_in(markers, known) is None


def test_the_risk_is_what_it_says() -> None:
    """The bound stands: choose the agreeing positions, and let the others agree by chance (109 values each)."""
    assert risk_of(5, 9, ()) == 109.0**-6
    assert risk_of(5, 7, ()) == 36 * 109.0**-4
    assert risk_of(5, 6, ()) == 84 * 109.0**-3
    assert risk_of(5, 6, {5}) == 84 * 109.0**-3 / NUMBERS
    assert risk_of(6, 6, {5}) == risk_of(6, 6, ())
    assert risk_of(5, 2, {5}) == 1.0
    assert POSITIONS == 9
