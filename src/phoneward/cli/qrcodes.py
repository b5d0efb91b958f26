"""A QR code in a terminal."""

import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.text import Text

QUIET_ZONE = 4
"""Light modules around the code (ISO/IEC 18004, 5.3.8)."""

_HALVES = {(1, 1): "█", (1, 0): "▀", (0, 1): "▄", (0, 0): " "}
"""Light modules are drawn, dark ones left out: most terminals are dark, also where colours are switched off."""


def drawn(text: str) -> str:
    """Return the QR code of a text, two rows of modules a line; light modules are the blocks."""
    return "\n".join(
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True)) for upper, lower in _row_pairs(text)
    )


def drawn_plainly(text: str) -> str:
    """Return it for a terminal that knows only ASCII: two characters a module, light ones as `##`."""
    return "\n".join("".join("##" if light else "  " for light in row) for row in _rows(text))


def _rows(text: str) -> list[list[int]]:
    import segno

    code = segno.make_qr(text, error="m")
    return [[0 if dark else 1 for dark in row] for row in code.matrix_iter(border=QUIET_ZONE)]


def _row_pairs(text: str) -> list[tuple[list[int], list[int]]]:
    rows = _rows(text)
    if len(rows) % 2:
        rows.append([1] * len(rows[0]))
    return list(zip(rows[::2], rows[1::2], strict=True))


def for_terminal(text: str, stream: TextIO | None = None) -> "Text":
    """Return it for a stream, white on black, whatever colours the terminal has."""
    from rich.text import Text

    picture = drawn(text)
    try:
        picture.encode(getattr(stream or sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        picture = drawn_plainly(text)
    return Text(picture, style="bright_white on black", no_wrap=True, overflow="ignore")
