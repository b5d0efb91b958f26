"""The file of text messages and multimedia messages."""

from collections.abc import Iterator, Mapping
from typing import Final

from phoneward.phones import RecordKind
from phoneward.snapshots.records.attached import Attached
from phoneward.snapshots.records.forms import ID, SMS
from phoneward.snapshots.records.gathering import gather
from phoneward.snapshots.records.mms_writing import write_messages
from phoneward.snapshots.records.tables import Sources, Subject, Table
from phoneward.snapshots.records.writing import closing, element, opening

_MESSAGE: Final = "mid"


class MessagesFile:
    """`sms.xml`: first the text messages, then those with pictures."""

    name = SMS.name
    kinds = (RecordKind.SMS, RecordKind.MMS, RecordKind.MMS_PARTS)
    subjects = (
        Subject("sms", RecordKind.SMS, (), 30, "own-backup-sms"),
        Subject("mms", RecordKind.MMS, (RecordKind.MMS_PARTS,), 30, "own-backup-sms"),
    )

    def complete(self, tables: Mapping[RecordKind, Table], sources: Sources) -> Iterator[int]:
        """Ask for addresses and pictures; see `RecordFile.complete`."""
        messages, parts = tables[RecordKind.MMS], tables[RecordKind.MMS_PARTS]
        attached = messages.attached = Attached(sources.sealer, parts.columns, sources.folder)
        attached.missing_parts = parts.obstacle
        if parts.columns:
            place = parts.columns.index(_MESSAGE)
            for part in parts.rows():
                attached.add_part(int(part.values[place] or 0), part)
        yield from gather(sources.asked, messages, attached, sources.earlier)
        for message in messages.records() if attached.is_lacking else ():
            number = int(message[ID] or 0)
            words = attached.words_for(number)
            if words:
                messages.incomplete[number] = words

    def write(self, tables: Mapping[RecordKind, Table]) -> Iterator[bytes]:
        """Yield the file in pieces of one message, or of one picture's piece."""
        texts, messages = tables[RecordKind.SMS], tables[RecordKind.MMS]
        yield opening(SMS, texts.kept + messages.kept)
        for record in texts.records():
            yield element(SMS, record)
        if messages.attached is not None:
            yield from write_messages(messages.records(), messages.attached)
        yield closing(SMS)
