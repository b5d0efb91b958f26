"""The other databases that hold a person's messages: Android's own, Apple's, WhatsApp's before 2021."""

import hashlib
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones.attributed import text_in
from tests.rescue.archive import made
from tests.rescue.archive.reading import archive_of, months, words_of

# AOSP, TelephonyProvider, MmsSmsDatabaseHelper.java.
ANDROID = """
CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, person INTEGER, date INTEGER,
    date_sent INTEGER DEFAULT 0, protocol INTEGER, read INTEGER DEFAULT 0, status INTEGER DEFAULT -1, type INTEGER,
    reply_path_present INTEGER, subject TEXT, body TEXT, service_center TEXT, locked INTEGER DEFAULT 0);
CREATE TABLE pdu (_id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, date INTEGER, date_sent INTEGER DEFAULT 0,
    msg_box INTEGER, read INTEGER DEFAULT 0, m_id TEXT, sub TEXT, sub_cs INTEGER, ct_t TEXT);
CREATE TABLE part (_id INTEGER PRIMARY KEY AUTOINCREMENT, mid INTEGER, seq INTEGER DEFAULT 0, ct TEXT, name TEXT,
    chset INTEGER, cd TEXT, fn TEXT, cid TEXT, cl TEXT, ctt_s INTEGER, ctt_t TEXT, _data TEXT, text TEXT);
CREATE TABLE addr (_id INTEGER PRIMARY KEY, msg_id INTEGER, contact_id INTEGER, address TEXT, type INTEGER,
    charset INTEGER);
CREATE TABLE threads (_id INTEGER PRIMARY KEY AUTOINCREMENT, date INTEGER DEFAULT 0, recipient_ids TEXT);
CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT);
"""
# iphonebackuptools, schemas/messages/iOS10.2.sql, with columns of later systems.
APPLE = """
CREATE TABLE handle (ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, id TEXT NOT NULL, country TEXT,
    service TEXT NOT NULL, uncanonicalized_id TEXT, UNIQUE (id, service));
CREATE TABLE chat (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, style INTEGER, state INTEGER,
    chat_identifier TEXT, service_name TEXT, room_name TEXT, display_name TEXT);
CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER, UNIQUE(chat_id, handle_id));
CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, text TEXT, subject TEXT,
    handle_id INTEGER DEFAULT 0, attributedBody BLOB, service TEXT, date INTEGER, is_from_me INTEGER DEFAULT 0,
    cache_has_attachments INTEGER DEFAULT 0, item_type INTEGER DEFAULT 0, other_handle INTEGER DEFAULT 0,
    group_title TEXT, group_action_type INTEGER DEFAULT 0, balloon_bundle_id TEXT, associated_message_guid TEXT,
    associated_message_type INTEGER DEFAULT 0, thread_originator_guid TEXT, date_edited INTEGER DEFAULT 0,
    date_retracted INTEGER DEFAULT 0);
CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER, PRIMARY KEY (chat_id, message_id));
CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, filename TEXT, uti TEXT,
    mime_type TEXT, transfer_name TEXT, is_sticker INTEGER DEFAULT 0);
CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER, UNIQUE(message_id, attachment_id));
"""
# WhatsApp's database helper as published decompiled versions of 2.19 have it; the columns that the exporter asks for.
WHATSAPP_OLD = """
CREATE TABLE messages (_id INTEGER PRIMARY KEY AUTOINCREMENT, key_remote_jid TEXT NOT NULL, key_from_me INTEGER,
    key_id TEXT NOT NULL, status INTEGER, needs_push INTEGER, data TEXT, timestamp INTEGER, media_url TEXT,
    media_mime_type TEXT, media_wa_type TEXT, media_size INTEGER, media_name TEXT, media_caption TEXT, media_hash TEXT,
    latitude REAL, longitude REAL, thumb_image TEXT, remote_resource TEXT, quoted_row_id INTEGER, edit_version INTEGER,
    forwarded INTEGER);
CREATE TABLE messages_quotes (_id INTEGER PRIMARY KEY AUTOINCREMENT, key_remote_jid TEXT NOT NULL, key_from_me INTEGER,
    key_id TEXT NOT NULL, data TEXT, media_caption TEXT, remote_resource TEXT);
CREATE TABLE chat_list (_id INTEGER PRIMARY KEY AUTOINCREMENT, key_remote_jid TEXT UNIQUE, subject TEXT);
"""
MUM, BOB = "+8613800000001", "+447700900002"


def test_androids_own_messages(tmp_path: Path) -> None:
    phone = tmp_path / "com.android.providers.telephony"
    (phone / "app_parts").mkdir(parents=True)
    (phone / "app_parts" / "PART_1").write_bytes(made.png())
    with made.database(phone / "databases" / "mmssms.db", ANDROID) as db:
        made.insert(db, "sms", thread_id=1, address=MUM, date=made.MARCH, type=1, body="come home")
        made.insert(db, "sms", thread_id=1, address="138 0000 0001", date=made.MARCH + 60_000, type=2, body="coming")
        for number, address in ((1, MUM), (2, BOB)):
            made.insert(db, "canonical_addresses", _id=number, address=address)
        made.insert(db, "threads", _id=7, recipient_ids="1 2")
        made.insert(db, "pdu", _id=5, thread_id=7, date=made.MARCH // 1000 + 120, msg_box=1, sub="The sea")
        made.insert(db, "addr", msg_id=5, address=BOB, type=137)
        made.insert(db, "part", mid=5, seq=-1, ct="application/smil", text="<smil/>")
        made.insert(db, "part", mid=5, seq=0, ct="text/plain", text="look")
        made.insert(db, "part", mid=5, seq=1, ct="image/png", cl="sea.png",
                    _data="/data/user_de/0/com.android.providers.telephony/app_parts/PART_1")  # fmt: skip
    archived, text = archive_of(tmp_path, phone / "databases" / "mmssms.db")
    assert [(one.title, one.is_group, one.count) for one in archived.conversations] == [
        (f"{MUM}, {BOB}", True, 1),
        (MUM, False, 2),
    ]
    assert archived.media == (1, len(made.png()))
    assert f"{BOB}\n23:08\nThe sea\nlook" in text
    assert "Me\n23:07\ncoming" in text


def apple(folder: Path, *, in_seconds: bool = False) -> Path:
    """An iPhone's database in an unencrypted backup, with a picture that a message names."""
    path = folder / "3d" / "3d0d7e5fb2ce288813306e4d4636395e047a3d28"
    since = made.MARCH // 1000 - 978_307_200
    digest = hashlib.sha1(b"MediaDomain-Library/SMS/Attachments/ab/11/G/IMG_1.PNG", usedforsecurity=False).hexdigest()
    (folder / digest[:2]).mkdir(parents=True)
    (folder / digest[:2] / digest).write_bytes(made.png())
    with made.database(path, APPLE) as db:
        for number, service in ((1, "iMessage"), (2, "SMS")):
            made.insert(db, "handle", ROWID=number, id=MUM, service=service)
            made.insert(db, "chat", ROWID=number, guid=f"{service};-;{MUM}", style=45, chat_identifier=MUM)
        made.insert(db, "handle", ROWID=3, id="bob@example.org", service="iMessage")
        made.insert(db, "chat", ROWID=3, guid="iMessage;+;chat9", style=43, chat_identifier="chat9", display_name="Us")

        def say(number: int, chat: int, text: str | None, **more: Any) -> None:
            date = since + number * 60
            values = {"handle_id": chat, "date": date if in_seconds else date * 10**9, "guid": f"G{number}"} | more
            made.insert(db, "message", ROWID=number, text=text, **values)
            made.insert(db, "chat_message_join", chat_id=chat, message_id=number)

        say(1, 1, "by iMessage")
        say(2, 2, "by SMS", is_from_me=1)
        say(3, 1, None, attributedBody=packed("晚安 \ufffc"))
        made.insert(db, "attachment", ROWID=8, guid="A", filename="~/Library/SMS/Attachments/ab/11/G/IMG_1.PNG",
                    transfer_name="IMG_1.PNG")  # fmt: skip
        made.insert(db, "message_attachment_join", message_id=3, attachment_id=8)
        say(4, 1, None, associated_message_guid="p:0/G1", associated_message_type=2000, is_from_me=1)
        say(5, 1, None, associated_message_guid="p:0/G2", associated_message_type=2001)
        say(6, 1, None, associated_message_guid="p:0/G2", associated_message_type=3001)
        say(7, 1, "an answer", thread_originator_guid="G1")
        say(8, 3, None, item_type=2, group_title="Us")
        say(9, 1, None, date_retracted=1)
    return path


def packed(text: str) -> bytes:
    """An `attributedBody` as a Mac writes it."""
    data = text.encode()
    length = bytes([len(data)]) if len(data) < 0x80 else b"\x81" + len(data).to_bytes(2, "little")
    return (
        b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\0\x84\x84\x08NSObject\0\x85\x92\x84"
        b"\x84\x84\x08NSString\x01\x94\x84\x01+"
        + length
        + data
        + b"\x86\x84\x02iI\x01\x04\x92\x84\x84\x84\x0cNSDictionary"
    )


def test_an_iphones_messages(tmp_path: Path) -> None:
    for name, in_seconds in (("old", True), ("new", False)):
        archived, text = archive_of(tmp_path / name, apple(tmp_path / name / "backup", in_seconds=in_seconds))
        assert [(one.title, one.is_group, one.count) for one in archived.conversations] == [
            (MUM, False, 5),
            ("Us", True, 1),
        ]
        assert archived.is_whole
        assert archived.media == (1, len(made.png()))
        words = words_of(months(tmp_path / name / "archive")[0])
        assert words[words.index("by iMessage") - 2 : words.index("by iMessage") + 2] == [
            MUM, "23:07", "by iMessage", "❤ Me",
        ]  # fmt: skip
        assert "👍" not in text
        assert "晚安" in text
        assert words[words.index("an answer") - 2 : words.index("an answer")] == [MUM, "by iMessage"]
        assert "The group's name was changed: Us" in text
        assert "deleted by the sender" in text


@given(st.text(min_size=1, max_size=400))
def test_what_a_mac_packs_is_read_back(text: str) -> None:
    assert text_in(packed(text)) == text


@given(st.binary(max_size=80))
def test_anything_packed_is_a_text_or_none(data: bytes) -> None:
    text_in(b"NSString\x01+" + data)


def test_whatsapp_of_the_years_before_2021(tmp_path: Path) -> None:
    folder = tmp_path / "WhatsApp"
    images = folder / "Media" / "WhatsApp Images"
    images.mkdir(parents=True)
    (images / "IMG-20140101-WA0001.jpg").write_bytes(made.png())
    mum = f"{MUM[1:]}@s.whatsapp.net"
    with made.database(folder / "Databases" / "msgstore.db", WHATSAPP_OLD + made.WHATSAPP) as db:
        made.insert(db, "messages", key_remote_jid="-1", key_from_me=0, key_id="-1", data=None)
        made.insert(db, "messages", key_remote_jid=mum, key_from_me=0, key_id="A", data="first", timestamp=made.MARCH,
                    media_wa_type="0", status=0)  # fmt: skip
        made.insert(db, "messages_quotes", _id=3, key_remote_jid=mum, key_from_me=0, key_id="A", data="first")
        made.insert(db, "messages", key_remote_jid=mum, key_from_me=1, key_id="B", data="answer", quoted_row_id=3,
                    timestamp=made.MARCH + 60_000, media_wa_type="0", status=13)  # fmt: skip
        path = b"/storage/emulated/0/WhatsApp/Media/WhatsApp Images/IMG-20140101-WA0001.jpg"
        thumb = b"\xac\xed\x00\x05sr\x00\x14com.whatsapp.MediaDatat\x00" + bytes([len(path)]) + path + b"xp"
        made.insert(db, "messages", key_remote_jid=mum, key_from_me=0, key_id="C", timestamp=made.MARCH + 120_000,
                    media_wa_type="1", status=0, thumb_image=thumb, media_caption="the sea")  # fmt: skip
        made.insert(db, "chat_list", key_remote_jid="99@g.us", subject="Family")
        made.insert(db, "messages", key_remote_jid="99@g.us", key_from_me=0, key_id="D", data="Family", status=6,
                    media_size=11, timestamp=made.MARCH, remote_resource=mum)  # fmt: skip
        made.insert(db, "messages", key_remote_jid="99@g.us", key_from_me=0, key_id="E", timestamp=made.MARCH + 1,
                    media_wa_type="0", data="hello", remote_resource=f"{BOB[1:]}@s.whatsapp.net", status=0)  # fmt: skip
    archived, text = archive_of(tmp_path, folder)
    assert sorted((one.title, one.is_group, one.count) for one in archived.conversations) == [
        (MUM, False, 3),
        ("Family", True, 2),
    ]
    assert archived.is_whole
    assert archived.media == (1, len(made.png()))
    assert "Me\n23:07\n" + f"{MUM}\nfirst\nanswer" in text
    assert "the sea" in text
    assert "The group was made: Family" in text
    assert f"{BOB}\n23:06\nhello" in text


# The columns that the exporter asks for; Core Data's tables have more.
WHATSAPP_IOS = """
CREATE TABLE ZWACHATSESSION (Z_PK INTEGER PRIMARY KEY, ZGROUPINFO INTEGER, ZCONTACTJID VARCHAR, ZPARTNERNAME VARCHAR);
CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, ZISFROMME INTEGER, ZMESSAGETYPE INTEGER, ZCHATSESSION INTEGER,
    ZGROUPMEMBER INTEGER, ZMEDIAITEM INTEGER, ZMESSAGEDATE TIMESTAMP, ZTEXT VARCHAR, ZSTANZAID VARCHAR);
CREATE TABLE ZWAGROUPMEMBER (Z_PK INTEGER PRIMARY KEY, ZMEMBERJID VARCHAR, ZCONTACTNAME VARCHAR);
CREATE TABLE ZWAMEDIAITEM (Z_PK INTEGER PRIMARY KEY, ZMESSAGE INTEGER, ZMEDIALOCALPATH VARCHAR, ZTITLE VARCHAR,
    ZVCARDNAME VARCHAR, ZVCARDSTRING VARCHAR, ZLATITUDE FLOAT, ZLONGITUDE FLOAT, ZMETADATA BLOB);
CREATE TABLE ZWAPROFILEPUSHNAME (Z_PK INTEGER PRIMARY KEY, ZJID VARCHAR, ZPUSHNAME VARCHAR);
"""


def test_whatsapp_of_an_iphone(tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    inside = b"AppDomainGroup-group.net.whatsapp.WhatsApp.shared-Message/Media/x/sea.jpg"
    digest = hashlib.sha1(inside, usedforsecurity=False).hexdigest()
    (folder / digest[:2]).mkdir(parents=True)
    (folder / digest[:2] / digest).write_bytes(made.png())
    since = made.MARCH / 1000 - 978_307_200
    with made.database(folder / "7c" / "7c7fba66680ef796b916b067077cc246adacf01d", WHATSAPP_IOS) as db:
        made.insert(db, "ZWACHATSESSION", Z_PK=1, ZCONTACTJID="8613800000001@s.whatsapp.net", ZPARTNERNAME="妈妈")
        made.insert(db, "ZWACHATSESSION", Z_PK=2, ZCONTACTJID="9-1@g.us", ZPARTNERNAME="Family", ZGROUPINFO=1)
        made.insert(db, "ZWAGROUPMEMBER", Z_PK=4, ZMEMBERJID="447700900002@s.whatsapp.net", ZCONTACTNAME="Bob")

        def say(number: int, text: str | None, **more: Any) -> None:
            values = {"ZISFROMME": 0, "ZCHATSESSION": 1, "ZMESSAGETYPE": 0, "ZSTANZAID": f"{number:017}LONGER"} | more
            made.insert(db, "ZWAMESSAGE", Z_PK=number, ZTEXT=text, ZMESSAGEDATE=since + number * 60, **values)

        say(1, "good night")
        say(2, "and you", ZISFROMME=1)
        made.insert(db, "ZWAMEDIAITEM", ZMESSAGE=2, ZMETADATA=b"\x2a\x14" + f"{1:017}".encode() + b"LON")
        say(3, None, ZMESSAGETYPE=1)
        made.insert(db, "ZWAMEDIAITEM", ZMESSAGE=3, ZMEDIALOCALPATH="/Media/x/sea.jpg", ZTITLE="the sea")
        say(4, "hello", ZCHATSESSION=2, ZGROUPMEMBER=4)
        say(5, None, ZMESSAGETYPE=14)
    archived, text = archive_of(tmp_path, folder)
    assert sorted((one.title, one.is_group, one.count) for one in archived.conversations) == [
        ("Family", True, 1),
        ("妈妈", False, 4),
    ]
    assert archived.is_whole
    assert archived.media == (1, len(made.png()))
    assert "Me\n23:08\n妈妈\ngood night\nand you" in text
    assert "the sea" in text
    assert "Bob\n23:10\nhello" in text
    assert "deleted by the sender" in text
