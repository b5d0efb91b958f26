r"""Takes a JSON file of any size apart into the pieces that matter, without ever holding it whole.

Exports of chats reach a gigabyte. What is read: names and values of objects on the way to lists of messages, and one
message at a time. Sources: RFC 8259; and for what Telegram writes that is no JSON, its `SerializeString` in
`export_output_json.cpp`, which escapes control characters as `\x0F`.
"""

import json
import re
from collections.abc import Iterator
from typing import IO, Any, Final

_PIECE: Final = 1 << 20
_LARGEST: Final = 8 << 20
"""Bytes of one message or value; Telegram's longest have some hundred thousand."""
_DEEPEST: Final = 64
_MARK: Final = re.compile(rb'[\[\]{}"]')
_STRING_END: Final = re.compile(rb'["\\]')
_ODD_ESCAPE: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\x([0-9a-fA-F]{2})")
_SPACE: Final = b" \t\r\n"


class NotJsonError(Exception):
    """The file contradicts JSON, or is cut short. Never shown as it is."""


def decoded(piece: bytes) -> Any:  # noqa: ANN401 - whatever stands there
    """Return what a piece of JSON says. Raises NotJsonError."""
    text = piece.decode("utf-8", "replace")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(_ODD_ESCAPE.sub(r"\1\\u00\2", text), strict=False)
    except (ValueError, RecursionError) as error:
        raise NotJsonError(str(error)) from error


class Pieces:
    """Walks through one file, once.

    Args:
        stream: at its beginning.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._data = b""
        self._at = 0
        self.byte = 0
        """How far into the file `_data` begins."""

    def members(self) -> Iterator[str]:
        """Yield the names of an object that begins here; whoever takes one passes over, or reads, its value."""
        self._expect(b"{")
        if self._peek() == b"}":
            self._at += 1
            return
        while True:
            name = self.value()
            if not isinstance(name, str):
                raise NotJsonError("a name that is none")
            self._expect(b":")
            yield name
            if self._next() == b"}":
                return

    def elements(self) -> Iterator[None]:
        """Yield once for each element of a list that begins here; whoever takes one reads it."""
        self._expect(b"[")
        if self._peek() == b"]":
            self._at += 1
            return
        while True:
            yield None
            if self._next() == b"]":
                return

    def kind(self) -> str:
        """Return `{`, `[` or the first character of whatever value comes next."""
        return self._peek().decode("latin-1")

    def value(self) -> Any:  # noqa: ANN401 - whatever stands there
        """Read and return the value that begins here; it must not be large."""
        return decoded(self._raw(keep=True))

    def skip(self) -> None:
        """Pass over the value that begins here, however large."""
        self._raw(keep=False)

    def _raw(self, *, keep: bool) -> bytes:
        first = self._peek()
        if first == b'"':
            self._at += 1
            kept = b'"' + self._string(keep=keep)
        elif first in {b"{", b"["}:
            kept = self._nested(keep=keep)
        else:
            kept = self._plain()
        return kept

    def _plain(self) -> bytes:
        """Read a number, true, false or null."""
        found = b""
        while (one := self._look()) and one not in b",]}" + _SPACE:
            found += one
            self._at += 1
            if len(found) > 64:
                raise NotJsonError("a value that is none")
        if not found:
            raise NotJsonError("nothing where a value should stand")
        return found

    def _string(self, *, keep: bool) -> bytes:
        """Read the rest of a string, its quotation mark included."""
        kept: list[bytes] = []
        size = 0
        while True:
            found = _STRING_END.search(self._data, self._at)
            end = len(self._data) if found is None else found.end()
            if found is not None and found[0] == b"\\":
                end += 1  # whatever follows is escaped
            size += end - self._at
            if keep:
                if size > _LARGEST:
                    raise NotJsonError("a text that is too long")
                kept.append(self._data[self._at : end])
            if end > len(self._data):  # the escaped character is not there yet
                self._at = len(self._data)
                self._fill()
                if keep:
                    kept.append(self._data[self._at : self._at + 1])
                self._at += 1
                continue
            self._at = end
            if found is not None and found[0] == b'"':
                return b"".join(kept)
            if found is None:
                self._fill()

    def _nested(self, *, keep: bool) -> bytes:
        kept: list[bytes] = []
        size, depth = 0, 0
        while True:
            found = _MARK.search(self._data, self._at)
            end = len(self._data) if found is None else found.end()
            size += end - self._at
            if keep:
                if size > _LARGEST:
                    raise NotJsonError("a message that is too long")
                kept.append(self._data[self._at : end])
            self._at = end
            if found is None:
                self._fill()
            elif found[0] == b'"':
                inside = self._string(keep=keep)
                size += len(inside)
                kept.append(inside)
            else:
                depth += 1 if found[0] in {b"{", b"["} else -1
                if depth > _DEEPEST:
                    raise NotJsonError("it is nested too deep")
                if depth <= 0:
                    return b"".join(kept)

    def _expect(self, mark: bytes) -> None:
        if self._peek() != mark:
            raise NotJsonError(f"no {mark.decode()} where one should stand")
        self._at += 1

    def _next(self) -> bytes:
        """Read the comma, or the end, after a value."""
        mark = self._peek()
        if mark not in {b",", b"}", b"]"}:
            raise NotJsonError("no comma where one should stand")
        self._at += 1
        return mark

    def _peek(self) -> bytes:
        """Return the next character that is no space."""
        while (one := self._look()) and one in _SPACE:
            self._at += 1
        if not one:
            raise NotJsonError("it is cut short")
        return one

    def _look(self) -> bytes:
        if self._at >= len(self._data) and not self._more():
            return b""
        return self._data[self._at : self._at + 1]

    def _fill(self) -> None:
        if not self._more():
            raise NotJsonError("it is cut short")

    def _more(self) -> bool:
        self.byte += len(self._data)
        self._data, self._at = self._stream.read(_PIECE), 0
        if self.byte == 0 and self._data.startswith(b"\xef\xbb\xbf"):
            self._at = 3
        return bool(self._data)
