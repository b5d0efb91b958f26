"""How likely bytes that look like a record are one: evidence in bits, counted together.

What SQLite never writes rules a record out: an integer in more bytes than it needs, NaN, a number in a TEXT column,
NULL where the schema refuses it (datatype3.html; fileformat2.html, 2.1).
"""

import math
import struct
import unicodedata
from typing import Final

from phoneward.rescue.sqlite.records import BLOB, INTEGER, NULL, REAL, TEXT, class_of, size_of
from phoneward.rescue.sqlite.shapes import Shape

ENOUGH: Final = 14.0
"""Bits below which bytes are no candidate at all."""
_RARE: Final = -6.0
"""A value of a class that the column's affinity does not lead one to expect."""
_UNSEEN: Final = -4.0
"""A value of a class that no living row holds."""
_BROKEN_TEXT: Final = -40.0
_CONTROL: Final = -25.0
_SCRIPTS: Final = -12.0
"""Text in three scripts and more: bytes of something else, read as UTF-16."""
_ODD_FLOAT: Final = -9.0
_LEGAL: Final = {NULL: 1.0, INTEGER: 4.0, REAL: 6.0, TEXT: 1.5, BLOB: 1.0}
"""What a serial type of that class is worth: the fewer there are, the less likely is one by chance."""
_SMALLEST: Final = {1: (2, -1), 2: (128, -129), 3: (1 << 15, -(1 << 15) - 1), 4: (1 << 23, -(1 << 23) - 1),
                    5: (1 << 31, -(1 << 31) - 1), 6: (1 << 47, -(1 << 47) - 1)}  # fmt: skip


def confidence(bits: float) -> float:
    """Return how sure that is, 0 to 0.99."""
    return round(min(0.99, max(0.0, 1 - 2 ** (-(bits - 8) / 6))), 2)


def weigh(shape: Shape, kinds: list[int], body: bytes, encoding: str, *, old_format: bool = False) -> float | None:
    """Return the evidence in bits that these bytes are a row of a table; None where they cannot be.

    Args:
        shape: of the table.
        kinds: serial types of the stored columns.
        body: the values' bytes, as far as they are there.
        encoding: of text.
        old_format: whether 0 and 1 have no serial types of their own.
    """
    bits, at = 0.0, 0
    table = shape.table
    for place, kind in enumerate(kinds):
        kept = class_of(kind)
        column = table.columns[table.stored[place]]
        is_alias = table.stored[place] == table.alias
        if (kind != 0) if is_alias else not kept & column.possible:
            return None
        bits += _LEGAL[kept] if kept & shape.classes[place] else _RARE
        if shape.seen[place] and not kept & shape.seen[place]:
            bits += _UNSEEN
        size = size_of(kind)
        worth = _value(kind, body[at : at + size], size, encoding, column.affinity, old_format=old_format)
        if worth is None:
            return None
        bits += worth
        at += size
    return bits


def _value(kind: int, data: bytes, size: int, encoding: str, affinity: str, *, old_format: bool) -> float | None:
    if kind >= 12:
        return _text(data, size, encoding, affinity) if kind & 1 else 0.0
    if len(data) < size:
        return 0.0
    if kind == 7:
        return _float(struct.unpack(">d", data)[0], affinity)
    if kind in _SMALLEST:
        number = int.from_bytes(data, "big", signed=True)
        above, below = _SMALLEST[kind]
        if below < number < above and not (old_format and kind == 1):
            return None
        # Integers of eight bytes are rare, and any eight bytes look like one.
        return -4.0 if kind == 6 else 0.0
    return 0.0


def _float(number: float, affinity: str) -> float | None:
    if math.isnan(number):
        return None
    if number != 0 and not 1e-30 < abs(number) < 1e30:
        return 0.0 if math.isinf(number) else _ODD_FLOAT
    if affinity in {"real", "integer", "numeric"} and number.is_integer() and abs(number) < 1 << 47:
        return _ODD_FLOAT  # SQLite stores it as an integer
    return 2.0


def _text(data: bytes, size: int, encoding: str, affinity: str) -> float:
    if encoding != "utf-8" and size & 1:
        return _BROKEN_TEXT
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        # What goes on elsewhere may be cut in the middle of a character.
        if len(data) < size and error.start >= len(data) - 4:
            text = data[: error.start].decode(encoding, "replace")
        else:
            return _BROKEN_TEXT
    if text.isascii() and text.isprintable():
        bits = min(1.2 * len(text), 18.0)
        return bits - 8 if affinity in {"integer", "numeric", "real"} and _is_number(text) else bits
    # Control characters and code points that nobody assigned.
    strange = sum(1 for one in text if not one.isprintable() and unicodedata.category(one) in {"Cc", "Cn"}
                  and one not in "\t\n\r")  # fmt: skip
    if strange:
        return _CONTROL
    if len({ord(one) >> 8 for one in text if 0x250 <= ord(one) < 0x2000 or 0xA000 <= ord(one) < 0xAC00}) > 2:
        return _SCRIPTS
    # Nearly any two bytes are a character of UTF-16; that its high byte is zero says more.
    plain = len(text) if encoding == "utf-8" else sum(1 for one in text if ord(one) < 0x250)
    bits = min(1.2 * plain + 0.25 * (len(text) - plain), 18.0)
    return bits - 8 if affinity in {"integer", "numeric", "real"} and _is_number(text) else bits


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text
