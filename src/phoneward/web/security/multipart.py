"""A form with files, as browsers send it (RFC 7578, RFC 2046 section 5.1), read piece by piece.

Nothing of a file is kept: each piece is handed on as it comes. What browsers do not send is refused: folded headers,
other transfer encodings, parts without a name, something in front of the first part.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_HEADERS: Final = 4 << 10
"""Bytes of one part's headers."""
MAX_PARTS: Final = 64
_BOUNDARY: Final = re.compile(r'multipart/form-data\s*;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))\Z', re.IGNORECASE)
_PARAMETER: Final = re.compile(rb';\s*(name|filename)="((?:[^"\\]|\\.)*)"', re.IGNORECASE)


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
    found = _BOUNDARY.match(content_type.strip())
    if found is None:
        raise MultipartError("no multipart/form-data")
    try:
        return (found[1] or found[2]).encode("ascii")
    except UnicodeEncodeError as error:
        raise MultipartError("boundary is not ASCII") from error


class MultipartReader:
    """Feed it what comes; it yields what that makes certain. At the end `is_done` must be true.

    Memory is bounded: at most what is fed at once, one part's headers and the length of the boundary are held back.
    """

    def __init__(self, boundary: bytes) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._held = bytearray(b"\r\n")  # so that the first delimiter is like every other
        self._state = self._begin
        self._parts = 0
        self.is_done = False

    def feed(self, piece: bytes) -> Iterator[Event]:
        """Yield what is certain now.

        Raises:
            MultipartError: it is not what browsers send.
        """
        self._held += piece
        while not self.is_done:
            before = len(self._held), self._state
            yield from self._state()
            if (len(self._held), self._state) == before:
                return
        if self._held.strip(b"\r\n"):
            raise MultipartError("something follows the end")

    def _begin(self) -> Iterator[Event]:
        if len(self._held) >= len(self._delimiter):
            if not self._held.startswith(self._delimiter):
                raise MultipartError("something stands in front of the first part")
            del self._held[: len(self._delimiter)]
            self._state = self._after_delimiter
        yield from ()

    def _after_delimiter(self) -> Iterator[Event]:
        if len(self._held) >= 2:
            end, self._held = bytes(self._held[:2]), self._held[2:]
            if end == b"--":
                self.is_done = True
            elif end == b"\r\n":
                self._state = self._headers
            else:
                raise MultipartError("no line end after the boundary")
        yield from ()

    def _headers(self) -> Iterator[Event]:
        end = self._held.find(b"\r\n\r\n")
        if end > MAX_HEADERS or (end < 0 and len(self._held) > MAX_HEADERS):
            raise MultipartError("headers of a part are too long")
        if end < 0:
            return
        headers, self._held = bytes(self._held[:end]), self._held[end + 4 :]
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise MultipartError("too many parts")
        self._state = self._content
        yield _part(headers)

    def _content(self) -> Iterator[Event]:
        end = self._held.find(self._delimiter)
        certain = end if end >= 0 else max(0, len(self._held) - len(self._delimiter) + 1)
        if certain:
            content, self._held = bytes(self._held[:certain]), self._held[certain:]
            yield Data(content)
        if end >= 0:
            del self._held[: len(self._delimiter)]
            self._state = self._after_delimiter
            yield PartEnd()


def _part(headers: bytes) -> Part:
    lines = headers.split(b"\r\n")
    found = [line for line in lines if line.lower().startswith(b"content-disposition:")]
    if len(found) != 1 or any(line[:1] in b" \t" for line in lines if line):
        raise MultipartError("a part without a name")
    if any(line.lower().startswith(b"content-transfer-encoding:") for line in lines):
        raise MultipartError("a part in another encoding")
    told = {key.lower(): value for key, value in _PARAMETER.findall(found[0])}
    if b"form-data" not in found[0].lower() or b"name" not in told:
        raise MultipartError("a part without a name")
    try:
        name = told[b"name"].decode("utf-8")
    except UnicodeDecodeError as error:
        raise MultipartError("a name that is no text") from error
    return Part(name, told.get(b"filename"))
