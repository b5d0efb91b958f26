"""META-INF/MANIFEST.MF and *.SF: sections of attributes, read as apksig `ManifestParser` reads them.

The JAR file specification, with what Android forgives: any of CR, LF and CR LF ends a line; names and values keep odd
spaces; of two attributes of one name, whatever the case of its letters, the first counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_BYTES: Final = 16 << 20
"""Bytes of one such file that are read: 65,535 entries, the most that an APK can have, of 256 bytes each."""
MAX_LINES: Final = 400_000
"""Lines that are read: 6 for each of those entries; real files have 3. Android has no bound."""
MAX_ATTRIBUTES: Final = 1_000
"""Attributes of one section; real ones have up to ten."""

_SECTION: Final = re.compile(rb"(?:[^\r\n]++(?:\r\n?+|\n|\Z))++(?:\r\n?+|\n|\Z)")
"""Lines that are not empty, and the empty one after them."""
_FOLD: Final = re.compile(rb"(?:\r\n?|\n) ")


class ManifestTooLongError(Exception):
    """It has more lines than any real one. Never leaves this room: it becomes a problem."""


@dataclass(frozen=True, slots=True)
class Section:
    """Some attributes that belong together.

    Attributes:
        start, end: where its bytes lie, the empty line after it included.
        name: of the entry that it is about; None where its first attribute is not `Name`.
        attributes: values by name in lower case.
    """

    start: int
    end: int
    name: bytes | None
    attributes: dict[str, bytes]

    def get(self, name: str) -> str | None:
        """Return the value of an attribute, whatever the case of its name; None where it is not there."""
        found = self.attributes.get(name.lower())
        return None if found is None else found.decode("utf-8", "replace")


def sections(data: bytes) -> Iterator[Section]:
    """Yield the sections of a file, the main one first, each read when it is asked for.

    Raises:
        ManifestTooLongError: it has more than `MAX_LINES`, or a section more than `MAX_ATTRIBUTES`.
    """
    if line_count(data) > MAX_LINES:
        raise ManifestTooLongError
    for match in _SECTION.finditer(data):
        yield _section(match)


def line_count(data: bytes) -> int:
    """Return about how many lines it has, never fewer."""
    return data.count(b"\n") + data.count(b"\r")


def _section(match: re.Match[bytes]) -> Section:
    attributes: dict[str, bytes] = {}
    name: bytes | None = None
    text = match[0]
    unfolded = _FOLD.sub(b"", text) if b"\n " in text or b"\r " in text else text
    lines = unfolded.splitlines()
    if len(lines) > MAX_ATTRIBUTES:
        raise ManifestTooLongError
    for number, line in enumerate(lines):
        if not line:
            break
        key, _delimiter, content = line.partition(b": ")
        folded = _folded(key)
        attributes.setdefault(folded, content)
        if not number and folded == "name":
            name = content
    return Section(match.start(), match.end(), name, attributes)


def _folded(key: bytes) -> str:
    """Return a name in a form that is the same for all that Java's `equalsIgnoreCase` takes for the same."""
    if key.isascii():
        return key.decode("ascii").lower()
    letters = key.decode("utf-8", "replace")
    for change in (str.upper, str.lower):
        letters = "".join(changed if len(changed := change(letter)) == 1 else letter for letter in letters)
    return letters
