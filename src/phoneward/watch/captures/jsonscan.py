"""Find values in a large JSON text without reading it whole: where they begin and end.

What is passed over is not checked, only counted; what is wanted is then read by `json`. One pass, nothing kept.
"""

import mmap
import re
from collections.abc import Iterator
from typing import Final, TypeAlias

_MOST_TOKENS: Final = 2_000_000
"""Brackets and strings within one value."""
_SPACE: Final = re.compile(rb"[ \t\r\n]*")
_TOKEN: Final = re.compile(rb'["\[\]{}]')
_SCALAR: Final = re.compile(rb"[^\s,\]}]+")
_FEW: Final = 64
"""Escaped quotes that are looked for one by one."""
_APART: Final = 100
"""Bytes between them, on average, at which that is faster."""
_REST: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
"""The rest of a string; possessive, so that no length of it takes memory."""
_BACKSLASH: Final = 0x5C


class JsonError(ValueError):
    """The text is no JSON, or ends too early."""


Text: TypeAlias = bytes | mmap.mmap


def members(text: Text, at: int) -> Iterator[tuple[str, int, int]]:
    """Yield the members of the object that begins at an offset: key, where its value begins, where it ends.

    Raises:
        JsonError: it is none, or does not end.
    """
    at = _expect(text, at, b"{")
    while (at := _skip_space(text, at)) < len(text) and text[at] != 0x7D:
        if text[at] != 0x22:
            raise JsonError(at)
        end = _string_end(text, at)
        key = bytes(text[at + 1 : min(end - 1, at + 200)]).decode("utf-8", "replace")
        start = _skip_space(text, _expect(text, end, b":"))
        stop = skip_value(text, start)
        yield key, start, stop
        at = _comma(text, stop)
    if at >= len(text):
        raise JsonError(at)


def find_member(text: Text, at: int, name: str) -> int:
    """Return where the value of a member begins; what stands behind it is not looked at.

    Raises:
        JsonError: there is no such member, or what stands before it is broken.
    """
    key = b'"' + name.encode() + b'"'
    at = _expect(text, at, b"{")
    while (at := _skip_space(text, at)) < len(text) and text[at] == 0x22:
        end = _string_end(text, at)
        start = _skip_space(text, _expect(text, end, b":"))
        if text[at:end] == key:
            return start
        at = _comma(text, skip_value(text, start))
    raise JsonError(at)


def items(text: Text, at: int) -> Iterator[tuple[int, int]]:
    """Yield where each item of the array that begins at an offset begins and ends. Raises as `members`."""
    at = _expect(text, at, b"[")
    while (at := _skip_space(text, at)) < len(text) and text[at] != 0x5D:
        stop = skip_value(text, at)
        yield at, stop
        at = _comma(text, stop)
    if at >= len(text):
        raise JsonError(at)


def skip_value(text: Text, at: int) -> int:
    """Return where the value that begins at an offset ends. Raises as `members`."""
    if at >= len(text):
        raise JsonError(at)
    if text[at] == 0x22:
        return _string_end(text, at)
    if text[at] not in b"[{":
        scalar = _SCALAR.match(text, at)
        if scalar is None:
            raise JsonError(at)
        return scalar.end()
    depth = 0
    for _count in range(_MOST_TOKENS):
        token = _TOKEN.search(text, at)
        if token is None:
            raise JsonError(at)
        mark, at = text[token.start()], token.end()
        if mark == 0x22:
            at = _string_end(text, at - 1)
            continue
        depth += 1 if mark in b"[{" else -1
        if depth == 0:
            return at
    raise JsonError(at)


def _string_end(text: Text, at: int) -> int:
    """Return the offset behind a string's closing quote."""
    start = quote = at
    count = 0
    while (quote := text.find(b'"', quote + 1)) >= 0:
        before = quote - 1
        while text[before] == _BACKSLASH:
            before -= 1
        if (quote - before) % 2:
            return quote + 1
        count += 1
        if count == _FEW and quote - start < _FEW * _APART:
            # Escaped quotes stand so close together that they are not looked for one by one.
            rest = _REST.match(text, quote + 1)
            return _ended(rest, at)
        if count == _FEW:
            start, count = quote, 0
    raise JsonError(at)


def _ended(rest: re.Match[bytes] | None, at: int) -> int:
    if rest is None:
        raise JsonError(at)
    return rest.end()


def _skip_space(text: Text, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _expect(text: Text, at: int, mark: bytes) -> int:
    at = _skip_space(text, at)
    if at >= len(text) or text[at] != mark[0]:
        raise JsonError(at)
    return at + 1


def _comma(text: Text, at: int) -> int:
    """Step over a comma; the end of what holds it stays."""
    at = _skip_space(text, at)
    if at < len(text) and text[at] == 0x2C:
        return at + 1
    if at >= len(text) or text[at] not in b"]}":
        raise JsonError(at)
    return at
