"""Signal: its own export, what signal-export makes, and decrypted databases of computer and phone."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from tests.rescue.archive import made
from tests.rescue.archive.reading import archive_of

# Columns of a real database of 2024-08 (chat-history-manager's tests), one of them generated as there.
DESKTOP = """
CREATE TABLE conversations (id STRING PRIMARY KEY ASC, json TEXT, active_at INTEGER, type STRING, members TEXT,
    name TEXT, profileName TEXT, profileFamilyName TEXT, profileFullName TEXT, e164 TEXT, serviceId TEXT, groupId TEXT);
CREATE TABLE messages (rowid INTEGER PRIMARY KEY ASC, id STRING UNIQUE, json TEXT, sent_at INTEGER,
    conversationId STRING, received_at INTEGER, source STRING, type STRING, body TEXT, sourceServiceId TEXT,
    isTimerChangeFromSync INTEGER GENERATED ALWAYS AS (json_extract(json, '$.expirationTimerUpdate.fromSync') IS 1));
"""
# Signal-Android: MessageTable.kt, RecipientTable.kt, ThreadTable.kt, AttachmentTable.kt, ReactionTable.kt.
ANDROID = """
CREATE TABLE message (_id INTEGER PRIMARY KEY AUTOINCREMENT, date_sent INTEGER NOT NULL, date_received INTEGER,
    thread_id INTEGER NOT NULL, from_recipient_id INTEGER, to_recipient_id INTEGER, type INTEGER NOT NULL, body TEXT,
    quote_id INTEGER DEFAULT 0, quote_author INTEGER DEFAULT 0, quote_body TEXT, remote_deleted INTEGER DEFAULT 0,
    latest_revision_id INTEGER, original_message_id INTEGER);
CREATE TABLE recipient (_id INTEGER PRIMARY KEY AUTOINCREMENT, e164 TEXT, group_id TEXT, system_joined_name TEXT,
    profile_joined_name TEXT);
CREATE TABLE groups (_id INTEGER PRIMARY KEY, group_id TEXT NOT NULL, title TEXT);
CREATE TABLE thread (_id INTEGER PRIMARY KEY AUTOINCREMENT, recipient_id INTEGER NOT NULL);
CREATE TABLE attachment (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_id INTEGER, content_type TEXT, file_name TEXT,
    transfer_file TEXT);
CREATE TABLE reaction (_id INTEGER PRIMARY KEY, message_id INTEGER, author_id INTEGER, emoji TEXT);
"""


def lines(path: Path, *documents: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in documents), "utf-8")
    return path


def test_signals_own_export(tmp_path: Path) -> None:
    """As Backup.proto says in protobuf's JSON: numbers of 64 bits are texts, bytes are base64."""
    folder = tmp_path / "signal-backup-2026"
    (folder / "files" / "ab").mkdir(parents=True)
    (folder / "files" / "ab" / "whatever").write_bytes(made.png())
    digest = base64.b64encode(hashlib.sha256(made.png()).digest()).decode()
    item = {"chatId": "1", "authorId": "2", "incoming": {"dateReceived": "1"}}
    lines(
        folder / "main.jsonl",
        {"version": "1", "backupTimeMs": str(made.MARCH)},
        {"recipient": {"id": "1", "self": {}}},
        {"recipient": {"id": "2", "contact": {"e164": "8613800000001", "profileGivenName": "妈妈"}}},
        {"recipient": {"id": "3", "group": {"snapshot": {"title": {"title": "Family"}}}}},
        {"chat": {"id": "1", "recipientId": "2"}},
        {"chat": {"id": "2", "recipientId": "3"}},
        {"chatItem": item | {"dateSent": str(made.MARCH), "standardMessage": {
            "text": {"body": "晚安"}, "reactions": [{"emoji": "❤", "authorId": "1"}],
            "attachments": [{"pointer": {"contentType": "image/png", "locatorInfo": {"plaintextHash": digest}}}]}}},
        {"chatItem": {"chatId": "1", "authorId": "1", "outgoing": {}, "dateSent": str(made.MARCH + 60_000),
                      "revisions": [{}], "standardMessage": {"text": {"body": "sleep well"}, "quote": {
                          "authorId": "2", "text": {"body": "晚安"}}}}},
        {"chatItem": item | {"dateSent": str(made.MARCH + 1), "remoteDeletedMessage": {}}},
        {"chatItem": item | {"dateSent": str(made.MARCH + 2), "updateMessage": {"individualCall": {}}}},
        {"chatItem": item | {"chatId": "2", "dateSent": str(made.MARCH + 3), "newThing": {}}},
        "no frame",
    )  # fmt: skip
    archived, text = archive_of(tmp_path, folder)
    assert sorted((one.title, one.is_group, one.count) for one in archived.conversations) == [
        ("Family", True, 1),
        ("妈妈", False, 4),
    ]
    assert archived.media == (1, len(made.png()))
    assert archived.sources[0].problems == {"kind-unknown": 1, "message-odd": 1}
    assert "❤ Me" in text
    assert "Me\n23:07\nchanged later\n妈妈\n晚安\nsleep well" in text
    assert "A call" in text


def test_what_signal_export_makes(tmp_path: Path) -> None:
    base: dict[str, Any] = {
        "quote": "",
        "sticker": None,
        "reactions": [],
        "attachments": [],
        "deleted": False,
        "call": False,
    }
    folder = tmp_path / "export"
    (folder / "Mum" / "media").mkdir(parents=True)
    (folder / "Mum" / "media" / "sea.png").write_bytes(made.png())
    lines(
        folder / "Mum" / "data.json",
        {"date": "2019-03-07T23:06:40", "sender": "Mum", "body": "look  "} | base
        | {"attachments": [{"name": "sea.png", "path": "media/sea.png", "missing_kind": None}]},
        {"date": "2019-03-07T23:07:40", "sender": "Me", "body": "lovely  "} | base
        | {"quote": "\n\n> look\n\n", "reactions": [["Mum", "❤"]]},
    )  # fmt: skip
    archived, text = archive_of(tmp_path, folder)
    assert [(one.title, one.count) for one in archived.conversations] == [("Mum", 2)]
    assert archived.media == (1, len(made.png()))
    assert "Me\n23:07\nlook\nlovely\n❤ Mum" in text


def test_a_decrypted_database_of_a_computer(tmp_path: Path) -> None:
    with made.database(tmp_path / "signal" / "plain.db", DESKTOP) as db:
        made.insert(db, "conversations", id="c1", type="private", profileFullName="妈妈", serviceId="aci-mum")
        made.insert(db, "messages", id="m1", conversationId="c1", type="incoming", body="hello", sent_at=made.MARCH,
                    sourceServiceId="aci-mum",
                    json='{"reactions": [{"emoji": "❤", "fromId": "c1"}], "editHistory": [{}, {}]}')  # fmt: skip
        made.insert(db, "messages", id="m2", conversationId="c1", type="outgoing", body="hi", sent_at=made.MARCH + 1,
                    json=json.dumps({"quote": {"authorAci": "aci-mum", "text": "hello"},
                                     "attachments": [{"fileName": "lost.pdf", "path": "ab/cd"}]}))  # fmt: skip
        made.insert(db, "messages", id="m3", conversationId="c1", type="call-history", sent_at=made.MARCH + 2,
                    json="[1]")  # fmt: skip
    archived, text = archive_of(tmp_path, tmp_path / "signal")
    assert [(one.title, one.count) for one in archived.conversations] == [("妈妈", 3)]
    assert "妈妈\n23:06\nchanged later\nhello\n❤ 妈妈" in text
    assert "Me\n23:06\n妈妈\nhello\nNot in the source: lost.pdf\nhi" in text
    assert "A call" in text


def test_a_decrypted_database_of_a_phone(tmp_path: Path) -> None:
    folder = tmp_path / "signal"
    with made.database(folder / "database.sqlite", ANDROID) as db:
        made.insert(db, "recipient", _id=1, profile_joined_name="Me Myself")
        made.insert(db, "recipient", _id=2, e164="+8613800000001", system_joined_name="妈妈")
        made.insert(db, "recipient", _id=3, group_id="g1")
        made.insert(db, "groups", group_id="g1", title="Family")
        for thread, recipient in ((1, 2), (2, 3)):
            made.insert(db, "thread", _id=thread, recipient_id=recipient)
        push = 0xA00000
        made.insert(db, "message", _id=1, date_sent=made.MARCH, thread_id=1, from_recipient_id=2, type=push | 20,
                    body="hello")  # fmt: skip
        made.insert(db, "message", _id=2, date_sent=made.MARCH + 60_000, thread_id=1, from_recipient_id=1,
                    type=push | 23, body="hi", quote_id=made.MARCH, quote_author=2, quote_body="hello")  # fmt: skip
        made.insert(db, "reaction", message_id=1, author_id=1, emoji="❤")
        made.insert(db, "attachment", _id=9, message_id=2, content_type="image/png", file_name="sea.png")
        made.insert(
            db, "message", _id=3, date_sent=made.MARCH, thread_id=2, from_recipient_id=2, type=push | 0x10000 | 20
        )
        made.insert(db, "message", _id=4, date_sent=made.MARCH, thread_id=1, from_recipient_id=2, type=3)
        made.insert(db, "message", _id=5, date_sent=made.MARCH, thread_id=1, from_recipient_id=2, type=push | 20,
                    body="an earlier wording", latest_revision_id=1)  # fmt: skip
    (folder / "Attachment_9_123456.bin").write_bytes(made.png())
    archived, text = archive_of(tmp_path, folder)
    assert sorted((one.title, one.is_group, one.count) for one in archived.conversations) == [
        ("Family", True, 1),
        ("妈妈", False, 3),
    ]
    assert archived.media == (1, len(made.png()))
    assert "妈妈\n23:06\nhello\n❤ Me Myself" in text
    assert "Me\n23:07\n妈妈\nhello\nhi" in text
    assert "A missed call" in text
    assert "earlier wording" not in text
