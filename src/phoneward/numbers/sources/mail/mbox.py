"""The heads of the letters in a mailbox file (mbox), one after the other, in bounded memory.

Source: RFC 4155. Each letter begins with a line `From …`, before which stands an empty line. In a text such a line need
not be marked, so what follows must look like a head: a field's name and a colon.
"""

import re
from collections.abc import Iterator
from typing import IO, Final

MAX_HEAD: Final = 256 << 10
"""Bytes of a head that are looked at; honest ones take 20 KB at most."""
_PIECE: Final = 1 << 20
_SEPARATOR: Final = b"\nFrom "
_MAX_LINE: Final = 4_096
_BEGINS: Final = re.compile(rb"From [^\n]{0,4000}\n(?:>From [^\n]{0,4000}\n)?[!-9;-~]{1,100}[ \t]*:")
_END: Final = re.compile(rb"\n\r?\n")


class CutShortError(ValueError):
    """The last head has no end."""


def heads(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the head of each letter, without the line that separates it from the one before.

    Raises:
        CutShortError: the file ends within a head; after all others.
        ValueError: it is no mailbox; before the first.
    """
    reading = _Reading(stream)
    if not reading.at_letter():
        raise ValueError("no mailbox")
    yield reading.head()
    while reading.next_letter():
        yield reading.head()


class _Reading:
    """A window on the file that moves on: never more than a head and a piece."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._data = b"\n\n" + stream.read(_PIECE).lstrip(b"\xef\xbb\xbf\r\n")
        self._at = 2
        self._is_end = False

    def _more(self) -> bool:
        """Read on; False at the end. What lies before the place is let go."""
        if self._is_end:
            return False
        piece = self._stream.read(_PIECE)
        self._is_end = not piece
        keep = max(0, self._at - 4)
        self._data, self._at = self._data[keep:] + piece, self._at - keep
        return bool(piece)

    def at_letter(self) -> bool:
        """Tell whether a letter begins here."""
        while len(self._data) - self._at < 3 * _MAX_LINE and self._more():
            pass
        before = self._data[max(0, self._at - 3) : self._at]
        is_after_empty = before.endswith((b"\n\n", b"\n\r\n"))
        return is_after_empty and _BEGINS.match(self._data, self._at) is not None

    def head(self) -> bytes:
        """Return the head of the letter that begins here, and go to its end."""
        while (start := self._data.find(b"\n", self._at)) < 0 and self._more():
            pass
        self._at = start + 1
        while (end := _END.search(self._data, max(self._at - 1, 0))) is None and len(self._data) - self._at < MAX_HEAD:
            if not self._more():
                break
        if end is not None and end.start() - self._at <= MAX_HEAD:
            head = self._data[self._at : end.start() + 1]
            self._at = end.start()
            return head
        if end is None and len(self._data) - self._at < MAX_HEAD and not self._data.endswith(b"\n"):
            raise CutShortError("cut short")
        head = self._data[self._at : self._at + MAX_HEAD]
        self._at += len(head)
        return head

    def next_letter(self) -> bool:
        """Go to where the next letter begins; False where there is none."""
        while True:
            found = self._data.find(_SEPARATOR, max(self._at - 1, 0))
            if found < 0:
                self._at = max(self._at, len(self._data) - len(_SEPARATOR))
                if not self._more():
                    return False
                continue
            self._at = found + 1
            if self.at_letter():
                return True
            self._at += 1
