"""Messages with pictures of the test phone in the snapshot: restic gives them out, another XML parser reads them.

The real adb client, adbd, mksh and SQLite between; the expected values are the rows and bytes that the test put into
the phone, and the form is that of the app SMS Backup & Restore.
"""

import base64
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from phoneward.phones import PhoneGoneError, RecordKind
from phoneward.phones.adb.content_tables import TABLES
from phoneward.phones.adb.phone import AdbPhone
from phoneward.phones.adb.shell import Shell, ShellStream
from phoneward.snapshots import BackupResult, RecordCoverage, State, backup, coverage_sentences
from phoneward.snapshots.records import gathering
from phoneward.snapshots.records.mms_reading import Part, read_mms
from tests.phone import profiles, state
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, settle

Row = dict[str, object]
PICTURE = bytes(range(256)) * 2_000 + b"\r\n"
BELL = "bell\x07 和 😀 null\n, name=x\nRow: 1 _id=2, mid=3"
FORGED = "+1\nRow: 1 _id=99, charset=106, type=137, address=bank"
MESSAGES: tuple[Row, ...] = (
    {"_id": 3, "thread_id": 1, "date": 1_700_000_000, "msg_box": 1, "m_type": 132, "m_id": "<a@b>", "read": 1, "v": 18},
    {"_id": 4, "thread_id": 1, "date": 1_700_000_060, "msg_box": 2, "m_type": 128, "sub": "NULL", "tr_id": BELL},
    {"_id": 9, "thread_id": 2, "date": 1_700_000_120, "msg_box": 1, "m_type": 132, "sub": "", "text_only": 1},
)
HIDDEN: Row = {"_id": 10, "date": 1_700_000_180, "msg_box": 3, "m_type": 128}
PATH = "/data/user_de/0/com.android.providers.telephony/app_parts/PART_170000000"
PARTS: tuple[Row, ...] = (
    {"_id": 1, "mid": 3, "seq": -1, "ct": "application/smil", "text": "<smil>&\n</smil>", "cid": "<smil>"},
    {"_id": 2, "mid": 3, "seq": 0, "ct": "image/jpeg", "cl": "a.jpg", "name": "名.jpg", "_data": PATH + "0000_a.jpg"},
    {"_id": 5, "mid": 3, "seq": 0, "ct": "text/plain", "chset": 106, "text": BELL},
    {"_id": 6, "mid": 4, "seq": 0, "ct": "audio/amr", "_data": PATH + "1000"},
    {"_id": 7, "mid": 4, "seq": 0, "ct": "image/png", "_data": PATH + "2000", "text": "NULL"},
    {"_id": 8, "mid": 10, "seq": 0, "ct": "image/png", "_data": PATH + "3000"},
)
ADDRESSES: tuple[Row, ...] = (
    {"_id": 1, "msg_id": 3, "address": "+8613800138000", "type": 137, "charset": 106},
    {"_id": 2, "msg_id": 3, "address": "+8613900139000", "type": 151, "charset": 106},
    {"_id": 3, "msg_id": 4, "address": "insert-address-token", "type": 137, "charset": 106},
    {"_id": 4, "msg_id": 4, "address": FORGED, "type": 151, "charset": 106},
    {"_id": 5, "msg_id": 4, "address": "NULL", "type": 130, "charset": None},
)
ATTACHED = {"mms/part/2": PICTURE, "mms/part/6": b"", "mms/part/7": b"\x9e\xe9e"}
TEXT: Row = {"_id": 1, "date": 1_700_000_000_123, "type": 1, "address": "1", "body": "supper?"}
WITH_MMS = state.SMALL.but(
    messages=(TEXT,),
    tables={"mms": (*MESSAGES, HIDDEN), "mms/part": PARTS, "mms/#/addr": ADDRESSES},
    attached=ATTACHED,
)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The questions that are asked."""
    questions: list[bytes] = []
    start = Shell.start

    def noted(self: Shell, command: bytes) -> ShellStream:
        if command.startswith(b"content"):
            questions.append(command)
        return start(self, command)

    monkeypatch.setattr(Shell, "start", noted)
    return questions


def with_mms(**tables: tuple[Row, ...]) -> state.State:
    return WITH_MMS.but(tables=WITH_MMS.tables | {name.replace("_", "/"): rows for name, rows in tables.items()})


def text_of(vault: Vault) -> bytes:
    done = vault.restic().attempt("dump", "latest", "/records/sms.xml")
    assert done.returncode == 0, done.stderr
    return done.stdout


def records(result: BackupResult) -> dict[str, RecordCoverage]:
    assert result.coverage is not None
    return {record.kind: record for record in result.coverage.records or ()}


def shown(value: object) -> str:
    """As the format of SMS Backup & Restore shows a value of the database."""
    return "null" if value is None else str(value).replace("\x07", "\ufffd")


def judge(vault: Vault, lacking: frozenset[int] = frozenset(), without: frozenset[int] = frozenset()) -> None:
    """Compare what another XML parser reads with what was put into the phone."""
    top = ET.fromstring(text_of(vault))  # noqa: S314 - what we wrote
    assert (top.tag, top.attrib["count"]) == ("smses", "4")
    assert [item.tag for item in top] == ["sms", "mms", "mms", "mms"]
    for item, row in zip(top.findall("mms"), MESSAGES, strict=True):
        expected = {name: shown(value) for name, value in row.items()} | {"date": f"{row['date']}000"}
        assert {name: item.attrib[name] for name in row} == expected
        parts = sorted((p for p in PARTS if p["mid"] == row["_id"]), key=lambda p: (p["seq"], p["_id"]))
        found = item.findall("parts/part")
        assert [p.attrib["_id"] for p in found] == [str(p["_id"]) for p in parts]
        for element, part in zip(found, parts, strict=True):
            assert {n: element.attrib[n] for n in part if n != "mid"} == {n: shown(part[n]) for n in part if n != "mid"}
            data = ATTACHED.get(f"mms/part/{part['_id']}")
            if data is None or part["_id"] in lacking:
                assert "data" not in element.attrib
            else:
                assert base64.b64decode(element.attrib["data"], validate=True) == data
        people = [a for a in ADDRESSES if a["msg_id"] == row["_id"] and row["_id"] not in without]
        assert [a.attrib["address"] for a in item.findall("addrs/addr")] == [a["address"] for a in people]
        assert [a.attrib["type"] for a in item.findall("addrs/addr")] == [str(a["type"]) for a in people]


def test_pictures_are_in_every_snapshot(vault: Vault, phone: TestPhone, tmp_path: Path) -> None:
    """A person gets back every picture, byte for byte, with `restic` alone, in a form that other programs read."""
    (phone.storage / "a.txt").write_bytes(b"a")
    phone.answer_with(WITH_MMS)
    settle()
    result = vault.backup(adb_phone(phone))
    assert result.complete, result.coverage and result.coverage.gaps
    judge(vault)
    (tmp_path / "sms.xml").write_bytes(text_of(vault))
    parts = [one for one in read_mms(tmp_path / "sms.xml") if isinstance(one, Part)]
    assert [one.data for one in parts] == [None, PICTURE, None, b"", b"\x9e\xe9e"]
    assert (parts[2].columns["text"], parts[4].columns["text"]) == (BELL, "NULL")
    assert b'address="+8613800138000" sub_cs' in text_of(vault), "who wrote it, not the phone's own number"
    found = records(result)["mms"]
    assert (found.state, found.kept, found.missing, found.path) == (State.KEPT, 3, 0, "/records/sms.xml")
    assert result.coverage is not None
    assert "Messages with pictures (MMS) kept: 3." in coverage_sentences(result.coverage)
    vault.check()


def test_an_unchanged_message_is_not_asked_for_again(vault: Vault, phone: TestPhone, asked: list[bytes]) -> None:
    """The second snapshot asks for lists only, and holds the very same file; what changed is asked for."""
    phone.answer_with(WITH_MMS)
    first = vault.backup(adb_phone(phone))
    assert [one for one in asked if b"content read" in one or b"/addr" in one]
    before = vault.subtree(first.snapshot_id or "", b"/records")
    asked.clear()
    second = vault.backup(adb_phone(phone))
    assert not [one for one in asked if b"content read" in one or b"/addr" in one]
    assert vault.subtree(second.snapshot_id or "", b"/records") == before
    # Read now; another file behind the picture; a new message.
    read = tuple(row | {"read": 1} for row in MESSAGES)
    parts = tuple(row | ({"_data": PATH + "9000"} if row["_id"] == 2 else {}) for row in PARTS)
    changed = with_mms(mms=read, mms_part=parts).but(attached=ATTACHED | {"mms/part/2": b"other"})
    phone.answer_with(changed)
    asked.clear()
    vault.backup(adb_phone(phone))
    assert [one for one in asked if b"content read" in one] == [b"content read --uri content://mms/part/2"]
    assert base64.b64encode(b"other") in text_of(vault)
    assert base64.b64encode(PICTURE) not in text_of(vault)


def test_another_message_under_the_same_number_is_asked_for(vault: Vault, phone: TestPhone, asked: list[bytes]) -> None:
    """Android may give a number out again: nothing of the deleted message gets into the new one."""
    phone.answer_with(WITH_MMS)
    vault.backup(adb_phone(phone))
    other = tuple(row | ({"date": 1_800_000_000} if row["_id"] == 3 else {}) for row in MESSAGES)
    people = tuple(row | ({"address": "+99"} if row["_id"] == 1 else {}) for row in ADDRESSES)
    phone.answer_with(
        with_mms(mms=other).but(
            attached=ATTACHED | {"mms/part/2": b"new"}, tables=WITH_MMS.tables | {"mms": other, "mms/#/addr": people}
        )
    )
    asked.clear()
    vault.backup(adb_phone(phone))
    assert b"content read --uri content://mms/part/2" in asked
    text = text_of(vault)
    assert (base64.b64encode(b"new") in text, b'"+99"' in text, b'"+8613800138000"' in text) == (True, True, False)


def test_everything_is_asked_for_anew_where_a_person_says_so(
    vault: Vault, phone: TestPhone, asked: list[bytes]
) -> None:
    """`--verify-all` takes nothing from the snapshot before."""
    phone.answer_with(WITH_MMS)
    vault.backup(adb_phone(phone))
    asked.clear()
    vault.reopen()
    with adb_phone(phone) as opened:
        backup(opened, vault.repo, state_dir=vault.state, verify_all=True)
    assert sum(b"content read" in one for one in asked) == 3


def test_a_picture_that_is_gone_is_named(vault: Vault, phone: TestPhone) -> None:
    """The rest of the message is kept; the snapshot says which lacks what, and the next one has it."""
    left = {uri: data for uri, data in ATTACHED.items() if uri != "mms/part/2"}
    phone.answer_with(WITH_MMS.but(attached=left))
    result = vault.backup(adb_phone(phone))
    assert not result.complete
    judge(vault, lacking=frozenset({2}))
    assert result.coverage is not None
    assert [(g.path, g.reason, g.detail) for g in result.coverage.gaps] == [
        ("content://mms/3", "read-error", "part 2: absent")
    ]
    found = records(result)["mms"]
    assert (found.state, found.kept, found.missing, found.reason) == (State.PART, 3, 1, "records-incomplete")
    said = " ".join(coverage_sentences(result.coverage))
    assert "Messages with pictures (MMS) kept: 3; missing or incomplete: 1. The phone did not give out" in said
    assert re.search(rb'_id="2" phoneward_missing="absent" />', text_of(vault))
    phone.answer_with(WITH_MMS)
    assert vault.backup(adb_phone(phone)).complete
    judge(vault)


def test_a_picture_without_end_is_cut_and_named(
    vault: Vault, phone: TestPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phone that sends a picture for ever costs that picture only."""
    monkeypatch.setattr(gathering, "MAX_PART", 100_000)
    phone.answer_with(WITH_MMS)
    result = vault.backup(adb_phone(phone))
    judge(vault, lacking=frozenset({2}))
    assert result.coverage is not None
    assert [(gap.path, gap.detail) for gap in result.coverage.gaps] == [("content://mms/3", "part 2: unanswered")]


def test_addresses_that_cannot_be_had_are_named(
    vault: Vault, phone: TestPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From whom a message is, is asked for again at the next backup."""
    with monkeypatch.context() as patched:
        broken = replace(TABLES[RecordKind.MMS_ADDRESSES], uri=b"content://nowhere/%d/addr")
        patched.setitem(TABLES, RecordKind.MMS_ADDRESSES, broken)
        phone.answer_with(WITH_MMS)
        result = vault.backup(adb_phone(phone))
    judge(vault, without=frozenset({3, 4, 9}))
    assert result.coverage is not None
    assert [(gap.path, gap.detail) for gap in result.coverage.gaps] == [
        (f"content://mms/{number}", "addresses: absent") for number in (3, 4, 9)
    ]
    assert vault.backup(adb_phone(phone)).complete
    judge(vault)


def test_a_cable_pulled_in_a_picture(vault: Vault, phone: TestPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no snapshot, and the next run has all."""
    phone.answer_with(WITH_MMS)
    read = AdbPhone.record_bytes

    def pulled(self: AdbPhone, *args: object, **named: object) -> object:
        pieces = read(self, *args, **named)  # type: ignore[arg-type]
        yield next(pieces, b"")
        phone.kill_adbd()
        yield from pieces
        raise PhoneGoneError(detail="pulled")

    with monkeypatch.context() as patched:
        patched.setattr(AdbPhone, "record_bytes", pulled)
        with pytest.raises(PhoneGoneError):
            vault.backup(adb_phone(phone))
    assert vault.restic().snapshots() == []
    phone.start_adbd()
    phone.connect()
    vault.backup(adb_phone(phone))
    judge(vault)
    vault.check()


def test_columns_that_a_phone_does_not_have(vault: Vault, phone: TestPhone) -> None:
    """A provider that answers a wrong question with nothing found is not taken for one without messages."""
    phone.answer_with(
        with_mms(mms=tuple({n: v for n, v in row.items() if n != "text_only"} for row in MESSAGES)).but(
            missing_columns=("text_only", "sub_id")
        )
    )
    result = vault.backup(adb_phone(phone))
    assert records(result)["mms"].kept == 3
    item = ET.fromstring(text_of(vault)).findall("mms")[0]  # noqa: S314 - what we wrote
    assert ("text_only" in item.attrib, "sub_id" in item.attrib, item.attrib["m_id"]) == (False, False, "<a@b>")


def test_an_older_android_refuses(vault: Vault, phone_factory: PhoneFactory) -> None:
    """The person is told so, and never that there were none."""
    phone = phone_factory(profile=profiles.ANDROID_9, state=WITH_MMS)
    result = vault.backup(adb_phone(phone))
    found = records(result)["mms"]
    assert (found.state, found.reason, found.kept) == (State.OUT_OF_REACH, "records-refused-by-version", 0)
    assert result.coverage is not None
    assert "Messages with pictures (MMS) are not kept." in " ".join(coverage_sentences(result.coverage))
