"""Signal's database on Android, decrypted: as signalbackup-tools writes it out of a backup whose passphrase one has.

Sources: Signal-Android, `MessageTable.kt`, `MessageTypes.java`, `ThreadTable.kt`, `RecipientTable.kt`,
`AttachmentTable.kt`, `ReactionTable.kt`, `GroupTable.kt`; attached files as github.com/bepaald/signalbackup-tools
writes them (`Attachment_<row>_<unique>.bin`; GPL, run by the person as a program of its own, never imported).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from phoneward.databases import Beside, Database, Row, number, opened, side_files, text
from phoneward.rescue.archive.media import MediaFolders
from phoneward.rescue.archive.message import Attachment, Kind, Message, Notice, Quote
from phoneward.rescue.archive.problem import Problem, Problems
from phoneward.rescue.archive.sources.reading import People, shortened

_BASE: Final = 0x1F
_MINE: Final = frozenset({2, 11, 21, 22, 23, 24, 25, 26, 28})
_CALLS: Final = frozenset({1, 2, 10, 11, 12})
_MISSED: Final = frozenset({3, 8})
_GROUP_CHANGE: Final = 0x10000
_GROUP_LEFT: Final = 0x20000
_KEYS: Final = 0x8000 | 0x4000 | 0x2000 | 0x200 | 0x400000
_TIMER: Final = 0x40000
_COLUMNS: Final = (
    "_id", "thread_id", "date_sent", "type", "body", "from_recipient_id", "quote_id", "quote_author", "quote_body",
    "remote_deleted", "latest_revision_id", "original_message_id",
)  # fmt: skip


class SignalAndroid:
    """Reads one decrypted database; see `Reader`."""

    kind = Kind.SIGNAL
    family = "signal-android"

    def __init__(self, path: Path, media: MediaFolders, folder: Path) -> None:
        self._path = path
        self._media = media
        self._folder = folder
        self._names: dict[object, str] = {}
        self.files: tuple[Path, ...] = (path, *side_files(path))
        self.people = People()
        self.problems = Problems()

    @staticmethod
    def fits(database: Database) -> bool:
        """Tell whether a database is one."""
        return {"thread_id", "from_recipient_id", "date_sent"} <= database.columns("message") and bool(
            database.columns("recipient")
        )

    def messages(self) -> Iterator[Message]:
        """Yield all messages."""
        with opened(self._path, self._folder) as database:
            self._read_people(database)
            threads = self._read_threads(database)
            files = self._beside_files(database)
            signs = Beside(database.rows("reaction", ("message_id", "emoji", "author_id"), "message_id", self.problems))
            for row in database.rows("message", _COLUMNS, "_id", self.problems):
                key, thread = row[0], row[1]
                if not isinstance(key, int):
                    self.problems.add(Problem.MESSAGE_ODD)
                    continue
                attached, reactions = files.of(key), signs.of(key)
                if row[10] is not None:  # an earlier wording of an edited message
                    continue
                yield self._message(row, threads.get(thread, f"thread {thread}"), attached, reactions)

    def _read_people(self, database: Database) -> None:
        groups = {
            text(key): text(title) for key, title in database.rows("groups", ("group_id", "title"), "", self.problems)
        }
        columns = (
            "_id", "group_id", "nickname_joined_name", "system_joined_name", "profile_joined_name", "e164", "username",
        )  # fmt: skip
        for key, group, *known in database.rows("recipient", columns, "", self.problems):
            title = groups.get(text(group), "") if text(group) else ""
            self._names[key] = title or next((text(one) for one in known if text(one)), "") or f"Signal {key}"
            if text(group):
                self.people.groups.add(f"r{key}")

    def _read_threads(self, database: Database) -> dict[object, str]:
        threads: dict[object, str] = {}
        for key, recipient in database.rows("thread", ("_id", "recipient_id"), "", self.problems):
            threads[key] = f"r{recipient}"
            self.people.titles[f"r{recipient}"] = self._names.get(recipient, f"Signal {recipient}")
        return threads

    def _beside_files(self, database: Database) -> Beside:
        """Return the rows of attached files: (message, row, unique id, content type, name)."""
        if database.columns("attachment"):
            columns = ("message_id", "_id", "transfer_file", "content_type", "file_name")
            return Beside(database.rows("attachment", columns, "message_id", self.problems))
        columns = ("mid", "_id", "unique_id", "ct", "file_name")
        return Beside(database.rows("part", columns, "mid", self.problems))

    def _message(self, row: Row, conversation: str, attached: list[Row], signs: list[Row]) -> Message:
        key, _thread, sent, kind, body, author, quote_id, quote_author, quote_body, deleted, _latest, original = row
        flags = number(kind) or 0
        base = flags & _BASE
        is_mine = base in _MINE
        said = shortened(text(body), self.problems)
        attachments = tuple(self._attachment(one) for one in attached)
        notice, detail = _notice(flags, base)
        if notice is not None:
            said = ""
        elif not (said or attachments or deleted):
            self.problems.add(Problem.KIND_UNKNOWN)
            notice, detail = Notice.OTHER, f"Signal {flags:#x}"
        has_quote = bool(quote_id) and (bool(text(quote_body)) or bool(quote_author))
        return Message(
            conversation=conversation,
            id=f"{author}:{text(sent)}:{key}",
            time_ms=number(sent),
            sender="" if is_mine else self._names.get(author, ""),
            is_mine=is_mine,
            text=said,
            notice=notice,
            detail=detail,
            attachments=attachments,
            quote=Quote(sender=self._names.get(quote_author, ""), text=text(quote_body)[:2000]) if has_quote else None,
            reactions=tuple((text(sign), self._names.get(who, "?")) for _key, sign, who in signs if text(sign)),
            is_edited=original is not None,
            is_deleted=bool(deleted),
        )

    def _attachment(self, row: Row) -> Attachment:
        _message, key, unique, kind, name = row
        opener = self._media.named(f"Attachment_{key}_")
        shown = text(name) or text(kind) or "?"
        if opener is None and text(unique):
            opener = self._media.opener(text(unique))
        return Attachment(name=shown, open=opener)


def _notice(flags: int, base: int) -> tuple[Notice | None, str]:
    found = (
        (base in _CALLS, Notice.CALL, ""),
        (base in _MISSED, Notice.MISSED_CALL, ""),
        (flags & _TIMER, Notice.TIMER, ""),
        (flags & _GROUP_LEFT, Notice.LEFT, ""),
        (flags & _GROUP_CHANGE, Notice.OTHER, "Signal: group"),
        (flags & _KEYS, Notice.SAFETY_NUMBER, ""),
    )
    return next(((notice, detail) for fits, notice, detail in found if fits), (None, ""))
