"""One look for all tables: no frame, headings underlined, numbers on the right, names folded and never cut."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


def plain_table(*headings: str, numbers: Sequence[int] = (), whole: Sequence[int] = ()) -> "Table":
    """Return an empty table.

    Args:
        headings: translated.
        numbers: positions of the columns that stand on the right.
        whole: positions of further columns that are never folded: dates.
    """
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for position, heading in enumerate(headings):
        right = position in numbers
        # Folded, not cut: two names may differ only at their ends.
        is_whole = right or position in whole
        table.add_column(heading, justify="right" if right else "left", no_wrap=is_whole, overflow="fold")
    return table
