r"""One property of a vCard of any version, taken apart.

Sources: RFC 6350 (vCard 4.0) sections 3.3 and 3.4, RFC 2426 (3.0), vCard 2.1 (versit, 1996), whose values may be in
quoted-printable and in another charset, and whose parameters have no names.
"""

import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from phoneward.snapshots.records.contentlines import ContentLineError, parse_line, split_value, unescaped

_HEAD: Final = re.compile(rb'(?:[^:"]++|"[^"]*+")*+:')
_MAX_HEAD: Final = 64 << 10
"""Bytes before a value."""

_MAX_STRUCTURED: Final = 1 << 20
"""Characters of a value that is taken into parts; a longer one is one part."""

_OLD_ESCAPE: Final = re.compile(r"\\([\\;:,])")
_ENCODINGS: Final = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"})
_KINDS_OF_VALUE: Final = frozenset({"URL", "URI", "INLINE", "CID", "CONTENT-ID"})
_CHARSETS: Final = re.compile(
    r"utf-?8|us-ascii|iso-8859-\d{1,2}|windows-125\d|gb2312|gbk|gb18030|big5|shift_jis|euc-jp|euc-kr|iso-2022-jp|koi8-r",
    re.IGNORECASE,
)
"""Those that exporters name; Python knows further ones that are no charsets, or take time."""


@dataclass(frozen=True, slots=True)
class Property:
    r"""One line.

    Attributes:
        name: in capitals.
        value: as it stands in the file, `\n` and the like still escaped; empty where it was base 64.
        params: name in capitals, and its values.
        group: what binds lines together (`item1` in `item1.TEL`).
        data: the bytes of a value in base 64.
        is_old: vCard 2.1, which escapes less.
    """

    name: str
    value: str
    params: tuple[tuple[str, tuple[str, ...]], ...] = ()
    group: str = ""
    data: bytes | None = None
    is_old: bool = False

    def param(self, name: str) -> tuple[str, ...]:
        """Return all values of a parameter."""
        return tuple(value for known, values in self.params if known == name for value in values)

    def types(self) -> tuple[str, ...]:
        """Return what kind of number, address … it is, in small letters."""
        return tuple(value.lower() for value in self.param("TYPE"))

    def text(self) -> str:
        """Return the value as one text."""
        return self._plain(self.value)

    def fields(self) -> list[str]:
        """Return the parts of the value that semicolons part."""
        return self._parts(";")

    def items(self) -> list[str]:
        """Return the parts of the value that commas part."""
        return self._parts(",")

    def picture(self) -> bytes | None:
        """Return the bytes of a picture that stands in the file itself; None where there is none."""
        if self.data is not None:
            return self.data
        head, comma, text = self.value.partition(",")
        if not comma or not head.lower().startswith("data:"):
            return None
        if not head.lower().endswith(";base64"):
            return unquote_to_bytes(text.encode("utf-8", "surrogateescape"))
        try:
            return binascii.a2b_base64(text)
        except ValueError:
            return None

    def _plain(self, text: str) -> str:
        return _OLD_ESCAPE.sub(r"\1", text) if self.is_old else unescaped(text)

    def _parts(self, separator: str) -> list[str]:
        parts = split_value(self.value, separator) if len(self.value) <= _MAX_STRUCTURED else [self.value]
        return [self._plain(part) for part in parts]


def parse_property(line: bytes, *, is_old: bool) -> Property | None:
    """Return the property of a line; None where it is none, or its base 64 is damaged."""
    found = _HEAD.match(line, 0, _MAX_HEAD)
    place = found.end() if found else line.find(b":", 0, _MAX_HEAD) + 1
    try:
        head = parse_line(line[:place] if found else line[:place].replace(b'"', b""), 0)
    except ContentLineError:
        return None
    params = tuple((name, values) if name else _named(values[0]) for name, values in head.parameters)
    raw = line[place:]
    encoding = next((value.upper() for name, values in params if name == "ENCODING" for value in values), "")
    data = None
    if encoding in {"BASE64", "B"}:
        try:
            data, raw = binascii.a2b_base64(raw), b""
        except ValueError:
            return None
    elif encoding == "QUOTED-PRINTABLE":
        raw = binascii.a2b_qp(raw)
    return Property(head.name, _decoded(raw, params), params, head.group, data, is_old)


def _named(value: str) -> tuple[str, tuple[str, ...]]:
    """Return a parameter whose name vCard 2.1 leaves out."""
    word = value.strip().upper()
    return "ENCODING" if word in _ENCODINGS else "VALUE" if word in _KINDS_OF_VALUE else "TYPE", (value.strip(),)


def _decoded(raw: bytes, params: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    charset = next((value for name, values in params if name == "CHARSET" for value in values), "utf-8")
    if _CHARSETS.fullmatch(charset):
        try:
            return raw.decode(charset)
        except (UnicodeDecodeError, LookupError):
            pass
    return raw.decode("utf-8", "surrogateescape")
