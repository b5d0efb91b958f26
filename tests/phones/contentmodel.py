"""A `content` of our own, to judge ours by: SQLite decides what a query finds, and it is printed as Content.java does.

AOSP frameworks/base/cmds/content/src/com/android/commands/content/Content.java, QueryCommand.onExecute(), line by line:
the builder appends "Row: ", the index, a blank, and for each column (", " before all but the first) its name, "=" and
its value by the cursor's type: a float by getFloat, an integer by getInt (older) or getLong (newer), a string as it is,
"BLOB", "NULL"; each row by println; without rows "No result found.". An exception is printed on standard error behind
"Error while accessing provider:NAME", and the exit code stays 0.
"""

import shlex
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from phoneward.phones.adb.shell import Finished
from tests.phone.providers import PROVIDERS

SMS_COLUMNS = (
    *("date", "date_sent", "thread_id", "type", "read", "seen", "status", "protocol", "locked", "sub_id"),
    *("address", "service_center", "subject", "body"),
)
_CREATE = (
    "CREATE TABLE IF NOT EXISTS sms"
    " (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, person INTEGER, date INTEGER,"
    " date_sent INTEGER DEFAULT 0, protocol INTEGER, read INTEGER DEFAULT 0, status INTEGER DEFAULT -1, type INTEGER,"
    " reply_path_present INTEGER, subject TEXT, body TEXT, service_center TEXT, locked INTEGER DEFAULT 0,"
    " sub_id INTEGER DEFAULT -1, error_code INTEGER DEFAULT 0, creator TEXT, seen INTEGER DEFAULT 0)"
)
"""AOSP TelephonyProvider, MmsSmsDatabaseHelper.java, createSmsTables()."""


@dataclass
class Model:
    """A phone's messages, and a shell in which only `content` runs.

    Attributes:
        truncates: whether numbers are printed by getInt.
        words: what it says instead of any answer.
        place: of the database; in memory by default.
        table, create: another table than that of text messages.
        mute: whether a question that SQLite refuses is answered by nothing found (MmsProvider.query()).
        before: called with each question's number before it is answered: plays a phone that changes meanwhile.
    """

    truncates: bool = False
    words: bytes = b""
    has_protocol: bool = True
    place: str = ":memory:"
    table: str = "sms"
    create: str = _CREATE
    mute: bool = False
    before: Callable[[int], None] | None = None
    asked: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.database = sqlite3.connect(self.place)
        self.database.execute(self.create)

    def add(self, **columns: object) -> None:
        names, marks = ",".join(columns), ",".join("?" * len(columns))
        self.database.execute(f"INSERT INTO {self.table} ({names}) VALUES ({marks})", tuple(columns.values()))  # noqa: S608

    def rows(self, columns: Sequence[str] = SMS_COLUMNS) -> list[tuple[object, ...]]:
        """What is there, asked of SQLite itself."""
        return self.database.execute(f"SELECT _id,{','.join(columns)} FROM {self.table} ORDER BY _id").fetchall()  # noqa: S608

    def run(self, command: bytes, *, stdin: bytes = b"", limit: int = 64 << 20) -> Finished:
        del stdin, limit
        self.asked.append(command)
        if self.before is not None:
            self.before(len(self.asked))
        words = shlex.split(command.decode())
        options = dict(zip(words[2::2], words[3::2], strict=True))
        if words[:2] != ["content", "query"] or self.words:
            return Finished(b"", self.words, 0)
        query = f"SELECT {options['--projection'].replace(':', ',')} FROM {self.table}"  # noqa: S608
        query += f" WHERE ({options['--where']})" if "--where" in options else ""
        try:
            cursor = self.database.execute(f"{query} ORDER BY {options['--sort']}")
            rows = cursor.fetchall()  # an expression may fail at any row
        except sqlite3.Error as error:
            if self.mute:
                return Finished(b"No result found.\n", b"", 0)
            complaint = (
                f"Error while accessing provider:sms\nandroid.database.sqlite.SQLiteException: {error} (code 1)\n"
            )
            return Finished(b"", complaint.encode(), 0)
        names = [column[0] for column in cursor.description]
        printed = []
        for index, row in enumerate(rows):
            builder = "Row: " + str(index) + " "
            for place, value in enumerate(row):
                builder += (", " if place > 0 else "") + names[place] + "=" + self._value(value)
            printed.append(builder + "\n")
        return Finished(("".join(printed) or "No result found.\n").encode(), b"", 0)

    def _value(self, value: object) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, bytes):
            return "BLOB"
        if isinstance(value, int) and self.truncates:
            return str((value + 2**31) % 2**32 - 2**31)
        return str(value)


def model_of(uri: str, place: str = ":memory:") -> Model:
    """Return a model of one of the test phone's tables, by its URI without `content://`."""
    (provider,) = [one for one in PROVIDERS if one.uri == uri]
    create = f"CREATE TABLE IF NOT EXISTS {provider.table} ({provider.columns})"
    return Model(place=place, table=provider.table, create=create, mute=provider.mute)
