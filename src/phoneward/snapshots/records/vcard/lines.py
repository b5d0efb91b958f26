r"""The lines of a vCard file, unfolded.

Sources: RFC 6350 section 3.2 and RFC 2426 section 2.6 (a line that begins with a blank or tab goes on with the one
before); vCard 2.1 (versit, 1996) section 2.1.3: lines in quoted-printable end in `=` where they go on, and base 64 goes
on until an empty line, with or without a blank before it, as older phones write.
"""

import re
from collections.abc import Iterator
from typing import IO, Final

from phoneward.snapshots.records.vcard.errors import VCardFileError
from phoneward.texts import words

MAX_LINE: Final = 24 << 20
"""Bytes of one line unfolded: the largest photos of contacts have some megabytes, a third more in base 64."""

_PIECE: Final = 64 << 10
_BOM: Final = b"\xef\xbb\xbf"
_QUOTED: Final = re.compile(rb"[^:]{0,1000}QUOTED-PRINTABLE", re.IGNORECASE)
_BASE64: Final = re.compile(rb"[^:]{0,1000};(?:ENCODING=)?(?:BASE64|B)[;:]", re.IGNORECASE)
_BASE64_TEXT: Final = re.compile(rb"[A-Za-z0-9+/=]+\Z")


def _physical(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield lines without their ends."""
    line = bytearray()
    is_first = True
    while piece := stream.readline(_PIECE):
        if is_first:
            piece = piece.removeprefix(_BOM)
            is_first = False
        line += piece
        if len(line) > MAX_LINE:
            raise VCardFileError(detail=words("one line is longer than any can be"))
        if piece.endswith(b"\n"):
            yield bytes(line).rstrip(b"\r\n")
            line.clear()
    if line:
        yield bytes(line).rstrip(b"\r\n")


def logical_lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not empty, each with the number of its first line in the file, from 1.

    Raises:
        VCardFileError: one is longer than any can be.
        OSError: the file cannot be read.
    """
    whole = bytearray()
    start = 0
    quoted = base64 = False
    for number, line in enumerate(_physical(stream), 1):
        if whole:
            if quoted and whole.endswith(b"=") and line.upper() != b"END:VCARD":
                whole[-1:] = line
            elif line[:1] in (b" ", b"\t"):
                whole += line[1:]
            elif base64 and _BASE64_TEXT.match(line):
                whole += line
            else:
                yield start, bytes(whole)
                whole.clear()
        if len(whole) > MAX_LINE:
            raise VCardFileError(detail=words("one line is longer than any can be"))
        if not whole and line:
            whole += line
            start = number
            quoted = _QUOTED.match(line) is not None
            base64 = _BASE64.match(line) is not None
    if whole:
        yield start, bytes(whole)
