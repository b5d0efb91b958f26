r"""One property of a vCard: its name, parameters and value, taken apart and put together.

Sources: RFC 6350 (vCard 4.0) sections 3.3 and 3.4, RFC 2426 (3.0), vCard 2.1 (versit, 1996); RFC 6868 for `^n`, `^^` and
`^'` in parameters.
"""

import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from phoneward.snapshots.records.forms import FORBIDDEN

WIDTH: Final = 75
"""Octets of a line, its end not counted (RFC 6350 section 3.2)."""

_NAME: Final = re.compile(rb"(?:([A-Za-z0-9_-]{1,200})\.)?([A-Za-z0-9_-]{1,200})(?=[;:])")
_PART: Final = re.compile(rb'((?:[^:;"]++|"[^"]*+")*+)([:;])')
_BARE: Final = re.compile(rb"([^:;]*+)([:;])")
_VALUES: Final = re.compile(r'"([^"]*)"|([^,]+)')
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_TOKEN: Final = re.compile(r"\\.|[;,\\]|[^\\;,]+", re.DOTALL)
_OLD_ESCAPE: Final = re.compile(r"\\([\\;:,])")
_CARET: Final = {"^n": "\n", "^'": '"', "^^": "^"}
_CARETS: Final = re.compile(r"\^[n'^]")
_ENCODINGS: Final = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"})
_KINDS_OF_VALUE: Final = frozenset({"URL", "URI", "INLINE", "CID", "CONTENT-ID"})
_MAX_PARAMS: Final = 100
_MAX_HEAD: Final = 64 << 10
"""Bytes before a value."""

_MAX_PARTS: Final = 1_000
"""Parts of one value; what is beyond them stays together in the last."""

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
        return [self._plain(part) for part in _split(self.value, ";")]

    def items(self) -> list[str]:
        """Return the parts of the value that commas part."""
        return [self._plain(part) for part in _split(self.value, ",")]

    def picture(self) -> bytes | None:
        """Return the bytes of a picture that stands in the file itself; None where there is none."""
        if self.data is not None:
            return self.data
        head, comma, text = self.value.partition(",")
        if not comma or not head.lower().startswith("data:"):
            return None
        if not head.lower().endswith(";base64"):
            return unquote_to_bytes(text)
        try:
            return binascii.a2b_base64(text)
        except ValueError:
            return None

    def _plain(self, text: str) -> str:
        if "\\" not in text:
            return text
        if self.is_old:
            return _OLD_ESCAPE.sub(r"\1", text)
        return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


def _split(text: str, mark: str) -> list[str]:
    if "\\" not in text:
        return text.split(mark, _MAX_PARTS - 1)
    parts: list[list[str]] = [[]]
    for token in _TOKEN.findall(text):
        if token == mark and len(parts) < _MAX_PARTS:
            parts.append([])
        else:
            parts[-1].append(token)
    return ["".join(part) for part in parts]


def parse_property(line: bytes, *, is_old: bool) -> Property | None:
    """Return the property of a line; None where it is none, or its base 64 is damaged."""
    found = _NAME.match(line)
    if found is None:
        return None
    place = found.end()
    params: list[tuple[str, tuple[str, ...]]] = []
    while line[place : place + 1] == b";":
        part = _PART.match(line, place + 1, _MAX_HEAD) or _BARE.match(line, place + 1, _MAX_HEAD)
        if part is None or len(params) >= _MAX_PARAMS:
            return None
        place = part.end() - 1
        if part[1]:
            params.append(_param(part[1].decode("utf-8", "surrogateescape"), is_old=is_old))
    kept = tuple(params)
    raw = line[place + 1 :]
    encoding = next((value.upper() for name, values in kept if name == "ENCODING" for value in values), "")
    data = None
    if encoding in {"BASE64", "B"}:
        try:
            data, raw = binascii.a2b_base64(raw), b""
        except ValueError:
            return None
    elif encoding == "QUOTED-PRINTABLE":
        raw = binascii.a2b_qp(raw)
    group = (found[1] or b"").decode()
    return Property(found[2].decode().upper(), _decoded(raw, kept), kept, group, data, is_old)


def _param(text: str, *, is_old: bool) -> tuple[str, tuple[str, ...]]:
    name, equals, value = text.partition("=")
    name = name.strip().upper()
    if not equals:  # vCard 2.1 leaves the names out
        kind = "ENCODING" if name in _ENCODINGS else "VALUE" if name in _KINDS_OF_VALUE else "TYPE"
        return kind, (text.strip(),)
    values = tuple(quoted or bare.strip() for quoted, bare in _VALUES.findall(value))
    if not is_old:
        values = tuple(_CARETS.sub(lambda found: _CARET[found[0]], one) for one in values)
    return name, values


def _decoded(raw: bytes, params: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    charset = next((value for name, values in params if name == "CHARSET" for value in values), "utf-8")
    if _CHARSETS.fullmatch(charset):
        try:
            return raw.decode(charset)
        except (UnicodeDecodeError, LookupError):
            pass
    return raw.decode("utf-8", "surrogateescape")


# -- writing ---------------------------------------------------------------------------------------------------------

_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_NO_TEXT: Final = re.compile(r"[\x7f-\x9f]")


def shown(text: str) -> str:
    """Return a text without what no vCard may hold (RFC 6350 section 3.3, VALUE-CHAR): U+FFFD stands in its place."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _NO_TEXT.sub("\ufffd", FORBIDDEN.sub("\ufffd", text))


def escaped(text: str) -> str:
    """Return a text as it stands in a value."""
    return shown(text).translate(_ESCAPES)


def line(name: str, value: str, params: Iterable[tuple[str, str]] = (), group: str = "") -> bytes:
    """Return one line, folded, with its end.

    Args:
        name: of the property.
        value: escaped already.
        params: name and value; commas part several values of TYPE.
        group: what binds it to others.
    """
    head = f"{group}.{name}" if group else name
    head += "".join(f";{known}={_param_text(text, is_list=known == 'TYPE')}" for known, text in params)
    return folded(f"{head}:{value}".encode()) + b"\r\n"


def _param_text(text: str, *, is_list: bool) -> str:
    text = shown(text).replace("\t", " ").replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return f'"{text}"' if re.search("[;: ]" if is_list else "[;:, ]", text) else text


def folded(data: bytes) -> bytes:
    """Return a line folded at 75 octets, never within a character."""
    if len(data) <= WIDTH:
        return data
    parts = []
    start = 0
    while start < len(data):
        end = start + WIDTH - (1 if start else 0)
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(data[start:end])
        start = end
    return b"\r\n ".join(parts)
