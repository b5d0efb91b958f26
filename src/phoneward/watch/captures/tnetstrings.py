"""Tagged netstrings, as mitmproxy writes its flow files: `LENGTH:DATA TAG`.

Tags: `,` bytes, `;` text (mitmproxy's own), `#` integer, `^` float, `!` truth, `~` none, `]` list, `}` dictionary.
Source: https://tnetstrings.info and mitmproxy's `io/tnetstring.py`. Bytes are not copied: they come as views.
"""

from typing import Final, TypeAlias

Value: TypeAlias = "bool | int | float | str | memoryview | list[Value] | dict[str, Value] | None"

_DEEPEST: Final = 16
_MOST_VALUES: Final = 1_000_000
_LONGEST_NUMBER: Final = 40
_LENGTH_DIGITS: Final = 12
"""mitmproxy's own bound of a length's digits."""


class TnetstringError(ValueError):
    """The bytes are no tagged netstring."""


def head_of(beginning: bytes) -> tuple[int, int] | None:
    """Return where the data of a netstring begins and how long it is; None where more bytes are needed.

    Args:
        beginning: the netstring's first bytes; `_LENGTH_DIGITS` + 1 are enough.

    Raises:
        TnetstringError: it begins with no length.
    """
    colon = beginning.find(b":", 0, _LENGTH_DIGITS + 1)
    digits = beginning[: colon if colon >= 0 else _LENGTH_DIGITS + 1]
    if not digits.isdigit() and digits:
        msg = "no length"
        raise TnetstringError(msg)
    if colon < 0:
        if len(beginning) > _LENGTH_DIGITS:
            msg = "a length without end"
            raise TnetstringError(msg)
        return None
    if not digits:
        msg = "no length"
        raise TnetstringError(msg)
    return colon + 1, int(digits)


def parse(data: bytes | memoryview, *, skipped: frozenset[str] = frozenset()) -> Value:
    """Return the value of one whole netstring.

    Args:
        data: the netstring, from its length to its tag.
        skipped: keys of dictionaries whose values are not read: None stands there.

    Raises:
        TnetstringError: it is none, lies about a length, or is too deep or too full.
    """
    reader = _Reader(memoryview(data), skipped)
    value, end = reader.value(0, len(data), 0)
    if end != len(data):
        msg = "bytes behind the end"
        raise TnetstringError(msg)
    return value


class _Reader:
    def __init__(self, data: memoryview, skipped: frozenset[str]) -> None:
        self._data = data
        self._skipped = skipped
        self._left = _MOST_VALUES

    def _bounds(self, at: int, end: int) -> tuple[int, int, int]:
        """Return where the value's data begins and ends, and its tag; everything within `end`."""
        head = head_of(bytes(self._data[at : min(end, at + _LENGTH_DIGITS + 1)]))
        if head is None:
            msg = "a length without end"
            raise TnetstringError(msg)
        start = at + head[0]
        stop = start + head[1]
        if stop >= end:
            msg = "longer than what it lies in"
            raise TnetstringError(msg)
        return start, stop, self._data[stop]

    def value(self, at: int, end: int, depth: int) -> tuple[Value, int]:
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            msg = "too deep or too full"
            raise TnetstringError(msg)
        start, stop, tag = self._bounds(at, end)
        if tag == 0x2C:  # ,
            return self._data[start:stop], stop + 1
        if tag == 0x7D:  # }
            return self._dictionary(start, stop, depth), stop + 1
        if tag == 0x5D:  # ]
            items: list[Value] = []
            while start < stop:
                item, start = self.value(start, stop, depth + 1)
                items.append(item)
            return items, stop + 1
        return _scalar(tag, self._data[start:stop]), stop + 1

    def _dictionary(self, at: int, end: int, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while at < end:
            key, at = self.value(at, end, depth + 1)
            name = bytes(key).decode("utf-8", "replace") if isinstance(key, memoryview) else key
            if not isinstance(name, str):
                msg = "a key that is no text"
                raise TnetstringError(msg)
            if name in self._skipped:
                _start, stop, _tag = self._bounds(at, end)
                found[name], at = None, stop + 1
            else:
                found[name], at = self.value(at, end, depth + 1)
        return found


def _scalar(tag: int, data: memoryview) -> "str | int | float | bool | None":
    if tag == 0x3B:  # ;
        return str(data, "utf-8", "surrogateescape")
    if tag == 0x7E and not data:  # ~
        return None
    if len(data) <= _LONGEST_NUMBER:
        text = bytes(data)
        if tag == 0x21 and text in (b"true", b"false"):  # !
            return text == b"true"
        try:
            if tag == 0x23:  # #
                return int(text)
            if tag == 0x5E:  # ^
                return float(text)
        except ValueError:
            pass
    msg = "an unknown or broken value"
    raise TnetstringError(msg)
