"""Contacts of the test phone in the snapshot: restic gives them out, another vCard library reads them.

The real adb client, adbd, mksh and SQLite between; the expected values are the rows that the test put into the phone.
"""

import warnings
from pathlib import Path

import pytest

from phoneward.phones import RecordKind
from phoneward.phones.adb.phone import AdbPhone
from phoneward.snapshots import BackupResult, RecordCoverage, State, coverage_sentences
from phoneward.snapshots.records import people
from phoneward.snapshots.records.vcard import BYTES, Card, read_cards, rows_in
from tests.phone import profiles, state
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, settle

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import vobject

ITEM = "vnd.android.cursor.item/"
AUTHORITY = "com.android.contacts/"
PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
THUMBNAIL = b"\xff\xd8\xff\xe0thumbnail\r\n\0"
Rows = tuple[dict[str, object], ...]

CONTACTS: Rows = (
    {"_id": 1, "name_raw_contact_id": 3, "display_name": "妈妈"},
    {"_id": 2, "name_raw_contact_id": 5, "display_name": "x, name_raw_contact_id=9\nRow: 1 _id=2, y"},
)
RAW: Rows = (
    {"_id": 3, "contact_id": 1, "account_type": "com.google", "account_name": "a@b.c", "starred": 1},
    {"_id": 4, "contact_id": 1, "account_type": "com.whatsapp", "account_name": "WhatsApp"},
    {"_id": 5, "contact_id": 2, "account_type": "com.android.sim", "account_name": "SIM1"},
    {"_id": 6, "contact_id": None, "account_type": "com.google", "deleted": 1},
)
DATA: Rows = (
    {"_id": 10, "raw_contact_id": 3, "mimetype": ITEM + "name", "data1": "妈妈", "data2": "妈妈"},
    {"_id": 11, "raw_contact_id": 3, "mimetype": ITEM + "phone_v2", "data1": "+86 138", "data2": "0", "data3": "老家"},
    {"_id": 12, "raw_contact_id": 3, "mimetype": ITEM + "photo", "data14": "7", "data15": THUMBNAIL},
    {"_id": 13, "raw_contact_id": 4, "mimetype": ITEM + "phone_v2", "data1": "+86 138", "data2": "2"},
    {"_id": 14, "raw_contact_id": 4, "mimetype": ITEM + "vnd.com.whatsapp.profile", "data1": "NULL", "data2": "BLOB"},
    {"_id": 15, "raw_contact_id": 4, "mimetype": ITEM + "photo", "data15": THUMBNAIL},
    {
        "_id": 16,
        "raw_contact_id": 5,
        "mimetype": ITEM + "note",
        "data1": "a, data2=b, data3=c\n😀",
        "data4": ", data5=",
    },
    {"_id": 17, "raw_contact_id": 5, "mimetype": ITEM + "group_membership", "data1": "20"},
)
GROUPS: Rows = (
    {"_id": 20, "title": "Family", "account_type": "com.google"},
    {"_id": 21, "title": "nobody in it", "account_type": "com.google"},
    {"_id": 22, "title": "gone", "deleted": 1},
)
TABLES = {
    AUTHORITY + "contacts": CONTACTS,
    AUTHORITY + "raw_contacts": RAW,
    AUTHORITY + "data": DATA,
    AUTHORITY + "groups": GROUPS,
}
ATTACHED = {
    AUTHORITY + "display_photo/7": PICTURE,
    AUTHORITY + "data/12": THUMBNAIL,
    AUTHORITY + "data/15": THUMBNAIL,
}
WITH_CONTACTS = state.SMALL.but(tables=TABLES, attached=ATTACHED)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def text_of(vault: Vault) -> bytes:
    done = vault.restic().attempt("dump", "latest", "/records/contacts.vcf")
    assert done.returncode == 0, done.stderr
    return done.stdout


def cards(vault: Vault, folder: Path) -> list[Card]:
    place = folder / "contacts.vcf"
    place.write_bytes(text_of(vault))
    return list(read_cards(place))


def covered(result: BackupResult) -> RecordCoverage:
    assert result.coverage is not None
    (found,) = [record for record in result.coverage.records or () if record.kind == "contacts"]
    return found


def of_phone(rows: Rows) -> list[dict[str, str]]:
    return [
        {name: BYTES if isinstance(value, bytes) else str(value) for name, value in row.items() if value is not None}
        for row in rows
        if not row.get("deleted")
    ]


def test_contacts_are_in_every_snapshot(vault: Vault, phone: TestPhone, tmp_path: Path) -> None:
    """A person gets back every contact with `restic` alone, in a form that every contacts program reads, photos too."""
    (phone.storage / "a.txt").write_bytes(b"a")
    phone.answer_with(WITH_CONTACTS)
    settle()
    result = vault.backup(adb_phone(phone))
    assert result.complete, result.coverage and result.coverage.gaps
    found = covered(result)
    assert (found.state, found.kept, found.missing, found.path) == (State.KEPT, 2, 0, "/records/contacts.vcf")
    assert result.coverage is not None
    assert "Contacts kept: 2." in coverage_sentences(result.coverage)
    mum, other = vobject.readComponents(text_of(vault).decode())
    assert (mum.fn.value, [one.value for one in mum.tel_list]) == ("妈妈", ["+86 138", "+86 138"])
    assert (other.note.value, other.categories.value) == ("a, data2=b, data3=c\n😀", ["Family"])
    ours = cards(vault, tmp_path)
    assert [one.picture() for one in ours[0].all("PHOTO")] == [PICTURE, THUMBNAIL]
    read: dict[RecordKind, list[dict[str, str]]] = {}
    for kind, row in rows_in(ours):
        read.setdefault(kind, []).append(row)
    kinds = (RecordKind.CONTACTS, RecordKind.RAW_CONTACTS, RecordKind.CONTACT_DATA, RecordKind.CONTACT_GROUPS)
    for kind, rows in zip(kinds, (CONTACTS, RAW, DATA, GROUPS), strict=True):
        wanted = of_phone(rows)
        there = [{name: row[name] for name in want} for row, want in zip(read[kind], wanted, strict=True)]
        assert there == wanted
    vault.check()


def test_unchanged_photos_are_not_read_again(
    vault: Vault, phone: TestPhone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup asks only for photos of contacts that changed; unchanged contacts are the very same file."""
    phone.answer_with(WITH_CONTACTS)
    asked: list[tuple[RecordKind, int]] = []
    real = AdbPhone.record_bytes

    def record_bytes(self: AdbPhone, kind: RecordKind, number: int, *, limit: int) -> object:
        asked.append((kind, number))
        return real(self, kind, number, limit=limit)

    monkeypatch.setattr(AdbPhone, "record_bytes", record_bytes)
    first = vault.backup(adb_phone(phone))
    assert sorted(asked) == [(RecordKind.CONTACT_DATA, 15), (RecordKind.CONTACT_PHOTOS, 7)]
    asked.clear()
    second = vault.backup(adb_phone(phone))
    assert asked == []
    assert vault.subtree(first.snapshot_id or "", b"/records") == vault.subtree(second.snapshot_id or "", b"/records")
    newer = (*DATA[:2], {**DATA[2], "data14": "8", "data_version": 1}, *DATA[3:])
    attached = {**ATTACHED, AUTHORITY + "display_photo/8": b"\xff\xd8new"}
    phone.answer_with(WITH_CONTACTS.but(tables={**TABLES, AUTHORITY + "data": newer}, attached=attached))
    vault.backup(adb_phone(phone))
    assert sorted(asked) == [(RecordKind.CONTACT_DATA, 15), (RecordKind.CONTACT_PHOTOS, 8)]
    assert [one.picture() for one in cards(vault, tmp_path)[0].all("PHOTO")] == [b"\xff\xd8new", THUMBNAIL]


def test_a_photo_that_is_not_given_out_is_named(vault: Vault, phone: TestPhone, tmp_path: Path) -> None:
    """The large photo is gone: its thumbnail is kept. A thumbnail that cannot be had makes its contact incomplete."""
    phone.answer_with(WITH_CONTACTS.but(attached={AUTHORITY + "data/12": THUMBNAIL}))
    vault.backup(adb_phone(phone))
    (photo,) = cards(vault, tmp_path)[0].all("PHOTO")
    assert (photo.picture(), photo.param("X-PHONEWARD-SIZE")) == (THUMBNAIL, ("thumbnail",))
    phone.answer_with(WITH_CONTACTS)
    vault.backup(adb_phone(phone))
    photos = cards(vault, tmp_path)[0].all("PHOTO")
    assert [one.picture() for one in photos] == [PICTURE, THUMBNAIL], "what was missing is asked for again"


def test_bytes_that_no_question_brings_are_named(vault: Vault, phone: TestPhone, tmp_path: Path) -> None:
    """An app keeps bytes where Android gives none out: the contact is kept, and called incomplete."""
    odd: Rows = (*DATA, {"_id": 30, "raw_contact_id": 5, "mimetype": "vnd.app.item/key", "data1": "k", "data15": b"\0"})
    phone.answer_with(WITH_CONTACTS.but(tables={**TABLES, AUTHORITY + "data": odd}))
    result = vault.backup(adb_phone(phone))
    assert not result.complete
    found = covered(result)
    assert (found.state, found.kept, found.missing, found.reason) == (State.PART, 2, 1, "records-incomplete")
    assert result.coverage is not None
    assert [(gap.path, gap.detail) for gap in result.coverage.gaps] == [("content://contacts/2", "data15 of 30")]
    rows = [row for kind, row in rows_in(cards(vault, tmp_path)) if kind is RecordKind.CONTACT_DATA]
    assert (rows[-1]["data1"], rows[-1]["data15"]) == ("k", BYTES)


def test_contacts_that_the_phone_has_not_put_together_yet(vault: Vault, phone: TestPhone, tmp_path: Path) -> None:
    """A number saved this second is a raw contact without a contact: it stands in the file by itself."""
    raw: Rows = (*RAW, {"_id": 8, "account_type": "com.xiaomi"})
    rows: Rows = (*DATA, {"_id": 30, "raw_contact_id": 8, "mimetype": ITEM + "phone_v2", "data1": "110"})
    tables = {**TABLES, AUTHORITY + "raw_contacts": raw, AUTHORITY + "data": rows}
    phone.answer_with(WITH_CONTACTS.but(tables=tables))
    result = vault.backup(adb_phone(phone))
    assert result.complete
    new, *others = cards(vault, tmp_path)
    assert (new.text("FN"), new.text("TEL")) == ("110", "110")
    assert others[0].text("FN") == "妈妈"
    groups = [[kind for kind, _row in rows_in([card])].count(RecordKind.CONTACT_GROUPS) for card in (new, *others)]
    assert groups == [2, 0, 0], "the first contact carries all groups"


def test_a_contact_of_any_length_is_cut_and_named(
    vault: Vault, phone: TestPhone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phone that lies about its contacts cannot make a file that nobody can read."""
    monkeypatch.setattr(people, "MAX_ROWS", 4)
    phone.answer_with(WITH_CONTACTS)
    result = vault.backup(adb_phone(phone))
    assert covered(result).missing == 1
    assert result.coverage is not None
    assert [(gap.path, gap.detail) for gap in result.coverage.gaps] == [("content://contacts/1", "4 rows")]
    assert len(cards(vault, tmp_path)) == 2


def test_a_phone_that_refuses(vault: Vault, phone_factory: PhoneFactory) -> None:
    """An old Android refuses: the person is told so, and what helps, and never that there were no contacts."""
    phone = phone_factory(profile=profiles.ANDROID_5, state=WITH_CONTACTS)
    result = vault.backup(adb_phone(phone))
    found = covered(result)
    assert (found.state, found.kept, found.reason) == (State.OUT_OF_REACH, 0, "records-refused-by-version")
    assert result.coverage is not None
    said = " ".join(coverage_sentences(result.coverage))
    assert "Contacts are not kept." in said
    assert "contacts app look for Export" in said


def test_android_9_lets_contacts_be_read(vault: Vault, phone_factory: PhoneFactory) -> None:
    """Messages are refused there, contacts are not."""
    phone = phone_factory(profile=profiles.ANDROID_9, state=WITH_CONTACTS.but(missing_columns=("pinned",)))
    found = covered(vault.backup(adb_phone(phone)))
    assert (found.state, found.kept) == (State.KEPT, 2)
