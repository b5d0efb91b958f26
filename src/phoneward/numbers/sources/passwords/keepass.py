"""KeePass's XML export (2.x), as KeePass and KeePassXC write it.

Source: keepassxreboot/keepassxc-specs, kdbx-xml/rfc.md: `KeePassFile/Root/Group/…/Entry/String` with `Key` and `Value`;
the keys Title, UserName, Password, URL, Notes; `Times/LastModificationTime` in ISO 8601 (base64 inside a
kdbx 4: passed over). Former versions of an entry stand in its `History`. Values of other keys are not even put
together. A document type is refused, so that no entity is ever expanded.
"""

from collections.abc import Iterator
from typing import IO, Final
from xml.parsers import expat

from phoneward.numbers.sources.passwords.entry import Entry, written_time

_PIECE: Final = 256 << 10
_MAX_DEPTH: Final = 200
_MAX_TEXT: Final = 8_000
_KEYS: Final = frozenset({"Title", "UserName", "URL"})
_TOP: Final = "KeePassFile"


def entries(stream: IO[bytes]) -> Iterator[Entry]:
    """Yield the entries of a file, while it is read.

    Raises:
        ValueError: it is not whole, or something else; perhaps after the first.
    """
    reading = _Reading()
    try:
        while piece := stream.read(_PIECE):
            reading.parser.Parse(piece, False)  # noqa: FBT003 - expat's own signature
            ready, reading.ready = reading.ready, []
            yield from ready
        reading.parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, LookupError):  # the latter: an encoding that nobody knows
        raise ValueError("no whole XML") from None
    yield from reading.ready


class _Reading:
    """One pass over a file."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.ready: list[Entry] = []
        self._path: list[str] = []
        self._history = 0
        self._fields: dict[str, str] = {}
        self._time = ""
        self._key = ""
        self._text: list[str] = []
        self._size = 0

    def _doctype(self, *_args: object) -> None:
        raise ValueError("a document type")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if not self._path and name != _TOP:
            raise ValueError("something else")
        if len(self._path) >= _MAX_DEPTH:
            raise ValueError("too deep")
        above = self._path[-1] if self._path else ""
        self._path.append(name)
        if name == "History":
            self._history += 1
        elif name == "Entry" and not self._history:
            self._fields, self._time = {}, ""
        elif name == "String":
            self._key = ""
        wanted = name == "Key" or (name == "Value" and self._key in _KEYS) or name == "LastModificationTime"
        if wanted and not self._history and above in {"String", "Times"}:
            self._text, self._size = [], 0
            self.parser.CharacterDataHandler = self._data

    def _data(self, text: str) -> None:
        self._size += len(text)
        if self._size <= _MAX_TEXT:
            self._text.append(text)

    def _end(self, name: str) -> None:
        self._path.pop()
        if name == "History":
            self._history -= 1
        if self._history:
            return
        if self.parser.CharacterDataHandler is not None:
            self._take(name, "".join(self._text))
            self.parser.CharacterDataHandler = None
        if name == "Entry":
            users = (self._fields["UserName"],) if self._fields.get("UserName") else ()
            pages = (self._fields["URL"],) if self._fields.get("URL") else ()
            self.ready.append(Entry(self._fields.get("Title", ""), pages, users, written_time(self._time)))

    def _take(self, name: str, text: str) -> None:
        above = self._path[-1] if self._path else ""
        if name == "Key":
            self._key = text.strip()
        elif name == "Value":
            self._fields[self._key] = text
        elif len(self._path) > 1 and above == "Times" and self._path[-2] == "Entry":
            self._time = text
