"""Telegram Desktop's export (`result.json`): of one chat, or of all.

Source: github.com/telegramdesktop/tdesktop, `Telegram/SourceFiles/export/output/export_output_json.cpp`; exports of
2020 to 2025 in the tests of github.com/frozenspider/chat-history-manager (`crates/loaders/resources/test/telegram_*`).
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from phoneward.errors import readable
from phoneward.rescue.archive.media import MediaFolders
from phoneward.rescue.archive.message import Attachment, Kind, Message, Notice, Place, Quote
from phoneward.rescue.archive.problem import Problem, Problems
from phoneward.rescue.archive.sources.json_pieces import NotJsonError, Pieces
from phoneward.rescue.archive.sources.reading import People, shortened

_GROUPS: Final = frozenset(
    {"private_group", "private_supergroup", "public_supergroup", "private_channel", "public_channel"}
)
_NOTICES: Final = {
    "create_group": Notice.GROUP_MADE,
    "create_channel": Notice.GROUP_MADE,
    "edit_group_title": Notice.NAME_CHANGED,
    "edit_group_photo": Notice.PICTURE_CHANGED,
    "delete_group_photo": Notice.PICTURE_CHANGED,
    "invite_members": Notice.ADDED,
    "remove_members": Notice.REMOVED,
    "join_group_by_link": Notice.JOINED,
    "join_group_by_request": Notice.JOINED,
    "pin_message": Notice.PINNED,
    "phone_call": Notice.CALL,
    "group_call": Notice.CALL,
    "set_messages_ttl": Notice.TIMER,
}
_NO_FILE: Final = "(File "
"""What stands in the place of a path where a file was not exported."""
_MEDIA: Final = ("photo", "file", "thumbnail")


class Telegram:
    """Reads one `result.json`; see `Reader`."""

    kind = Kind.TELEGRAM
    family = "telegram"

    def __init__(self, path: Path, media: MediaFolders) -> None:
        self._path = path
        self._media = media
        self._me = ""
        self.files: tuple[Path, ...] = (path,)
        self.people = People()
        self.problems = Problems()

    @staticmethod
    def fits(head: bytes) -> bool:
        """Tell whether a file that begins so is one: its first names are always the same."""
        if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return False
        is_single = all(name in head for name in (b'"name"', b'"type"', b'"id"', b'"messages"'))
        return is_single or (b'"about"' in head and (b"Telegram" in head or b'"personal_information"' in head))

    def messages(self) -> Iterator[Message]:
        """Yield all messages before the damage, if there is any."""
        with self._path.open("rb") as stream:
            pieces = Pieces(stream)
            try:
                yield from self._export(pieces)
            except NotJsonError as error:
                self.problems.add(Problem.DAMAGED_FROM, readable(f"{error} (byte {pieces.byte})"))

    def _export(self, pieces: Pieces) -> Iterator[Message]:
        """Read the outermost object: a chat, or an export with a list of them."""
        chat: dict[str, Any] = {}
        for name in pieces.members():
            if name == "personal_information" and pieces.kind() == "{":
                self._me = _id(pieces.value().get("user_id"))
            elif name in {"chats", "left_chats"} and pieces.kind() == "{":
                yield from self._chats(pieces)
            elif name == "messages" and pieces.kind() == "[":
                yield from self._chat(pieces, chat)
            elif name in {"name", "type", "id"}:
                chat[name] = pieces.value()
            else:
                pieces.skip()

    def _chats(self, pieces: Pieces) -> Iterator[Message]:
        for name in pieces.members():
            if name != "list" or pieces.kind() != "[":
                pieces.skip()
                continue
            for _chat in pieces.elements():
                if pieces.kind() != "{":
                    pieces.skip()
                    continue
                yield from self._export(pieces)

    def _chat(self, pieces: Pieces, chat: Mapping[str, Any]) -> Iterator[Message]:
        key, kind = _id(chat.get("id")), chat.get("type")
        title = chat.get("name")
        self.people.titles[key] = title if isinstance(title, str) else ("Telegram" if kind == "saved_messages" else key)
        if kind in _GROUPS:
            self.people.groups.add(key)
        # An export of one chat does not say whose it is; in a talk of two it is whoever is not the other.
        other = f"user{key}" if kind == "personal_chat" and not self._me else ""
        for _message in pieces.elements():
            found = pieces.value()
            if isinstance(found, dict):
                yield self._message(key, other, found)
            else:
                self.problems.add(Problem.MESSAGE_ODD)

    def _message(self, key: str, other: str, found: Mapping[str, Any]) -> Message:
        is_service = found.get("type") == "service"
        who = found.get("actor" if is_service else "from")
        who_id = _id(found.get("actor_id" if is_service else "from_id"))
        is_mine = bool(who_id) and (who_id != other if other else who_id.removeprefix("user") == self._me)
        notice, detail = self._notice(found) if is_service else (None, "")
        attachments = self._attachments(found)
        text = shortened(_text(found.get("text")), self.problems)
        extra = _extra(found)
        place = _place(found)
        if notice is None and found.get("type") != "message":
            self.problems.add(Problem.KIND_UNKNOWN)
            notice, detail = Notice.OTHER, f"Telegram {_short(found.get('type'))}"
        forwarded = found.get("forwarded_from", found.get("saved_from"))
        has_source = "forwarded_from" in found
        return Message(
            conversation=key,
            id=_id(found.get("id")),
            time_ms=_time(found),
            sender="" if is_mine else who if isinstance(who, str) else "" if who_id == "" else who_id,
            is_mine=is_mine,
            text="\n".join(one for one in (text, extra) if one),
            notice=notice,
            detail=detail,
            attachments=attachments,
            quote=Quote(id=_id(found["reply_to_message_id"])) if "reply_to_message_id" in found else None,
            place=place,
            reactions=_reactions(found.get("reactions")),
            forwarded_from=forwarded if isinstance(forwarded, str) and has_source else "?" if has_source else "",
            is_edited="edited_unixtime" in found or _is_time(found.get("edited")),
        )

    def _notice(self, found: Mapping[str, Any]) -> tuple[Notice, str]:
        action = found.get("action")
        notice = _NOTICES.get(action, Notice.OTHER) if isinstance(action, str) else Notice.OTHER
        if notice is Notice.CALL and found.get("discard_reason") == "missed":
            notice = Notice.MISSED_CALL
        members = found.get("members")
        named = [one for one in members if isinstance(one, str)] if isinstance(members, list) else []
        title = found.get("title")
        seconds = found.get("duration_seconds", found.get("duration"))
        details = [*named, *([title] if isinstance(title, str) else [])]
        if notice is Notice.CALL and isinstance(seconds, int) and 0 < seconds < 10**6:
            details.append(f"{seconds // 60}:{seconds % 60:02}")
        if notice is Notice.OTHER:
            details = [f"Telegram {_short(action)}", *details]
        return notice, ", ".join(details[:100])

    def _attachments(self, found: Mapping[str, Any]) -> tuple[Attachment, ...]:
        for key in _MEDIA[:2]:
            path = found.get(key)
            if not isinstance(path, str):
                continue
            given = found.get("file_name")
            is_there = not path.startswith(_NO_FILE) and _NO_FILE not in path
            name = given if isinstance(given, str) else path.rpartition("/")[2] if is_there else f"{key} {path}"
            opener = self._media.opener(path) if is_there else None
            is_sticker = found.get("media_type") == "sticker"
            return (Attachment(name=name, open=opener, is_sticker=is_sticker),)
        return ()


def _id(value: object) -> str:
    return str(value)[:64] if isinstance(value, (int, str)) else ""


def _short(value: object) -> str:
    return str(value)[:60]


def _text(value: object) -> str:
    """Return a text that is one piece, or a list of plain and formatted pieces."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return ""
    pieces = []
    for one in value:
        if isinstance(one, str):
            pieces.append(one)
        elif isinstance(one, dict) and isinstance(one.get("text"), str):
            pieces.append(one["text"])
            if one.get("type") == "text_link" and isinstance(one.get("href"), str):
                pieces.append(f" ({one['href']})")
    return "".join(pieces)


def _extra(found: Mapping[str, Any]) -> str:
    """Return what a message holds that is neither text nor file, as lines: a contact, a poll, a list."""
    lines: list[str] = []
    contact = found.get("contact_information")
    if isinstance(contact, dict):
        parts = (contact.get(one) for one in ("first_name", "last_name", "phone_number"))
        lines.append(" ".join(one for one in parts if isinstance(one, str) and one))
    for key, title, items in (("poll", "question", "answers"), ("todo_list", "title", "answers")):
        table = found.get(key)
        if isinstance(table, dict):
            lines.append(_text(table.get(title)))
            answers = table.get(items)
            for one in answers[:50] if isinstance(answers, list) else []:
                if isinstance(one, dict):
                    voters = one.get("voters")
                    count = f" ({voters})" if isinstance(voters, int) else ""
                    lines.append(f"– {_text(one.get('text'))}{count}")
    lines.extend(one for key in ("game_title", "information_text") if isinstance(one := found.get(key), str))
    return "\n".join(one for one in lines if one)[:20_000]


def _place(found: Mapping[str, Any]) -> Place | None:
    where = found.get("location_information")
    if not isinstance(where, dict):
        return None
    latitude, longitude = where.get("latitude"), where.get("longitude")
    if not isinstance(latitude, (int, float)) or not isinstance(longitude, (int, float)):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    name = ", ".join(one for key in ("place_name", "address") if isinstance(one := found.get(key), str))
    return Place(latitude=latitude, longitude=longitude, name=name)


def _reactions(value: object) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for one in value[:100] if isinstance(value, list) else []:
        if not isinstance(one, dict):
            continue
        sign = one.get("emoji") if isinstance(one.get("emoji"), str) else "★"
        recent = one.get("recent")
        named = [who.get("from") for who in recent if isinstance(who, dict)] if isinstance(recent, list) else []
        people = [who for who in named if isinstance(who, str) and who]
        count = one.get("count")
        found += [(str(sign), who) for who in people]
        if isinstance(count, int) and len(people) < count < 10**9:
            found.append((str(sign), f"+{count - len(people)}" if people else str(count)))
    return tuple(found)


def _time(found: Mapping[str, Any]) -> int | None:
    """Return when: the exact time where it stands, else the local one of the computer that exported."""
    exact = found.get("date_unixtime")
    if isinstance(exact, str) and exact.lstrip("-").isdecimal() and exact.isascii() and len(exact) < 14:
        return int(exact) * 1000
    local = found.get("date")
    if isinstance(local, str):
        try:
            return int(dt.datetime.fromisoformat(local).timestamp() * 1000)
        except (ValueError, OverflowError, OSError):
            return None
    return None


def _is_time(value: object) -> bool:
    """Tell whether a message was edited: exports of 2020 say 1970 where it was not."""
    return isinstance(value, str) and not value.startswith("1970")
