"""Text messages as SMS Backup & Restore, Phoneward's own snapshots and Signal's old plaintext export write them.

The format is `snapshots/records/forms.py`'s. Signal's export (its `XmlBackup.java`, until 2020) has the same elements.
"""

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.rescue.archive.message import Attachment, Kind, Message
from phoneward.rescue.archive.problem import Problem, Problems
from phoneward.rescue.archive.sources.reading import People, shortened
from phoneward.rescue.archive.sources.texts import conversation_key, text_id
from phoneward.snapshots import (
    MmsAddress,
    MmsEnd,
    MmsMessage,
    MmsPart,
    RecordsFileError,
    TextMessage,
    messages_at_once,
)

_RECEIVED: Final = "1"
"""`Telephony.TextBasedSmsColumns.MESSAGE_TYPE_INBOX`, and `BaseMmsColumns.MESSAGE_BOX_INBOX` (AOSP Telephony.java)."""
_FROM: Final = "137"
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}\Z")
_UNKNOWN: Final = frozenset({"", "(Unknown)", "null"})
_MOST_ATTACHED: Final = 128 << 20
"""Bytes of all that hangs on one message; a carrier takes some hundred kilobytes."""
_NO_NAME: Final = frozenset({"insert-address-token"})


class SmsXml:
    """Reads one file; see `Reader`."""

    kind = Kind.SMS_XML
    family = "sms"

    def __init__(self, path: Path) -> None:
        self._path = path
        self.files: tuple[Path, ...] = (path,)
        self.people = People()
        self.problems = Problems()

    def messages(self) -> Iterator[Message]:
        """Yield all messages before the damage, if there is any."""
        with self._path.open("rb") as stream:
            mms: _Mms | None = None
            try:
                for found in messages_at_once(stream):
                    if isinstance(found, TextMessage):
                        yield self._text(found.columns)
                    elif isinstance(found, MmsMessage):
                        mms = _Mms(found.columns)
                    elif mms is None:
                        continue
                    elif isinstance(found, MmsPart):
                        mms.add(found)
                    elif isinstance(found, MmsAddress):
                        mms.addresses.append(found.columns)
                    elif isinstance(found, MmsEnd):
                        yield self._multimedia(mms)
                        mms = None
            except RecordsFileError as error:
                self.problems.add(Problem.DAMAGED_FROM, readable(error.sentence()))

    def _text(self, columns: Mapping[str, str | None]) -> Message:
        address = columns.get("address") or ""
        key = self._conversation([address], columns.get("contact_name"))
        kind, body, date = columns.get("type") or _RECEIVED, columns.get("body") or "", columns.get("date") or ""
        is_mine = kind != _RECEIVED
        return Message(
            conversation=key,
            id=text_id(date, kind, body),
            time_ms=_number(date),
            sender="" if is_mine else self.people.titles[key],
            is_mine=is_mine,
            text=shortened(body, self.problems),
        )

    def _multimedia(self, mms: "_Mms") -> Message:
        columns = mms.columns
        addresses = [one for one in (columns.get("address") or "").split("~") if one and one not in _NO_NAME]
        key = self._conversation(addresses, columns.get("contact_name"))
        is_mine = (columns.get("msg_box") or _RECEIVED) != _RECEIVED
        date, body = columns.get("date") or "", mms.text()
        sender = next((one["address"] or "" for one in mms.addresses if one.get("type") == _FROM), "")
        if len(addresses) < 2 or sender in _NO_NAME:
            sender = self.people.titles[key]
        digest = hashlib.sha256(body.encode("utf-8", "surrogatepass"))
        for part in mms.files:
            digest.update(part.data or b"")
        return Message(
            conversation=key,
            id=text_id(date, columns.get("msg_box") or "", digest.hexdigest()),
            time_ms=_number(date),
            sender="" if is_mine else sender,
            is_mine=is_mine,
            text=shortened(body, self.problems),
            attachments=tuple(map(_attachment, mms.files)),
        )

    def _conversation(self, addresses: list[str], name: str | None) -> str:
        key = conversation_key(addresses)
        title = ", ".join(addresses)
        if name is not None and name not in _UNKNOWN:
            self.people.titles[key] = name
        else:
            self.people.titles.setdefault(key, title)
        if len(addresses) > 1:
            self.people.groups.add(key)
        return key


class _Mms:
    """A multimedia message, as far as it has been read."""

    def __init__(self, columns: Mapping[str, str | None]) -> None:
        self.columns = columns
        self.addresses: list[dict[str, str | None]] = []
        self.files: list[MmsPart] = []
        self._texts: list[str] = []
        self._left = _MOST_ATTACHED

    def add(self, part: MmsPart) -> None:
        content = (part.columns.get("ct") or "").lower()
        if content == "application/smil":
            return
        if content == "text/plain":
            self._texts.append(part.columns.get("text") or (part.data or b"").decode("utf-8", "replace"))
            return
        self._left -= len(part.data or b"")
        if self._left < 0:
            part = MmsPart(part.columns, None)
        if len(self.files) < 1_000:
            self.files.append(part)

    def text(self) -> str:
        subject = self.columns.get("sub") or ""
        if subject.startswith("proto:"):  # what Google's Messages notes of RCS
            subject = ""
        return "\n".join(one for one in (subject, *self._texts) if one)


def _attachment(part: MmsPart) -> Attachment:
    columns, data = part.columns, part.data
    name = next((text for key in ("cl", "name", "fn", "cid", "ct") if (text := columns.get(key))), "?")
    return Attachment(name=name, open=None if data is None else lambda: io.BytesIO(data))


def _number(text: str) -> int | None:
    return int(text) if _NUMBER.match(text) else None
