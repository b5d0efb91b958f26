"""Writes messages and calls as XML, record by record. The same records make the same bytes."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from phoneward.snapshots.records.forms import EXACT, FORBIDDEN, ID, Form

_HALF = re.compile("[\ud800-\udbff]")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


def write_records(form: Form, count: int, records: Iterable[Mapping[str, str | None]]) -> Iterator[bytes]:
    """Yield the file in pieces of one record.

    Args:
        form: which kind.
        count: how many records follow.
        records: by column, `_id` among them. Columns that a phone does not have are left out. Any text is written so
            that `read_records` gives it back exactly; two halves of a surrogate pair that stand together are the one
            character that they are on the phone.
    """
    yield opening(form, count)
    for record in records:
        yield element(form, record)
    yield closing(form)


def opening(form: Form, count: int) -> bytes:
    """Return the beginning of a file."""
    declaration = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"
    return f'{declaration}<{form.top} count="{count}">\n'.encode()


def closing(form: Form) -> bytes:
    """Return its end."""
    return f"</{form.top}>\n".encode()


def joined(text: str | None) -> str | None:
    """Return a text with each surrogate pair as its one character, as Java and UTF-16 have it."""
    if text is None or not _HALF.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def element(form: Form, record: Mapping[str, str | None]) -> bytes:
    """Return the element of a record that holds nothing else."""
    return f"  <{form.item}{attributes(form, record)} />\n".encode()


def attributes(form: Form, record: Mapping[str, str | None]) -> str:
    """Return a record's attributes, a blank before each."""
    parts: list[str] = []
    exact: dict[str, str] = {}
    for attribute, column in (*form.attributes, (ID, ID)):
        if column and column not in record:
            continue
        none = form.none_word(attribute)
        value = joined(record[column]) if column else None
        shown = none if value is None else FORBIDDEN.sub("\ufffd", value)
        if value is not None and (shown != value or value == none):
            exact[column] = value
        parts.append(f' {attribute}="{shown.translate(_ESCAPES)}"')
    if exact:
        parts.append(f' {EXACT}="{json.dumps(exact, sort_keys=True).translate(_ESCAPES)}"')
    return "".join(parts)
