"""Records of a phone by `content query`, the only way there is without root: messages, calls, contacts, calendars.

How its text is taken apart, and why never by guessing: `rowtext.py`. Here is how it is asked:

- first for all `_id`s, then for the rows page by page, by ranges of `_id`, and after each page for the `_id`s of its
  range again: a page is only taken apart with the very rows that it holds;
- a page that can be read in two ways is asked for in halves; a row that can, by itself, with half of its columns, and
  so on: a text that imitates another column is alone after a few questions;
- a text `NULL` is told from no text, and a text `BLOB` from bytes, by asking which rows hold that text in which column;
- builds whose `content` prints only the lower 32 bits of a number (`Cursor.getInt` in the older Content.java,
  `Cursor.getLong` in the newer) tell by ranges of `date` which upper bits belong to it.

What is asked for: `content_tables.py`.
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from typing import Final

from phoneward.errors import readable
from phoneward.phones.adb.content_tables import TABLES
from phoneward.phones.adb.rowtext import (
    BLOB,
    NOTHING,
    NULL,
    NUMBER,
    one_value,
    parse_ids,
    split_fields,
    split_rows,
)
from phoneward.phones.adb.shell import Finished, Shell, quote
from phoneward.phones.errors import PhoneAnswerError
from phoneward.phones.records import BLOB_VALUE, Record, RecordKind, RecordObstacle

PAGE: Final = 1_000
"""Rows asked for at once: each `content` starts a program on the phone, which takes half a second."""

PAGE_BYTES: Final = 16 << 20
MORE_QUESTIONS: Final = 5_000
"""Questions beyond those that every page needs. A phone that answers nonsense would be asked without end."""

_MAX_WORDS: Final = 200
_HALF: Final = 1 << 31
_TURN: Final = 1 << 32
_TURNS: Final = 1 << 10
"""So many times 2^32 milliseconds are 139 years."""

_FAILED: Final = b"Error while accessing provider"
_UNKNOWN_COLUMN: Final = re.compile(rb"(?:no such column: |Invalid column )([A-Za-z0-9_]+)")


def obstacle_of(words: bytes) -> RecordObstacle:
    """Return what the words on standard error stand for (Content.java, execute(): it prints the exception)."""
    if b"SecurityException" in words or b"Permission Denial" in words:
        return RecordObstacle.REFUSED
    if b"Could not find provider" in words:
        return RecordObstacle.ABSENT
    return RecordObstacle.UNANSWERED


def complaint_in(words: bytes) -> bytes:
    """Return what was printed on standard error if it tells of a failure; other programs' warnings are none."""
    return words if _FAILED in words or b"xception" in words else b""


def the_exception(words: bytes) -> str:
    """Return the line that names the exception."""
    lines = [line for line in words.splitlines() if b"xception" in line] or words.splitlines()
    return readable(lines[0].strip())[:_MAX_WORDS] if lines else ""


class _GoneError(Exception):
    """The row is not there any more."""


class _UnclearError(Exception):
    """What was printed is no answer."""


class ContentRecords:
    """The records of one kind; see `phones.records.Records`.

    Args:
        shell: of the phone.
        kind: which.
        owner: the number in the URI, where it has one.
    """

    def __init__(self, shell: Shell, kind: RecordKind, owner: int | None = None) -> None:
        self._shell = shell
        self._table = TABLES[kind]
        self._uri = self._table.uri if owner is None else self._table.uri % owner
        self._ids = array("q")
        self._words = b""
        self._more = MORE_QUESTIONS
        self._whole = False
        self._literal: dict[tuple[str, bytes], frozenset[int]] = {}
        self.columns: tuple[str, ...] = ()
        self.obstacle: RecordObstacle | None = None
        self.detail = ""
        self.unclear = 0
        self.gone = 0
        self._begin()
        self.listed = len(self._ids)

    def _begin(self) -> None:
        ids = self._ask_ids(b"")
        if ids is None:
            self.obstacle, self.detail = obstacle_of(self._words), the_exception(self._words)
            return
        if not ids:
            return
        if not self._find_columns(ids[0]):
            self.obstacle, self.detail = obstacle_of(self._words), the_exception(self._words)
            return
        if not self._find_literal():
            self.obstacle, self.detail = obstacle_of(self._words), the_exception(self._words)
            return
        self._ids = ids

    def _find_literal(self) -> bool:
        """Find out which rows hold the texts that stand for no text and for bytes; False where it cannot be asked."""
        if not self._texts:
            return True
        asked = [(column, word) for column in self._texts for word in (NULL, BLOB)]
        some = self._ask_ids(b" OR ".join(column.encode() + b" IN ('NULL','BLOB')" for column in self._texts))
        if not some:
            return some is not None
        for column, word in asked:
            found = self._ask_ids(b"%s='%s'" % (column.encode(), word))
            if found is None:
                return False
            if found:
                self._literal[column, word] = frozenset(found)
        return True

    def _find_columns(self, first: int) -> bool:
        """Find out which columns this phone has; False where it cannot be asked."""
        missing: set[str] = set()
        while True:
            self._numbers = tuple(name for name in self._table.numbers if name not in missing)
            self._texts = tuple(name for name in self._table.texts if name not in missing)
            self.columns = self._numbers + self._texts
            where = self._is(first)
            text = self._ask(self.columns, where)
            if text is not None and (text != NOTHING or not self._table.mute or not self._ask_ids(where)):
                return True
            if text == NOTHING:
                left = sorted(self._table.optional - missing)
                name = next((name for name in left if self._ask((name,), where) == NOTHING), "")
            else:
                unknown = _UNKNOWN_COLUMN.search(self._words)
                name = unknown[1].decode() if unknown else ""
            if name not in self._table.optional or name in missing:
                return False
            missing.add(name)

    # -- asking ----------------------------------------------------------------------------------------------------

    def _ask(self, columns: Sequence[str], where: bytes) -> bytes | None:
        """Return what is printed; None where it is no answer, its complaint is in `_words` then."""
        names = b":".join([b"_id", *(name.encode() for name in columns)])
        command = b"content query --uri %s --projection %s" % (self._uri, names)
        wheres = [one for one in (self._table.where, where) if one]
        if wheres:
            command += b" --where " + quote(wheres[0] if len(wheres) == 1 else b"(%s) AND (%s)" % (*wheres,))
        command += b" --sort " + quote(b"_id ASC")
        try:
            done = self._run(command, PAGE_BYTES if columns else None)
        except PhoneAnswerError as error:
            self._words = error.sentence().encode()
            return None
        failed = done.stdout if done.stdout.startswith(_FAILED) else done.stderr
        if complaint_in(failed) or done.code or not done.stdout.endswith(b"\n"):
            self._words = failed
            return None
        return done.stdout

    def _run(self, command: bytes, limit: int | None) -> Finished:
        self._words = b""
        if not self._shell.has_protocol:  # no row begins like a complaint
            command += b" 2>&1"
        return self._shell.run(command) if limit is None else self._shell.run(command, limit=limit)

    def _ask_ids(self, where: bytes) -> "array[int] | None":
        text = self._ask((), where)
        return None if text is None else parse_ids(text)

    # -- page by page ------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Record]:
        for start in range(0, len(self._ids), PAGE):
            yield from self._page(self._ids[start : start + PAGE])

    def _page(self, ids: "array[int]") -> Iterator[Record]:
        if self._more <= 0:
            self.unclear += len(ids)
            return
        if len(ids) == 1:
            text = self._ask(self.columns, self._is(ids[0]))
            rows = self._taken_apart(text, ids) if text is not None else None
            yield from self._mended(self._alone(ids[0]) if rows is None else rows, ids)
            return
        where = self._between(ids)
        text = self._ask(self.columns, where)
        there = self._ask_ids(where)
        if there is not None and there != ids and set(there) < set(ids):
            self._more -= 2
            self.gone += len(ids) - len(there)
            if there:
                yield from self._page(there)
            return
        rows = self._taken_apart(text, ids) if text is not None and there == ids else None
        if rows is not None:
            yield from self._mended(rows, ids)
            return
        self._more -= 2
        half = len(ids) // 2
        yield from self._page(ids[:half])
        yield from self._page(ids[half:])

    def _taken_apart(self, text: bytes, ids: "array[int]") -> list[Record] | None:
        rows = split_rows(text, ids, self.columns[0])
        if rows is None:
            return None
        records = []
        for number, row in zip(ids, rows, strict=True):
            values = split_fields(row, self._numbers, self._texts)
            records += self._alone(number) if values is None else self._told(number, values)
        return records

    def _told(self, number: int, values: list[bytes]) -> list[Record]:
        """Return the row of these printed values; nothing where bytes stand in place of a text."""
        told: list[bytes | None] = []
        for column, value in zip(self.columns, values, strict=True):
            if value not in {NULL, BLOB} or number in self._literal.get((column, value), ()):
                told.append(value)
            elif value == NULL:
                told.append(None)
            elif column in self._table.blobs:
                told.append(BLOB_VALUE)
            else:
                self.unclear += 1
                return []
        return [Record(number, tuple(told))]

    def _alone(self, number: int) -> list[Record]:
        """Ask for one row with some of its columns at a time, until nothing can be mistaken."""
        try:
            values = self._some(number, self.columns)
        except _GoneError:
            self.gone += 1
            return []
        except _UnclearError:
            self.unclear += 1
            return []
        return self._told(number, values)

    def _some(self, number: int, columns: tuple[str, ...]) -> list[bytes]:
        """Return a row's printed values of some columns."""
        self._more -= 1
        text = self._ask(columns, self._is(number))
        if text is None:
            raise _UnclearError
        if text == NOTHING:
            raise _GoneError
        if len(columns) == 1:
            value = one_value(text, number, columns[0])
            if value is None or (columns[0] in self._numbers and value != NULL and NUMBER.match(value) is None):
                raise _UnclearError
            return [value]
        rows = split_rows(text, (number,), columns[0])
        numbers = [column for column in columns if column in self._numbers]
        values = split_fields(rows[0], numbers, columns[len(numbers) :]) if rows else None
        if values is not None:
            return values
        half = len(columns) // 2
        return self._some(number, columns[:half]) + self._some(number, columns[half:])

    # -- numbers of more than 32 bits --------------------------------------------------------------------------------

    def _mended(self, rows: list[Record], ids: "array[int]") -> list[Record]:
        wide = [number for number, name in enumerate(self.columns) if name in self._table.wide]
        told = [int(value) for row in rows for number in wide if (value := row.values[number]) is not None]
        self._whole = self._whole or any(not -_HALF <= value < _HALF for value in told)
        if self._whole or not told:
            return rows
        for number in wide:
            rows = self._mend(rows, number, ids)
        return rows

    def _mend(self, rows: list[Record], number: int, ids: "array[int]") -> list[Record]:
        wanted = {row.id for row in rows if row.values[number] is not None}
        if not wanted:
            return rows
        turns = dict.fromkeys(self._within(number, ids, 0, 1), 0)
        if not wanted <= turns.keys():
            self._find_turns(number, ids, (1, _TURNS), turns)
        if not wanted <= turns.keys():
            self._find_turns(number, ids, (-_TURNS, 0), turns)
        mended = []
        for row in rows:
            told = row.values[number]
            if told is None:
                mended.append(row)
            elif row.id not in turns:
                self.unclear += 1
            else:
                value = b"%d" % (int(told) + turns[row.id] * _TURN)
                mended.append(Record(row.id, (*row.values[:number], value, *row.values[number + 1 :])))
        return mended

    def _find_turns(self, number: int, ids: "array[int]", turns: tuple[int, int], found: dict[int, int]) -> None:
        """Find out how often 2^32 must be added to each row's number: between these, the second excluded."""
        first, last = turns
        there = self._within(number, ids, first, last)
        if not there:
            return
        if last - first == 1:
            found |= dict.fromkeys(there, first)
            return
        middle = (first + last) // 2
        self._find_turns(number, ids, (first, middle), found)
        self._find_turns(number, ids, (middle, last), found)

    def _within(self, number: int, ids: "array[int]", first: int, last: int) -> "array[int]":
        column = self.columns[number].encode()
        low, high = first * _TURN - _HALF, last * _TURN - _HALF
        where = b"%s AND %s>=%d AND %s<%d" % (self._between(ids), column, low, column, high)
        return self._ask_ids(where) or array("q")

    def _is(self, number: int) -> bytes:
        return b"%s=%d" % (self._table.row, number)

    def _between(self, ids: "array[int]") -> bytes:
        return b"%s>=%d AND %s<=%d" % (self._table.row, ids[0], self._table.row, ids[-1])
