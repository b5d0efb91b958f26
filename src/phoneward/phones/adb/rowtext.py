r"""What `content query` prints, taken apart without guessing.

Source: AOSP frameworks/base/cmds/content/src/com/android/commands/content/Content.java, QueryCommand.onExecute():
`Row: N column=value, column=value`, a line feed after each row, nothing escaped; NULL as `NULL`, a blob as `BLOB`, no
rows as `No result found.`. A text may hold `, column=`, line feeds, and lines that look like another row. So a text is
only taken apart where there is exactly one way to do it: the way that takes every mark at its first place and the way
that takes every mark at its last place must be the same. Where they differ the caller asks in another way.
"""

import re
from array import array
from collections.abc import Sequence
from typing import Final

NOTHING: Final = b"No result found.\n"
NULL: Final = b"NULL"
BLOB: Final = b"BLOB"

_ID_LINE: Final = re.compile(rb"Row: (\d{1,18}) _id=(\d{1,18})\n")
NUMBER: Final = re.compile(rb"-?\d{1,19}\Z")


def parse_ids(text: bytes) -> "array[int] | None":
    """Return the ids that a query for `_id` alone printed; None where it printed anything else, or not ascending."""
    ids = array("q")
    if text == NOTHING:
        return ids
    place = 0
    for found in _ID_LINE.finditer(text):
        number = int(found[2])
        if found.start() != place or int(found[1]) != len(ids) or (ids and number <= ids[-1]):
            return None
        ids.append(number)
        place = found.end()
    return ids if ids and place == len(text) else None


def split_rows(text: bytes, ids: Sequence[int], second: str) -> list[bytes] | None:
    """Return the rows behind their `_id`, without the line feed at their ends; None where there is not one way.

    Args:
        text: what a query printed.
        ids: of the rows that it printed, in their order. At least one.
        second: the column behind `_id`.
    """
    marks = [b"\nRow: %d _id=%d, %s=" % (number, row, second.encode()) for number, row in enumerate(ids)]
    text = b"\n" + text
    starts: list[int] = []
    place = 0
    for mark in marks:
        place = text.find(mark, place)
        if place < 0:
            return None
        starts.append(place)
        place += len(mark)
    end = len(text)
    for number in range(len(marks) - 1, -1, -1):
        end = text.rfind(marks[number], 0, end)
        if end != starts[number]:
            return None
    if starts[0] or not text.endswith(b"\n"):
        return None
    ends = [*starts[1:], len(text) - 1]
    skipped = len(second) + 1
    return [text[start + len(mark) - skipped : end] for start, mark, end in zip(starts, marks, ends, strict=True)]


def split_fields(row: bytes, numbers: Sequence[str], texts: Sequence[str]) -> list[bytes] | None:
    """Return the values of a row in the order they were asked for; None where there is not one way.

    Args:
        row: without `_id`.
        numbers: columns that hold whole numbers, or NULL. They come first.
        texts: the other columns; the last one is where most can stand (`body`).
    """
    values = []
    place = 0
    for number, name in enumerate(numbers):
        start = place + len(name) + (3 if number else 1)
        if row[place:start] != (b", " if number else b"") + name.encode() + b"=":
            return None
        place = row.find(b",", start)
        place = len(row) if place < 0 else place
        value = row[start:place]
        if value != NULL and NUMBER.match(value) is None:
            return None
        values.append(value)
    marks = [b", " + name.encode() + b"=" for name in texts]
    if not values and marks:
        row = b", " + row
    starts: list[int] = []
    at = place
    for mark in marks:
        at = row.find(mark, at)
        if at < 0:
            return None
        starts.append(at)
        at += len(mark)
    if (starts[0] if starts else len(row)) != place:
        return None
    end = len(row)
    for number in range(len(marks) - 1, 0, -1):
        end = row.rfind(marks[number], 0, end)
        if end != starts[number]:
            return None
    ends = [*starts[1:], len(row)]
    return values + [row[start + len(mark) : end] for start, mark, end in zip(starts, marks, ends, strict=False)]


def one_value(text: bytes, row: int, column: str) -> bytes | None:
    """Return the value that a query for one row's `_id` and one column printed; None where it printed anything else.

    There is one row, so all that stands behind its beginning is the value, whatever it holds.
    """
    start = b"Row: 0 _id=%d, %s=" % (row, column.encode())
    return text[len(start) : -1] if text.startswith(start) and text.endswith(b"\n") else None
