"""Text messages in Android's own database, `mmssms.db`.

Source: AOSP, packages/providers/TelephonyProvider, `MmsSmsDatabaseHelper.java` (tables `sms`, `pdu`, `part`, `addr`,
`threads`, `canonical_addresses`); frameworks/base `Telephony.java` for the numbers. Where it lies as files of a phone
(root, a full backup), parts lie in `app_parts` beside.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from phoneward.databases import Beside, Database, number, opened, side_files, text
from phoneward.rescue.archive.media import MediaFolders
from phoneward.rescue.archive.message import Attachment, Kind, Message
from phoneward.rescue.archive.problem import Problems
from phoneward.rescue.archive.sources.reading import People, shortened
from phoneward.rescue.archive.sources.texts import conversation_key, text_id

_INBOX, _FROM = 1, 137
_NO_NAME = "insert-address-token"


class AndroidSms:
    """Reads one `mmssms.db`; see `Reader`."""

    kind = Kind.ANDROID_SMS
    family = "sms"

    def __init__(self, path: Path, media: MediaFolders, folder: Path) -> None:
        self._path = path
        self._media = media
        self._folder = folder
        self.files: tuple[Path, ...] = (path, *side_files(path))
        self.people = People()
        self.problems = Problems()

    @staticmethod
    def fits(database: Database) -> bool:
        """Tell whether a database is one."""
        return {"address", "body", "thread_id", "date"} <= database.columns("sms")

    def messages(self) -> Iterator[Message]:
        """Yield all messages."""
        with opened(self._path, self._folder) as database:
            yield from self._texts(database)
            yield from self._multimedia(database)

    def _texts(self, database: Database) -> Iterator[Message]:
        columns = ("address", "date", "type", "body")
        for address, date, kind, body in database.rows("sms", columns, "_id", self.problems):
            key = self._conversation([text(address)])
            is_mine = kind != _INBOX
            yield Message(
                conversation=key,
                id=text_id(text(date), text(kind), text(body)),
                time_ms=number(date),
                sender="" if is_mine else self.people.titles[key],
                is_mine=is_mine,
                text=shortened(text(body), self.problems),
            )

    def _multimedia(self, database: Database) -> Iterator[Message]:
        numbers: dict[object, str] = {
            key: text(one) for key, one in database.rows("canonical_addresses", ("_id", "address"), "", self.problems)
        }
        threads: dict[object, str] = {
            key: text(ids) for key, ids in database.rows("threads", ("_id", "recipient_ids"), "", self.problems)
        }
        parts = Beside(
            database.rows("part", ("mid", "seq", "ct", "name", "cl", "fn", "text", "_data"), "mid", self.problems)
        )
        senders = Beside(database.rows("addr", ("msg_id", "address", "type"), "msg_id", self.problems))
        columns = ("_id", "thread_id", "date", "msg_box", "sub")
        for key, thread, date, box, subject in database.rows("pdu", columns, "_id", self.problems):
            if not isinstance(key, int):
                continue
            given = threads.get(thread, "").split()
            addresses = [numbers[int(one)] for one in given if one.isdecimal() and int(one) in numbers]
            named = [(text(address), kind) for _key, address, kind in senders.of(key)]
            addresses = addresses or [address for address, kind in named if kind == _FROM and address != _NO_NAME]
            conversation = self._conversation(addresses or ["?"])
            texts, files = self._parts(parts, key)
            body = "\n".join(one for one in (text(subject), *texts) if one)
            is_mine = box != _INBOX
            sender = next((address for address, kind in named if kind == _FROM and address != _NO_NAME), "")
            sender = sender if len(addresses) > 1 else self.people.titles[conversation]
            names = "\n".join(one.name for one in files)
            seconds = number(date)
            yield Message(
                conversation=conversation,
                id=text_id(
                    text(date), text(box), hashlib.sha256(f"{body}\n{names}".encode("utf-8", "replace")).hexdigest()
                ),
                time_ms=None if seconds is None else seconds * 1000,
                sender="" if is_mine else sender,
                is_mine=is_mine,
                text=shortened(body, self.problems),
                attachments=tuple(files),
            )

    def _parts(self, parts: Beside, key: int) -> tuple[list[str], list[Attachment]]:
        texts, files = [], []
        for row in sorted(parts.of(key), key=lambda row: number(row[1]) or 0):
            _mid, _seq, kind, *names, words, data = row
            if text(kind) == "application/smil":
                continue
            if text(kind) == "text/plain":
                texts.append(text(words))
                continue
            where = text(data)
            name = next((text(one) for one in names if text(one)), "") or where.rpartition("/")[2] or text(kind) or "?"
            files.append(Attachment(name=name, open=self._media.opener(where) if where else None))
        return texts, files

    def _conversation(self, addresses: list[str]) -> str:
        key = conversation_key(addresses)
        self.people.titles.setdefault(key, ", ".join(addresses))
        if len(addresses) > 1:
            self.people.groups.add(key)
        return key
