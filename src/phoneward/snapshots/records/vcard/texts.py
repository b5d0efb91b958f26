"""Texts as they stand in the vCards that we write."""

from phoneward.snapshots.records import contentlines
from phoneward.snapshots.records.contentlines import ContentLine


def escaped(text: str) -> str:
    """Return a text as it stands in a value; what no line may hold is replaced when it is written."""
    return contentlines.escaped(text.replace("\r\n", "\n").replace("\r", "\n"))


def line(name: str, value: str, *params: tuple[str, tuple[str, ...]], group: str = "") -> bytes:
    """Return one line, folded, with its end.

    Args:
        name: of the property.
        value: escaped already.
        params: names and values.
        group: what binds it to others.
    """
    return ContentLine(name, value, params, group).encoded()
