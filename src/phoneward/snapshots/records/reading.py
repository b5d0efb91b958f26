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
from typing import IO, Final, Generic, TypeVar
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


ReadyT = TypeVar("ReadyT")


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
    return parsed(stream, _Records(form))


def parsed(stream: IO[bytes], parsing: "Parsing[ReadyT]") -> Iterator[ReadyT]:
    """Yield what one pass over a file finds. Raises RecordsFileError, perhaps after the first."""
    rest = b""
    try:
        # Within a long attribute ever more at once: expat before 2.6 looks at all of it again for each piece.
        while piece := stream.read(max(_PIECE, parsing.since)):
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


def put_back(text: str) -> str:
    """Return an attribute's text with what was put aside before the parser saw it."""
    if _ASIDE not in text:
        return text
    text = _PUT_ASIDE.sub(lambda found: chr(int(found[1], 16)), text)
    # Two halves that stand together are one character.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


class Parsing(Generic[ReadyT]):
    """One pass over a file.

    Attributes:
        since: bytes since the last end of an element's tag.
    """

    def __init__(self, form: Form) -> None:
        self.form = form
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = False
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._depth = 0
        self._found = 0
        self._count: int | None = None
        self.since = 0
        self.ready: list[ReadyT] = []

    def feed(self, data: bytes) -> Iterator[ReadyT]:
        """Yield what has come to its end with this piece."""
        self.since += len(data)
        if self.since > _MAX_ELEMENT:
            raise RecordsFileError(detail=words("one message is longer than any can be"))
        self._parser.Parse(data, False)  # noqa: FBT003 - expat's own signature
        ready, self.ready = self.ready, []
        yield from ready

    def finish(self) -> None:
        """Tell whether the file is whole; RecordsFileError."""
        self._parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature
        if self._count is not None and self._count != self._found:
            raise RecordsFileError(
                detail=words("it says that it holds {count}, and holds {found}", count=self._count, found=self._found)
            )

    def _doctype(self, *_args: object) -> None:
        raise RecordsFileError(detail=words("it declares a document type, which no such file does"))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.since = 0
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise RecordsFileError(detail=words("its elements are nested too deep"))
        if self._depth == 1:
            self._begin(name, attributes)
            return
        if self._depth == 2 and (name == self.form.item or name in self.form.also):
            self._found += 1
        self.opened(self._depth, name, attributes)

    def _end(self, name: str) -> None:
        self.since = 0
        self.closed(self._depth, name)
        self._depth -= 1

    def opened(self, depth: int, name: str, attributes: dict[str, str]) -> None:
        """Take an element; those of the list are at depth 2."""

    def closed(self, depth: int, name: str) -> None:
        """Take an element's end."""

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name != self.form.top:
            raise RecordsFileError(detail=words("it is a list of something else"))
        count = attributes.get("count")
        if count is not None:
            if not re.fullmatch("[0-9]{1,9}", count):
                raise RecordsFileError(detail=words("its count is no number"))
            self._count = int(count)


class _Records(Parsing[dict[str, str | None]]):
    def opened(self, depth: int, name: str, attributes: dict[str, str]) -> None:
        if depth == 2 and name == self.form.item:
            self.ready.append(columns_of(self.form, attributes))


def columns_of(form: Form, attributes: dict[str, str]) -> dict[str, str | None]:
    """Return an element's attributes by column."""
    columns = dict(form.attributes) | {ID: ID}
    record: dict[str, str | None] = {}
    for attribute, text in attributes.items():
        column = columns.get(attribute, attribute)
        if column and attribute != EXACT:
            value = put_back(text)
            record[column] = None if value == form.none_word(attribute) else value
    if EXACT in attributes:
        record |= exact_columns(attributes[EXACT])
    return record


def exact_columns(text: str) -> dict[str, str]:
    """Return the columns whose exact text Phoneward noted (`EXACT`). Raises RecordsFileError."""
    try:
        exact = json.loads(text)
    except (ValueError, RecursionError):
        exact = None
    if not isinstance(exact, dict) or not all(isinstance(value, str) for value in exact.values()):
        raise RecordsFileError(detail=words("what Phoneward noted in it cannot be read"))
    return exact
