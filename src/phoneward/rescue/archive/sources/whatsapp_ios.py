"""WhatsApp on an iPhone: `ChatStorage.sqlite`, in backups `7c7fba66680ef796b916b067077cc246adacf01d`.

Source: the queries of github.com/KnugiHK/WhatsApp-Chat-Exporter (MIT; `ios_handler.py`, `ios_media_handler.py`).
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from phoneward.databases import Database, Row, opened, side_files, text
from phoneward.rescue.archive.media import MediaFolders
from phoneward.rescue.archive.message import Attachment, Kind, Message, Notice, Place, Quote
from phoneward.rescue.archive.problem import Problem, Problems
from phoneward.rescue.archive.sources.reading import People, shortened
from phoneward.rescue.archive.sources.whatsapp import shown_jid
from phoneward.rescue.archive.sources.whatsapp_words import contact_in

_EPOCH_S: Final = 978_307_200
_DOMAIN: Final = "AppDomainGroup-group.net.whatsapp.WhatsApp.shared"
_GROUP_EVENT, _NOTE, _DELETED, _STICKER, _LOCATION, _CONTACT = 6, 10, 14, 15, 5, 4
_MEDIA: Final = frozenset({1, 2, 3, 8, 11, 15})
_ID: Final = 17
"""Characters of an id by which answers name a message."""
_QUOTES: Final = b"\x2a\x14"
"""How `ZMETADATA` begins where an id follows that is answered."""


class WhatsAppIos:
    """Reads one `ChatStorage.sqlite`; see `Reader`."""

    kind = Kind.WHATSAPP_IOS
    family = "whatsapp"

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
        return {"Z_PK", "ZISFROMME", "ZCHATSESSION"} <= database.columns("ZWAMESSAGE")

    def messages(self) -> Iterator[Message]:
        """Yield all messages."""
        with opened(self._path, self._folder) as database:
            read = self.problems
            pushed = database.rows("ZWAPROFILEPUSHNAME", ("ZJID", "ZPUSHNAME"), "", read)
            names = {text(jid): text(name) for jid, name in pushed if text(name)}
            chats: dict[object, str] = {}
            columns = ("Z_PK", "ZCONTACTJID", "ZPARTNERNAME", "ZGROUPINFO")
            for key, jid, name, group in database.rows("ZWACHATSESSION", columns, "", read):
                chats[key] = text(jid) or f"chat {key}"
                self.people.titles[chats[key]] = text(name) or names.get(text(jid), "") or shown_jid(text(jid))
                if group is not None and text(jid).endswith("@g.us"):
                    self.people.groups.add(chats[key])
            members = {
                key: text(name) or names.get(text(jid), "") or self.people.titles.get(text(jid)) or shown_jid(text(jid))
                for key, jid, name in database.rows("ZWAGROUPMEMBER", ("Z_PK", "ZMEMBERJID", "ZCONTACTNAME"), "", read)
            }
            of_media = (
                "ZMESSAGE", "ZMEDIALOCALPATH", "ZTITLE", "ZVCARDNAME", "ZVCARDSTRING", "ZLATITUDE", "ZLONGITUDE",
                "ZMETADATA",
            )  # fmt: skip
            media = {row[0]: row for row in database.rows("ZWAMEDIAITEM", of_media, "", read)}
            of_messages = (
                "Z_PK", "ZISFROMME", "ZMESSAGEDATE", "ZTEXT", "ZMESSAGETYPE", "ZCHATSESSION", "ZGROUPMEMBER",
                "ZSTANZAID",
            )  # fmt: skip
            for row in database.rows("ZWAMESSAGE", of_messages, "Z_PK", read):
                if row[5] not in chats:
                    self.problems.add(Problem.MESSAGE_ODD)
                    continue
                yield self._message(row, chats[row[5]], members, media.get(row[0]))

    def _message(self, row: Row, chat: str, members: dict[object, str], item: Row | None) -> Message:
        _key, mine, date, words, kind, _session, member, stanza = row
        path, title, card_name, card, latitude, longitude, metadata = (None,) * 7 if item is None else item[1:]
        is_mine = mine == 1
        said = shortened(text(words) or text(title), self.problems)
        attachments: tuple[Attachment, ...] = ()
        notice, detail, place = None, "", None
        if kind in {_GROUP_EVENT, _NOTE}:
            notice, detail, said = Notice.OTHER, f"WhatsApp {said}".strip(), ""
        elif kind == _CONTACT:
            said = contact_in(text(card)) or text(card_name)
        elif kind == _LOCATION and isinstance(latitude, (int, float)) and isinstance(longitude, (int, float)):
            if -90 <= latitude <= 90 and -180 <= longitude <= 180:
                place = Place(latitude=latitude, longitude=longitude, name=text(title))
        elif text(path) or kind in _MEDIA:
            attachments = (self._attachment(text(path), is_sticker=kind == _STICKER),)
        is_deleted = kind == _DELETED
        if notice is None and not (said or attachments or place or is_deleted):
            self.problems.add(Problem.KIND_UNKNOWN)
            notice, detail = Notice.OTHER, f"WhatsApp {text(kind)}"
        answered = metadata[2 : 2 + _ID] if isinstance(metadata, bytes) and metadata.startswith(_QUOTES) else b""
        return Message(
            conversation=chat,
            id=text(stanza)[:_ID],
            time_ms=round((date + _EPOCH_S) * 1000) if isinstance(date, (int, float)) and abs(date) < 1e10 else None,
            sender="" if is_mine else members.get(member) or self.people.titles[chat],
            is_mine=is_mine,
            text=said,
            notice=notice,
            detail=detail,
            attachments=attachments,
            quote=Quote(id=answered.decode("ascii", "replace")) if answered else None,
            place=place,
            is_deleted=is_deleted,
        )

    def _attachment(self, path: str, *, is_sticker: bool) -> Attachment:
        opener = None
        if path:
            # In a backup every file lies under the SHA-1 of its domain and path.
            inside = f"{_DOMAIN}-Message/{path.removeprefix('/')}"
            digest = hashlib.sha1(inside.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
            opener = self._media.exact(f"{digest[:2]}/{digest}") or self._media.opener(path)
        return Attachment(name=path.rpartition("/")[2] or "?", open=opener, is_sticker=is_sticker)
