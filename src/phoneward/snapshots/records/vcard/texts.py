"""Texts as they stand in the vCards that we write."""

import re
from typing import Final

from phoneward.snapshots.records import contentlines
from phoneward.snapshots.records.contentlines import ContentLine
from phoneward.snapshots.records.forms import FORBIDDEN

_CONTROLS: Final = re.compile(r"[\x7f-\x9f]")


def shown(text: str) -> str:
    """Return a text without what no vCard may hold (RFC 6350 section 3.3): U+FFFD stands in its place."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("\ufffd", FORBIDDEN.sub("\ufffd", text))


def escaped(text: str) -> str:
    """Return a text as it stands in a value."""
    return contentlines.escaped(shown(text))


def line(name: str, value: str, *params: tuple[str, tuple[str, ...]], group: str = "") -> bytes:
    """Return one line, folded, with its end.

    Args:
        name: of the property.
        value: escaped already.
        params: names and values.
        group: what binds it to others.
    """
    kept = tuple((known, tuple(map(shown, values))) for known, values in params)
    return ContentLine(name, value, kept, group).encoded()
