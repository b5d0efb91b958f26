"""Signal Desktop's database, decrypted: `conversations` and `messages` with most of a message as JSON.

Phoneward does not decrypt it. `sigtop export-database` (github.com/tbvdm/sigtop, ISC) does, with the key that the
person's own computer keeps. Source of the schema: a database of 2024-08 in the tests of
github.com/frozenspider/chat-history-manager (`crates/loaders/resources/test/signal_2024-08-macos`); Signal Desktop's
`ts/model-types.d.ts` for the JSON.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from phoneward.databases import Database, number, opened, side_files, text
from phoneward.rescue.archive.media import MediaFolders
from phoneward.rescue.archive.message import Attachment, Kind, Message, Notice, Quote
from phoneward.rescue.archive.problem import Problem, Problems
from phoneward.rescue.archive.sources.json_pieces import NotJsonError, decoded
from phoneward.rescue.archive.sources.reading import People, shortened

_NOTICES = {
    "call-history": Notice.CALL,
    "keychange": Notice.SAFETY_NUMBER,
    "verified-change": Notice.SAFETY_NUMBER,
    "timer-notification": Notice.TIMER,
    "change-number-notification": Notice.NUMBER_CHANGED,
}


class SignalDesktop:
    """Reads one decrypted database; see `Reader`."""

    kind = Kind.SIGNAL_DESKTOP
    family = "signal"

    def __init__(self, path: Path, media: MediaFolders, folder: Path) -> None:
        self._path = path
        self._media = media
        self._folder = folder
        self._names: dict[str, str] = {}
        self.files: tuple[Path, ...] = (path, *side_files(path))
        self.people = People()
        self.problems = Problems()

    @staticmethod
    def fits(database: Database) -> bool:
        """Tell whether a database is one."""
        return {"conversationId", "json"} <= database.columns("messages") and bool(database.columns("conversations"))

    def messages(self) -> Iterator[Message]:
        """Yield all messages."""
        with opened(self._path, self._folder) as database:
            self._read_people(database)
            columns = (
                "id",
                "conversationId",
                "json",
                "sent_at",
                "received_at",
                "type",
                "body",
                "sourceServiceId",
                "source",
            )
            for key, conversation, packed, *rest in database.rows("messages", columns, "rowid", self.problems):
                document = _document(packed)
                if not text(conversation):
                    self.problems.add(Problem.MESSAGE_ODD)
                    continue
                yield self._message(text(key), text(conversation), document, rest)

    def _read_people(self, database: Database) -> None:
        columns = ("id", "type", "name", "profileFullName", "profileName", "e164", "serviceId", "groupId")
        for key, kind, *known in database.rows("conversations", columns, "", self.problems):
            name = next((text(one) for one in known[:4] if text(one)), "") or text(key)
            self.people.titles[text(key)] = name
            if kind == "group":
                self.people.groups.add(text(key))
            for one in (key, known[3], known[4]):
                if text(one):
                    self._names[text(one)] = name

    def _message(self, key: str, conversation: str, found: Mapping[str, Any], rest: list[Any]) -> Message:
        sent, received, kind, body, service_id, source = rest
        kind = text(kind) or text(found.get("type"))
        is_mine = kind == "outgoing"
        sender = self._names.get(text(service_id)) or self._names.get(text(source)) or text(source)
        said = shortened(text(body) or text(found.get("body")), self.problems)
        attachments = tuple(self._attachments(found))
        is_deleted = found.get("deletedForEveryone") is True or found.get("isErased") is True
        notice, detail = None, ""
        if kind not in {"incoming", "outgoing", "story"}:
            notice = _NOTICES.get(kind, Notice.OTHER)
            detail = f"Signal {kind}" if notice is Notice.OTHER else ""
        elif not (said or attachments or is_deleted):
            self.problems.add(Problem.KIND_UNKNOWN)
            notice, detail = Notice.OTHER, "Signal"
        return Message(
            conversation=conversation,
            id=key,
            time_ms=number(sent) or number(found.get("timestamp")) or number(received),
            sender="" if is_mine else sender or self.people.titles.get(conversation, ""),
            is_mine=is_mine,
            text=said,
            notice=notice,
            detail=detail,
            attachments=attachments,
            quote=self._quote(found.get("quote")),
            reactions=self._reactions(found.get("reactions")),
            is_edited=bool(found.get("editHistory")),
            is_deleted=is_deleted,
        )

    def _attachments(self, found: Mapping[str, Any]) -> Iterator[Attachment]:
        given = found.get("attachments")
        sticker = found.get("sticker")
        files = [(one, False) for one in given] if isinstance(given, list) else []
        if isinstance(sticker, dict):
            files.append((sticker.get("data") or {"fileName": text(sticker.get("emoji")) or "sticker"}, True))
        for one, is_sticker in files[:200]:
            if not isinstance(one, dict):
                continue
            name = text(one.get("fileName")) or text(one.get("contentType")) or "?"
            path = text(one.get("path"))
            opener = (self._media.opener(path) if path else None) or self._media.opener(
                text(one.get("fileName")) or "?"
            )
            yield Attachment(name=name, open=opener, is_sticker=is_sticker)

    def _quote(self, quote: object) -> Quote | None:
        if not isinstance(quote, dict):
            return None
        author = text(quote.get("authorAci")) or text(quote.get("authorUuid")) or text(quote.get("author"))
        words = text(quote.get("text"))
        if not words and isinstance(attached := quote.get("attachments"), list) and attached:
            first = attached[0] if isinstance(attached[0], dict) else {}
            words = text(first.get("fileName")) or text(first.get("contentType"))
        return Quote(sender=self._names.get(author, author), text=words[:2000])

    def _reactions(self, value: object) -> tuple[tuple[str, str], ...]:
        found = []
        for one in value[:200] if isinstance(value, list) else []:
            if isinstance(one, dict) and text(one.get("emoji")) and not one.get("remove"):
                who = text(one.get("fromId"))
                found.append((text(one["emoji"]), self._names.get(who, who)))
        return tuple(found)


def _document(packed: object) -> Mapping[str, Any]:
    try:
        document = decoded(text(packed).encode("utf-8", "replace"))
    except NotJsonError:
        return {}
    return document if isinstance(document, dict) else {}
