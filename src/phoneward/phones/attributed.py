"""The text in an `attributedBody`, where iPhones and Macs keep it since iOS 14 at times, since macOS 13 always.

It is an archive of NeXTSTEP's `typedstream`: after the class `NSString` come the type `+` (a run of bytes), its length
and the text in UTF-8. A length below 0x80 stands in one byte; 0x81 says that two follow, 0x82 that four do,
little-endian. Source: github.com/ReagentX/imessage-exporter tells what it looks like (`util/streamtyped.rs`); this
reading was checked against its samples.
"""

from typing import Final

_CLASSES: Final = (b"NSString", b"NSMutableString")
_REACH: Final = 64
_HOLES: Final = "\ufffc\ufffd"
"""What stands in a text where something is attached."""


def text_in(data: bytes) -> str | None:
    """Return the text; None where there is none to be found."""
    for name in _CLASSES:
        place = data.find(name)
        if place < 0:
            continue
        mark = data.find(b"+", place + len(name), place + len(name) + _REACH)
        if mark < 0:
            continue
        found = _run(data, mark + 1)
        if found is not None:
            return found.decode("utf-8", "replace")
    return None


def without_holes(text: str) -> str:
    """Return a text without the characters that stand for what is attached."""
    return text.translate(dict.fromkeys(map(ord, _HOLES)))


def _run(data: bytes, place: int) -> bytes | None:
    if place >= len(data):
        return None
    first = data[place]
    width = {0x81: 2, 0x82: 4}.get(first, 0)
    if not width and first >= 0x80:
        return None
    begin = place + 1 + width
    length = int.from_bytes(data[place + 1 : begin], "little") if width else first
    found = data[begin : begin + length]
    # Cut short: up to the mark that ends a text.
    return found if len(found) == length else found.partition(b"\x86\x84")[0]
