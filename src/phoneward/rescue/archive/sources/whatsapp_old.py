"""WhatsApp on Android before 2021: a `msgstore.db` whose messages stand in one table `messages`.

Sources: the queries for the old schema in github.com/KnugiHK/WhatsApp-Chat-Exporter (`android_handler.py`), and the
statements of WhatsApp's own database helper as they stand in published decompiled versions of 2.19 and 2.20.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from phoneward.databases import Beside, Database, Row, number, opened, side_files, text
from phoneward.rescue.archive.media import MediaFolders
from phoneward.rescue.archive.message import Attachment, Kind, Message, Notice, Place, Quote
from phoneward.rescue.archive.problem import Problem, Problems
from phoneward.rescue.archive.sources.reading import People, shortened
from phoneward.rescue.archive.sources.whatsapp import names_in, shown_jid
from phoneward.rescue.archive.sources.whatsapp_words import NOTICES, contact_in, media_kind_known

_COLUMNS: Final = (
    "_id", "key_remote_jid", "key_from_me", "key_id", "status", "data", "timestamp", "media_wa_type", "media_name",
    "media_caption", "media_mime_type", "media_size", "latitude", "longitude", "remote_resource", "quoted_row_id",
    "edit_version", "thumb_image", "forwarded",
)  # fmt: skip
_SYSTEM_STATUS: Final = 6
_DELETED, _LOCATION, _MISSED_CALL, _CONTACT, _STICKER = 15, 5, 10, 4, 20
_PATH: Final = re.compile(rb"\x00([\x10-\xff])([^\x00-\x1f]{0,200}?WhatsApp [A-Z][A-Za-z ]{2,30}/)")
"""The oldest versions note where a picture lies only within a serialised Java object, as a text with its length."""


class WhatsAppOld:
    """Reads one `msgstore.db`; see `Reader`."""

    kind = Kind.WHATSAPP_OLD
    family = "whatsapp"

    def __init__(self, path: Path, names: Path | None, media: MediaFolders, folder: Path) -> None:
        self._path = path
        self._names_path = names
        self._media = media
        self._folder = folder
        self.people = People()
        self.problems = Problems()
        self.files: tuple[Path, ...] = (path, *side_files(path), *((names, *side_files(names)) if names else ()))

    @staticmethod
    def fits(database: Database) -> bool:
        """Tell whether a database is one."""
        return {"_id", "key_remote_jid", "key_from_me", "data"} <= database.columns("messages")

    def messages(self) -> Iterator[Message]:
        """Yield all messages."""
        self._names = names_in(self._names_path, self._folder, self.problems)
        with opened(self._path, self._folder) as database:
            self._read_titles(database)
            quoted = self._read_quoted(database)
            paths = Beside(
                database.rows("message_media", ("message_row_id", "file_path"), "message_row_id", self.problems)
            )
            system = Beside(
                database.rows("message_system", ("message_row_id", "action_type"), "message_row_id", self.problems)
            )
            for row in database.rows("messages", _COLUMNS, "_id", self.problems):
                message = dict(zip(_COLUMNS, row, strict=True))
                key, jid = message["_id"], text(message["key_remote_jid"])
                if not isinstance(key, int) or not jid:
                    self.problems.add(Problem.MESSAGE_ODD)
                    continue
                if jid == "-1":  # the table's own first row
                    continue
                yield self._message(jid, message, quoted, paths.first(key), system.first(key))

    def _read_titles(self, database: Database) -> None:
        jids = {key: text(raw) for key, raw in database.rows("jid", ("_id", "raw_string"), "", self.problems)}
        rows = [
            *(
                (text(jid), name)
                for jid, name in database.rows("chat_list", ("key_remote_jid", "subject"), "", self.problems)
            ),
            *(
                (jids.get(jid, ""), name)
                for jid, name in database.rows("chat", ("jid_row_id", "subject"), "", self.problems)
            ),
        ]
        for jid, name in rows:
            if text(name):
                self.people.titles[jid] = text(name)

    def _read_quoted(self, database: Database) -> dict[object, Quote]:
        columns = ("_id", "key_id", "key_from_me", "remote_resource", "key_remote_jid", "data", "media_caption")
        found = {}
        for key, id_, mine, who, jid, words, caption in database.rows("messages_quotes", columns, "", self.problems):
            sender = "" if mine == 1 else self._name(text(who) or text(jid))
            found[key] = Quote(sender=sender, text=(text(words) or text(caption))[:2000], id=text(id_))
        return found

    def _name(self, jid: str) -> str:
        return self._names.get(jid) or shown_jid(jid)

    def _message(
        self, jid: str, message: dict[str, object], quoted: dict[object, Quote], path: Row | None, system: Row | None
    ) -> Message:
        self.people.titles.setdefault(jid, self._name(jid))
        if jid.endswith(("@g.us", "@broadcast")):
            self.people.groups.add(jid)
        kind = _whole(message["media_wa_type"])
        is_mine = message["key_from_me"] == 1
        said = shortened(text(message["data"]) or text(message["media_caption"]), self.problems)
        notice, detail = None, ""
        attachments: tuple[Attachment, ...] = ()
        if message["status"] == _SYSTEM_STATUS or system is not None:
            action = system[1] if system else message["media_size"]
            notice = NOTICES.get(action, Notice.OTHER) if isinstance(action, int) else Notice.OTHER
            detail = said if notice is not Notice.OTHER else f"WhatsApp {text(action)} {said}".strip()
            said = ""
        elif kind == _MISSED_CALL:
            notice = Notice.MISSED_CALL
        elif kind == _CONTACT:
            said = contact_in(said) or text(message["media_name"])
        elif media_kind_known(kind):
            attachments = (self._attachment(message, path, kind),)
        is_deleted = kind == _DELETED
        place = _place(message) if kind == _LOCATION else None
        if notice is None and not (said or attachments or place or is_deleted):
            self.problems.add(Problem.KIND_UNKNOWN)
            notice, detail = Notice.OTHER, f"WhatsApp {text(message['media_wa_type'])}"
        return Message(
            conversation=jid,
            id=text(message["key_id"]),
            time_ms=number(message["timestamp"]) or None,
            sender="" if is_mine else self._name(text(message["remote_resource"]) or jid),
            is_mine=is_mine,
            text=said,
            notice=notice,
            detail=detail,
            attachments=attachments,
            quote=quoted.get(message["quoted_row_id"]) if message["quoted_row_id"] else None,
            place=place,
            forwarded_from="?" if _whole(message["forwarded"]) else "",
            is_deleted=is_deleted,
        )

    def _attachment(self, message: dict[str, object], path: Row | None, kind: int | None) -> Attachment:
        where = text(path[1]) if path else ""
        packed = message["thumb_image"]
        if not where and isinstance(packed, bytes) and (found := _PATH.search(packed)):
            where = packed[found.start(2) : found.start(2) + found[1][0]].decode("utf-8", "replace")
        name = where.rpartition("/")[2] or text(message["media_name"]) or text(message["media_mime_type"]) or "?"
        where = where or text(message["media_name"])
        return Attachment(name=name, open=self._media.opener(where) if where else None, is_sticker=kind == _STICKER)


def _whole(value: object) -> int | None:
    """Return a number that old tables keep as text."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    return number(value)


def _place(message: dict[str, object]) -> Place | None:
    latitude, longitude = message["latitude"], message["longitude"]
    if not isinstance(latitude, (int, float)) or not isinstance(longitude, (int, float)):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return Place(latitude=latitude, longitude=longitude, name=text(message["media_name"]))
