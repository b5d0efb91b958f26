"""Sources as the apps leave them, made by SQLite itself with the tables that real ones have."""

import contextlib
import sqlite3
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# The columns that are read, and some that are not, in the order of real databases of 2023 to 2026: see the sources
# named in phoneward/rescue/archive/sources/whatsapp.py.
WHATSAPP = """
CREATE TABLE jid (_id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, server TEXT NOT NULL, agent INTEGER,
    device INTEGER, type INTEGER, raw_string TEXT);
CREATE TABLE jid_map (lid_row_id INTEGER PRIMARY KEY, jid_row_id INTEGER NOT NULL, sort_id INTEGER);
CREATE TABLE chat (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid_row_id INTEGER UNIQUE, hidden INTEGER, subject TEXT,
    created_timestamp INTEGER);
CREATE TABLE message (_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_row_id INTEGER NOT NULL, from_me INTEGER NOT NULL,
    key_id TEXT NOT NULL, sender_jid_row_id INTEGER, status INTEGER, timestamp INTEGER, received_timestamp INTEGER,
    message_type INTEGER, text_data TEXT, sort_id INTEGER NOT NULL DEFAULT 0);
CREATE TABLE message_media (message_row_id INTEGER PRIMARY KEY, chat_row_id INTEGER, file_path TEXT, file_size INTEGER,
    mime_type TEXT, media_name TEXT, file_hash TEXT, media_caption TEXT);
CREATE TABLE message_quoted (message_row_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_row_id INTEGER NOT NULL,
    from_me INTEGER NOT NULL, sender_jid_row_id INTEGER, key_id TEXT NOT NULL, timestamp INTEGER, text_data TEXT);
CREATE TABLE message_location (message_row_id INTEGER PRIMARY KEY, latitude REAL, longitude REAL, place_name TEXT,
    place_address TEXT);
CREATE TABLE message_edit_info (message_row_id INTEGER PRIMARY KEY, original_key_id TEXT NOT NULL,
    edited_timestamp INTEGER NOT NULL, sender_timestamp INTEGER NOT NULL);
CREATE TABLE message_forwarded (message_row_id INTEGER PRIMARY KEY, forward_score INTEGER, forward_origin INTEGER);
CREATE TABLE message_system (message_row_id INTEGER PRIMARY KEY, action_type INTEGER NOT NULL);
CREATE TABLE message_system_chat_participant (message_row_id INTEGER, user_jid_row_id INTEGER);
CREATE TABLE message_system_number_change (message_row_id INTEGER PRIMARY KEY, old_jid_row_id INTEGER,
    new_jid_row_id INTEGER);
CREATE TABLE message_vcard (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_row_id INTEGER, vcard TEXT);
CREATE TABLE message_add_on (_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_row_id INTEGER, from_me INTEGER NOT NULL,
    key_id TEXT NOT NULL, sender_jid_row_id INTEGER, parent_message_row_id INTEGER, timestamp INTEGER);
CREATE TABLE message_add_on_reaction (message_add_on_row_id INTEGER PRIMARY KEY, reaction TEXT,
    sender_timestamp INTEGER);
"""
WHATSAPP_NAMES = """
CREATE TABLE wa_contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid TEXT NOT NULL, is_whatsapp_user BOOLEAN NOT NULL,
    status TEXT, number TEXT, display_name TEXT, wa_name TEXT);
CREATE TABLE wa_vnames (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid TEXT NOT NULL, verified_name TEXT NOT NULL);
"""
MARCH = 1_552_000_000_000
"""7 March 2019, 23:06 UTC, in milliseconds."""


@contextlib.contextmanager
def database(path: Path, schema: str) -> Iterator[sqlite3.Connection]:
    """A new database; committed and closed at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(schema)
        yield connection
        connection.commit()


def insert(connection: sqlite3.Connection, table: str, **values: Any) -> int:
    """Insert a row; returns its number."""
    names = ", ".join(values)
    # Halves of surrogate pairs stand in real databases too: as bytes that SQLite takes for text.
    marks = ", ".join("CAST(? AS TEXT)" if isinstance(one, str) else "?" for one in values.values())
    given = [one.encode("utf-8", "surrogatepass") if isinstance(one, str) else one for one in values.values()]
    cursor = connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", given)  # noqa: S608 - our own names
    return cursor.lastrowid or 0


class WhatsAppMade:
    """A `msgstore.db` with a chat with Mother (#1) and a group (#2), and a `wa.db`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        for number, user, server in ((1, "8613800000001", "s.whatsapp.net"), (2, "120363", "g.us"), (3, "44", "lid"),
                                     (4, "447700900002", "s.whatsapp.net")):  # fmt: skip
            raw = f"{user}@{server}"
            insert(connection, "jid", _id=number, user=user, server=server, type=0, raw_string=raw)
        insert(connection, "jid_map", lid_row_id=3, jid_row_id=4)
        insert(connection, "chat", _id=1, jid_row_id=1)
        insert(connection, "chat", _id=2, jid_row_id=2, subject="Family")
        self._count = 0

    def message(self, text: str | None = None, *, chat: int = 1, mine: bool = False, kind: int = 0,
                sender: int = 0, time: int | None = None) -> int:  # fmt: skip
        """Add a message; returns its number."""
        self._count += 1
        return insert(
            self.connection,
            "message",
            chat_row_id=chat,
            from_me=int(mine),
            key_id=f"KEY{self._count}",
            sender_jid_row_id=sender,
            timestamp=MARCH + self._count * 60_000 if time is None else time,
            message_type=kind,
            text_data=text,
        )


@contextlib.contextmanager
def whatsapp(folder: Path) -> Iterator[WhatsAppMade]:
    """A `msgstore.db` and a `wa.db` in a folder."""
    with database(folder / "wa.db", WHATSAPP_NAMES) as names:
        insert(names, "wa_contacts", jid="8613800000001@s.whatsapp.net", is_whatsapp_user=1, display_name="妈妈")
        insert(names, "wa_contacts", jid="447700900002@s.whatsapp.net", is_whatsapp_user=1, wa_name="Bob")
    with database(folder / "msgstore.db", WHATSAPP) as connection:
        yield WhatsAppMade(connection)


def png(red: int = 200) -> bytes:
    """A small picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes((red, 90, 60)) * 24 for _row in range(16))
    header = struct.pack(">IIBBBBB", 24, 16, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
