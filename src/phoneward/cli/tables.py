"""One look for all tables: no frame, headings underlined, numbers on the right, names folded and never cut."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
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


MANY_ROWS: Final = 100
"""A table of more rows is written by hand where nothing has to be folded: rich takes 0.7 ms a row."""


def written(table: "RenderableType", shown: "Console") -> str | None:
    """Return the rows of a long table as text, and print its head; None where that is for rich to do.

    The result looks exactly as rich would print it.

    Args:
        table: made by `plain_table`; anything else is for rich.
        shown: where it is printed.
    """
    from rich.cells import cell_len
    from rich.table import Table

    if not isinstance(table, Table) or table.row_count <= MANY_ROWS:
        return None
    cells = [[str(cell) if isinstance(cell, str) else "\n" for cell in column.cells] for column in table.columns]
    if not all(cell.isprintable() and cell == cell.strip(" ") for column in cells for cell in column):
        return None
    widths = [
        max(cell_len(str(column.header)), *map(cell_len, column_cells))
        for column, column_cells in zip(table.columns, cells, strict=True)
    ]
    if sum(widths) + len(_GAP) * (len(widths) - 1) > shown.width:
        return None
    head = Table(box=table.box, show_edge=False, pad_edge=False, header_style=table.header_style)
    for column, width in zip(table.columns, widths, strict=True):
        head.add_column(column.header, justify=column.justify, width=width)
    shown.print(head)
    filled = [
        [
            " " * (width - cell_len(cell)) + cell
            if column.justify == "right"
            else cell + " " * (width - cell_len(cell))
            for cell in column_cells
        ]
        for column, column_cells, width in zip(table.columns, cells, widths, strict=True)
    ]
    return "".join(_GAP.join(row) + "\n" for row in zip(*filled, strict=True))


_GAP: Final = "   "
