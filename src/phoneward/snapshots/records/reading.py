r"""Reads messages and calls from XML: our own files, and real exports of SMS Backup & Restore.

Those are not quite XML: emoji stand in them as two references to halves of a surrogate pair (`&#55357;&#56832;`), and
control characters as references (`&#1;`), which every XML parser must refuse. Such references are put aside before the
parser sees them: behind U+E000, a character of the private use area, stands their number and a semicolon; a U+E000 of
the text itself is put aside in the same way.

A file is read twice: first to its end, to see that it is whole, then for its records. So a file that was cut short
gives one sentence and not a single record.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from xml.parsers import expat

from phoneward.errors import ExitCode, PhonewardError
from phoneward.snapshots.records.forms import EXACT, ID, Form
from phoneward.texts import N_, words

_PIECE: Final = 64 << 10
_MAX_ELEMENT: Final = 64 << 20
"""Bytes of one element: pictures in multimedia messages stand in attributes. More is no message."""

_MAX_DEPTH: Final = 8
_ASIDE: Final = "\ue000"
_ODD: Final = re.compile(rb"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,10}));|\xee\x80\x80")
_TAIL: Final = re.compile(rb"(?:&[#0-9a-zA-Z]{0,13}|\xee\x80?)\Z")
_PUT_ASIDE: Final = re.compile(_ASIDE + "([0-9a-f]{1,6});")
_MAX_CODE: Final = 0x10FFFF


class RecordsFileError(PhonewardError):
    """A file of messages or calls is damaged, cut short, or something else."""

    message = N_("This is no whole file of messages or calls: {detail}.")
    next_step = N_("Make the file again with the app it came from, or take an earlier one.")
    exit_code = ExitCode.FAILED


def read_records(path: Path, form: Form) -> Iterator[dict[str, str | None]]:
    """Yield the records of a file, by column; attributes of other apps under their own names.

    Args:
        path: the file; it must not change meanwhile.
        form: which kind.

    Raises:
        RecordsFileError: the file is not whole, or not of this kind; before the first record.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        yield from records_in(stream, form)


def records_in(stream: IO[bytes], form: Form) -> Iterator[dict[str, str | None]]:
    """Yield what `read_records` yields, of an open file that can be read twice."""
    for _record in _records(stream, form):
        pass
    stream.seek(0)
    yield from _records(stream, form)


def _records(stream: IO[bytes], form: Form) -> Iterator[dict[str, str | None]]:
    parsing = _Parsing(form)
    rest = b""
    try:
        while piece := stream.read(_PIECE):
            piece = rest + piece
            tail = _TAIL.search(piece[-16:])
            rest = tail[0] if tail else b""
            yield from parsing.feed(_ODD.sub(_aside, piece[: len(piece) - len(rest)]))
        yield from parsing.feed(rest)
        parsing.finish()
    except expat.ExpatError as error:
        line = words("line {line}: {problem}", line=error.lineno, problem=expat.ErrorString(error.code))
        raise RecordsFileError(detail=line) from error


def _aside(found: "re.Match[bytes]") -> bytes:
    code = 0xE000 if found[1] is None and found[2] is None else int(found[1], 16) if found[1] else int(found[2])
    if code > _MAX_CODE or (_is_allowed(code) and code != 0xE000):
        return found[0]
    return f"{_ASIDE}{code:x};".encode()


def _is_allowed(code: int) -> bool:
    """Tell whether XML may refer to it (XML 1.0, Char)."""
    return code in {9, 10, 13} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= _MAX_CODE


def _put_back(text: str) -> str:
    if _ASIDE not in text:
        return text
    text = _PUT_ASIDE.sub(lambda found: chr(int(found[1], 16)), text)
    # Two halves that stand together are one character.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


class _Parsing:
    """One pass over a file."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = False
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._depth = 0
        self._found = 0
        self._count: int | None = None
        self._since = 0
        self._ready: list[dict[str, str | None]] = []

    def feed(self, data: bytes) -> Iterator[dict[str, str | None]]:
        self._since += len(data)
        if self._since > _MAX_ELEMENT:
            raise RecordsFileError(detail=words("one message is longer than any can be"))
        self._parser.Parse(data, False)  # noqa: FBT003 - expat's own signature
        ready, self._ready = self._ready, []
        yield from ready

    def finish(self) -> None:
        self._parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature
        if self._count is not None and self._count != self._found:
            raise RecordsFileError(
                detail=words("it says that it holds {count}, and holds {found}", count=self._count, found=self._found)
            )

    def _doctype(self, *_args: object) -> None:
        raise RecordsFileError(detail=words("it declares a document type, which no such file does"))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._since = 0
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise RecordsFileError(detail=words("its elements are nested too deep"))
        if self._depth == 1:
            self._begin(name, attributes)
        elif self._depth == 2 and name in self._form.also:
            self._found += 1
        elif self._depth == 2 and name == self._form.item:
            self._found += 1
            self._ready.append(self._record(attributes))

    def _end(self, _name: str) -> None:
        self._since = 0
        self._depth -= 1

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name != self._form.top:
            raise RecordsFileError(detail=words("it is a list of something else"))
        count = attributes.get("count")
        if count is not None:
            if not re.fullmatch("[0-9]{1,9}", count):
                raise RecordsFileError(detail=words("its count is no number"))
            self._count = int(count)

    def _record(self, attributes: dict[str, str]) -> dict[str, str | None]:
        columns = dict(self._form.attributes) | {ID: ID}
        record: dict[str, str | None] = {}
        for attribute, text in attributes.items():
            column = columns.get(attribute, attribute)
            if column and attribute != EXACT:
                value = _put_back(text)
                record[column] = None if value == self._form.none_word(attribute) else value
        if EXACT in attributes:
            record |= _exact(attributes[EXACT])
        return record


def _exact(text: str) -> dict[str, str]:
    try:
        exact = json.loads(text)
    except (ValueError, RecursionError):
        exact = None
    if not isinstance(exact, dict) or not all(isinstance(value, str) for value in exact.values()):
        raise RecordsFileError(detail=words("what Phoneward noted in it cannot be read"))
    return exact
