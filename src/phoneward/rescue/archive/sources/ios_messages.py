"""Messages of an iPhone (`sms.db`, in backups `3d0d7e5fb2ce288813306e4d4636395e047a3d28`) or a Mac (`chat.db`).

Source of the schema: iOS 10.2's in github.com/richinfante/iphonebackuptools (`schemas/messages/iOS10.2.sql`), and what
github.com/ReagentX/imessage-exporter documents of newer ones (`docs/tables`, `tables/messages.rs`,
`message_types/variants.rs`). It is GPL and was only read for facts.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from phoneward.databases import Beside, Database, Row, number, opened, side_files, text
from phoneward.phones.attributed import text_in, without_holes
from phoneward.rescue.archive.media import MediaFolders
from phoneward.rescue.archive.message import Attachment, Kind, Message, Notice, Quote
from phoneward.rescue.archive.problem import Problem, Problems
from phoneward.rescue.archive.sources.reading import People, shortened
from phoneward.rescue.archive.sources.texts import conversation_key

_EPOCH_S: Final = 978_307_200
"""2001-01-01 UTC, from which Apple counts."""
_NANOSECONDS_FROM: Final = 10**12
"""Since iOS 11 dates are in nanoseconds: smaller ones are in seconds."""
_SIGNS: Final = {2000: "❤", 2001: "👍", 2002: "👎", 2003: "😂", 2004: "‼", 2005: "❓"}
_SIGN, _SIGN_OFF = range(2000, 2100), range(3000, 3100)
_GROUP_STYLE: Final = 43
_MOST_SIGNS: Final = 5_000_000
_COLUMNS: Final = (
    "ROWID", "guid", "text", "attributedBody", "handle_id", "date", "is_from_me", "item_type", "group_title",
    "group_action_type", "other_handle", "associated_message_guid", "associated_message_type",
    "associated_message_emoji", "thread_originator_guid", "date_edited", "date_retracted", "subject",
    "cache_has_attachments", "balloon_bundle_id",
)  # fmt: skip


class IosMessages:
    """Reads one database; see `Reader`."""

    kind = Kind.IOS_MESSAGES
    family = "ios"

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
        return {"guid", "handle_id", "is_from_me", "date"} <= database.columns("message") and bool(
            database.columns("handle")
        )

    def messages(self) -> Iterator[Message]:
        """Yield all messages."""
        with opened(self._path, self._folder) as database:
            yield from _Messages(database, self, self._media).each()


class _Messages:
    def __init__(self, database: Database, reader: IosMessages, media: MediaFolders) -> None:
        self._database = database
        self._people = reader.people
        self._problems = reader.problems
        self._media = media
        rows = database.rows("handle", ("ROWID", "id"), "", self._problems)
        self._handles: dict[object, str] = {key: text(name) for key, name in rows}
        self._chats = self._read_chats()
        self._files = self._read_files()

    def _read_chats(self) -> dict[object, str]:
        members: dict[object, list[str]] = {}
        joined = self._database.rows("chat_handle_join", ("chat_id", "handle_id"), "", self._problems)
        for chat, handle in joined:
            members.setdefault(chat, []).append(self._handles.get(handle, "?"))
        chats: dict[object, str] = {}
        columns = ("ROWID", "guid", "chat_identifier", "display_name", "style")
        for key, guid, identifier, name, style in self._database.rows("chat", columns, "", self._problems):
            people = sorted(set(members.get(key, [])))
            is_group = style == _GROUP_STYLE or len(people) > 1
            where = text(identifier) or text(guid) or f"chat {key}"
            # One person's text messages and iMessages are chats of their own there, and one conversation here.
            chats[key] = where if is_group else conversation_key([where])
            title = text(name) or (", ".join(people) if is_group and people else where)
            self._people.titles[chats[key]] = title
            if is_group:
                self._people.groups.add(chats[key])
        return chats

    def _read_files(self) -> dict[object, Row]:
        columns = ("ROWID", "filename", "transfer_name", "mime_type", "is_sticker")
        return {row[0]: row for row in self._database.rows("attachment", columns, "", self._problems)}

    def each(self) -> Iterator[Message]:
        chats = Beside(
            self._database.rows("chat_message_join", ("message_id", "chat_id"), "message_id", self._problems)
        )
        joined = ("message_id", "attachment_id")
        files = Beside(self._database.rows("message_attachment_join", joined, "message_id", self._problems))
        signs = self._signs()
        for row in self._database.rows("message", _COLUMNS, "ROWID", self._problems):
            message = dict(zip(_COLUMNS, row, strict=True))
            key = message["ROWID"]
            if not isinstance(key, int):
                self._problems.add(Problem.MESSAGE_ODD)
                continue
            chat, attached = chats.first(key), files.of(key)
            kind = message["associated_message_type"]
            if isinstance(kind, int) and (kind in _SIGN or kind in _SIGN_OFF):
                continue
            yield self._message(message, chat, attached, signs)

    def _message(
        self,
        message: dict[str, object],
        chat: Row | None,
        attached: list[Row],
        signs: dict[str, dict[str, str]],
    ) -> Message:
        handle = self._handles.get(message["handle_id"], "")
        conversation = self._chats.get(chat[1], "") if chat else ""
        if not conversation:
            conversation = conversation_key([handle])
            self._people.titles.setdefault(conversation, handle)
        body = text(message["text"])
        stored = message["attributedBody"]
        if not body and isinstance(stored, bytes):
            body = text_in(stored) or ""
        body = without_holes(body)
        subject = text(message["subject"])
        attachments = tuple(self._attachment(row) for row in attached)
        notice, detail = self._notice(message)
        is_deleted = bool(number(message["date_retracted"]))
        is_mine = message["is_from_me"] == 1
        balloon = text(message["balloon_bundle_id"])
        if notice is None and not (body or subject or attachments or is_deleted):
            self._problems.add(Problem.KIND_UNKNOWN)
            notice, detail = Notice.OTHER, balloon.rpartition(":")[2] or "iMessage"
        guid = text(message["guid"])
        answered = text(message["thread_originator_guid"])
        found = signs.get(guid, {})
        return Message(
            conversation=conversation,
            id=guid,
            time_ms=_time(message["date"]),
            sender="" if is_mine else handle,
            is_mine=is_mine,
            text=shortened("\n".join(one for one in (subject, body) if one), self._problems),
            notice=notice,
            detail=detail,
            attachments=attachments,
            quote=Quote(id=answered) if answered else None,
            reactions=tuple((sign, who) for who, sign in found.items()),
            is_edited=bool(number(message["date_edited"])) and not is_deleted,
            is_deleted=is_deleted,
        )

    def _signs(self) -> dict[str, dict[str, str]]:
        """Return who answered which message with a sign; a later one replaces an earlier, or takes it back."""
        columns = (
            "associated_message_guid", "associated_message_type", "associated_message_emoji", "is_from_me",
            "handle_id",
        )  # fmt: skip
        found: dict[str, dict[str, str]] = {}
        if "associated_message_type" not in self._database.columns("message"):
            return found
        count = 0
        for target, kind, emoji, mine, handle in self._database.rows("message", columns, "ROWID", self._problems):
            if not isinstance(kind, int) or count > _MOST_SIGNS:
                continue
            guid = text(target).rpartition("/")[2].removeprefix("bp:")
            who = "" if mine == 1 else self._handles.get(handle, "?")
            if kind in _SIGN:
                count += 1
                found.setdefault(guid, {})[who] = _SIGNS.get(kind) or text(emoji) or "★"
            elif kind in _SIGN_OFF:
                found.get(guid, {}).pop(who, None)
        return found

    def _attachment(self, row: Row) -> Attachment:
        _key, where, name, mime, sticker = self._files.get(row[1], (None,) * 5)
        path = text(where)
        opener = None
        if path:
            # In a backup every file lies under the SHA-1 of its domain and path.
            inside = path.removeprefix("~/").removeprefix("/var/mobile/")
            digest = hashlib.sha1(f"MediaDomain-{inside}".encode(), usedforsecurity=False).hexdigest()
            opener = self._media.exact(f"{digest[:2]}/{digest}") or self._media.opener(path)
        shown = text(name) or path.rpartition("/")[2] or text(mime) or "?"
        return Attachment(name=shown, open=opener, is_sticker=sticker == 1)

    def _notice(self, message: dict[str, object]) -> tuple[Notice | None, str]:
        kind, action = message["item_type"], message["group_action_type"]
        other = self._handles.get(message["other_handle"], "")
        match kind:
            case 1:
                return (Notice.REMOVED if action == 1 else Notice.ADDED), other
            case 2:
                return Notice.NAME_CHANGED, text(message["group_title"])
            case 3:
                return (Notice.LEFT if action in {0, None} else Notice.PICTURE_CHANGED), ""
            case 6:
                return Notice.CALL, "FaceTime"
            case int() if kind:
                return Notice.OTHER, f"iMessage {kind}"
        return None, ""


def _time(value: object) -> int | None:
    date = number(value)
    if not date:
        return None
    seconds_ms = date // 1_000_000 if abs(date) >= _NANOSECONDS_FROM else date * 1000
    return seconds_ms + _EPOCH_S * 1000
