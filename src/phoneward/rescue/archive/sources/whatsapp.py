"""WhatsApp on Android: a decrypted `msgstore.db` with the schema of 2021 and later, names from `wa.db` beside it.

Sources of the schema and of its numbers: databases of 2023-10, 2026-01 and 2026-05 in the tests of
github.com/frozenspider/chat-history-manager (`crates/loaders/resources/test/whatsapp-android_*`), and the queries of
github.com/KnugiHK/WhatsApp-Chat-Exporter (`android_handler.py`, `utility.py`). None of it is documented by WhatsApp:
what is not known is marked in its place and counted.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from phoneward.databases import Beside, Database, Row, number, opened, side_files, text
from phoneward.rescue.archive.media import MediaFolders
from phoneward.rescue.archive.message import Attachment, Kind, Message, Notice, Place, Quote
from phoneward.rescue.archive.problem import Problem, Problems
from phoneward.rescue.archive.sources.reading import People, shortened
from phoneward.rescue.archive.sources.whatsapp_words import NOTICES, contact_in, media_kind_known

_MESSAGE: Final = (
    "_id", "chat_row_id", "from_me", "key_id", "sender_jid_row_id", "timestamp", "message_type", "text_data",
)  # fmt: skip
_SYSTEM, _DELETED, _LOCATION, _LIVE_LOCATION, _MISSED_CALL, _STICKER, _CALL = 7, 15, 5, 16, 10, 20, 90
_ALBUM: Final = 99
"""The head of several pictures, which are messages of their own."""
_NUMBER_CHANGES: Final = frozenset({10, 28})


class WhatsApp:
    """Reads one `msgstore.db`; see `Reader`."""

    kind = Kind.WHATSAPP
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
        return {"_id", "chat_row_id", "message_type", "text_data"} <= database.columns("message") and {
            "_id",
            "jid_row_id",
        } <= database.columns("chat")

    def messages(self) -> Iterator[Message]:
        """Yield all messages."""
        names = names_in(self._names_path, self._folder, self.problems)
        with opened(self._path, self._folder) as database:
            yield from _Messages(database, names, self).each()

    @property
    def media(self) -> MediaFolders:
        """Where its files may lie."""
        return self._media


def names_in(path: Path | None, folder: Path, problems: Problems) -> dict[str, str]:
    """Return what people are called, by jid, of a `wa.db`; nothing where there is none."""
    names: dict[str, str] = {}
    if path is None:
        return names
    try:
        with opened(path, folder) as database:
            for jid, *known in database.rows("wa_contacts", ("jid", "display_name", "wa_name", "number"), "", problems):
                name = next((text(one) for one in known if text(one)), "")
                if name:
                    names[text(jid)] = name
            for jid, name in database.rows("wa_vnames", ("jid", "verified_name"), "", problems):
                names.setdefault(text(jid), text(name))
    except (sqlite3.Error, OSError) as error:
        problems.add(Problem.DAMAGED_FROM, f"wa.db: {error}")
    return names


def shown_jid(jid: str) -> str:
    """Return a jid as a person reads it: a phone number with its plus."""
    user, _at, server = jid.partition("@")
    return f"+{user}" if server == "s.whatsapp.net" and user.isdecimal() else user


class _Messages:
    """One pass over a database."""

    def __init__(self, database: Database, names: Mapping[str, str], reader: WhatsApp) -> None:
        self._database = database
        self._names = names
        self._reader = reader
        self._problems = reader.problems
        self._jids = {key: text(jid) for key, jid in database.rows("jid", ("_id", "raw_string"), "", self._problems)}
        # A hidden id stands for a number since 2024; the number is what a person knows.
        same = database.rows("jid_map", ("lid_row_id", "jid_row_id"), "", self._problems)
        self._same: dict[object, object] = {hidden: known for hidden, known in same if isinstance(known, int)}
        self._chats = self._read_chats()

    def _read_chats(self) -> dict[object, str]:
        chats: dict[object, str] = {}
        people = self._reader.people
        for key, jid_row, subject in self._database.rows("chat", ("_id", "jid_row_id", "subject"), "", self._problems):
            jid = self._jid(jid_row) or f"chat {key}"
            chats[key] = jid
            people.titles[jid] = text(subject) or self._name(jid)
            if jid.endswith(("@g.us", "@broadcast", "@newsletter")):
                people.groups.add(jid)
        return chats

    def _jid(self, row: object) -> str:
        return self._jids.get(self._same.get(row, row), "") or self._jids.get(row, "")

    def _name(self, jid: str) -> str:
        return self._names.get(jid) or shown_jid(jid)

    def _person(self, row: object) -> str:
        jid = self._jid(row)
        return self._name(jid) if jid else ""

    def _beside(self, table: str, *columns: str) -> Beside:
        rows = self._database.rows(table, ("message_row_id", *columns), "message_row_id", self._problems)
        return Beside(rows)

    def each(self) -> Iterator[Message]:
        """Yield all messages: the main table in the order of its numbers, the others in step."""
        self._media = self._beside("message_media", "file_path", "media_name", "media_caption", "mime_type")
        self._quoted = self._beside("message_quoted", "from_me", "sender_jid_row_id", "key_id", "text_data")
        self._places = self._beside("message_location", "latitude", "longitude", "place_name", "place_address")
        self._edited = self._beside("message_edit_info", "edited_timestamp")
        self._forwarded = self._beside("message_forwarded", "forward_score")
        self._system = self._beside("message_system", "action_type")
        self._members = self._beside("message_system_chat_participant", "user_jid_row_id")
        self._numbers = self._beside("message_system_number_change", "old_jid_row_id", "new_jid_row_id")
        self._cards = self._beside("message_vcard", "vcard")
        self._signs = self._reactions()
        for row in self._database.rows("message", _MESSAGE, "_id", self._problems):
            jid = self._chats.get(row[1])
            if not isinstance(row[0], int) or jid is None:
                self._problems.add(Problem.MESSAGE_ODD)
            elif row[6] != _ALBUM:
                yield self._message(jid, row)

    def _message(self, jid: str, row: Row) -> Message:
        key, _chat, from_me, key_id, sender, time, kind, words = row
        attachments, caption = self._attachments(self._media.of(key), kind)
        contacts = [contact_in(text(card)) for _key, card in self._cards.of(key)]
        place = _place(self._places.first(key))
        said = shortened(text(words) or caption, self._problems)
        action = self._system.first(key)
        notice, detail = self._notice(action, said, self._members.of(key), self._numbers.first(key))
        if kind == _SYSTEM or action is not None:
            said = ""
        elif kind in {_MISSED_CALL, _CALL}:
            notice, detail = (Notice.MISSED_CALL if kind == _MISSED_CALL else Notice.CALL), ""
        elif said or attachments or contacts or place or kind == _DELETED:
            notice, detail = None, ""
        else:
            self._problems.add(Problem.KIND_UNKNOWN)
            notice, detail = Notice.OTHER, f"WhatsApp {text(kind)}"
        is_mine = from_me == 1
        return Message(
            conversation=jid,
            id=text(key_id),
            time_ms=number(time) or None,
            sender="" if is_mine else self._person(sender) or self._name(jid),
            is_mine=is_mine,
            text="\n".join(one for one in (said, *contacts) if one),
            notice=notice,
            detail=detail,
            attachments=attachments,
            quote=self._quote(self._quoted.first(key)),
            place=place,
            reactions=tuple(
                (text(self._signs[add_on]), "" if mine == 1 else self._person(who))
                for _key, add_on, mine, who in self._add_ons.of(key)
                if add_on in self._signs
            ),
            forwarded_from="?" if self._forwarded.first(key) else "",
            is_edited=self._edited.first(key) is not None,
            is_deleted=kind == _DELETED,
        )

    def _reactions(self) -> dict[object, object]:
        """Return the signs by the number of what was added; who added them to which message is read beside."""
        columns = ("parent_message_row_id", "_id", "from_me", "sender_jid_row_id")
        add_ons = self._database.rows("message_add_on", columns, "parent_message_row_id", self._problems)
        self._add_ons = Beside(add_ons)
        signs = self._database.rows(
            "message_add_on_reaction", ("message_add_on_row_id", "reaction"), "", self._problems
        )
        return {add_on: sign for add_on, sign in signs if text(sign)}

    def _attachments(self, rows: list[Row], kind: object) -> tuple[tuple[Attachment, ...], str]:
        found, caption = [], ""
        for _key, path, name, words, mime in rows:
            caption = caption or text(words)
            if not (text(path) or text(name) or text(mime) or media_kind_known(kind)):
                continue
            where = text(path)
            shown = text(name) or where.rpartition("/")[2] or text(mime) or "?"
            opener = self._reader.media.opener(where) if where else None
            found.append(Attachment(name=shown, open=opener, is_sticker=kind == _STICKER))
        return tuple(found), caption

    def _quote(self, row: Row | None) -> Quote | None:
        if row is None:
            return None
        _key, from_me, sender, key_id, words = row
        return Quote(sender="" if from_me == 1 else self._person(sender), text=text(words)[:2000], id=text(key_id))

    def _notice(
        self, actions: Row | None, said: str, members: list[Row], changed: Row | None
    ) -> tuple[Notice | None, str]:
        action = actions[1] if actions else None
        notice = NOTICES.get(action, Notice.OTHER) if isinstance(action, int) else Notice.OTHER
        if notice is Notice.NUMBER_CHANGED and changed is not None:
            return notice, f"{self._person(changed[1])} → {self._person(changed[2])}"
        people = ", ".join(name for _key, who in members if (name := self._person(who)))
        if notice is Notice.OTHER:
            return notice, " ".join(one for one in (f"WhatsApp {text(action)}", said, people) if one)
        return notice, people or said


def _place(row: Row | None) -> Place | None:
    if row is None:
        return None
    _key, latitude, longitude, name, address = row
    if not isinstance(latitude, (int, float)) or not isinstance(longitude, (int, float)):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return Place(latitude=latitude, longitude=longitude, name=", ".join(filter(None, (text(name), text(address)))))
