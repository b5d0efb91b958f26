"""Reads the text messages of a file in one pass, with the few columns that tell who wrote what to which SIM.

`read_records` gives every column and reads a file twice. Here it is once: whoever reads must not make anything of what
came before the end, since only the end shows that the file is whole.
"""

import re
from collections.abc import Iterator, Mapping
from typing import IO, Final, NamedTuple

from phoneward.snapshots.records.forms import EXACT, ID, NO_TEXT, SMS
from phoneward.snapshots.records.reading import Parsing, exact_columns, parsed, put_back

_RECEIVED: Final = "1"
"""`Telephony.TextBasedSmsColumns.MESSAGE_TYPE_INBOX` (AOSP)."""
_SIMS: Final = ("sub_id", "sim_slot", "sim_id")
"""Names of the column that says which SIM: Android's own, and those of makers whose phones have others beside it."""
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}\Z")


class Text(NamedTuple):
    """One text message.

    Attributes:
        id: the phone's number of it; where the file has none, `#` and its place among the file's text messages.
        address: who wrote it; empty where unknown.
        body: the text.
        date_ms: when it came, milliseconds since 1970 UTC; None where the file does not say.
        is_received: it came to the person, as far as the file says; others were sent, are drafts, or failed.
        sim: which SIM, as the phone counts them; empty where unknown.
        service_center: the number of the exchange that delivered it; empty where unknown.
    """

    id: str
    address: str
    body: str
    date_ms: int | None
    is_received: bool
    sim: str
    service_center: str


class Texts:
    """The text messages of an open file, read once.

    Attributes:
        with_pictures: how many multimedia messages were passed over.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._parsing = _Texts(SMS)

    def __iter__(self) -> Iterator[Text]:
        """Yield them in the file's order.

        Raises:
            RecordsFileError: the file is not whole, or not of this kind; perhaps after the first.
            OSError: it cannot be read.
        """
        return parsed(self._stream, self._parsing)

    @property
    def with_pictures(self) -> int:
        """How many multimedia messages were passed over."""
        return self._parsing.with_pictures


class _Texts(Parsing[Text]):
    with_pictures = 0
    _texts = 0

    def opened(self, depth: int, name: str, attributes: dict[str, str]) -> None:
        if depth != 2:
            return
        if name != SMS.item:
            self.with_pictures += 1
            return
        self._texts += 1
        fields: Mapping[str, str] = attributes
        if EXACT in attributes:
            fields = attributes | exact_columns(attributes[EXACT])
        sim = next((fields[column] for column in _SIMS if column in fields), "")
        date = fields.get("date", "")
        self.ready.append(
            Text(
                fields.get(ID) or f"#{self._texts}",
                put_back(_text(fields.get("address"))),
                put_back(_text(fields.get("body"))),
                int(date) if _NUMBER.match(date) else None,
                fields.get("type", _RECEIVED) == _RECEIVED,
                sim if sim.isdecimal() else "",
                _text(fields.get("service_center")),
            )
        )


def _text(value: str | None) -> str:
    return "" if value is None or value == NO_TEXT else value
