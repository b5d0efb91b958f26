"""Signal's exports as lines of JSON: its own (`main.jsonl`, since 2026), and those of signal-export (`data.json`).

Sources: Signal Desktop's `ts/services/backups/index.preload.ts` (a plaintext export is `main.jsonl`, `metadata.json`,
`files`), whose lines are the frames of `Backup.proto` (Signal-Android, `app/src/main/protowire`) in protobuf's JSON;
github.com/carderne/signal-export (MIT), `sigexport/models.py`. The first was not seen as a real file: names of fields
follow the schema, and what is not understood is marked and counted.
"""

import base64
import binascii
import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

from phoneward.rescue.archive.media import MediaFolders
from phoneward.rescue.archive.message import Attachment, Kind, Message, Notice, Quote
from phoneward.rescue.archive.problem import Problem, Problems
from phoneward.rescue.archive.sources.json_pieces import NotJsonError, decoded
from phoneward.rescue.archive.sources.reading import People, shortened
from phoneward.rescue.archive.sources.repeats import Repeats

_LONGEST: Final = 8 << 20
_UPDATES: Final = {
    "individualCall": Notice.CALL,
    "groupCall": Notice.CALL,
    "expirationTimerChange": Notice.TIMER,
    "groupChange": Notice.DESCRIPTION_CHANGED,
}


class SignalExport:
    """Reads Signal's own plaintext export; see `Reader`."""

    kind = Kind.SIGNAL
    family = "signal"

    def __init__(self, path: Path, media: MediaFolders) -> None:
        self._path = path
        self._media = media
        self._names: dict[str, str] = {}
        self._self = ""
        self._chats: dict[str, str] = {}
        self.files: tuple[Path, ...] = (path,)
        self.people = People()
        self.problems = Problems()

    @staticmethod
    def fits(head: bytes) -> bool:
        """Tell whether a file that begins so is one: a line with the backup's info, then frames."""
        first, _end, rest = head.lstrip(b"\xef\xbb\xbf").partition(b"\n")
        is_info = first.startswith(b"{") and b'"backupTimeMs"' in first
        frames = (b'"recipient"', b'"chatItem"', b'"account"', b'"chat"')
        return is_info or (first.startswith(b"{") and b'"chatItem"' in head and any(one in rest for one in frames))

    def messages(self) -> Iterator[Message]:
        """Yield all messages; people and chats stand before them."""
        with self._path.open("rb") as stream:
            for frame in _frames(stream, self.problems):
                if isinstance(recipient := frame.get("recipient"), dict):
                    self._person(recipient)
                elif isinstance(chat := frame.get("chat"), dict):
                    self._chat(chat)
                elif isinstance(item := frame.get("chatItem"), dict):
                    yield self._message(item)

    def _person(self, recipient: Mapping[str, Any]) -> None:
        key = _text(recipient.get("id"))
        if isinstance(recipient.get("self"), dict):
            self._self = key
        group = recipient.get("group")
        if isinstance(group, dict):
            self.people.groups.add(f"r{key}")
            snapshot = group.get("snapshot")
            title = snapshot.get("title") if isinstance(snapshot, dict) else None
            self._names[key] = _text(title.get("title") if isinstance(title, dict) else title) or key
            return
        contact = recipient.get("contact")
        if isinstance(contact, dict):
            nickname = contact.get("nickname")
            pairs = (
                (nickname, "given", "family") if isinstance(nickname, dict) else (contact, "", ""),
                (contact, "systemGivenName", "systemFamilyName"),
                (contact, "profileGivenName", "profileFamilyName"),
            )
            named = (f"{_text(table.get(one))} {_text(table.get(two))}".strip() for table, one, two in pairs)
            e164 = _text(contact.get("e164"))
            number = f"+{e164}" if e164.isdecimal() else e164
            self._names[key] = next((one for one in named if one), "") or number or key

    def _chat(self, chat: Mapping[str, Any]) -> None:
        person = _text(chat.get("recipientId"))
        conversation = f"r{person}"
        self._chats[_text(chat.get("id"))] = conversation
        self.people.titles[conversation] = self._names.get(person, "Signal" if person == self._self else person)

    def _message(self, item: Mapping[str, Any]) -> Message:
        author = _text(item.get("authorId"))
        is_mine = "outgoing" in item or (bool(self._self) and author == self._self)
        standard, notice, detail = item.get("standardMessage"), None, ""
        attachments: tuple[Attachment, ...] = ()
        said, quote, reactions, is_deleted = "", None, None, False
        if isinstance(standard, dict):
            said = _body(standard)
            attachments = tuple(self._attachment(one) for one in _list(standard.get("attachments")))
            quote, reactions = standard.get("quote"), standard.get("reactions")
        elif isinstance(sticker := item.get("stickerMessage"), dict):
            data = sticker.get("sticker")
            data = data if isinstance(data, dict) else {}
            attachments = (self._attachment({"pointer": data.get("data")}, _text(data.get("emoji"))),)
            reactions = sticker.get("reactions")
        elif isinstance(contact := item.get("contactMessage"), dict):
            said = _contact(contact.get("contact"))
        elif "remoteDeletedMessage" in item:
            is_deleted = True
        elif isinstance(update := item.get("updateMessage"), dict):
            kind = next(iter(update), "")
            notice = _UPDATES.get(kind, Notice.OTHER)
            detail = f"Signal {kind}" if notice is Notice.OTHER else ""
        else:
            self.problems.add(Problem.KIND_UNKNOWN)
            notice, detail = Notice.OTHER, "Signal"
        sent = _whole(item.get("dateSent"))
        return Message(
            conversation=self._chats.get(_text(item.get("chatId")), f"chat {_text(item.get('chatId'))}"),
            id=f"{author}:{sent}" if sent else "",
            time_ms=sent,
            sender="" if is_mine else self._names.get(author, author),
            is_mine=is_mine,
            text=shortened(said, self.problems),
            notice=notice,
            detail=detail,
            attachments=attachments,
            quote=self._quote(quote),
            reactions=tuple(
                (_text(one.get("emoji")), self._who(one.get("authorId")))
                for one in _list(reactions)
                if one.get("emoji")
            ),
            is_edited=bool(_list(item.get("revisions"))),
            is_deleted=is_deleted,
        )

    def _who(self, author: object) -> str:
        key = _text(author)
        return "" if self._self and key == self._self else self._names.get(key, key)

    def _quote(self, quote: object) -> Quote | None:
        if not isinstance(quote, dict):
            return None
        files = (_text(one.get("fileName")) or _text(one.get("contentType")) for one in _list(quote.get("attachments")))
        return Quote(sender=self._who(quote.get("authorId")), text=(_body(quote) or next(files, ""))[:2000])

    def _attachment(self, one: Mapping[str, Any], emoji: str = "") -> Attachment:
        pointer = one.get("pointer")
        pointer = pointer if isinstance(pointer, dict) else {}
        locator = pointer.get("locatorInfo")
        locator = locator if isinstance(locator, dict) else {}
        name = _text(pointer.get("fileName")) or emoji or _text(pointer.get("contentType")) or "?"
        digest = _digest(locator.get("plaintextHash"))
        opener = self._media.with_content(digest) if digest else None
        if opener is None and pointer.get("fileName"):
            opener = self._media.opener(_text(pointer["fileName"]))
        return Attachment(name=name, open=opener, is_sticker="emoji" in one or bool(emoji))


class SigExport:
    """Reads what signal-export made of one chat, `data.json` in a folder named like the chat; see `Reader`."""

    kind = Kind.SIGNAL_DESKTOP
    family = "signal-export"

    def __init__(self, path: Path, media: MediaFolders) -> None:
        self._path = path
        self._media = media
        self.files: tuple[Path, ...] = (path,)
        self.people = People(titles={path.parent.name: path.parent.name})
        self.problems = Problems()

    @staticmethod
    def fits(head: bytes) -> bool:
        """Tell whether a file that begins so is one."""
        first = head.lstrip(b"\xef\xbb\xbf")[:2048]
        return first.startswith(b'{"date": "') and b'"sender": ' in first and b'"body": ' in head

    def messages(self) -> Iterator[Message]:
        """Yield all messages."""
        key, repeats = self._path.parent.name, Repeats()
        with self._path.open("rb") as stream:
            for found in _frames(stream, self.problems):
                sender, date, words = (_text(found.get(name)) for name in ("sender", "date", "body"))
                is_mine = sender == "Me"
                quote = _text(found.get("quote")).strip().removeprefix(">").replace("\n>", "\n").strip()
                sticker = found.get("sticker")
                files = [(one, False) for one in _list(found.get("attachments"))]
                yield Message(
                    conversation=key,
                    id=repeats.id(date, f"{date}:{sender}:{words[:200]}"),
                    time_ms=_local(date),
                    sender="" if is_mine else sender,
                    is_mine=is_mine,
                    text=shortened(words.rstrip(), self.problems),
                    notice=(Notice.MISSED_CALL if found.get("missed") else Notice.CALL) if found.get("call") else None,
                    attachments=tuple(
                        [self._file(one) for one, _sticker in files]
                        + (
                            [Attachment(name=_text(sticker.get("emoji")) or "sticker")]
                            if isinstance(sticker, dict)
                            else []
                        )
                    ),
                    quote=Quote(text=quote[:2000]) if quote else None,
                    reactions=tuple(_reaction(one) for one in _any(found.get("reactions"))),
                    is_deleted=found.get("deleted") is True,
                )

    def _file(self, one: Mapping[str, Any]) -> Attachment:
        path = _text(one.get("path")).replace("%20", " ")
        name = _text(one.get("name")) or _text(one.get("missing_kind")) or "?"
        return Attachment(name=name, open=self._media.opener(path) if path else None)


def _frames(stream: IO[bytes], problems: Problems) -> Iterator[Mapping[str, Any]]:
    """Yield the object of each line; a line that is none is counted."""
    while line := stream.readline(_LONGEST):
        if not line.strip():
            continue
        try:
            found = decoded(line.removeprefix(b"\xef\xbb\xbf"))
        except NotJsonError:
            found = None
        if isinstance(found, dict):
            yield found
        else:
            problems.add(Problem.MESSAGE_ODD)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _list(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value[:500] if isinstance(one, dict)] if isinstance(value, list) else []


def _any(value: object) -> list[Any]:
    return value[:500] if isinstance(value, list) else []


def _body(table: Mapping[str, Any]) -> str:
    text = table.get("text")
    return _text(text.get("body")) if isinstance(text, dict) else _text(text)


def _contact(contact: object) -> str:
    if not isinstance(contact, dict):
        return ""
    name = contact.get("name")
    parts = [_text(name.get(one)) for one in ("givenName", "familyName")] if isinstance(name, dict) else []
    numbers = [_text(one.get("value")) for one in _list(contact.get("number"))]
    return " · ".join(one for one in (" ".join(filter(None, parts)), *numbers) if one)


def _whole(value: object) -> int | None:
    """Return a number of 64 bits, which protobuf's JSON writes as a text."""
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _digest(value: object) -> str:
    """Return a SHA-256 in hexadecimal, of base64; empty where it is none."""
    if not isinstance(value, str):
        return ""
    try:
        found = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return found.hex() if len(found) == 32 else ""


def _local(date: str) -> int | None:
    try:
        return int(dt.datetime.fromisoformat(date).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None


def _reaction(one: object) -> tuple[str, str]:
    """Return sign and person of a pair (`namedtuple` in JSON), or of an object."""
    if isinstance(one, list) and len(one) == 2:
        who, sign = map(_text, one)
    elif isinstance(one, dict):
        who, sign = _text(one.get("name")), _text(one.get("emoji"))
    else:
        return "", ""
    return sign, "" if who == "Me" else who
