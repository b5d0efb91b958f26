"""Reads text and multimedia messages of a file in one pass, for whoever wants what there is, also of a file cut short.

`read_mms` and `Texts` are for those who must have all or nothing; here everything before the damage is given out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TypeAlias

from phoneward.snapshots.records.forms import BYTES, DATA, EXACT, MMS, PART, SMS
from phoneward.snapshots.records.mms_reading import Found, MmsParsing, Part
from phoneward.snapshots.records.reading import RecordsFileError, columns_of, parsed


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text message.

    Attributes:
        columns: as in the file, also those of other apps (`contact_name`); None is nothing.
    """

    columns: dict[str, str | None]


AnyMessage: TypeAlias = TextMessage | Found


def messages_at_once(stream: IO[bytes]) -> Iterator[AnyMessage]:
    """Yield what a file holds, in its order; a part whose bytes are damaged comes without them.

    Args:
        stream: SMS Backup & Restore's format, at its beginning.

    Raises:
        RecordsFileError: the file is not whole, or not of this kind; after what came before the damage.
        OSError: it cannot be read.
    """
    return parsed(stream, _All(MMS))


class _All(MmsParsing):
    def opened(self, depth: int, name: str, attributes: dict[str, str]) -> None:
        if depth == 2 and name == SMS.item:
            self._in_message = False
            self.ready.append(TextMessage(columns_of(SMS, attributes)))  # type: ignore[arg-type]  # the list of the class below knows no text messages
            return
        try:
            super().opened(depth, name, attributes)
        except RecordsFileError:
            if depth != 4 or name != PART.item:
                raise
            attributes = {key: text for key, text in attributes.items() if key not in {DATA, BYTES, EXACT}}
            self.ready.append(Part(columns_of(PART, attributes), None))
