"""Lines that fit a terminal, counted in cells: a Chinese character takes two, and may be followed by a new line."""

import unicodedata
from collections.abc import Iterator

_NEVER_FIRST = "，。、；：？！）》」』】”’…,.;:?!)]}"
"""A line does not begin with these (the customary rule of Chinese typesetting, CLREQ section 3.1.3)."""


def cell_width(text: str) -> int:
    """Return how many terminal cells `text` takes (Unicode East Asian Width; combining marks take none)."""
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def wrap(text: str, width: int) -> list[str]:
    """Split one paragraph into lines of at most `width` cells; a longer word stands on a line of its own, uncut."""
    lines: list[str] = []
    line, used = "", 0
    for piece in _pieces(text):
        piece_width = cell_width(piece)
        if line and used + cell_width(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line, used = "", 0
        if line or piece.strip():
            line += piece
            used += piece_width
    if line.strip():
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> Iterator[str]:
    """Yield what may not be broken: a word with the space after it, or one wide character with its punctuation."""
    piece = ""
    for character in " ".join(text.split()):
        breakable = bool(piece) and (piece.endswith(" ") or _wide(character) or _wide(piece[-1]))
        if breakable and character != " " and character not in _NEVER_FIRST:
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _wide(character: str) -> bool:
    return _character_width(character) == 2
