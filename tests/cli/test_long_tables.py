"""A list of a thousand snapshots is there at once, and looks as a short one does."""

import io

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from phoneward.cli import tables
from phoneward.cli.tables import plain_table, written

CELLS = st.one_of(
    st.sampled_from(
        ["", "a", "守机", "Pixel 7 Pro", "é", "e\u0301", "👍🏽", " led", "two\nlines", "tab\t", "ｗｉｄｅ"]
    ),
    st.text(max_size=12),
)


def console(*, terminal: bool, width: int) -> tuple[Console, io.StringIO]:
    place = io.StringIO()
    shown = Console(
        file=place, force_terminal=terminal, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False
    )
    return shown, place


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8),
    st.booleans(),
    st.sampled_from([12, 30, 100]),
)
@settings(max_examples=20, deadline=None)
def test_a_long_table_looks_as_rich_would_print_it(
    rows: list[tuple[str, str, str]], terminal: bool, width: int
) -> None:
    table = plain_table("Snapshot", "文件", "Size", numbers=(2,))
    for row in rows * (tables.MANY_ROWS // len(rows) + 1):
        table.add_row(*row)
    plain, expected = console(terminal=terminal, width=width)
    plain.print(table)
    shown, found = console(terminal=terminal, width=width)
    text = written(table, shown)
    if text is not None:
        assert found.getvalue() + text == expected.getvalue()


def test_an_ordinary_long_table_is_written_by_hand() -> None:
    table = plain_table("Snapshot", "Phone", "Size", numbers=(2,))
    for number in range(500):
        table.add_row(f"{number:08x}", "守机 Pixel 7 Pro", f"{number} MB")
    shown, _place = console(terminal=True, width=80)
    assert written(table, shown) is not None
    few = plain_table("Snapshot")
    few.add_row("a")
    assert written(few, shown) is None
