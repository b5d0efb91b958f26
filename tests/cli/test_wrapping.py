"""Lines are counted in terminal cells. The independent judge of widths is rich's table."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from phoneward.cli.wrapping import cell_width, wrap

WORDS = st.text(alphabet="abc 手机快照，。！（éñ-", max_size=120)


@given(st.text(alphabet="az09 手机，。！（《éñ가あア", max_size=60))
def test_widths_are_those_of_the_terminal(text: str) -> None:
    assert cell_width(text) == cell_len(text)


@given(WORDS, st.integers(12, 60))
def test_nothing_is_lost_and_no_line_is_too_long(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        # A word may be longer than the line, and trailing punctuation stays with its word.
        assert cell_len(line) <= width or " " not in line


def test_chinese_breaks_anywhere_but_before_punctuation() -> None:
    assert wrap("手机里的东西，不丢失。", 12) == ["手机里的东", "西，不丢失。"]
    assert all(
        not line.startswith(("，", "。")) for width in range(4, 30) for line in wrap("一二，三四。五六，七八。", width)
    )


def test_english_breaks_between_words() -> None:
    assert wrap("one two  three", 8) == ["one two", "three"]
    assert wrap("", 10) == []
