"""Could an app have sent the picture? A bound is a fact; a cause is told as what it is, with its chance."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.watch.canary.counting import Conclusion, Form, bytes_verdict

_FORMS = (Form("file", 9_000_000), Form("same-size", 600_000), Form("720", 170_000), Form("200", 15_000))
_counts = st.lists(st.integers(0, 20_000_000), max_size=6)


def test_less_than_the_picture_has_is_not_the_picture() -> None:
    """It sent at most 210 kB while the picture has 9 MB: not whole; a small copy could have been among it."""
    verdict = bytes_verdict([180_000, 190_000, 60_000], [200_000, 210_000, 50_000], _FORMS)
    assert verdict.conclusion is Conclusion.NOT_SENT
    assert verdict.most == 210_000
    assert [form.name for form in verdict.excluded] == ["file", "same-size"]
    assert [form.name for form in verdict.possible] == ["720", "200"]
    assert verdict.chance is None


def test_clearly_more_with_the_picture_is_told_as_a_hint() -> None:
    """Each run with the picture lies far above each without: 1 in 20 by accident."""
    verdict = bytes_verdict([60_000, 70_000, 65_000], [9_400_000, 9_350_000, 9_500_000], _FORMS)
    assert verdict.conclusion is Conclusion.SENT_MORE
    assert verdict.difference == 9_335_000
    assert verdict.chance == 1 / 20
    assert verdict.excluded == ()


def test_a_small_copy_shows_too() -> None:
    """The app sent 170 kB more each time: the file itself is excluded, and more was sent nevertheless."""
    verdict = bytes_verdict([2_000, 3_000, 2_500], [175_000, 176_000, 174_000], _FORMS)
    assert verdict.conclusion is Conclusion.SENT_MORE
    assert [form.name for form in verdict.excluded] == ["file", "same-size"]


@pytest.mark.parametrize(
    ("without", "with_picture"),
    [
        ([10_000_000, 60_000, 70_000], [9_500_000, 9_400_000, 9_600_000]),  # it sends as much by itself
        ([60_000, 70_000], [9_400_000, 9_500_000]),  # too few runs for a cause
        ([], [9_400_000] * 3),
        ([0, 4_000_000, 2_000_000], [9_100_000, 9_200_000, 9_300_000]),  # the noise is as large
    ],
)
def test_where_the_counts_say_nothing_nothing_is_said(without: list[int], with_picture: list[int]) -> None:
    """An app that sends much anyway, too few runs, much noise: "cannot tell" and nothing more."""
    assert bytes_verdict(without, with_picture, _FORMS).conclusion is Conclusion.CANNOT_TELL


@given(_counts, st.lists(st.integers(0, 20_000_000), min_size=1, max_size=6))
def test_no_verdict_says_more_than_the_counts(without: list[int], with_picture: list[int]) -> None:
    """Excluded is only what is larger than every run with the picture; a cause only where the runs lie apart."""
    verdict = bytes_verdict(without, with_picture, _FORMS)
    assert all(form.size > max(with_picture) for form in verdict.excluded)
    assert set(verdict.excluded) | set(verdict.possible) == set(_FORMS)
    if verdict.conclusion is Conclusion.NOT_SENT:
        assert max(with_picture) < _FORMS[0].size
    if verdict.conclusion is Conclusion.SENT_MORE:
        assert min(with_picture) > max(without)
        assert verdict.chance == 1 / math.comb(len(without) + len(with_picture), len(without))
        assert verdict.chance <= 1 / 20


def test_no_run_is_no_question() -> None:
    """Nothing is concluded from nothing."""
    for runs, forms in (([], _FORMS), ([1], ()), ([-1], _FORMS)):
        with pytest.raises(ValueError, match="at least one"):
            bytes_verdict([], runs, forms)
