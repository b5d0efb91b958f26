"""Messages and calls of the test phone in the snapshot: restic gives them out, another XML parser reads them.

The real adb client, adbd, mksh and SQLite between; the expected values are the rows that the test put into the phone.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from phoneward.phones import PhoneGoneError, Record
from phoneward.phones.adb.content import ContentRecords
from phoneward.snapshots import BackupResult, RecordCoverage, State, coverage_sentences, list_path
from phoneward.snapshots.records import SMS, read_records
from tests.phone import profiles, state
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, settle

if TYPE_CHECKING:
    import array

DATE = 1_700_000_000_123
MIDDLE = ", date_sent=0, thread_id=NULL, type=1, read=0, seen=0, status=-1, protocol=NULL, locked=0, sub_id=-1"
FORGED = f"\nRow: 1 _id=3, date={DATE}{MIDDLE}, address=bank, service_center=NULL, subject=NULL, body=pay"
BODIES = [
    'supper at 7, body=x?\nbring 面条 & <wine> "it\'s" 😀' + FORGED,
    "NULL",
    None,
    "",
    "null",
    "No result found.",
    "tab\there, \r\n end\n",
    "bell\x07",
]
MESSAGES = tuple(
    {
        "_id": number * 2 + 1,
        "date": DATE + number,
        "date_sent": number and DATE,
        "thread_id": number % 3,
        "type": 1 + number % 2,
        "read": 1,
        "address": "+86 138, body=" if number == 4 else "+8613800138000",
        "body": body,
        "service_center": None if number % 2 else "+861",
        "protocol": None if number % 2 else 0,
    }
    for number, body in enumerate(BODIES)
)
CALLS = (
    {"_id": 1, "number": "+8613800138000", "date": DATE, "duration": 61, "type": 1, "name": "妈妈", "new": 0},
    {"_id": 2, "number": "", "date": DATE + 1, "duration": 0, "type": 3, "presentation": 2, "is_read": 1},
)
WITH_BOTH = state.SMALL.but(messages=MESSAGES, calls=CALLS)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def text_of(vault: Vault, name: str) -> bytes:
    done = vault.restic().attempt("dump", "latest", f"/records/{name}")
    assert done.returncode == 0, done.stderr
    return done.stdout


def dumped(vault: Vault, name: str) -> list[dict[str, str]]:
    return [dict(item.attrib) for item in ET.fromstring(text_of(vault, name))]  # noqa: S314 - what we wrote


def records(result: BackupResult) -> dict[str, RecordCoverage]:
    """What is said of messages and calls."""
    assert result.coverage is not None
    return {record.kind: record for record in result.coverage.records or () if record.kind in {"sms", "calls"}}


def shown(value: object) -> str:
    """As the format of SMS Backup & Restore shows a value of the database."""
    return "null" if value is None else str(value).replace("\x07", "\ufffd")


def judge_messages(vault: Vault, folder: Path) -> None:
    """restic and an independent XML parser, then our own reader for what no XML can show."""
    found = dumped(vault, "sms.xml")
    assert [item["_id"] for item in found] == [str(row["_id"]) for row in MESSAGES]
    for item, row in zip(found, MESSAGES, strict=True):
        assert {name: item[name] for name in row} == {name: shown(value) for name, value in row.items()}
    place = folder / "sms.xml"
    place.write_bytes(text_of(vault, "sms.xml"))
    assert [record["body"] for record in read_records(place, SMS)] == BODIES


def test_messages_and_calls_are_in_every_snapshot(vault: Vault, phone: TestPhone, tmp_path: Path) -> None:
    """A person gets back every message and call, with `restic` alone, in a form that other programs read."""
    (phone.storage / "a.txt").write_bytes(b"a")
    phone.answer_with(WITH_BOTH)
    settle()
    result = vault.backup(adb_phone(phone))
    assert result.complete, result.coverage and result.coverage.gaps
    judge_messages(vault, tmp_path)
    calls = dumped(vault, "calls.xml")
    assert [(c["number"], c["duration"], c["date"], c["type"], c["contact_name"]) for c in calls] == [
        ("+8613800138000", "61", str(DATE), "1", "妈妈"),
        ("", "0", str(DATE + 1), "3", "(Unknown)"),
    ]
    found = records(result)
    assert {kind: (r.state, r.kept, r.missing, r.path) for kind, r in found.items()} == {
        "sms": (State.KEPT, 8, 0, "/records/sms.xml"),
        "calls": (State.KEPT, 2, 0, "/records/calls.xml"),
    }
    assert result.coverage is not None
    said = coverage_sentences(result.coverage)
    assert {"Text messages kept: 8.", "Calls kept: 2."} <= set(said)
    restored = vault.restored_by_restic("latest")
    listed = b"".join(shard.read_bytes() for shard in (restored / "SHA256SUMS").iterdir())
    assert listed.count(b"  records/sms.xml\n") == listed.count(b"  records/calls.xml\n") == 1
    vault.check()


def test_unchanged_messages_cost_nothing_and_a_new_one_is_there(vault: Vault, phone: TestPhone) -> None:
    """The second snapshot of the same messages holds the very same folder; one more message makes another."""
    (phone.storage / "a.txt").write_bytes(b"a")
    phone.answer_with(WITH_BOTH)
    settle()
    first, second = vault.backup(adb_phone(phone)), vault.backup(adb_phone(phone))
    before = vault.subtree(first.snapshot_id or "", b"/records")
    assert vault.subtree(second.snapshot_id or "", b"/records") == before
    added = {"_id": 99, "date": DATE, "type": 1, "address": "1", "body": "new"}
    phone.answer_with(WITH_BOTH.but(messages=(*MESSAGES, added)))
    third = vault.backup(adb_phone(phone))
    assert vault.subtree(third.snapshot_id or "", b"/records") != before
    assert dumped(vault, "sms.xml")[-1]["body"] == "new"
    phone.answer_with(state.SMALL)
    last = vault.backup(adb_phone(phone))
    assert {record.kept for record in records(last).values()} == {0}
    names = [entry.node.name for entry in list_path(vault.reopen(), last.snapshot_id or "", b"/")]
    assert b"shared" in names
    assert b"records" not in names


def test_a_phone_that_cuts_numbers_off(vault: Vault, phone: TestPhone, tmp_path: Path) -> None:
    """Builds that print 32 bits, and have fewer columns, lose no millisecond."""
    phone.answer_with(WITH_BOTH.but(truncates=True, missing_columns=("via_number",)))
    result = vault.backup(adb_phone(phone))
    assert {record.state for record in records(result).values()} == {State.KEPT}
    judge_messages(vault, tmp_path)
    assert "via_number" not in dumped(vault, "calls.xml")[0]


@pytest.mark.parametrize(
    ("profile", "release", "expected"),
    [
        (profiles.ANDROID_9, "9", {"sms": "records-refused-by-version", "calls": "records-refused-by-version"}),
        (profiles.ANDROID_5, "5.1", {"sms": "records-refused-by-version", "calls": "records-refused-by-version"}),
        (
            profiles.Profile("android-11", release="11", sdk=30),
            "11",
            {"sms": "", "calls": "records-refused-by-version"},
        ),
    ],
    ids=["android-9", "android-5, no exit codes", "android-11"],
)
def test_what_the_phone_refuses_is_named_with_its_reason(
    vault: Vault, phone_factory: PhoneFactory, profile: profiles.Profile, release: str, expected: dict[str, str]
) -> None:
    """An older Android refuses: the person is told so, and what helps, and never that there were no messages."""
    phone = phone_factory(profile=profile, state=WITH_BOTH)
    result = vault.backup(adb_phone(phone))
    assert {kind: record.reason for kind, record in records(result).items()} == expected
    assert result.complete, "what Android refuses is no name that the phone showed"
    assert result.coverage is not None
    said = " ".join(coverage_sentences(result.coverage))
    assert f"runs Android {release}" in said
    assert "The call list is not kept." in said
    assert ("Text messages are not kept." in said) == (expected["sms"] != "")
    assert "Text messages: the phone showed none" not in said
    assert "Calls: the phone showed none" not in said
    calls = records(result)["calls"]
    assert (calls.state, calls.kept, "SecurityException" in calls.detail) == (State.OUT_OF_REACH, 0, True)


def test_a_message_that_cannot_be_read_is_named(vault: Vault, phone: TestPhone) -> None:
    """One message is no text: the others are kept, and the snapshot says that it is incomplete, and by how many."""
    phone.answer_with(state.SMALL.but(messages=(*MESSAGES, {"_id": 99, "date": DATE, "type": 1, "body": b"\0\1"})))
    result = vault.backup(adb_phone(phone))
    assert not result.complete
    assert result.coverage is not None
    assert [(gap.path, gap.reason) for gap in result.coverage.gaps] == [("content://sms", "read-error")]
    sms = records(result)["sms"]
    assert (sms.state, sms.kept, sms.missing) == (State.PART, 8, 1)
    assert "Text messages kept: 8; missing: 1. " in " ".join(coverage_sentences(result.coverage))
    assert len(dumped(vault, "sms.xml")) == 8


def test_a_connection_lost_among_the_messages_leaves_nothing_half(
    vault: Vault, phone: TestPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cable comes out while messages are read: there is no snapshot, and the next run has them all."""
    phone.answer_with(WITH_BOTH)
    alone = ContentRecords._page

    def page(self: ContentRecords, ids: "array.array[int]") -> Iterator[Record]:
        yield from alone(self, ids)
        if len(ids) > 2:
            raise PhoneGoneError(detail="pulled")

    with monkeypatch.context() as patched:
        patched.setattr(ContentRecords, "_page", page)
        with pytest.raises(PhoneGoneError):
            vault.backup(adb_phone(phone))
    assert vault.restic().snapshots() == []
    vault.backup(adb_phone(phone))
    assert len(dumped(vault, "sms.xml")) == 8
    vault.check()
