"""What a CREATE TABLE statement says of the rows of its table. Read by our own tokens: no foreign SQL is ever run.

Sources: https://sqlite.org/lang_createtable.html, datatype3.html (3.1, affinity), withoutrowid.html, gencol.html.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from phoneward.rescue.sqlite.records import BLOB, INTEGER, MAX_COLUMNS, NULL, REAL, TEXT
from phoneward.rescue.sqlite.recovered import Value

MAX_SQL: Final = 1_000_000
"""Characters of a statement that are read; SQLITE_MAX_SQL_LENGTH's default."""
_TOKEN: Final = re.compile(
    r"""\s+|--[^\n]*|/\*.*?(?:\*/|\Z)|(?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|'(?:[^']|'')*')"""
    r"""|(?P<word>[^\W\d][\w$]*)|(?P<number>[-+]?\d[\w.]*)|(?P<sign>.)""",
    re.DOTALL,
)
_CONSTRAINTS: Final = {
    "constraint", "primary", "not", "null", "unique", "check", "default", "collate", "references", "generated", "as",
}  # fmt: skip
_OF_TABLE: Final = {"constraint", "primary", "unique", "check", "foreign"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        name: as declared.
        affinity: "integer", "text", "blob", "real", "numeric".
        not_null: whether NULL is refused.
        default: what a row from before the column was added holds.
        virtual: whether it is computed and never stored.
    """

    name: str
    affinity: str = "blob"
    not_null: bool = False
    default: Value = None
    virtual: bool = False

    @property
    def usual(self) -> int:
        """Return the classes of serial types that its affinity leads one to expect."""
        kinds = {
            "integer": INTEGER,
            "real": INTEGER | REAL,
            "text": TEXT,
            "numeric": INTEGER | REAL | TEXT,
            "blob": INTEGER | REAL | TEXT | BLOB,
        }[self.affinity]
        return kinds if self.not_null else kinds | NULL

    @property
    def possible(self) -> int:
        """Return the classes that SQLite can have stored: a number in a TEXT column became text."""
        kinds = TEXT | BLOB if self.affinity == "text" else INTEGER | REAL | TEXT | BLOB
        return kinds if self.not_null else kinds | NULL


@dataclass(frozen=True, slots=True)
class Table:
    """A table, and how its rows are laid out.

    Attributes:
        name: as declared.
        columns: as declared.
        alias: index of the column that is another name of the rowid; None where there is none.
        key: indexes of the columns of the primary key of a WITHOUT ROWID table; empty otherwise.
        without_rowid: whether rows lie in an index.
        root: page that its tree begins at; 0 where unknown.
        dropped: whether it is no more.
        stored: indexes of the columns in the order of the record.
    """

    name: str
    columns: tuple[Column, ...]
    alias: int | None = None
    without_rowid: bool = False
    key: tuple[int, ...] = ()
    root: int = 0
    dropped: bool = False
    stored: tuple[int, ...] = field(default=())


SCHEMA: Final = Table(
    "sqlite_schema",
    (
        Column("type", "text"),
        Column("name", "text"),
        Column("tbl_name", "text"),
        Column("rootpage", "integer"),
        Column("sql", "text"),
    ),
    root=1,
    stored=(0, 1, 2, 3, 4),
)
"""The table of tables (fileformat2.html, 2.6)."""


def read_table(sql: str, name: str = "", *, root: int = 0, dropped: bool = False) -> Table | None:
    """Return what a CREATE TABLE statement says; None where it is none, or names no columns."""
    tokens = list(_tokens(sql[:MAX_SQL]))
    words = [text.lower() if kind == "word" else text for kind, text in tokens]
    if words[:1] != ["create"] or "table" not in words[1:3] or "(" not in words:
        return None
    opening = words.index("(")
    parts, closing = _parts(tokens, opening + 1)
    without_rowid = any(words[at : at + 2] == ["without", "rowid"] for at in range(closing, len(words)))
    columns: list[Column] = []
    key: list[str] = []
    integer = ""
    for part in parts[: MAX_COLUMNS + 50]:
        if not part:
            continue
        kind, text = part[0]
        if kind == "word" and text.lower() in _OF_TABLE and columns:
            key = _key_of(part) or key
            continue
        column, declared, is_key, descending = _column(part)
        columns.append(column)
        if is_key:
            key = [column.name]
            integer = column.name if declared == "integer" and not descending else ""
    if not columns or len(columns) > MAX_COLUMNS:
        return None
    return _laid_out(name or _unquoted(tokens[opening - 1][1]), columns, key, _alias(parts, key, integer),
                     without_rowid=without_rowid, root=root, dropped=dropped)  # fmt: skip


def _laid_out(
    name: str, columns: list[Column], key: list[str], alias: str, *, without_rowid: bool, root: int, dropped: bool
) -> Table:
    places = {column.name.lower(): at for at, column in enumerate(columns)}
    keys = tuple(dict.fromkeys(places[one.lower()] for one in key if one.lower() in places))
    order = [at for at, column in enumerate(columns) if not column.virtual]
    if without_rowid:
        # The columns of the key stand first; they may not be NULL (withoutrowid.html, fileformat2.html 2.4).
        order = [*keys, *(at for at in order if at not in keys)]
        for at in keys:
            old = columns[at]
            columns[at] = Column(old.name, old.affinity, not_null=True, default=old.default, virtual=old.virtual)
    place = places.get(alias.lower()) if alias and not without_rowid else None
    return Table(name, tuple(columns), place, without_rowid, keys if without_rowid else (), root, dropped, tuple(order))


def _tokens(sql: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(sql):
        if match.lastgroup:
            yield match.lastgroup, match.group()


def _parts(tokens: list[tuple[str, str]], at: int) -> tuple[list[list[tuple[str, str]]], int]:
    """Split what stands in the parentheses at its commas; return where the parentheses end too."""
    parts: list[list[tuple[str, str]]] = [[]]
    depth = 0
    for place in range(at, len(tokens)):
        _kind, text = tokens[place]
        if text == ")" and depth == 0:
            return parts, place
        if text == "," and depth == 0:
            parts.append([])
            continue
        depth += (text == "(") - (text == ")")
        parts[-1].append(tokens[place])
    return parts, len(tokens)


def _column(part: list[tuple[str, str]]) -> tuple[Column, str, bool, bool]:
    """Return a column, its declared type, and whether it is the key alone, and a descending one."""
    words = [text.lower() if kind == "word" else text for kind, text in part]
    end = next((at for at in range(1, len(part)) if part[at][0] == "word" and words[at] in _CONSTRAINTS), len(part))
    declared = " ".join(_unquoted(text) for _kind, text in part[1:end]).lower()
    rest, depth = [], 0
    for word in words[end:]:
        depth -= word == ")"
        if depth == 0:
            rest.append(word)
        depth += word == "("
    is_key = "primary" in rest
    after = rest[rest.index("primary") + 2 :][:1] if is_key else []
    not_null = any(rest[at : at + 2] == ["not", "null"] for at in range(len(rest)))
    virtual = "as" in rest and "stored" not in rest
    column = Column(_unquoted(part[0][1]), _affinity(declared), not_null, _default(part[end:]), virtual)
    return column, declared, is_key, after == ["desc"]


def _affinity(declared: str) -> str:
    """Return the affinity of a declared type (datatype3.html, 3.1)."""
    if "int" in declared:
        return "integer"
    if any(word in declared for word in ("char", "clob", "text")):
        return "text"
    if "blob" in declared or not declared:
        return "blob"
    return "real" if any(word in declared for word in ("real", "floa", "doub")) else "numeric"


def _default(part: list[tuple[str, str]]) -> Value:
    for (_kind, text), (kind, value) in pairwise(part):
        if text.lower() != "default":
            continue
        if kind == "quoted":
            return _unquoted(value)
        if kind == "number":
            try:
                return int(value) if re.fullmatch(r"[-+]?\d{1,18}", value) else float(value)
            except ValueError:
                return None
    return None


def _key_of(part: list[tuple[str, str]]) -> list[str]:
    """Return the columns of a PRIMARY KEY (…) of the table; none where it is another constraint."""
    words = [text.lower() for _kind, text in part]
    if "primary" not in words or "(" not in words or words.index("primary") > 2:
        return []
    parts, _closing = _parts(part, words.index("(") + 1)
    return [_unquoted(one[0][1]) for one in parts if one]


def _alias(parts: list[list[tuple[str, str]]], key: list[str], integer: str) -> str:
    """Return the column that is another name of the rowid: INTEGER, and the key alone."""
    if len(key) != 1 or integer:
        return integer
    for part in parts:
        if part and _unquoted(part[0][1]).lower() == key[0].lower():
            _made, declared, is_key, _descending = _column(part)
            return key[0] if declared == "integer" and not is_key else ""
    return ""


def _unquoted(text: str) -> str:
    if text[:1] in {'"', "`", "'"} and len(text) > 1:
        return text[1:-1].replace(text[0] * 2, text[0])
    return text[1:-1] if text[:1] == "[" else text
