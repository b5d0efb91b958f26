"""Tables (CSV) that browsers and password managers export, told apart by their headings.

Headings, with their sources:
- Chrome, Edge and others of Chromium: `name,url,username,password,note` (chromium, password_csv_writer.cc).
- Firefox: `url,username,password,httpRealm,formActionOrigin,guid,timeCreated,timeLastUsed,timePasswordChanged`
  (gecko, LoginExport.sys.mjs); times in milliseconds.
- Apple: `Title,URL,Username,Password,Notes,OTPAuth`. 1Password: the same with `Favorite,Archived,Tags`.
- KeePassXC: `Group,Title,Username,Password,URL,Notes,…` (keepassxc, CsvExporter.cpp). KeePass: `Account,Login
  Name,Password,Web Site,Comments`, quotes behind backslashes.
- Bitwarden: `folder,favorite,type,name,…,login_uri,login_username,…`. Dashlane: `username,username2,username3,title,…`
  (bitwarden/clients, dashlane-csv-types.ts). LastPass: `url,username,password,totp,extra,name,grouping,fav`.
  Proton Pass: `type,name,url,email,username,…`.

Of a row only the columns named here are looked at.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from phoneward.numbers.sources.passwords.entry import Entry, time_of, written_time

MAX_ROWS: Final = 200_000
_MAX_FIELD: Final = 4 << 20
_HEAD: Final = 4_000
_ENCODINGS: Final = ("utf-8", "gb18030", "latin-1")
"""Tried in this order. In each of them a comma, a quote and a line end are what they are in ASCII."""
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
MARKS: Final = tuple(mark for mark, _encoding in _BOMS)
"""Byte order marks."""


@dataclass(frozen=True, slots=True)
class Table:
    """One exporter's table.

    Attributes:
        kind: for people and programs.
        needs: headings by which it is known, in lower case, parted by commas.
        title, pages, users, time: the columns that are looked at.
        only: a column and the values of it that are logins; others are notes and cards.
    """

    kind: str
    needs: str
    title: str = ""
    pages: tuple[str, ...] = ("url",)
    users: tuple[str, ...] = ("username",)
    time: tuple[str, ...] = ()
    only: tuple[str, frozenset[str]] | None = None
    backslash: bool = False


TABLES: Final = (
    Table(
        "bitwarden-csv",
        "login_uri,login_username,name",
        title="name",
        pages=("login_uri",),
        users=("login_username",),
        only=("type", frozenset({"login", ""})),
    ),
    Table("firefox-csv", "url,username,httprealm,guid", time=("timepasswordchanged", "timecreated")),
    Table("dashlane-csv", "username,username2,title,url", title="title", users=("username", "username2", "username3")),
    Table("keepassxc-csv", "group,title,username,url", title="title", time=("last modified", "created")),
    Table(
        "keepass-csv",
        "account,login name,web site",
        title="account",
        pages=("web site",),
        users=("login name",),
        backslash=True,
    ),
    Table("lastpass-csv", "url,username,extra,name,grouping", title="name"),
    Table(
        "proton-csv",
        "type,name,url,email,username",
        title="name",
        users=("username", "email"),
        time=("modifytime", "createtime"),
        only=("type", frozenset({"login"})),
    ),
    Table("1password-csv", "title,url,username,favorite,archived", title="title"),
    Table("apple-csv", "title,url,username,otpauth", title="title"),
    Table("chrome-csv", "name,url,username,password", title="name"),
)


def decoded(data: bytes) -> str:
    """Return a file's text, whatever a spreadsheet made of its encoding.

    Raises:
        ValueError: it is damaged.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding)
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("no text")


def table_of(text: str) -> tuple[Table, str] | None:
    """Return whose table it is by its headings, and what parts its columns; None where nobody's that is known."""
    head = text[:_HEAD].lstrip("\r\n").split("\n", 1)[0]
    for delimiter in (",", ";", "\t"):
        try:
            columns = {name.strip().casefold() for name in next(csv.reader([head], delimiter=delimiter), [])}
        except csv.Error:
            continue
        for table in TABLES:
            if columns.issuperset(table.needs.split(",")):
                return table, delimiter
    return None


def entries(text: str, table: Table, delimiter: str) -> Iterator[Entry]:
    """Yield the entries of a table, while it is read.

    Raises:
        ValueError: it is not whole, or too large; perhaps after the first.
    """
    csv.field_size_limit(max(csv.field_size_limit(), _MAX_FIELD))
    stream = io.StringIO(text.lstrip("\r\n"), newline="")
    rows = csv.reader(
        stream,
        delimiter=delimiter,
        strict=True,
        doublequote=not table.backslash,
        escapechar="\\" if table.backslash else None,
    )
    try:
        names = [name.strip().casefold() for name in next(rows)]
        for number, row in enumerate(rows, 1):
            if not row:
                continue
            if number > MAX_ROWS:
                raise ValueError("too many rows")
            fields = dict(zip(names, row, strict=True))  # ValueError for a row with another number of columns
            if table.only is None or fields.get(table.only[0], "").casefold() in table.only[1]:
                yield _entry(table, fields)
    except (csv.Error, StopIteration):
        raise ValueError("no whole table") from None


def _entry(table: Table, fields: Mapping[str, str]) -> Entry:
    return Entry(
        fields.get(table.title, ""),
        tuple(page for name in table.pages for page in _pages(fields.get(name, ""))),
        tuple(user for name in table.users if (user := fields.get(name, ""))),
        next((time for name in table.time if (time := _time(fields.get(name, ""))) is not None), None),
    )


def _pages(text: str) -> list[str]:
    """Return the addresses of a column; Bitwarden and Proton Pass write several into one, with commas between."""
    return [] if text in {"", "http://sn"} else [one for one in text[:8_000].split(",") if one.strip()][:20]


def _time(text: str) -> dt.datetime | None:
    """Return a time: ISO 8601, or seconds or milliseconds since 1970."""
    if text.isascii() and text.isdecimal() and len(text) <= 15:
        return time_of(int(text) / (1000 if len(text) > 11 else 1))
    return written_time(text)
