"""Messages on their way from the sources to the pages: sorted by conversation and time, in little memory.

They wait in a database in the folder that the archive is made in, which will hold the same words in clear anyway; it is
gone when the archive is finished.
"""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

import msgspec

from phoneward.rescue.archive.keeping import Kept
from phoneward.rescue.archive.message import EARLIEST_MS, LATEST_MS, Message, Place

_CONTROL: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_BATCH: Final = 2_000


class Stored(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """A message as the pages need it; the fields are those of `Message`, texts fit for UTF-8."""

    time_ms: int | None = None
    sender: str = ""
    is_mine: bool = False
    text: str = ""
    notice: str = ""
    detail: str = ""
    attachments: tuple[Kept, ...] = ()
    quote_sender: str = ""
    quote_text: str = ""
    quote_id: str = ""
    place: tuple[float, float, str] | None = None
    reactions: tuple[tuple[str, str], ...] = ()
    forwarded_from: str = ""
    is_edited: bool = False
    is_deleted: bool = False


def clean(text: str) -> str:
    r"""Return a text that can be written as UTF-8: halves of surrogate pairs joined, or U+FFFD, as are controls."""
    if text.isascii():
        return _CONTROL.sub("\ufffd", text) if _CONTROL.search(text) else text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROL.sub("\ufffd", text)


def usable_time(time_ms: int | None) -> int | None:
    """Return a time that a message can have; None for others."""
    return time_ms if time_ms is not None and EARLIEST_MS < time_ms < LATEST_MS else None


class Spool:
    """Use as a context; it is deleted at the end.

    Args:
        folder: where it lies meanwhile.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "messages.sqlite"
        self._database = sqlite3.connect(self._path, isolation_level=None)
        self._path.chmod(0o600)
        for line in ("journal_mode=OFF", "synchronous=OFF", "temp_store=MEMORY"):
            self._database.execute(f"PRAGMA {line}")
        self._database.execute("CREATE TABLE m (n INTEGER PRIMARY KEY, c INTEGER, t INTEGER, u TEXT, b BLOB)")
        self._database.execute("CREATE UNIQUE INDEX u ON m (c, u, t) WHERE u <> ''")
        self._database.execute("BEGIN")
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(Stored).decode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._database.close()
        self._path.unlink(missing_ok=True)

    def has(self, conversation: int, message: Message) -> bool:
        """Tell whether a message is there already, from another copy of its source: the same id at the same time."""
        if not message.id:
            return False
        row = self._database.execute(
            "SELECT 1 FROM m WHERE c = ? AND u = ? AND t IS ? AND u <> ''",
            (conversation, clean(message.id), usable_time(message.time_ms)),
        ).fetchone()
        return row is not None

    def add(self, conversation: int, message: Message, kept: tuple[Kept, ...]) -> None:
        """Add a message whose attached files are kept."""
        stored = stored_of(message, kept)
        self._database.execute(
            "INSERT INTO m (c, t, u, b) VALUES (?, ?, ?, ?)",
            (conversation, stored.time_ms, clean(message.id), self._encode(stored)),
        )

    def sort(self) -> None:
        """Make ready for reading; nothing is added after it."""
        self._database.execute("CREATE INDEX s ON m (c, t, n)")

    def of(self, conversation: int) -> Iterator[Stored]:
        """Yield a conversation's messages by time, those without one first."""
        rows = self._database.execute("SELECT b FROM m WHERE c = ? ORDER BY t, n", (conversation,))
        for (body,) in rows:
            yield self._decode(body)

    def one(self, conversation: int, id_: str) -> Stored | None:
        """Return a message by its id."""
        row = self._database.execute(
            "SELECT b FROM m WHERE c = ? AND u = ? AND u <> ''", (conversation, id_)
        ).fetchone()
        return None if row is None else self._decode(row[0])


def stored_of(message: Message, kept: tuple[Kept, ...]) -> Stored:
    """Return a message with clean texts and a usable time."""
    quote, place = message.quote, message.place
    return Stored(
        time_ms=usable_time(message.time_ms),
        sender=clean(message.sender),
        is_mine=message.is_mine,
        text=clean(message.text),
        notice=message.notice or "",
        detail=clean(message.detail),
        attachments=tuple(msgspec.structs.replace(one, name=clean(one.name)) for one in kept),
        quote_sender=clean(quote.sender) if quote else "",
        quote_text=clean(quote.text) if quote else "",
        quote_id=clean(quote.id) if quote else "",
        place=_place(place),
        reactions=tuple((clean(sign), clean(who)) for sign, who in message.reactions[:200]),
        forwarded_from=clean(message.forwarded_from),
        is_edited=message.is_edited,
        is_deleted=message.is_deleted,
    )


def _place(place: Place | None) -> tuple[float, float, str] | None:
    return None if place is None else (float(place.latitude), float(place.longitude), clean(place.name))
