"""An iPhone's messages, calls, contacts and calendar stand in a snapshot as those of any phone, and are read back."""

import base64
import contextlib
import datetime as dt
import io
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.phones import RecordKind, RecordObstacle, open_iphone_backup
from phoneward.phones.iosbackup.records import calendars, rows
from phoneward.snapshots.coverage_words import record_sentence
from phoneward.snapshots.gaps import Gaps
from phoneward.snapshots.records.forms import CALLS as CALLS_FORM
from phoneward.snapshots.records.forms import SMS as SMS_FORM
from phoneward.snapshots.records.mms_reading import Message, Part, mms_at_once
from phoneward.snapshots.records.reading import records_in
from phoneward.snapshots.records.taking import take_records
from tests.phones.iosbackup import databases as db
from tests.phones.iosbackup.writer import PASSWORD, BackupWriter
from tests.snapshots.sealers import KeyedSealer

if TYPE_CHECKING:
    from phoneward.snapshots.coverage import RecordCoverage

NOON = dt.datetime(2026, 2, 3, 12, 0, tzinfo=dt.UTC)
NOON_MS = str(int(NOON.timestamp() * 1000))
ARCHIVED = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x08NSString\x01\x94\x84\x01+\x0cfrom archive\x86\x84"
JPEG = b"\xff\xd8\xff\xe0 a small picture"


class Taken:
    """The files of `/records`, and what the coverage says of each."""

    def __init__(self, folder: Path, password: str | None = None) -> None:
        self.files: dict[str, bytes] = {}
        self.coverage: dict[str, RecordCoverage] = {}
        with (
            open_iphone_backup(folder, lambda: password or "") as phone,
            contextlib.ExitStack() as stack,
        ):
            for found in take_records(phone, KeyedSealer(), Gaps(), lambda _event: None, stack):
                self.coverage |= {one.kind: one for one in found.coverage}
                if not found.is_empty:
                    self.files[found.file.name.decode()] = b"".join(found.text())

    def texts(self) -> list[dict[str, str | None]]:
        return list(records_in(io.BytesIO(self.files["sms.xml"]), SMS_FORM))

    def calls(self) -> list[dict[str, str | None]]:
        return list(records_in(io.BytesIO(self.files["calls.xml"]), CALLS_FORM))


def messages(connection: sqlite3.Connection) -> None:
    insert = partial(db.insert, connection)
    for number, name in enumerate(["+8613800000001", "mia@example.com", "+8613800000003"], 1):
        insert("handle", ROWID=number, id=name, service="iMessage")
    insert("chat", ROWID=1, guid="iMessage;-;+8613800000001", style=45)
    insert("chat", ROWID=2, guid="iMessage;+;chat1", style=43)
    for chat, handle in ((1, 1), (2, 1), (2, 2), (2, 3)):
        insert("chat_handle_join", chat_id=chat, handle_id=handle)
    message = partial(insert, "message", date=db.nanoseconds(NOON), service="iMessage")
    message(ROWID=1, guid="A", text="hello 你好 🧱", handle_id=1)
    message(ROWID=2, guid="B", text="an answer", handle_id=1, is_from_me=1, is_read=1)
    message(ROWID=3, guid="C", text=None, attributedBody=ARCHIVED, handle_id=1)
    message(ROWID=4, guid="D", text="\ufffc a picture", handle_id=1)
    message(ROWID=5, guid="E", text="to all", handle_id=2)
    message(ROWID=6, guid="F", text=None, item_type=2, handle_id=1)
    message(ROWID=7, guid="G", text="from all", is_from_me=1)
    insert("message", ROWID=8, guid="H", text="old", date=int(db.seconds(NOON)), handle_id=1, service="SMS")
    message(ROWID=9, guid="I", text="too large", handle_id=1)
    message(ROWID=10, guid="J", text="in iCloud", handle_id=1)
    for number, chat in ((1, 1), (2, 1), (3, 1), (4, 1), (5, 2), (6, 2), (7, 2), (8, 1), (9, 1), (10, 1)):
        insert("chat_message_join", chat_id=chat, message_id=number)
    for number, name in enumerate(["small.jpg", "large.mov", "gone.heic"], 1):
        where = f"~/Library/SMS/Attachments/ab/{name}"
        insert("attachment", ROWID=number, guid=name, filename=where, mime_type="image/jpeg", transfer_name=name)
    for message_id, attachment in ((4, 1), (9, 2), (10, 3)):
        insert("message_attachment_join", message_id=message_id, attachment_id=attachment)


def with_messages(folder: Path, password: str | None = None) -> Path:
    writer = BackupWriter(folder, password=password)
    writer.file(db.HOME, db.SMS, db.database(db.SMS_SCHEMA, messages))
    writer.file("MediaDomain", "Library/SMS/Attachments/ab/small.jpg", JPEG)
    writer.file("MediaDomain", "Library/SMS/Attachments/ab/large.mov", bytes(1 << 20) + b"!")
    return writer.finish()


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_messages(tmp_path: Path, password: str | None) -> None:
    taken = Taken(with_messages(tmp_path / "b", password), password)
    texts = {one["_id"]: one for one in taken.texts()}
    assert {key: (one["address"], one["body"], one["type"], one["service"]) for key, one in texts.items()} == {
        "1": ("+8613800000001", "hello 你好 🧱", "1", "iMessage"),
        "2": ("+8613800000001", "an answer", "2", "iMessage"),
        "3": ("+8613800000001", "from archive", "1", "iMessage"),
        "8": ("+8613800000001", "old", "1", "SMS"),
    }
    assert {one["date"] for one in texts.values()} == {NOON_MS}
    found = list(mms_at_once(io.BytesIO(taken.files["sms.xml"])))
    multimedia = {one.columns["_id"]: one.columns for one in found if isinstance(one, Message)}
    assert {key: (one["msg_box"], one["address"], one["date"]) for key, one in multimedia.items()} == {
        "4": ("1", "+8613800000001", NOON_MS),
        "5": ("1", "mia@example.com~+8613800000001~+8613800000003~insert-address-token", NOON_MS),
        "7": ("2", "+8613800000001~mia@example.com~+8613800000003", NOON_MS),
        "9": ("1", "+8613800000001", NOON_MS),
        "10": ("1", "+8613800000001", NOON_MS),
    }
    parts = [one for one in found if isinstance(one, Part)]
    assert [one.columns["text"] for one in parts if one.columns["ct"] == "text/plain"] == [
        " a picture",
        "to all",
        "from all",
        "too large",
        "in iCloud",
    ]
    files = {one.columns["name"]: one for one in parts if one.columns["name"]}
    assert files["small.jpg"].data == JPEG
    assert files["large.mov"].data is None
    assert files["large.mov"].columns["cl"] == "/domains/MediaDomain/Library/SMS/Attachments/ab/large.mov"
    assert files["gone.heic"].data is None


def test_a_picture_that_is_not_in_the_backup_is_told(tmp_path: Path) -> None:
    """Most often it lies in iCloud: the message counts as incomplete, and nobody thinks that it is whole."""
    taken = Taken(with_messages(tmp_path / "b"))
    multimedia = taken.coverage["mms"]
    assert (multimedia.kept, multimedia.missing, multimedia.reason) == (5, 1, "backup-records-incomplete")
    assert record_sentence(multimedia).startswith("Messages with pictures (MMS) kept: 5; missing or incomplete: 1. Pic")
    assert (taken.coverage["sms"].kept, taken.coverage["sms"].missing) == (4, 0)
    assert taken.coverage["sms"].android == ""


def test_what_an_unencrypted_backup_does_not_hold(tmp_path: Path) -> None:
    taken = Taken(with_messages(tmp_path / "b"))
    calls = taken.coverage["calls"]
    assert (calls.state, calls.reason, calls.next_step) == (
        "out of reach",
        "backup-records-absent",
        "encrypt-iphone-backup",
    )
    assert "An encrypted backup holds them" in record_sentence(calls)
    assert taken.coverage["contacts"].next_step == "nothing"
    sealed = Taken(with_messages(tmp_path / "sealed", PASSWORD), PASSWORD)
    assert sealed.coverage["calls"].next_step == "nothing"


def test_calls(tmp_path: Path) -> None:
    def fill(connection: sqlite3.Connection) -> None:
        call = partial(db.insert, connection, "ZCALLRECORD", ZDATE=db.seconds(NOON), ZDURATION=61.9)
        call(Z_PK=1, ZADDRESS="+8613800000001", ZORIGINATED=1, ZANSWERED=0, ZREAD=1)
        call(Z_PK=2, ZADDRESS=b"+8613800000002", ZORIGINATED=0, ZANSWERED=1, ZREAD=1)
        call(Z_PK=3, ZADDRESS="mia@example.com", ZORIGINATED=0, ZANSWERED=0, ZSERVICE_PROVIDER="com.apple.FaceTime")
        call(Z_PK=4, ZADDRESS=None, ZORIGINATED=0, ZANSWERED=1)

    writer = BackupWriter(tmp_path / "b")
    writer.file(db.HOME, db.CALLS, db.database(db.CALLS_SCHEMA, fill))
    taken = Taken(writer.finish())
    assert [(one["number"], one["type"], one["duration"], one["date"], one["service"]) for one in taken.calls()] == [
        ("+8613800000001", "2", "61", NOON_MS, None),
        ("+8613800000002", "1", "61", NOON_MS, None),
        ("mia@example.com", "3", "61", NOON_MS, "com.apple.FaceTime"),
        ("", "1", "61", NOON_MS, None),
    ]
    assert taken.coverage["calls"].state == "kept"


def people(connection: sqlite3.Connection) -> None:
    insert = partial(db.insert, connection)
    insert("ABStore", ROWID=1, Name="iCloud")
    insert("ABPerson", ROWID=1, First="Mia", Last="Meier", Nickname="Mi", Note="met\nat work", StoreID=1, PersonLink=7,
           Birthday=str(db.seconds(dt.datetime(1990, 5, 6, 12, tzinfo=dt.UTC))))  # fmt: skip
    insert("ABPerson", ROWID=2, First="Mia", Last="Meier", Organization="Acme", JobTitle="CTO", PersonLink=7)
    insert("ABPerson", ROWID=3, First="小明", Last="王")
    for number, label in enumerate(["_$!<Mobile>!$_", "_$!<Home>!$_", "my own word"], 1):
        insert("ABMultiValueLabel", ROWID=number, value=label)
    for number, key in enumerate(["Street", "City", "ZIP", "Country", "username", "service"], 1):
        insert("ABMultiValueEntryKey", ROWID=number, value=key)
    value = partial(insert, "ABMultiValue")
    value(UID=1, record_id=1, property=3, label=1, value="+49 170 1")
    value(UID=2, record_id=1, property=4, label=2, value="mia@example.com")
    value(UID=3, record_id=1, property=3, label=3, value="+49 170 2")
    value(UID=4, record_id=1, property=5, label=2)
    value(UID=5, record_id=2, property=22, label=2, value="https://example.com")
    value(UID=6, record_id=3, property=3, value="13800000003")
    for place, what in ((1, "Hauptstr. 1"), (2, "Berlin"), (3, "10115"), (4, "Germany")):
        insert("ABMultiValueEntry", parent_id=4, key=place, value=what)
    insert("ABGroup", ROWID=1, Name="Family")
    insert("ABGroupMembers", UID=1, group_id=1, member_type=0, member_id=1)


def photos(connection: sqlite3.Connection) -> None:
    db.insert(connection, "ABThumbnailImage", record_id=1, data=b"\xff\xd8\xff thumbnail")
    db.insert(connection, "ABFullSizeImage", record_id=1, data=JPEG)
    db.insert(connection, "ABThumbnailImage", record_id=3, data=b"no picture")


def test_contacts(tmp_path: Path) -> None:
    """Judged by vobject: names, numbers with their kinds, an address, a birthday, a photo, one card for linked ones."""
    writer = BackupWriter(tmp_path / "b")
    writer.file(db.HOME, db.CONTACTS, db.database(db.CONTACTS_SCHEMA, people))
    writer.file(db.HOME, db.IMAGES, db.database(db.IMAGES_SCHEMA, photos))
    taken = Taken(writer.finish())
    cards = list(vobject.readComponents(taken.files["contacts.vcf"].decode()))
    assert [card.fn.value for card in cards] == ["Mia Meier", "王小明"]
    mia = cards[0]
    assert [one.value for one in mia.contents["tel"]] == ["+49 170 1", "+49 170 2"]
    assert "cell" in str(mia.contents["tel"][0].params).lower()
    assert mia.email.value == "mia@example.com"
    assert mia.adr.value.street == "Hauptstr. 1"
    assert mia.adr.value.city == "Berlin"
    assert mia.bday.value == "19900506"
    assert mia.note.value == "met\nat work"
    assert mia.nickname.value == "Mi"
    assert mia.org.value == ["Acme"]
    assert mia.url.value == "https://example.com"
    assert "my own word" in taken.files["contacts.vcf"].decode()
    assert "Family" in taken.files["contacts.vcf"].decode()
    assert base64.b64encode(JPEG) in taken.files["contacts.vcf"].replace(b"\r\n ", b"")
    assert (taken.coverage["contacts"].kept, taken.coverage["contacts"].missing) == (2, 0)


def events(connection: sqlite3.Connection) -> None:
    insert = partial(db.insert, connection)
    insert("Store", ROWID=1, name="iCloud")
    insert("Calendar", ROWID=1, store_id=1, title="Home", color="#FF9500")
    insert("Location", ROWID=1, title="Room 4")
    insert("Identity", ROWID=1, display_name="Boss Person", address="mailto:boss@example.com")
    item = partial(insert, "CalendarItem", calendar_id=1, entity_type=2)
    start = db.seconds(NOON)
    hour = {"start_date": start, "end_date": start + 3600, "start_tz": "Europe/Berlin"}
    item(ROWID=1, summary="Meeting", description="bring\nnumbers", location_id=1, **hour, unique_identifier="UID-1",
         organizer_id=1, status=1, url="https://x.test")  # fmt: skip
    item(ROWID=2, summary="Standup", start_date=start, end_date=start + 1800, start_tz="Asia/Shanghai", UUID="UID-2")
    midnight = db.seconds(NOON.replace(hour=0))
    item(ROWID=3, summary="Holiday", start_date=midnight, end_date=midnight + 2 * 86400 - 1, start_tz="_float",
         all_day=1, UUID="UID-3")  # fmt: skip
    item(ROWID=4, summary="Standup moved", start_date=start + 8 * 86400, end_date=start + 8 * 86400 + 1800,
         start_tz="Asia/Shanghai", orig_item_id=2, orig_date=start + 7 * 86400, UUID="UID-4")  # fmt: skip
    insert("CalendarItem", ROWID=5, summary="a reminder", entity_type=3, start_date=start)
    insert("Recurrence", ROWID=1, owner_id=2, frequency=2, interval=2, count=5, specifier="D=0MO,+0WE")
    insert("ExceptionDate", ROWID=1, owner_id=2, date=start + 14 * 86400)
    insert("Participant", ROWID=1, owner_id=1, entity_type=8, status=1, role=3, identity_id=1)
    insert("Participant", ROWID=2, owner_id=1, entity_type=7, status=2, role=2, email="guest@example.com")
    insert("Alarm", ROWID=1, calendaritem_owner_id=1, trigger_interval=-900)


def test_calendar(tmp_path: Path) -> None:
    """Judged by icalendar: times, zones, a repeated event with an exception, guests, an alarm, a whole day."""
    writer = BackupWriter(tmp_path / "b")
    writer.file(db.HOME, db.CALENDAR, db.database(db.CALENDAR_SCHEMA, events))
    taken = Taken(writer.finish())
    read = icalendar.Calendar.from_ical(taken.files["calendar.ics"], multiple=True)
    found = {str(one["SUMMARY"]): one for calendar in read for one in calendar.walk("VEVENT")}
    assert set(found) == {"Meeting", "Standup", "Holiday", "Standup moved"}
    meeting = found["Meeting"]
    assert meeting["DTSTART"].dt == NOON
    assert meeting["DTEND"].dt == NOON + dt.timedelta(hours=1)
    assert str(meeting["LOCATION"]) == "Room 4"
    assert str(meeting["DESCRIPTION"]) == "bring\nnumbers"
    assert str(meeting["UID"]) == "UID-1"
    guests = {str(one): one.params.get("PARTSTAT") for one in meeting["ATTENDEE"]}
    assert guests["mailto:guest@example.com"] == "DECLINED"
    (alarm,) = meeting.walk("VALARM")
    assert alarm["TRIGGER"].dt == dt.timedelta(minutes=-15)
    holiday = found["Holiday"]
    assert (holiday["DTSTART"].dt, holiday["DTEND"].dt) == (dt.date(2026, 2, 3), dt.date(2026, 2, 5))
    rule = found["Standup"]["RRULE"]
    assert (rule["FREQ"], rule["INTERVAL"], rule["COUNT"], rule["BYDAY"]) == (["WEEKLY"], [2], [5], ["MO", "WE"])
    assert found["Standup"]["EXDATE"].dts[0].dt == NOON + dt.timedelta(days=14)
    assert found["Standup moved"]["RECURRENCE-ID"].dt == NOON + dt.timedelta(days=7)
    assert (taken.coverage["calendar"].kept, taken.coverage["calendar"].missing) == (4, 0)


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("", []),
        ("D=0TU", ["BYDAY=TU"]),
        ("D=+2MO;O=10", ["BYDAY=2MO", "BYMONTH=10"]),
        ("D=-1FR", ["BYDAY=-1FR"]),
        ("M=1,15,-1", ["BYMONTHDAY=1,15,-1"]),
        ("Q=1", None),
        ("D=XX", None),
        ("M=1;;;DROP TABLE", None),
        ("D=" + "MO," * 1000, None),
    ],
)
def test_rules_of_repeated_events(specifier: str, expected: list[str] | None) -> None:
    assert calendars._specified(specifier) == expected


def test_a_rule_that_is_not_known_is_counted(tmp_path: Path) -> None:
    def fill(connection: sqlite3.Connection) -> None:
        events(connection)
        connection.execute("UPDATE Recurrence SET specifier = 'Q=1'")

    writer = BackupWriter(tmp_path / "b")
    writer.file(db.HOME, db.CALENDAR, db.database(db.CALENDAR_SCHEMA, fill))
    calendar = Taken(writer.finish()).coverage["calendar"]
    assert (calendar.kept, calendar.missing, calendar.reason) == (4, 1, "backup-records-unclear")


# -- databases that somebody made, or that are damaged -----------------------------------------------------------------

SCHEMAS = {
    db.SMS: db.SMS_SCHEMA,
    db.CALLS: db.CALLS_SCHEMA,
    db.CONTACTS: db.CONTACTS_SCHEMA,
    db.IMAGES: db.IMAGES_SCHEMA,
    db.CALENDAR: db.CALENDAR_SCHEMA,
}
FILLED = {db.SMS: messages, db.CONTACTS: people, db.CALENDAR: events, db.CALLS: lambda _connection: None}
ALL_KINDS = [kind for kind in RecordKind if kind not in {RecordKind.MMS_ADDRESSES, RecordKind.CONTACT_PHOTOS}]


def hostile(path: str) -> Iterator[bytes]:
    yield b""
    yield b"no database at all" * 1000
    whole = db.database(SCHEMAS[path], FILLED.get(path, photos))
    yield whole[: len(whole) // 2]
    yield whole[:4096] + bytes(len(whole) - 4096)
    yield db.database("CREATE TABLE other (a)")

    def odd(connection: sqlite3.Connection) -> None:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            names = [name for _n, name, *_rest in connection.execute(f"PRAGMA table_info({table})")]
            for what in (b"\xff" * 50, "x" * 5000, -(2**63), 2**63 - 1, 1e308, None):
                wanted = [None if name in {"ROWID", "Z_PK", "UID"} else what for name in names]
                with contextlib.suppress(sqlite3.Error):
                    marks = ",".join("?" * len(names))
                    connection.execute(f"INSERT INTO {table} VALUES ({marks})", wanted)  # noqa: S608 - ours

    yield db.database(SCHEMAS[path], odd)
    # A view, and a table whose column is an expression, in the places of tables.
    endless = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT x AS ROWID FROM t"
    views = "".join(
        f"CREATE VIEW {name} AS {endless};"
        for name in ("message", "ZCALLRECORD", "ABPerson", "CalendarItem", "ABThumbnailImage")
    )
    yield db.database(views)


@pytest.mark.parametrize("path", sorted(SCHEMAS))
def test_databases_that_make_no_sense(tmp_path: Path, path: str) -> None:
    """Whatever stands there, the files of records are well-formed, and what could not be read is counted."""
    for number, data in enumerate(hostile(path)):
        writer = BackupWriter(tmp_path / str(number))
        writer.file(db.HOME, path, data)
        if path == db.IMAGES:
            writer.file(db.HOME, db.CONTACTS, db.database(db.CONTACTS_SCHEMA, people))
        taken = Taken(writer.finish())
        if path == db.IMAGES:
            assert taken.coverage["contacts"].kept == 2
            assert len(list(vobject.readComponents(taken.files["contacts.vcf"].decode()))) == 2
        assert set(taken.coverage) == {"sms", "mms", "calls", "contacts", "calendar"}
        if "sms.xml" in taken.files:
            taken.texts()
            list(mms_at_once(io.BytesIO(taken.files["sms.xml"])))
        if "calls.xml" in taken.files:
            taken.calls()


def test_what_was_copied_is_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    with open_iphone_backup(with_messages(tmp_path / "b", PASSWORD), lambda: PASSWORD) as phone:
        for kind in ALL_KINDS:
            list(phone.records(kind))
        assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "tmp").iterdir())
        assert phone.records(RecordKind.CALLS).obstacle is RecordObstacle.NOT_IN_BACKUP
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_log_that_lies_beside_the_database_is_read_too(tmp_path: Path) -> None:
    """The newest messages may stand in the write-ahead log only."""
    path = tmp_path / "sms.db"
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;" + db.SMS_SCHEMA)
    messages(connection)
    connection.commit()
    writer = BackupWriter(tmp_path / "b")
    writer.file(db.HOME, db.SMS, path.read_bytes())
    writer.file(db.HOME, db.SMS + "-wal", Path(f"{path}-wal").read_bytes())
    connection.close()
    assert len(Taken(writer.finish()).texts()) == 4


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.integers(-(2**63), 2**63), st.floats(), st.text(max_size=20), st.binary(max_size=9), st.none()))
def test_any_value_for_a_time(found: object) -> None:
    ms = rows.unix_ms(found)
    assert ms is None or isinstance(ms, int)
    assert isinstance(calendars._stamp(found), str)
    rows.value(found)
