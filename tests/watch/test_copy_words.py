"""A copy is told as surely as it is known."""

import pytest

from phoneward.media import Kind, Verdict
from phoneward.watch import kind_words


@pytest.mark.parametrize(("is_sure", "said"), [(True, "Your picture"), (False, "Probably your picture, ")])
def test_what_may_hide_another_digit_is_probably_a_copy(said: str, *, is_sure: bool) -> None:
    found = Verdict(kind=Kind.COVERED, is_distinguishable=is_sure, confidence=0.8, width=1080)
    assert str(kind_words(found)).startswith(said)
