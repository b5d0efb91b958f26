"""Reads files of contacts: our own, and what phones and services export (vCard 2.1, 3.0 and 4.0).

A file is read twice: first to its end, to see that it is whole, then for its contacts. So a file that was cut short
gives one sentence and not a single contact.

Why no library reads them: vobject (Apache 2.0, the best known) keeps a whole line of any length in memory and does not
read 2.1's base 64 without blanks; it judges ours in the tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from phoneward.errors import readable
from phoneward.snapshots.records.vcard.errors import VCardFileError
from phoneward.snapshots.records.vcard.lines import logical_lines
from phoneward.snapshots.records.vcard.properties import Property, parse_property
from phoneward.texts import words

MAX_PROPERTIES: Final = 20_000
"""Of one contact."""

MAX_CARD: Final = 64 << 20
"""Bytes of one contact."""

_MAX_DEPTH: Final = 8
_VERSIONS: Final = frozenset({"2.1", "3.0", "4.0"})
_OLD: Final = "2.1"
_SHOWN: Final = 20
_BEGIN: Final = b"BEGIN:VCARD"
_END: Final = b"END:VCARD"


@dataclass(frozen=True, slots=True)
class Card:
    """One contact of a file.

    Attributes:
        version: "2.1", "3.0" or "4.0".
        properties: in the file's order, `BEGIN`, `VERSION` and `END` left out.
    """

    version: str
    properties: tuple[Property, ...]

    def all(self, name: str) -> list[Property]:
        """Return the properties of a name."""
        return [one for one in self.properties if one.name == name]

    def text(self, name: str) -> str:
        """Return the text of the first property of a name; empty where there is none."""
        return next((one.text() for one in self.properties if one.name == name), "")

    def label(self, of: Property) -> str:
        """Return what a person called a number or address (`X-ABLABEL` beside it, or `TYPE=X-…`); empty if nothing."""
        if of.group:
            for one in self.properties:
                if one.group == of.group and one.name == "X-ABLABEL":
                    return one.text().removeprefix("_$!<").removesuffix(">!$_")
        return next((value[2:] for value in of.param("TYPE") if value[:2].upper() == "X-"), "")


def read_cards(path: Path) -> Iterator[Card]:
    """Yield the contacts of a file.

    Args:
        path: the file; it must not change meanwhile.

    Raises:
        VCardFileError: the file is not whole, or no file of contacts; before the first contact.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        yield from cards_in(stream)


def cards_in(stream: IO[bytes]) -> Iterator[Card]:
    """Yield what `read_cards` yields, of an open file that can be read twice."""
    if not sum(1 for _card in _cards(stream)):
        raise VCardFileError(detail=words("it holds no contact"))
    stream.seek(0)
    yield from _cards(stream)


def cards_at_once(stream: IO[bytes]) -> Iterator[Card]:
    """Yield the contacts of a file that is known to be whole, of an open file that is read once."""
    return _cards(stream)


def _cards(stream: IO[bytes]) -> Iterator[Card]:
    depth = 0
    inside = _Inside()
    for number, text in logical_lines(stream):
        word = text.rstrip().upper()
        if word == _BEGIN:
            depth += 1
            if depth > _MAX_DEPTH:
                raise VCardFileError(detail=words("its contacts are nested too deep"))
        elif not depth:
            raise VCardFileError(detail=words("line {line} belongs to no contact", line=number))
        elif word == _END:
            depth -= 1
            if not depth:
                yield Card(inside.version or "3.0", tuple(inside.properties))
                inside = _Inside()
        elif depth == 1:  # what is nested is the card of an assistant (AGENT)
            inside.take(number, text)
    if depth:
        raise VCardFileError(detail=words("it ends in the middle of a contact"))


class _Inside:
    """The contact that is being read."""

    def __init__(self) -> None:
        self.version = ""
        self.properties: list[Property] = []
        self._size = 0

    def take(self, number: int, text: bytes) -> None:
        """Take in a line, the `number`th of the file."""
        self._size += len(text)
        one = parse_property(text, is_old=self.version == _OLD)
        if one is None:
            raise VCardFileError(detail=words("line {line} cannot be read", line=number))
        if self._size > MAX_CARD or len(self.properties) >= MAX_PROPERTIES:
            raise VCardFileError(detail=words("one contact is longer than any can be"))
        if one.name != "VERSION":
            self.properties.append(one)
            return
        self.version = one.text().strip()
        if self.version not in _VERSIONS:
            shown = readable(self.version[:_SHOWN])
            raise VCardFileError(detail=words("its version {version} is unknown", version=shown))
