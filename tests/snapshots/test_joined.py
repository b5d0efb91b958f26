"""A phone's snapshot that takes folders of this computer along: a real phone over adb, a real folder, real restic."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from phoneward.phones import Entry, FileKind, HashPlace, Phone, Volume, VolumeKind
from phoneward.phones.folder import FolderPhone
from phoneward.phones.joined import JoinedPhone
from phoneward.phones.source import Source
from phoneward.snapshots import (
    Area,
    BackupCutShortError,
    BackupResult,
    ProofLevel,
    ProofLookup,
    State,
    backup,
    coverage_sentences,
    find,
    streaming,
)
from phoneward.snapshots.coverage_words import storage_name
from tests.phone import trees
from tests.phone.testphone import TestPhone
from tests.phone.trees import tree_digest
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Heard, MeddledPhone, Vault, settle, write
from tests.snapshots.scripted import ScriptedPhone
from tests.snapshots.test_backup_adb import as_restored

CHAT = "org.example.chat"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What an app keeps on this computer: more files than a sample of checksums has."""
    place = tmp_path / "Chat Backup"
    for number in range(100):
        write(place / "BackupFiles" / f"{number}.enc", b"piece %d" % number)
    write(place / "Backup.db", trees.content("db", 300_000))
    return place


def beside(phone: Phone, name: str = "pc", **facts: bool) -> Source:
    mount = b"/@computer/" + CHAT.encode() + b"/" + name.encode()
    volume = Volume(VolumeKind.COMPUTER, name, b"/", "C:\\Chat", package=CHAT)
    return Source(phone, mount, (volume,), **facts)


def take(vault: Vault, main: Phone, *sources: Source, verify_all: bool = False) -> BackupResult:
    repo = vault.reopen()
    with main:
        joined = JoinedPhone(main, sources)
        return backup(joined, repo, state_dir=vault.state, listener=Heard(), verify_all=verify_all)


def level(vault: Vault, path: bytes) -> ProofLevel:
    repo = vault.reopen()
    found = ProofLookup(repo, find(repo, "latest")).of(path)
    assert found is not None
    return found.level


def test_both_come_into_one_snapshot_and_the_second_sends_nothing(vault: Vault, phone: TestPhone, folder: Path) -> None:
    trees.typical(phone.storage)
    settle()
    with FolderPhone(folder) as source:
        first = take(vault, adb_phone(phone), beside(source))
        assert first.complete, first.coverage and first.coverage.gaps
        restored = vault.restored_by_restic("latest")
        assert as_restored(tree_digest(restored / "shared")) == as_restored(tree_digest(phone.storage))
        assert tree_digest(restored / "computer" / CHAT / "pc") == tree_digest(folder)

        assert first.coverage is not None
        (storage,) = [row for row in first.coverage.storages if row.area is Area.COMPUTER]
        assert (storage.path, storage.files, storage.state) == (f"/computer/{CHAT}/pc", 101, State.KEPT)
        assert "C:\\Chat" in storage_name(storage)

        second = take(vault, adb_phone(phone), beside(source))
        assert (second.stats.files_sent, second.stats.data_blobs) == (0, 0)
        write(folder / "Backup.db", b"other")
        third = take(vault, adb_phone(phone), beside(source))
        assert (third.stats.files_sent, third.stats.bytes_sent) == (1, 5)
    fourth = take(vault, adb_phone(phone))
    assert fourth.coverage is not None
    assert fourth.coverage.missing_storages == [f"computer/{CHAT}/pc"]
    vault.check()


def test_what_lies_on_this_computer_is_never_said_to_be_compared_with_the_phone(
    vault: Vault, phone: TestPhone, folder: Path
) -> None:
    trees.typical(phone.storage)
    settle()
    with FolderPhone(folder) as source:
        first = take(vault, adb_phone(phone), beside(source), verify_all=True)
        assert first.coverage is not None
        levels = first.coverage.levels
        assert levels is not None
        assert (levels.stored, levels.matched) == (101, levels.files - 101)
        assert first.matching.unanswered_files == 0
        assert level(vault, b"/computer/org.example.chat/pc/Backup.db") is ProofLevel.STORED
        assert any("never compared with the phone: 101" in said for said in coverage_sentences(first.coverage))


def test_the_sample_is_drawn_from_the_phones_own_files(
    vault: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of this computer were never compared, so each of them would always be the oldest."""
    monkeypatch.setattr("phoneward.snapshots.matching.WAIT_SHARE", 1000.0)
    main = ScriptedPhone(hash_place=HashPlace.PHONE)
    for number in range(5):
        main.add(b"/storage/emulated/0/f%d" % number, b"content")
    with FolderPhone(folder) as source:
        take(vault, main, beside(source))
        main.hashed.clear()
        again = take(vault, main, beside(source))
    assert again.matching.matched_files == len(main.hashed) == 5


def test_a_folder_that_leaves_in_the_middle_costs_only_itself(vault: Vault, phone: TestPhone, folder: Path) -> None:
    trees.typical(phone.storage)
    read = 0

    def leave(_path: bytes) -> None:
        nonlocal read
        read += 1
        if read == 40:
            shutil.rmtree(folder)

    with MeddledPhone(folder, before=leave) as source:
        result = take(vault, adb_phone(phone), beside(source))
    assert not result.complete
    assert result.coverage is not None
    assert not result.coverage.partial
    found = {row.area: row for row in result.coverage.storages}
    assert found[Area.SHARED].state is State.KEPT
    assert found[Area.COMPUTER].state is State.PART
    assert found[Area.COMPUTER].gaps == 101, "39 cannot be confirmed any more, 62 never came"
    restored = vault.restored_by_restic("latest")
    assert as_restored(tree_digest(restored / "shared")) == as_restored(tree_digest(phone.storage))
    vault.check()


def test_a_folder_that_is_gone_when_it_is_to_be_listed_is_named(vault: Vault, phone: TestPhone, folder: Path) -> None:
    with FolderPhone(folder) as source:
        joined = beside(source)
        shutil.rmtree(folder)
        result = take(vault, adb_phone(phone), joined)
    assert not result.complete
    assert result.coverage is not None
    assert [(gap.path, gap.reason) for gap in result.coverage.gaps] == [(f"/@computer/{CHAT}/pc", "read-error")]


def test_a_cable_that_is_pulled_is_still_the_phone_being_gone(vault: Vault, phone: TestPhone, folder: Path) -> None:
    trees.big_file(phone.storage, 20_000_000)
    settle()
    with FolderPhone(folder) as source:
        with adb_phone(phone) as main:
            phone.proxy.refuse(on=True)
            phone.proxy.cut("down", 12_000_000)
            with pytest.raises(BackupCutShortError):
                backup(JoinedPhone(main, [beside(source)]), vault.reopen(), state_dir=vault.state)
        phone.proxy.refuse(on=False)
        phone.connect()
        again = take(vault, adb_phone(phone), beside(source))
        assert again.complete
        assert again.resumed


class Coarse(ScriptedPhone):
    """A backup file: whole seconds, no change times."""

    def list(self, root: bytes, *, precise: bool = True) -> Iterator[Entry]:
        for item in super().list(root, precise=precise):
            assert isinstance(item, Entry)
            yield Entry(item.path, item.kind, item.size, item.mode, item.mtime_ns)

    def stat(self, paths: Iterable[bytes]) -> Iterator[Entry]:
        for item in super().stat(paths):
            assert isinstance(item, Entry)
            yield Entry(item.path, item.kind, item.size, item.mode, item.mtime_ns)


def test_what_coarse_times_cannot_prove_is_read_each_time(vault: Vault, tmp_path: Path) -> None:
    """Another content under the same size and second is noticed; the phone beside it is still compared exactly."""
    write(tmp_path / "phone/photo.jpg", b"photo")
    settle()
    results = []
    for content in (b"old", b"new"):
        old = Coarse(mtime_precision_ns=10**9)
        old.entries.append(Entry(b"/storage/x", FileKind.DIRECTORY, 0, 0o755, 10**18))
        old.add(b"/storage/x/notes.db", content)
        volume = Volume(VolumeKind.APP_DATA, "appdata", b"/storage/x", package=CHAT)
        result = take(vault, FolderPhone(tmp_path / "phone"), Source(old, b"/@backup", (volume,)))
        assert result.complete, result.coverage and result.coverage.gaps
        results.append(result)
    result = results[-1]
    assert (result.stats.files_sent, result.stats.files_unmodified) == (1, 1)
    assert (vault.restored_by_restic("latest") / "appdata" / CHAT / "notes.db").read_bytes() == b"new"
    assert result.coverage is not None
    assert not result.coverage.is_of_backup_file
    assert find(vault.reopen(), "latest").paths == ("/",)


def test_a_clock_far_from_the_phones_proves_nothing(vault: Vault, tmp_path: Path) -> None:
    write(tmp_path / "phone/photo.jpg", b"photo")
    write(tmp_path / "pc/a", b"a")
    settle()
    with MeddledPhone(tmp_path / "pc", clock_behind_ns=10 * 365 * 86400 * 10**9) as source:
        take(vault, FolderPhone(tmp_path / "phone"), beside(source))
        result = take(vault, FolderPhone(tmp_path / "phone"), beside(source))
    assert result.stats.files_sent == 1, "the folder's; the phone's times are as good as ever"


@pytest.mark.parametrize("name", ["../up", "a/b", ""])
def test_a_folder_whose_name_cannot_stand_in_a_snapshot_is_named(vault: Vault, tmp_path: Path, name: str) -> None:
    write(tmp_path / "phone/photo.jpg", b"photo")
    write(tmp_path / "pc/a", b"a")
    with FolderPhone(tmp_path / "pc") as source:
        bad = [
            Source(source, b"/@a", (Volume(VolumeKind.COMPUTER, name, b"/", package=CHAT),)),
            Source(source, b"/@b", (Volume(VolumeKind.COMPUTER, "pc", b"/", package=name),)),
        ]
        result = take(vault, FolderPhone(tmp_path / "phone"), *bad)
    assert result.coverage is not None
    assert [(gap.path, gap.reason) for gap in result.coverage.gaps] == [("/@a", "bad-name"), ("/@b", "bad-name")]


def test_a_phone_that_computes_elsewhere_than_the_folder(vault: Vault, tmp_path: Path) -> None:
    """Where the phone is a folder too, both are read again when all is to be compared."""
    write(tmp_path / "phone/photo.jpg", b"photo")
    write(tmp_path / "pc/a", b"a")
    with FolderPhone(tmp_path / "pc") as source:
        assert source.hash_place is HashPlace.HERE
        result = take(vault, FolderPhone(tmp_path / "phone"), beside(source), verify_all=True)
    assert result.matching.matched_files == 2


@pytest.fixture
def old_phone_beside(monkeypatch: pytest.MonkeyPatch) -> tuple[ScriptedPhone, ScriptedPhone]:
    """A phone that tells sizes modulo a number, as the oldest do, and something on this computer that does not."""
    monkeypatch.setattr(streaming, "GROWTH_BYTES", 1 << 20)
    return ScriptedPhone(size_modulus=4 << 20), ScriptedPhone()


def test_a_file_of_the_computer_that_comes_too_short_is_uncertain(
    vault: Vault, old_phone_beside: tuple[ScriptedPhone, ScriptedPhone]
) -> None:
    """The phone's way to tell sizes is no excuse for a file that is not the phone's."""
    main, here = old_phone_beside
    here.add(b"/short", b"x" * 7, size=(4 << 20) + 7)
    main.add(b"/storage/emulated/0/film", b"x" * ((4 << 20) + 7), size=7)
    result = take(vault, main, beside(here))
    assert result.coverage is not None
    assert [(gap.path.rpartition("/")[2], gap.reason) for gap in result.coverage.gaps] == [("short", "torn")]


def test_a_file_of_the_computer_without_end_is_cut(
    vault: Vault, old_phone_beside: tuple[ScriptedPhone, ScriptedPhone]
) -> None:
    main, here = old_phone_beside
    here.add(b"/endless", b"x" * (3 << 20), size=7)
    result = take(vault, main, beside(here))
    assert result.coverage is not None
    assert [(gap.path.rpartition("/")[2], gap.reason) for gap in result.coverage.gaps] == [("endless", "endless")]
