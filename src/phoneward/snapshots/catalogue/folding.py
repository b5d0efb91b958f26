"""How names are made alike for a search, and what a search looks for.

Upper and lower case, wide and narrow letters, and the several ways to write an accent are the same (Unicode NFKC and
full case folding, Unicode Standard chapters 3.13 and UAX #15). A byte that is no UTF-8 stays what it is.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

END: Final = b"\0"
"""Stands after each name: no name of a file holds it, and no folding makes it."""

MAX_QUERY: Final = 256
"""Bytes of a folded query that are looked for: no name is longer on a phone."""

_ONE: Final = rb"(?>[\x01-\x7f]|[\xc2-\xf4][\x80-\xbf]+|[\x80-\xff])"
"""Any one character, or a byte that is none."""
_NOT_WITHIN: Final = rb"(?![\x80-\xbf])"
"""Where a character may begin."""
_REST: Final = rb"[^\0]*"


def fold(text: str) -> str:
    """Return text as it is compared."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def fold_names(names: Sequence[bytes]) -> bytes:
    """Return names as they are compared, each with `END` after it."""
    joined = END.join((*names, b""))
    if joined.isascii():
        return joined.lower()
    folded = b"".join(_folded(name) + END for name in names)
    return folded if folded.count(END) == len(names) else joined  # never, unless Unicode changes its mind


def _folded(name: bytes) -> bytes:
    if name.isascii():
        return name.lower()
    return fold(name.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


class Query:
    """What is looked for: a part of a name; with `*` or `?` in it, a whole name.

    Matching takes time in proportion to the names, whatever the pattern: between two stars the first fit is taken and
    never taken back.

    Args:
        text: as a person typed it.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        folded = fold(text.strip()).encode("utf-8", "surrogateescape").replace(END, b"")[:MAX_QUERY]
        self.folded = folded
        self._pattern = _compiled(folded) if b"*" in folded or b"?" in folded else None
        literals = re.split(rb"[*?]+", folded) if self._pattern else [folded]
        self._literal = max(literals, key=len)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for."""
        return not self.folded

    def places(self, text: bytes) -> Iterator[int]:
        """Yield the numbers, from 0, of the names that match, ascending.

        Args:
            text: `END`, then folded names, each with `END` after it.
        """
        if not self._literal:
            yield from self._by_pattern(text)
            return
        number, counted, start = -1, 0, 0
        while (found := text.find(self._literal, start)) >= 0:
            number += text.count(END, counted, found)
            counted = found
            start = text.find(END, found)
            if self._pattern is None or self._pattern.match(text, text.rfind(END, 0, found)):
                yield number

    def _by_pattern(self, text: bytes) -> Iterator[int]:
        number, counted = -1, 0
        if self._pattern is None:
            return
        for found in self._pattern.finditer(text):
            number += text.count(END, counted, found.start() + 1)
            counted = found.start() + 1
            yield number


def _compiled(pattern: bytes) -> "re.Pattern[bytes]":
    """Return a pattern as an expression that begins at the `END` before a name and stops before the one after it."""
    pieces = [_piece(piece) for piece in pattern.split(b"*")]
    if len(pieces) == 1:
        return re.compile(rb"\0" + pieces[0] + rb"(?=\0)", re.DOTALL)
    middle = b"".join(rb"(?>[^\0]*?" + piece + rb")" for piece in pieces[1:-1] if piece)
    end = _REST + pieces[-1] if pieces[-1] else _REST
    return re.compile(rb"\0(?>" + pieces[0] + rb")" + middle + end + rb"(?=\0)", re.DOTALL)


def _piece(text: bytes) -> bytes:
    characters = (text[at : at + 1] for at in range(len(text)))
    piece = b"".join(_ONE if character == b"?" else re.escape(character) for character in characters)
    return _NOT_WITHIN + piece if text.startswith(b"?") else piece
