"""Runs of base64 and hexadecimal digits within anything: JSON, XML, forms, data URLs, lines of mail, binary messages.

Where a run begins is found by translating the bytes into two classes, which costs little more than copying them; how it
is written (line breaks, escaped slashes, percent signs) is then undone in the run alone.
"""

import binascii
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from phoneward.errors import readable
from phoneward.watch.captures.unwrapping.budget import Node

_SHORTEST: Final = 120
"""Digits; fewer hold no picture that shows anything."""
_DIGITS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_IN_RUN: Final = _DIGITS + b"=\\%\r\n"
"""What may stand in a run: the digits, padding, escapes of JSON and of addresses, line breaks."""
_RUN: Final = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % _SHORTEST)
_HEX: Final = re.compile(rb"(?:[0-9a-f]{2})+|(?:[0-9A-F]{2})+")
_ESCAPED: Final = re.compile(rb"\\+u00([0-9a-fA-F]{2})")
_BREAK: Final = re.compile(rb"\\+[rnt]?")
_SPACE: Final = b"\r\n\t "
_REFERENCE: Final = re.compile(rb"&#(?:x0*([0-9a-fA-F]{1,2})|0*([0-9]{1,3}));")
_NAME: Final = re.compile(
    rb"""["']?([A-Za-z_][\w.-]{0,40})\\*["']?\s*[:=]\s*\[?\s*\\*["']?\s*$|<([A-Za-z_][\w.:-]{0,60})[^<>]{0,80}>\s*$"""
)
_HEADS: Final = (b"/9j/", b"iVBORw0KGg", b"R0lGOD", b"UklGR", b"H4sI")
"""JPEG, PNG, GIF, RIFF (WebP), gzip in base64."""
_PREFIX: Final = 1024
"""Digits that may stand before the picture's own."""
_TAILS: Final = tuple(head[::-1] for head in (b"/9j/", b"iVBORw0KGgo", b"R0lGOD", b"UklGR"))
_CLASS: Final = bytes(0x41 if byte in _IN_RUN else 0 for byte in range(256))
_URLSAFE: Final = bytes.maketrans(b"-_", b"+/")


def runs(node: Node) -> Iterator[Node]:
    """Yield what stands written in base64 or hexadecimal digits."""
    data = node.data
    if node.is_form_value:
        data = data.replace(b" ", b"+")
    if b"&#" in data:
        data = _REFERENCE.sub(_referred, data)
    classes = data.translate(_CLASS)
    seed = b"A" * _SHORTEST
    at = classes.find(seed)
    while at >= 0:
        end = classes.find(b"\0", at)
        end = len(data) if end < 0 else end
        yield from _of_run(node, data[at:end], data[max(0, at - 200) : at])
        at = classes.find(seed, end)


def _referred(match: re.Match[bytes]) -> bytes:
    number = int(match[1], 16) if match[1] else int(match[2])
    return bytes((number,)) if number < 0x80 else b""


def _of_run(node: Node, run: bytes, before: bytes) -> Iterator[Node]:
    clean = _joined(_ESCAPED.sub(lambda match: bytes((int(match[1], 16),)), run) if b"\\" in run else run)
    is_escaped = b"%" in clean
    if is_escaped:
        clean = _joined(unquote_to_bytes(clean))
    names = _names(before) + (("percent-encoding",) if is_escaped else ())
    for match in _RUN.finditer(clean):
        digits = match[0]
        inner = Node(b"", (*node.form, *names))
        if len(digits) % 2 == 0 and _HEX.fullmatch(digits):
            yield inner.inner(binascii.unhexlify(digits), "hex")
        else:
            is_url = before.endswith(b";base64,") or b";base64," in clean[max(0, match.start() - 8) : match.start()]
            yield from _based(inner, digits, is_url=is_url)


def _joined(run: bytes) -> bytes:
    """Return a run without line breaks, and without the backslashes before its slashes."""
    if b"\\" in run:
        run = _BREAK.sub(b"", run)
    return run.translate(None, _SPACE)


def _names(before: bytes) -> tuple[str, ...]:
    """Return what a run seems to be called by what stands before it: a key of JSON, an element of XML."""
    found = _NAME.search(re.sub(rb"data:[\w.+/\\-]*;base64,$", b"", before[-120:]))
    if found is None:
        return ()
    return (f"JSON {readable(found[1])}",) if found[1] else (f"XML {readable(found[2])}",)


def _based(inner: Node, digits: bytes, *, is_url: bool) -> Iterator[Node]:
    name = "data URL" if is_url else "base64"
    if b"-" in digits or b"_" in digits:
        digits = digits.translate(_URLSAFE)
        name = "urlsafe base64"
    yield inner.inner(_unbased(digits), name)
    # Something else may stand before the picture's own digits, so that these begin elsewhere than at a multiple of 4.
    places = {digits.find(head, 0, _PREFIX) for head in _HEADS}
    for at in sorted(place for place in places if place > 0 and place % 4):
        yield inner.inner(_unbased(digits[at:]), name)
    if digits.endswith(_TAILS):
        yield inner.inner(_unbased(digits[::-1]), f"reversed {name}")


def _unbased(digits: bytes) -> bytes:
    rest = len(digits) % 4
    if rest == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
