"""Reads a document: its encoding, whether it is a page, its sentences with their lines."""

import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from phoneward.cases.documents.pages import BREAK, is_page, visible
from phoneward.cases.errors import CaseError
from phoneward.errors import readable
from phoneward.texts import N_, _

MOST_BYTES: Final = 2 << 20
"""Of a document: the longest agreements are a tenth of that."""
MOST_LETTERS: Final = 600
"""Of one sentence; a longer one is cut at a comma."""
MOST_SENTENCES: Final = 20_000

_ENDS: Final = re.compile(r"[。；！？!?;]+[”’\"』」)）]*|(?<!\d)\.(?=\s|$)[\"”)]*")
_NUMBERED: Final = re.compile(
    r"\s*(?:第[一二三四五六七八九十百零\d]{1,6}[条章节款]|[(（]?[\d一二三四五六七八九十]{1,4}(?:\.\d{1,3}){0,4}[.)）、．]|[-•*●·]\s)"
)
_CUT: Final = re.compile(r"[，,、：:]\s*")


class DocumentTooLargeError(CaseError):
    """A document is larger than any of its kind."""

    message = N_("{path} is too large for a text ({most} at most).")
    next_step = N_("Copy the text itself into a file, and name that.")


class DocumentUnreadableError(CaseError):
    """A document cannot be read."""

    message = N_("{path} cannot be read as text ({detail}).")
    next_step = N_("Save it as text or as a web page, or copy the text into a file, and name that.")


class Sentence(msgspec.Struct, frozen=True):
    """A sentence.

    Attributes:
        text: one line, readable.
        line: of the file it begins on, counted from 1.
        is_set_off: whether bold, a heading, colour or underlining was seen; None where the file cannot show that.
    """

    text: str
    line: int
    is_set_off: bool | None


class Document(msgspec.Struct, frozen=True):
    """A document.

    Attributes:
        sentences: in their order.
        is_page: whether it was HTML.
        is_cut: it had more sentences than `MOST_SENTENCES`; the rest was not looked at.
    """

    sentences: tuple[Sentence, ...]
    is_page: bool
    is_cut: bool = False


def read_file(path: str) -> Document:
    """Read a document from a file, or from standard input for `-`.

    Raises:
        DocumentTooLargeError: it is larger than `MOST_BYTES`.
        DocumentUnreadableError: it cannot be read, or is no text.
    """
    shown = readable(path)
    try:
        if path == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(path).open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise DocumentUnreadableError(path=shown, detail=readable(error.strerror or str(error))) from error
    if len(data) > MOST_BYTES:
        raise DocumentTooLargeError(path=shown, most=f"{MOST_BYTES >> 20} MiB")
    if data.startswith((b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or b"\x00\x00\x00" in data[:1000]:
        raise DocumentUnreadableError(path=shown, detail=_("PDF or Word"))
    return read_document(data)


def read_document(data: bytes) -> Document:
    """Return the sentences of a document: UTF-8, UTF-16 with its mark, or else GB 18030; text or HTML."""
    text = _decoded(data)
    page = is_page(text)
    pieces = visible(text) if page else _lines(text)
    found = tuple(itertools.islice(_sentences(pieces, is_page=page), MOST_SENTENCES + 1))
    return Document(found[:MOST_SENTENCES], page, len(found) > MOST_SENTENCES)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def _lines(text: str) -> Iterator[tuple[str, int, bool]]:
    """Yield the lines of a text; a blank line, or one that begins with a number, begins a new sentence."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or _NUMBERED.match(line):
            yield BREAK, number, False
        yield line.rstrip("\r") + "\n", number, False


def _sentences(pieces: Iterator[tuple[str, int, bool]], *, is_page: bool) -> Iterator[Sentence]:
    held: list[tuple[str, int, bool]] = []
    size = 0
    for text, line, is_strong in pieces:
        if held and (text == BREAK or size > 20 * MOST_LETTERS):
            yield from _split(held, is_page=is_page)
            held, size = [], 0
        if text != BREAK:
            held.append((text, line, is_strong))
            size += len(text)
    yield from _split(held, is_page=is_page)


def _split(held: list[tuple[str, int, bool]], *, is_page: bool) -> Iterator[Sentence]:
    """Yield the sentences of one paragraph."""
    whole = "".join(text for text, _line, _strong in held)
    starts: list[tuple[int, int, bool]] = []
    position = 0
    for text, line, is_strong in held:
        starts.append((position, line, is_strong))
        position += len(text)
    begin = place = counted = 0
    line = starts[0][1] if starts else 1
    while begin < len(whole):
        found = _ENDS.search(whole, begin, begin + MOST_LETTERS)
        end = found.end() if found else min(len(whole), begin + MOST_LETTERS)
        if found is None and end < len(whole):
            cuts = [cut.end() for cut in _CUT.finditer(whole, begin + MOST_LETTERS // 2, end)]
            end = cuts[-1] if cuts else end
        first = end - len(whole[begin:end].lstrip())
        while place + 1 < len(starts) and starts[place + 1][0] <= first:
            place += 1
            counted, line = starts[place][0], starts[place][1]
        line += whole.count("\n", counted, first)
        counted = first
        text = _one_line(whole[begin:end])
        if text:
            is_strong = any(strong for start, _line, strong in starts[place : place + 200] if start < end)
            yield Sentence(text, line, is_strong if is_page else None)
        begin = end


def _one_line(text: str) -> str:
    """Return a text on one line; Chinese that was broken into lines is joined without a space."""
    joined = re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s*\n\s*(?=[\u3000-\u9fff\uff00-\uffef])", "", text)
    return readable(" ".join(joined.split()))
