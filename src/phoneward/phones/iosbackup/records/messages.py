"""Messages of an iPhone (`HomeDomain/Library/SMS/sms.db`) as text messages and multimedia messages of Android.

What has an attachment, or went to a group, is a multimedia message with parts and addresses, as on Android. Signs of
approval ("Liked …") stand there as the texts that other phones get; notices of groups (a name was changed) are no
messages and are left out: they are in the database itself, which the snapshot holds too.

An attachment is a file of the backup. Small ones go into the message, so that programs for Android show them; all are
named by their place in the snapshot (`cl`).

Source of the schema: as in `rescue/archive/sources/ios_messages.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from phoneward.databases import Beside, Database, Row, number, text
from phoneward.phones.attributed import text_in, without_holes
from phoneward.phones.iosbackup.records.rows import Files, Told, some, unix_ms, value
from phoneward.phones.records import ADDRESS_COLUMNS, Record

PLACE: Final = b"/domains/HomeDomain/Library/SMS/sms.db"
_ATTACHMENTS: Final = (b"/domains/MediaDomain/", b"/domains/HomeDomain/")

EMBEDDED_BYTES: Final = 1 << 20
"""Attachments up to this size stand in the message itself, as large as those that operators carry."""

SMS_COLUMNS: Final = (
    *("date", "date_sent", "thread_id", "type", "read", "seen", "status", "protocol", "locked", "address"),
    *("service_center", "subject", "body", "service"),
)
MMS_COLUMNS: Final = (
    *("date", "date_sent", "thread_id", "msg_box", "read", "seen", "m_type", "m_id", "ct_t", "tr_id", "sub"),
    *("text_only", "service"),
)
PART_COLUMNS: Final = (
    *("mid", "seq", "ct", "name", "chset", "cd", "fn", "cid", "cl", "ctt_s", "ctt_t", "_data", "text"),
)

_GROUP_STYLE: Final = 43
_INBOX, _SENT = b"1", b"2"
_RETRIEVED, _SENT_REQUEST = b"132", b"128"
_FROM, _TO = b"137", b"151"
"""PduHeaders.FROM and TO (AOSP)."""
_SELF: Final = b"insert-address-token"
_UTF8: Final = b"106"
_MOST_PARTS: Final = 128
_COLUMNS: Final = (
    "ROWID", "guid", "text", "attributedBody", "handle_id", "date", "is_from_me", "is_read", "item_type", "subject",
    "service",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Message:
    """A message as the database has it. `chat` is the row of the first conversation it is in, 0 for none."""

    key: int
    guid: str
    body: str
    subject: str
    address: str
    chat: int
    members: tuple[str, ...]
    is_group: bool
    time_ms: int | None
    is_mine: bool
    is_read: bool
    service: str
    attached: tuple[Row, ...]

    @property
    def is_multimedia(self) -> bool:
        return bool(self.attached) or self.is_group


class Messages:
    """What stands in the database of messages.

    Args:
        files: of the backup.

    Attributes:
        parts: the place of each attachment, by the number of its part.
        addresses: of each multimedia message, from whom and to whom, by its number.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self.parts: dict[int, bytes] = {}
        self.addresses: dict[int, tuple[bytes, tuple[bytes, ...]]] = {}

    def texts(self, database: Database, told: Told) -> Iterator[Record]:
        """Yield text messages."""
        for one in _each(database, told):
            if not one.is_multimedia:
                box = _SENT if one.is_mine else _INBOX
                read = b"1" if one.is_read or one.is_mine else b"0"
                fields = (
                    value(one.time_ms), None, value(one.chat), box, read, b"1", b"-1", None, b"0", value(one.address),
                    None, value(one.subject or None), value(one.body), value(one.service or None),
                )  # fmt: skip
                yield Record(one.key, fields)

    def multimedia(self, database: Database, told: Told) -> Iterator[Record]:
        """Yield multimedia messages, and note their addresses."""
        for one in _each(database, told):
            if one.is_multimedia:
                self._note_addresses(one)
                seconds = None if one.time_ms is None else one.time_ms // 1000
                fields = (
                    value(seconds), None, value(one.chat), _SENT if one.is_mine else _INBOX,
                    b"1" if one.is_read or one.is_mine else b"0", b"1", _SENT_REQUEST if one.is_mine else _RETRIEVED,
                    value(one.guid or None), b"application/vnd.wap.multipart.related", None,
                    value(one.subject or None), b"0" if one.attached else b"1", value(one.service or None),
                )  # fmt: skip
                yield Record(one.key, fields)

    def _note_addresses(self, one: _Message) -> None:
        others = tuple(filter(None, (value(name) for name in one.members if name and name != one.address)))
        sender = _SELF if one.is_mine else value(one.address) or _SELF
        if one.is_mine:
            to = (*filter(None, (value(one.address) if one.address else None,)), *others)
        else:
            to = (*others, _SELF) if not others or one.is_group else others
        self.addresses[one.key] = sender, to

    def contents(self, database: Database, told: Told) -> Iterator[Record]:
        """Yield the parts of multimedia messages, and note where their bytes are."""
        files = {row[0]: row for row in some(database.rows("attachment", _FILE_COLUMNS, "", told), told)}
        for one in _each(database, told):
            if not one.is_multimedia:
                continue
            base = one.key * _MOST_PARTS
            if one.body:
                text_fields = (b"0", b"text/plain", None, _UTF8, None, None, None, None, None, None, None)
                yield Record(base, (value(one.key), *text_fields, value(one.body)))
            for place, row in enumerate(one.attached[: _MOST_PARTS - 1], 1):
                yield self._part(one.key, base + place, place, files.get(row[1]))

    def _part(self, message: int, part: int, seq: int, file: Row | None) -> Record:
        _key, where, name, kind = file or (None,) * 4
        place, size = self._found(text(where))
        if place:
            self.parts[part] = place
        name = value(text(name) or text(where).rpartition("/")[2] or None)
        embedded = place if place and size is not None and size <= EMBEDDED_BYTES else None
        if place and size is None:
            embedded = place  # asked for, and told to be missing
        kind = value(text(kind) or "application/octet-stream")
        fields = (
            value(message), value(seq), kind, name, None, None, name, None, place or None, None, None, embedded, None,
        )  # fmt: skip
        return Record(part, fields)

    def _found(self, where: str) -> tuple[bytes, int | None]:
        """Return the place of an attachment, and its size where the backup has it; no place where it has none."""
        inside = where.removeprefix("~/").removeprefix("/var/mobile/").encode("utf-8", "replace")
        if not inside:
            return b"", None
        places = [top + inside for top in _ATTACHMENTS]
        for place in places:
            size = self._files.size_of(place)
            if size is not None:
                return place, size
        return places[0], None


_FILE_COLUMNS: Final = ("ROWID", "filename", "transfer_name", "mime_type")


def address_records(sender: bytes, to: tuple[bytes, ...]) -> list[Record]:
    """Return from whom and to whom a message is, as `RecordsPhone.message_addresses`."""
    kinds = {"charset": _UTF8}
    rows = [(_FROM, sender), *((_TO, one) for one in to)]
    return [
        Record(place, tuple((kinds | {"type": kind, "address": address})[name] for name in ADDRESS_COLUMNS))
        for place, (kind, address) in enumerate(rows)
    ]


def _each(database: Database, told: Told) -> Iterator[_Message]:
    handles = {key: text(name) for key, name in some(database.rows("handle", ("ROWID", "id"), "", told), told)}
    members: dict[object, list[str]] = {}
    for chat, handle in some(database.rows("chat_handle_join", ("chat_id", "handle_id"), "", told), told):
        members.setdefault(chat, []).append(handles.get(handle, ""))
    styles = some(database.rows("chat", ("ROWID", "style"), "", told), told)
    groups = {key for key, style in styles if style == _GROUP_STYLE}
    joins = ("message_id", "chat_id")
    chats = Beside(database.rows("chat_message_join", joins, "message_id", told))
    joins = ("message_id", "attachment_id")
    files = Beside(database.rows("message_attachment_join", joins, "message_id", told))
    for row in database.rows("message", _COLUMNS, "ROWID", told):
        key, guid, words, stored, handle, date, mine, read, kind, subject, service = row
        if not isinstance(key, int) or not 0 < key < 1 << 48:
            told.damaged("message")
            continue
        joined, attached = chats.first(key), tuple(files.of(key))
        chat = number(joined[1]) if joined else None
        body = text(words)
        if not body and isinstance(stored, bytes):
            found = text_in(stored)
            if found is None and not attached:
                told.damaged("attributedBody")
                continue
            body = found or ""
        body = without_holes(body)
        if kind and not (body or attached):
            continue  # a notice
        people = tuple(dict.fromkeys(members.get(chat, [])))
        address = handles.get(handle, "") or (people[0] if len(people) == 1 else "")
        yield _Message(
            key, text(guid), body, text(subject), address, chat or 0, people, chat in groups or len(people) > 1,
            unix_ms(date), mine == 1, read == 1, text(service), attached,
        )  # fmt: skip
