"""A form with files, as browsers send it (RFC 7578, RFC 2046 section 5.1), read piece by piece by python-multipart.

Nothing of a file is kept: each piece is handed on as it comes. What browsers do not send is refused: other transfer
encodings, parts without a name. What follows the last part is not looked at (RFC 2046, "epilogue").
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

MAX_HEADERS: Final = 4 << 10
"""Bytes of one header of a part."""
MAX_PARTS: Final = 64
_MAX_BOUNDARY: Final = 70


class MultipartError(ValueError):
    """It is no such form, or not one that a browser sends."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part begins.

    Attributes:
        name: of the field.
        filename: as the browser names the file, raw; None where it is no file.
    """

    name: str
    filename: bytes | None


@dataclass(frozen=True, slots=True)
class Data:
    """A piece of the part that began last."""

    content: bytes


@dataclass(frozen=True, slots=True)
class PartEnd:
    """The part that began last is whole."""


Event = Part | Data | PartEnd


def boundary_of(content_type: str) -> bytes:
    """Return what stands between the parts.

    Raises:
        MultipartError: it is no form with files.
    """
    kind, parameters = parse_options_header(content_type.encode("latin-1", "replace"))
    boundary = parameters.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= _MAX_BOUNDARY or not boundary.isascii():
        raise MultipartError("no multipart/form-data")
    return boundary


class MultipartReader:
    """Feed it what comes; it yields what that makes certain. At the end `is_done` must be true.

    Memory is bounded: at most what is fed at once, one part's headers and the length of the boundary are held back.
    """

    def __init__(self, boundary: bytes) -> None:
        self._found: list[Event] = []
        self._headers: list[tuple[bytes, bytes]] = []
        self._field, self._value = bytearray(), bytearray()
        self._parts = 0
        self.is_done = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._add_to_field,
                "on_header_value": self._add_to_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._announce,
                "on_part_data": lambda data, start, end: self._found.append(Data(data[start:end])),
                "on_part_end": lambda: self._found.append(PartEnd()),
                "on_end": self._end,
            },
            max_header_size=MAX_HEADERS,
        )
        if not self._parser.logger.handlers:  # what is wrong with a form is said to its sender, not in a log
            self._parser.logger.addHandler(logging.NullHandler())

    def feed(self, piece: bytes) -> Iterator[Event]:
        """Yield what is certain now.

        Raises:
            MultipartError: it is not what browsers send.
        """
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise MultipartError(str(error)) from error
        found, self._found = self._found, []
        yield from found

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise MultipartError("too many parts")
        self._headers.clear()

    def _add_to_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers.append((bytes(self._field).strip().lower(), bytes(self._value)))
        self._field.clear()
        self._value.clear()

    def _announce(self) -> None:
        self._found.append(_part(self._headers))

    def _end(self) -> None:
        self.is_done = True


def _part(headers: list[tuple[bytes, bytes]]) -> Part:
    if any(field == b"content-transfer-encoding" for field, _value in headers):
        raise MultipartError("a part in another encoding")
    found = [value for field, value in headers if field == b"content-disposition"]
    kind, told = parse_options_header(found[0] if len(found) == 1 else b"")
    if kind != b"form-data" or b"name" not in told:
        raise MultipartError("a part without a name")
    try:
        name = told[b"name"].decode("utf-8")
    except UnicodeDecodeError as error:
        raise MultipartError("a name that is no text") from error
    return Part(name, told.get(b"filename"))
