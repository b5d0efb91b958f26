r"""Content lines, of which iCalendar and vCard files consist.

Sources: RFC 5545 section 3.1 and RFC 6350 section 3.2 (folding), 3.3/3.4 (`name;parameter=value:value`), RFC 5545
section 3.3.11 and RFC 6350 section 3.4 (escapes of texts), RFC 6868 (`^n`, `^^` and `^'` in parameters).

A line that is written here is one line: what would end it, or could not stand in it, shows as U+FFFD. Lines are folded
at 75 bytes and never inside a character. Reading is lenient where real files are: line feeds alone, folds inside a
character, empty lines, parameters without a name (vCard 2.1). It holds one line in memory, none longer than allowed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final

from phoneward.texts import words

FOLD: Final = 75
"""Bytes of a line, without its end."""

FORBIDDEN: Final = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
"""What cannot stand in a line: controls but the tab, and halves of surrogate pairs, which UTF-8 cannot hold."""

_NAME: Final = re.compile(r"(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)")
_PARAMETER: Final = re.compile(r";(?:([A-Za-z0-9-]+)=)?")
_PARAMETER_VALUE: Final = re.compile(r'"([^"]*)"|([^";:,]*)')
_NEEDS_QUOTES: Final = re.compile("[;:,]")
_BOM: Final = b"\xef\xbb\xbf"
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_CARETS: Final = str.maketrans({"^": "^^", '"': "^'", "\n": "^n"})
_CARET: Final = re.compile("\\^([\\^'n])")
_OF_CARET: Final = {"^": "^", "'": '"', "n": "\n"}


class ContentLineError(ValueError):
    """A line is none; the one argument says in plain words which and why."""


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One line.

    Attributes:
        name: in capitals.
        value: as it stands there, escapes and all.
        parameters: names in capitals ("" where it has none), each with its values.
        group: what stands before a dot in vCards.
    """

    name: str
    value: str
    parameters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    group: str = ""

    def parameter(self, name: str) -> str | None:
        """Return the first value of a parameter, None where there is none."""
        return next((values[0] for own, values in self.parameters if own == name), None)

    def encoded(self) -> bytes:
        """Return the line, folded, with its end."""
        parts = [f"{self.group}." if self.group else "", self.name]
        for name, values in self.parameters:
            parts += [";", name, "=" if name else "", ",".join(map(_parameter_text, values))]
        return fold("".join([*parts, ":", self.value]))


def _parameter_text(value: str) -> str:
    text = value.translate(_CARETS)
    return f'"{text}"' if _NEEDS_QUOTES.search(text) else text


def shown(text: str) -> str:
    """Return a text with U+FFFD for each character that cannot stand in a line; a line feed is one of them."""
    return FORBIDDEN.sub("\ufffd", text)


def fold(line: str) -> bytes:
    """Return a line as bytes, folded, with its end. What cannot stand in it shows as U+FFFD."""
    data = shown(line).encode()
    if len(data) <= FOLD:
        return data + b"\r\n"
    pieces = []
    start, room = 0, FOLD
    while len(data) - start > room:
        end = start + room
        while data[end] & 0xC0 == 0x80:  # never inside a character
            end -= 1
        pieces.append(data[start:end])
        start, room = end, FOLD - 1
    return b"\r\n ".join([*pieces, data[start:]]) + b"\r\n"


def unfolded(stream: IO[bytes], limit: int) -> Iterator[tuple[int, bytes]]:
    """Yield each line with the number of its first row in the file, without its end; empty ones are passed over.

    Args:
        stream: the file.
        limit: bytes of a line at most.

    Raises:
        ContentLineError: a line is longer.
    """
    number = first = 0
    line = bytearray()
    while row := stream.readline(limit + 4):
        number += 1
        if number == 1:
            row = row.removeprefix(_BOM)
        text = row.rstrip(b"\r\n")
        if text[:1] in {b" ", b"\t"} and first:
            line += text[1:]
        else:
            if line:
                yield first, bytes(line)
            first, line = number, bytearray(text)
        if len(line) > limit:
            raise ContentLineError(words("line {line} is longer than any can be", line=first))
    if line:
        yield first, bytes(line)


def parse_line(line: bytes, number: int) -> ContentLine:
    """Return what a line says.

    Args:
        line: unfolded.
        number: its place in the file, for the error.

    Raises:
        ContentLineError: it is no such line, or no UTF-8.
    """
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise ContentLineError(words("line {line} is no text in UTF-8", line=number)) from error
    name = _NAME.match(text)
    if name is None:
        raise ContentLineError(words("line {line} begins with no name", line=number))
    place = name.end()
    parameters = []
    while place < len(text) and (found := _PARAMETER.match(text, place)):
        values, place = _parameter_values(text, found.end())
        parameters.append(((found[1] or "").upper(), values))
    if text[place : place + 1] != ":":
        raise ContentLineError(words("line {line} has no colon before its value", line=number))
    return ContentLine(name[2].upper(), text[place + 1 :], tuple(parameters), name[1] or "")


def _parameter_values(text: str, place: int) -> tuple[tuple[str, ...], int]:
    values = []
    while True:
        found = _PARAMETER_VALUE.match(text, place)
        assert found is not None  # noqa: S101 - the second way matches anything
        value = found[1] if found[1] is not None else found[2]
        values.append(_CARET.sub(lambda caret: _OF_CARET[caret[1]], value))
        place = found.end()
        if text[place : place + 1] != ",":
            return tuple(values), place
        place += 1


def escaped(text: str) -> str:
    r"""Return a text as it stands in a value: `\\`, `\;`, `\,` and `\n` for a line feed."""
    return text.translate(_ESCAPES)


def unescaped(value: str) -> str:
    r"""Return the text of a value. A backslash before any other character is passed over; `\N` is a line feed too."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def split_value(value: str, separator: str) -> list[str]:
    """Return the parts of a value between separators that are not escaped; the parts keep their escapes."""
    parts, start = [], 0
    for found in re.finditer(r"\\.|" + re.escape(separator), value, re.DOTALL):
        if found[0] == separator:
            parts.append(value[start : found.start()])
            start = found.end()
    return [*parts, value[start:]]


def one(name: str, value: str, *parameters: tuple[str, str | Sequence[str]]) -> ContentLine:
    """Return a line; a parameter with one value may have it as a text."""
    whole = tuple((own, (values,) if isinstance(values, str) else tuple(values)) for own, values in parameters)
    return ContentLine(name, value, whole)
