"""WhatsApp's "Export chat": a text, with the files that were sent beside it, in a folder or a zip."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from phoneward.rescue.archive.media import MediaFolders
from phoneward.rescue.archive.message import Attachment, Kind, Message, Notice
from phoneward.rescue.archive.problem import Problem, Problems
from phoneward.rescue.archive.sources.chat_lines import Line, looks_like_chat, moment, order_of, parse
from phoneward.rescue.archive.sources.reading import MOST_TEXT, People
from phoneward.rescue.archive.sources.repeats import Repeats

_LONGEST_LINE: Final = 1 << 20
_TITLES: Final = (
    re.compile(r"WhatsApp Chat (?:with|-) (.+)", re.IGNORECASE),
    re.compile(r"WhatsApp[ -]Chat mit (.+)", re.IGNORECASE),
    re.compile(r"(?:与|與)\s*(.+?)\s*的\s*WhatsApp\s*(?:聊天|對話|对话).*"),
    re.compile(r"WhatsApp\s*(?:聊天|对话|對話)\s*[-–]\s*(.+)"),
    re.compile(r"Chat de WhatsApp con (.+)"),
    re.compile(r"Discussion WhatsApp avec (.+)"),
    re.compile(r"Conversa do WhatsApp com (.+)"),
    re.compile(r"Chat WhatsApp con (.+)"),
)
_IPHONE_FILE: Final = re.compile(r"[\u200e\u200f]*<[^<>:：]{1,40}[:：]\s?(?P<name>[^<>/\\]{1,200}\.\w{1,8})>")
_ANDROID_FILE: Final = re.compile(r"[\u200e\u200f]*(?P<name>[^/\\\n]{1,200}?\.\w{1,8}) \([^()\n]{3,40}\)")
_ANDROID_NAME: Final = re.compile(r"(?:IMG|VID|AUD|PTT|DOC|STK)-\d{8}-WA\d{4,}\.\w{1,8}\Z")
_OMITTED: Final = re.compile(r"[\u200e\u200f]*<[^<>:：\n]{3,60}>\Z|[\u200e\u200f]+[^\n]{2,40}\Z")
_DELETED: Final = frozenset(
    {
        "This message was deleted", "This message was deleted.", "You deleted this message",
        "You deleted this message.",
        "此消息已删除", "此消息已删除。", "您已删除这条消息", "您已刪除此訊息", "此訊息已刪除", "此訊息已被刪除",
        "Diese Nachricht wurde gelöscht.", "Du hast diese Nachricht gelöscht.", "Se eliminó este mensaje.",
        "Eliminaste este mensaje.", "Ce message a été supprimé", "Mensagem apagada", "Você apagou esta mensagem",
    }
)  # fmt: skip
_EDITED: Final = re.compile(r"\s*[\u200e\u200f]*<(?:This message was edited|此消息已编辑|此訊息已編輯)>\Z")


class WhatsAppText:
    """Reads one exported chat; see `Reader`.

    Args:
        path: the text.
        title: a name to look for the other's in: of the file, the folder or the zip.
        media: where the files lie.
        me: the person's own name in it; empty where unknown.
    """

    kind = Kind.WHATSAPP_TEXT
    family = "whatsapp-text"

    def __init__(self, path: Path, title: str, media: MediaFolders, me: str = "") -> None:
        self._path = path
        self._media = media
        self._me = me
        self._title = title_in(path.stem) or title_in(title) or (title if path.stem.startswith("_chat") else path.stem)
        self.files: tuple[Path, ...] = (path,)
        self.people = People()
        self.problems = Problems()

    @staticmethod
    def fits(head: bytes) -> bool:
        """Tell whether a file that begins so is one."""
        lines = head.decode("utf-8", "replace").splitlines()
        return looks_like_chat(lines[:-1] if len(head) >= 4096 else lines)

    def messages(self) -> Iterator[Message]:
        """Yield all messages."""
        with self._path.open("rb") as stream:
            order = order_of(_lines(stream))
            stream.seek(0)
            senders = {line.sender for text in _lines(stream) if (line := parse(text)) and line.sender}
            stream.seek(0)
            key = self._title
            self.people.titles[key] = key
            if len(senders) > 2:
                self.people.groups.add(key)
            if not self._me and len(senders) == 2 and self._title in senders:
                self._me = next(iter(senders - {self._title}))
            repeats = Repeats()
            for line, text in _grouped(_lines(stream), self.problems):
                yield self._message(line, text, order or "dmy", repeats)

    def _message(self, line: Line, text: str, order: str, repeats: Repeats) -> Message:
        when = moment(line, order)
        digest = hashlib.sha256(f"{line.sender}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:24]
        is_mine = bool(self._me) and line.sender == self._me
        is_edited = _EDITED.search(text) is not None
        text = _EDITED.sub("", text)
        attachments, text = self._attachments(text) if line.sender else ((), text)
        is_deleted = text.strip("\u200e\u200f ") in _DELETED
        return Message(
            conversation=self._title,
            id=repeats.id((line.date, line.clock), digest),
            time_ms=_milliseconds(when),
            sender="" if is_mine or not line.sender else line.sender,
            is_mine=is_mine,
            text="" if is_deleted else text,
            notice=None if line.sender else Notice.SAID,
            detail="" if line.sender else text,
            attachments=attachments,
            is_edited=is_edited,
            is_deleted=is_deleted,
        )

    def _attachments(self, text: str) -> tuple[tuple[Attachment, ...], str]:
        """Return what is attached, and the words beside it."""
        found = _IPHONE_FILE.search(text)
        if found is not None and (found.start() == 0 or found.end() == len(text.rstrip())):
            name = found["name"]
            return (Attachment(name=name, open=self._media.opener(name)),), (
                text[: found.start()] + text[found.end() :]
            ).strip("\u200e\u200f \r\n")
        found = _ANDROID_FILE.match(text)
        if found is not None:
            name = found["name"]
            opener = self._media.opener(name)
            if opener is not None or _ANDROID_NAME.match(name):
                return (Attachment(name=name, open=opener),), text[found.end() :].strip("\r\n")
        if _OMITTED.match(text) and text.strip("\u200e\u200f ") not in _DELETED:
            return (Attachment(name=text.strip("\u200e\u200f ")),), ""
        return (), text


def title_in(name: str) -> str:
    """Return with whom a chat is, from the name of its file; empty where that does not say."""
    return next((found[1].strip() for pattern in _TITLES if (found := pattern.fullmatch(name.strip()))), "")


def _milliseconds(when: dt.datetime | None) -> int | None:
    if when is None:
        return None
    try:
        return int(when.timestamp() * 1000)
    except (OverflowError, OSError, ValueError):
        return None


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """Yield the lines of a file; one without end is cut."""
    while line := stream.readline(_LONGEST_LINE):
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def _grouped(lines: Iterator[str], problems: Problems) -> Iterator[tuple[Line, str]]:
    """Yield each message's first line with its whole text."""
    begun: Line | None = None
    texts: list[str] = []
    size = 0
    for text in lines:
        line = parse(text)
        if line is None:
            size += len(text) + 1
            if begun is not None and size <= MOST_TEXT:
                texts.append(text)
            elif begun is not None and size - len(text) - 1 <= MOST_TEXT:
                problems.add(Problem.TOO_LONG)
            continue
        if begun is not None:
            yield begun, "\n".join(texts)
        begun, texts, size = line, [line.text], len(line.text)
    if begun is not None:
        yield begun, "\n".join(texts)
