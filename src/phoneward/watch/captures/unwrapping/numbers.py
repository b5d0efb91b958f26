"""Ways to write bytes as text that need no base64: numbers in JSON, characters of latin-1, UTF-16; and backwards."""

import json
import re
from collections.abc import Iterator
from typing import Final

from phoneward.watch.captures.unwrapping.budget import Node

_SHORTEST: Final = 400
"""Characters of numbers that hold a hundred bytes or more."""
_CLASS: Final = bytes(0x41 if byte in b'0123456789,-: \r\n\t"' else 0 for byte in range(256))
_PAIR: Final = re.compile(rb'"?\d+"?\s*:\s*(-?\d{1,3})')
_STEP: Final = 1 << 16
_AS_CHARACTERS: Final = (
    b"\xc3\xbf\xc3\x98\xc3\xbf", b"\xc2\x89PNG", b"\\u00ff\\u00d8\\u00ff", b"\\u00FF\\u00D8\\u00FF", b"\\u0089PNG",
    b'"RIFF', b'"GIF8',
)  # fmt: skip
"""The first bytes of a picture, each written as the character of that number: in UTF-8, and as JSON escapes it."""
_STRING_START: Final = 4096
_BACKWARDS: Final = (b"\n\x1a\n\rGNP\x89", b"GNP\x89")
_BACKSLASH: Final = 0x5C
_MOST: Final = 64


def arrays(node: Node) -> Iterator[Node]:
    """Yield bytes written as numbers: `[255,216,…]`, signed ones too, `{"0":255,"1":216,…}`."""
    classes = node.data.translate(_CLASS)
    seed = b"A" * _SHORTEST
    at = classes.find(seed)
    while at >= 0:
        end = classes.find(b"\0", at)
        run = node.data[at : len(classes) if end < 0 else end]
        content = _numbers(run)
        if content:
            yield node.inner(content, "JSON numbers")
        at = classes.find(seed, at + len(run))


def _numbers(run: bytes) -> bytes:
    """Return the bytes that a run of numbers stands for; empty where it stands for none. Read piece by piece."""
    found = bytearray()
    is_object = b":" in run[:64]
    at = 0
    while at < len(run):
        end = len(run) if at + _STEP >= len(run) else run.find(b",", at + _STEP)
        end = len(run) if end < 0 else end
        piece = run[at:end]
        texts = (
            _PAIR.findall(piece) if is_object else [one for one in piece.replace(b'"', b"").split(b",") if one.strip()]
        )
        try:
            values = [int(text) for text in texts]
        except ValueError:
            return bytes(found)
        if any(not -128 <= value <= 255 for value in values):
            return bytes(found)
        found += bytes(value & 0xFF for value in values)
        at = end + 1
    return bytes(found)


def characters(node: Node) -> Iterator[Node]:
    """Yield bytes written as one character each ("binary strings"): within JSON strings, or as the whole text."""
    at = 0
    for _count in range(_MOST):
        places = [place for place in (node.data.find(start, at) for start in _AS_CHARACTERS) if place >= 0]
        if not places:
            return
        start = min(places)
        quote = node.data.rfind(b'"', max(0, start - _STRING_START), start + 1)
        text, end = _string(node.data, quote) if quote >= 0 else ("", 0)
        if end <= start:
            text, end = node.data[start:].decode("utf-8", "ignore"), len(node.data)
        yield node.inner(text.encode("latin-1", "ignore"), "characters")
        at = max(end, start + 1)


def _string(data: bytes, quote: int) -> tuple[str, int]:
    """Return the JSON string that begins at a quote, and where it ends; nothing where there is none."""
    end = quote
    while (end := data.find(b'"', end + 1)) >= 0:
        before = end - 1
        while data[before] == _BACKSLASH:
            before -= 1
        if (end - before) % 2:
            try:
                return str(json.loads(data[quote : end + 1].decode("utf-8", "replace"), strict=False)), end + 1
            except ValueError:
                return "", 0
    return "", 0


def widened(node: Node) -> Node | None:
    """Return a text in UTF-16 as one of single bytes; None where it is none."""
    head = node.data[:2048]
    if len(head) < 64:
        return None
    for zeros, charset in ((head[1::2], "utf-16-le"), (head[::2], "utf-16-be")):
        if zeros.count(0) > 0.9 * len(zeros) and head.count(0) < 0.6 * len(head):
            return node.inner(node.data.decode(charset, "ignore").encode("utf-8", "ignore"), "UTF-16")
    return None


def backwards(node: Node) -> Node | None:
    """Return a body that ends as a picture begins, turned round; None where it does not."""
    tail = node.data[-16:]
    if tail.endswith(_BACKWARDS) or re.search(rb"[\xc0-\xfe]\xff\xd8\xff$|a[79]8FIG$|PBEW....FFIR$", tail, re.DOTALL):
        return node.inner(node.data[::-1], "reversed")
    return None
