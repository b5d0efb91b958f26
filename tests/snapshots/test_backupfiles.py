"""Android's backup files on the phone's storage: found by themselves, looked into as the vault has them, and named."""

import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.phones.androidbackup.header import HEADER_BYTES
from phoneward.phones.folder import FolderPhone
from phoneward.snapshots import AppCoverage, BackupResult, State, coverage_of, coverage_sentences
from phoneward.snapshots.backupfiles import MAX_FILES, BackupFiles, FileState, state_of
from phoneward.snapshots.file_nodes import document_node
from phoneward.vault import BlobId, BlobType, Repository
from tests.phone import trees
from tests.phone.testphone import TestPhone
from tests.phones.androidbackup.abwriter import Put, archive, manifest, tar
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, settle, write

NOTES = "org.example.notes"
CONTENT = tar([manifest(NOTES), Put(b"apps/org.example.notes/f/a", b"a" * 3000)])
MIUI = f"MIUI BACKUP\n2\n{NOTES} Notes\n-1\n0\n".encode()
SOUND = {
    "compressed": archive(CONTENT),
    "plain": archive(CONTENT, compressed=False),
    "version 1": archive(CONTENT, version=1),
    "Xiaomi's": archive(CONTENT, front=MIUI),
    "Xiaomi's, plain": archive(CONTENT, front=MIUI, compressed=False),
}


def crlf(data: bytes) -> bytes:
    """What a program does that takes a file for text."""
    return data.replace(b"\n", b"\r\n")


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_one(name: str) -> None:
    assert state_of(SOUND[name], len(SOUND[name])) is FileState.SOUND


@pytest.mark.parametrize("name", SOUND)
def test_one_that_was_taken_for_text(name: str) -> None:
    """Line ends of the header, and of the content, are rewritten; also where only the inner header was."""
    damaged = crlf(SOUND[name])
    assert state_of(damaged, len(damaged)) is FileState.AS_TEXT
    if name.startswith("Xiaomi"):
        inner = MIUI + crlf(SOUND[name][len(MIUI) :])
        assert state_of(inner, len(inner)) is FileState.AS_TEXT


@pytest.mark.parametrize("front", [b"", MIUI])
def test_an_encrypted_one(front: bytes) -> None:
    sealed = archive(CONTENT, password="secret", front=front)
    assert state_of(sealed, len(sealed)) is FileState.ENCRYPTED
    damaged = crlf(sealed)
    assert state_of(damaged, len(damaged)) is FileState.AS_TEXT


HEAD = b"ANDROID BACKUP\n5\n%d\nnone\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", FileState.EMPTY),
        (bytes(1024), FileState.EMPTY),
        (HEAD % 1 + zlib.compress(bytes(1024), 9), FileState.EMPTY),
        (HEAD % 1 + zlib.compress(bytes(3072), 9), FileState.EMPTY),
        (HEAD % 0 + bytes(1024), FileState.EMPTY),
        (HEAD % 0, FileState.EMPTY),
        (HEAD % 1, FileState.EMPTY),
        (HEAD % 1 + b"no deflate" * 100, FileState.DAMAGED),
        (HEAD % 0 + b"no tar" * 200, FileState.DAMAGED),
        (HEAD % 0 + b"x", FileState.DAMAGED),
        (b"ANDROID BACKUP\n9\n1\nnone\nx", FileState.UNKNOWN),
        (b"ANDROID BACKUP\n5\n1\nROT-13\nx", FileState.UNKNOWN),
        (b"ANDROID BACKUP\nfive\n", FileState.DAMAGED),
        (b"ANDROID BAC", FileState.DAMAGED),
        (b"PK\x03\x04 a zip", FileState.NOT_ONE),
        (bytes(2000), FileState.NOT_ONE),
        (b"settings = 1\n", FileState.NOT_ONE),
    ],
)
def test_the_others(data: bytes, expected: FileState) -> None:
    assert state_of(data, len(data)) is expected


@pytest.mark.parametrize("at", [0, 50, 99, 124, 156, 257, 511])
def test_a_flipped_bit_in_the_first_header_is_noticed(at: int) -> None:
    for front in (b"", MIUI):
        data = bytearray(archive(CONTENT, compressed=False, front=front))
        data[len(data) - len(CONTENT) + at] ^= 1
        assert state_of(bytes(data), len(data)) is FileState.DAMAGED


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=3000), st.sampled_from(sorted(SOUND)), st.integers(0, 3000))
def test_whatever_stands_there_something_is_said(garbage: bytes, name: str, at: int) -> None:
    """Bounded and without an exception, also for what begins well."""
    data = SOUND[name][:at] + garbage
    assert state_of(data[: HEADER_BYTES * 4], len(data)) in FileState


def test_a_bomb_is_not_inflated() -> None:
    bomb = HEAD % 1 + zlib.compress(bytes(200 << 20), 9)
    assert state_of(bomb, len(bomb)) is FileState.EMPTY


def test_a_folder_that_is_built_twice_counts_once() -> None:
    """It is, where a file in it turns out to differ from the phone's: what was sent last is looked into."""
    files = BackupFiles()
    for mtime_ns, blob in ((2 * 10**18, b"a" * 32), (10**18, b"b" * 32)):
        files.note(b"/shared", [document_node(b"x.ab", mtime_ns, 9, (BlobId(blob),))])
    asked: list[bytes] = []

    def load(blob: BlobId) -> bytes:
        asked.append(blob)
        return SOUND["plain"]

    assert list(files.look(load, [], lambda _place: False)) == [b"/shared/x.ab"]
    assert asked == [b"b" * 32]


# -- in a snapshot -----------------------------------------------------------------------------------------------------


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def put(phone: TestPhone, name: str, data: bytes) -> None:
    trees.put(phone.storage, name, data)
    trees.give_to_phone(phone.storage)


def bak(package: str = NOTES, day: str = "20240101_120000") -> str:
    return f"MIUI/backup/AllBackup/{day}/Notes({package}).bak"


def notes(result: BackupResult) -> AppCoverage:
    assert result.coverage is not None
    (app,) = [app for app in result.coverage.apps if app.package == NOTES]
    return app


def states(result: BackupResult) -> dict[str, str]:
    assert result.coverage is not None
    return {file.path: file.state for file in result.coverage.backup_files}


def said(result: BackupResult) -> str:
    assert result.coverage is not None
    return " ".join(coverage_sentences(result.coverage))


def test_a_sound_one_keeps_its_app(vault: Vault, phone: TestPhone) -> None:
    put(phone, bak(), SOUND["Xiaomi's"])
    result = vault.backup(adb_phone(phone))
    assert result.complete
    assert (notes(result).state, len(notes(result).own_backups)) == (State.OWN_BACKUP, 1)
    assert states(result) == {f"/shared/{bak()}": "sound"}
    assert "1 Android backup file is kept that is sound at its beginning." in said(result)
    assert coverage_of(vault.reopen(), "latest").backup_files == (result.coverage and result.coverage.backup_files)


@pytest.mark.parametrize(
    ("data", "expected", "words"),
    [
        (crlf(SOUND["Xiaomi's"]), "rewritten-as-text", "a program took it for text"),
        (b"", "empty", "holds nothing"),
        (MIUI + HEAD % 1, "empty", "holds nothing"),
        (MIUI + HEAD % 1 + b"garbage" * 200, "damaged", "damaged at its very beginning"),
        (b"something else" * 500, "not-a-backup", "is none"),
    ],
)
def test_a_useless_one_does_not(vault: Vault, phone: TestPhone, data: bytes, expected: str, words: str) -> None:
    """Before, its name was enough: the person believed that the app was kept."""
    put(phone, bak(), data)
    result = vault.backup(adb_phone(phone))
    assert result.complete, "the file itself is kept, as it is"
    app = notes(result)
    assert app.state is State.OUT_OF_REACH
    assert app.own_backups == []
    if data:
        assert (app.reason, app.next_step) == ("own-backup-damaged", "new-own-backup")
    assert states(result) == {f"/shared/{bak()}": expected}
    assert words in said(result)
    assert bak() in said(result)


def test_a_sound_one_beside_a_useless_one_counts(vault: Vault, phone: TestPhone) -> None:
    put(phone, bak(day="20240101_120000"), SOUND["Xiaomi's"])
    put(phone, bak(day="20250101_120000"), crlf(SOUND["Xiaomi's"]))
    app = notes(vault.backup(adb_phone(phone)))
    assert app.state is State.OWN_BACKUP
    assert [backup.path for backup in app.own_backups] == [f"/shared/{bak(day='20240101_120000')}"]


def test_an_encrypted_one_still_counts_and_its_password_is_spoken_of(vault: Vault, phone: TestPhone) -> None:
    put(phone, bak(), archive(CONTENT, password="secret", front=MIUI))
    result = vault.backup(adb_phone(phone))
    assert notes(result).state is State.OWN_BACKUP
    assert "without its password nobody can open it" in said(result)


def test_backup_files_anywhere_are_found_and_other_baks_are_left_alone(vault: Vault, phone: TestPhone) -> None:
    put(phone, "Download/phone.ab", SOUND["compressed"])
    put(phone, "Download/deep/er/OLD.AB", crlf(SOUND["plain"]))
    put(phone, "Documents/other.ab", b"no backup at all")
    put(phone, "Documents/settings.bak", b"a = 1\n")
    put(phone, "Documents/Notes(org.example.notes).bak", SOUND["Xiaomi's"])
    put(phone, "Documents/about.abc", SOUND["plain"])
    result = vault.backup(adb_phone(phone))
    assert states(result) == {
        "/shared/Download/phone.ab": "sound",
        "/shared/Download/deep/er/OLD.AB": "rewritten-as-text",
        "/shared/Documents/other.ab": "not-a-backup",
        "/shared/Documents/Notes(org.example.notes).bak": "sound",
    }
    assert notes(result).state is State.OUT_OF_REACH, "no app looks for its backup there"


def test_it_is_looked_into_once_and_again_when_it_changed(
    vault: Vault, phone: TestPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(phone, bak(), SOUND["Xiaomi's"])
    put(phone, "DCIM/a.jpg", b"a")
    settle()
    first = vault.backup(adb_phone(phone))
    loads: list[BlobId] = []
    real = Repository.load_blob

    def counted(repo: Repository, kind: BlobType, blob: BlobId) -> bytes:
        loads.append(blob)
        return real(repo, kind, blob)

    with monkeypatch.context() as patch:
        patch.setattr("phoneward.snapshots.backupfiles.state_of", lambda *_: pytest.fail("looked into again"))
        second = vault.backup(adb_phone(phone))
    assert second.stats.files_sent == 0
    assert states(second) == states(first)
    put(phone, bak(), crlf(SOUND["Xiaomi's"]))
    monkeypatch.setattr(Repository, "load_blob", counted)
    third = vault.backup(adb_phone(phone))
    assert loads
    assert states(third) == {f"/shared/{bak()}": "rewritten-as-text"}


def test_a_vault_that_does_not_give_it_back_is_said_and_costs_nothing(
    vault: Vault, phone: TestPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phoneward.errors import PhonewardError

    put(phone, bak(), SOUND["Xiaomi's"])

    def broken(*_args: object) -> bytes:
        raise PhonewardError

    with monkeypatch.context() as patch:
        patch.setattr(Repository, "load_blob", broken)
        result = vault.backup(adb_phone(phone))
    assert states(result) == {f"/shared/{bak()}": "not-looked-into"}
    assert notes(result).state is State.OWN_BACKUP
    assert states(vault.backup(adb_phone(phone))) == {f"/shared/{bak()}": "sound"}


def test_a_phone_full_of_such_names_is_not_looked_into_for_ever(vault: Vault, tmp_path: Path) -> None:
    for number in range(MAX_FILES + 30):
        write(tmp_path / "phone" / f"{number}.ab", b"x" * number, mtime_ns=10**18 + number * 10**9)
    result = vault.backup(FolderPhone(tmp_path / "phone"))
    assert len(states(result)) == MAX_FILES
    assert f"/shared/{MAX_FILES + 29}.ab" in states(result)
    assert "/shared/0.ab" not in states(result)
    assert len(said(result)) < 2000


def test_a_large_one_is_looked_at_at_its_beginning_only(vault: Vault, tmp_path: Path) -> None:
    large = archive(
        tar([manifest(NOTES), Put(b"apps/org.example.notes/f/a", os.urandom(20_000_000))]), compressed=False
    )
    write(tmp_path / "phone/large.ab", large)
    assert states(vault.backup(FolderPhone(tmp_path / "phone"))) == {"/shared/large.ab": "sound"}
