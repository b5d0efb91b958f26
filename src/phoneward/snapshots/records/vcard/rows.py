"""The phone's own rows inside a vCard: exactly what its database held, beside what every program reads.

Android keeps more of a contact than a vCard can say (numbers of types, which account it came from, what other apps
added), and texts that no vCard may hold. So each row stands whole in a property of ours, as a JSON object in the order
of the phone's columns; NULLs are left out. What the standard properties say is made from them.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from phoneward.phones import BLOB_VALUE, RecordKind
from phoneward.snapshots.records.vcard.errors import VCardFileError
from phoneward.snapshots.records.vcard.reading import Card
from phoneward.snapshots.records.vcard.texts import escaped, line
from phoneward.snapshots.records.writing import joined
from phoneward.texts import words

Row = Mapping[str, str | None]

BYTES: Final = BLOB_VALUE.decode("utf-8", "surrogateescape")
"""What stands in a row for bytes, as it comes out of `Table.records`."""

ROW_PROPERTIES: Final[Mapping[RecordKind, str]] = {
    RecordKind.CONTACTS: "X-PHONEWARD-CONTACT",
    RecordKind.RAW_CONTACTS: "X-PHONEWARD-RAW-CONTACT",
    RecordKind.CONTACT_DATA: "X-PHONEWARD-DATA",
    RecordKind.CONTACT_GROUPS: "X-PHONEWARD-GROUP",
}

_ODD: Final = re.compile("[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What does not stand as itself: halves of pairs, control characters, and what other programs break lines at."""


def row_line(kind: RecordKind, row: Row) -> bytes:
    """Return the line that holds a row."""
    kept = {name: joined(text) for name, text in row.items() if text is not None}
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    return line(ROW_PROPERTIES[kind], escaped(_ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", text)))


def rows_in(cards: Iterable[Card]) -> Iterator[tuple[RecordKind, dict[str, str]]]:
    """Yield the rows of contacts of ours, without the columns that held nothing; nothing of contacts from elsewhere.

    Raises:
        VCardFileError: one of them is damaged.
    """
    for card in cards:
        yield from card_rows(card)


def card_rows(card: Card) -> Iterator[tuple[RecordKind, dict[str, str]]]:
    """Yield what `rows_in` yields, of one contact."""
    kinds = {name: kind for kind, name in ROW_PROPERTIES.items()}
    for one in card.properties:
        if one.name in kinds:
            yield kinds[one.name], _row(one.text())


def _row(text: str) -> dict[str, str]:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict) or not all(isinstance(value, str) for value in row.values()):
        raise VCardFileError(detail=words("what Phoneward noted in it cannot be read"))
    return row
