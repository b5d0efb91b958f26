"""Whole backups of a folder into a real repository; real restic restores and judges them."""

import os
from pathlib import Path

import pytest

from phoneward.phones import open_folder
from phoneward.progress import Notice, PhaseDone
from phoneward.snapshots import GapReason, State, coverage_of, list_path, list_snapshots, node_at, open_path, restore
from phoneward.vault import BlobType
from tests.snapshots.bench import LONG_AGO_NS, Heard, MeddledPhone, Vault, photograph, settle, write
from tests.tools.restic import ALL_RESTICS

ODD_NAMES = [
    b"plain.txt",
    b"two words",
    b"new\nline",
    b"\xff\xfe not utf-8",
    "照片 ☂.jpg".encode(),
    b'quote"and\\backslash',
    b"<&>",
    b"-rf",
    b"CASE",
    b"case",
    b"n" * 255,
]


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "phone"
    for number, name in enumerate(ODD_NAMES):
        write(os.path.join(os.fsencode(top), b"odd", name), b"%d" % number * number, LONG_AGO_NS + number)
    write(top / "DCIM/Camera/IMG_0001.jpg", os.urandom(300_000))
    write(top / "DCIM/Camera/IMG_0002.jpg", os.urandom(3_000_000))
    write(top / "empty", b"")
    (top / "hollow/folder").mkdir(parents=True)
    # restic 0.14 cannot hold a link target that is not UTF-8
    os.symlink("../outside ü".encode(), os.fsencode(top / "link"))
    os.chmod(top / "empty", 0o640)
    os.utime(top / "hollow", ns=(LONG_AGO_NS, LONG_AGO_NS))
    return top


@pytest.mark.parametrize("version", ALL_RESTICS)
def test_restic_restores_what_was_on_the_phone(vault: Vault, tree: Path, version: str) -> None:
    result = vault.backup(open_folder(tree))
    assert result.complete
    assert result.snapshot_id is not None
    restored = vault.restored_by_restic(result.snapshot_id, version)
    assert photograph(restored / "shared") == photograph(tree)
    ours = {"device.json", "packages.json", "coverage.json", "SHA256SUMS", "proofs"}
    assert {path.name for path in restored.iterdir()} == {"shared"} | ours
    vault.restic(version).run("check", "--read-data")


def test_our_own_restore_gives_the_same(vault: Vault, tree: Path, tmp_path: Path) -> None:
    vault.backup(open_folder(tree))
    report = restore(vault.reopen(), "latest", tmp_path / "back", durable=False)
    assert not report.issues
    assert photograph(tmp_path / "back/shared") == photograph(tree)


def test_an_unchanged_phone_stores_nothing_again(vault: Vault, tree: Path) -> None:
    settle()
    first = vault.backup(open_folder(tree))
    second = vault.backup(open_folder(tree))
    assert first.snapshot_id != second.snapshot_id
    assert (second.stats.files_sent, second.stats.bytes_sent, second.stats.data_blobs) == (0, 0, 0)
    assert second.stats.files_unmodified == first.stats.files_new == second.stats.files_listed
    assert second.parent == first.snapshot_id
    assert vault.subtree(first.snapshot_id or "", b"/shared") == vault.subtree(second.snapshot_id or "", b"/shared")
    assert second.stats.tree_blobs == 3, "only the root and two folders that hold our new documents"


def test_files_written_just_before_are_read_again_but_stored_once(vault: Vault, tree: Path) -> None:
    write(tree / "DCIM/late", b"late")
    vault.backup(open_folder(tree))
    second = vault.backup(open_folder(tree))
    assert second.stats.files_sent > 0, "two changes within a clock step leave no trace in the times"
    assert second.stats.data_blobs == 0
    assert second.stats.files_changed == 0


def test_only_what_changed_is_sent(vault: Vault, tree: Path) -> None:
    settle()
    vault.backup(open_folder(tree))
    write(tree / "DCIM/Camera/IMG_0003.jpg", b"new" * 1000)
    write(tree / "empty", b"no longer", LONG_AGO_NS + 5)
    os.chmod(tree / "empty", 0o640)
    (tree / "odd/plain.txt").unlink()
    second = vault.backup(open_folder(tree))
    assert (second.stats.files_sent, second.stats.bytes_sent) == (2, 3009)
    assert (second.stats.files_new, second.stats.files_changed) == (1, 1)
    restored = vault.restored_by_restic("latest")
    assert photograph(restored / "shared") == photograph(tree)
    vault.check()


def test_same_size_and_time_but_other_content_is_seen_by_its_change_time(vault: Vault, tree: Path) -> None:
    settle()
    vault.backup(open_folder(tree))
    write(tree / "odd/CASE", b"X" * len((tree / "odd/CASE").read_bytes()), (tree / "odd/CASE").stat().st_mtime_ns)
    vault.backup(open_folder(tree))
    assert photograph(vault.restored_by_restic("latest") / "shared") == photograph(tree)


def test_a_large_file_edited_in_the_middle_is_stored_in_part(vault: Vault, tmp_path: Path) -> None:
    top = tmp_path / "phone"
    content = bytearray(os.urandom(40_000_000))
    write(top / "big", bytes(content))
    vault.backup(open_folder(top))
    content[20_000_000:20_000_010] = b"0123456789"
    write(top / "big", bytes(content), LONG_AGO_NS + 1)
    second = vault.backup(open_folder(top))
    assert second.stats.bytes_sent == 40_000_000
    assert 1 <= second.stats.data_blobs <= 3
    assert second.stats.data_added < 20_000_000
    assert (vault.restored_by_restic("latest") / "shared/big").read_bytes() == content


def test_what_is_no_file_is_named(vault: Vault, tree: Path) -> None:
    os.mkfifo(tree / "pipe")
    heard = Heard()
    result = vault.backup(open_folder(tree), listener=heard)
    assert not result.complete
    assert result.coverage is not None
    assert [(gap.path, gap.reason) for gap in result.coverage.gaps] == [("/pipe", "special")]
    assert result.coverage.storages[0].state is State.PART
    stored = coverage_of(vault.reopen(), "latest")
    assert stored.gaps == result.coverage.gaps
    assert not stored.complete
    assert [e.phase for e in heard.events if isinstance(e, PhaseDone)] == [
        "inventory", "list", "compare", "send", "store",
    ]  # fmt: skip


def test_a_file_that_keeps_changing_is_kept_and_called_torn(vault: Vault, tree: Path) -> None:
    """The file is written to at each piece that is read of it, so that no reading is ever whole."""
    victim = tree / "DCIM/Camera/IMG_0002.jpg"

    def scribble(path: bytes) -> None:
        if path.endswith(b"IMG_0002.jpg"):
            with victim.open("r+b") as file:
                file.write(os.urandom(10))

    result = vault.backup(MeddledPhone(tree, before=scribble))
    assert not result.complete
    assert result.coverage is not None
    assert [(gap.path, gap.reason) for gap in result.coverage.gaps] == [("/DCIM/Camera/IMG_0002.jpg", "torn")]
    assert result.stats.files_sent == result.stats.files_to_send + 2, "three rounds for this one file"
    assert (vault.restored_by_restic("latest") / "shared/DCIM/Camera/IMG_0002.jpg").read_bytes() == victim.read_bytes()
    settle()
    again = vault.backup(open_folder(tree))
    assert again.complete


def test_a_file_that_changes_once_is_read_again_and_is_whole(vault: Vault, tree: Path) -> None:
    victim = tree / "DCIM/Camera/IMG_0001.jpg"
    changed = False

    def change_once(path: bytes) -> None:
        nonlocal changed
        if not changed and path.endswith(b"IMG_0001.jpg"):
            changed = True
            write(victim, os.urandom(350_000))

    result = vault.backup(MeddledPhone(tree, after=change_once))
    assert changed
    assert result.complete
    assert photograph(vault.restored_by_restic("latest") / "shared") == photograph(tree)
    assert result.stats.bytes_sent > result.stats.bytes_to_send


def test_a_file_gone_before_it_is_read_is_named_and_the_earlier_one_is_not_passed_off(vault: Vault, tree: Path) -> None:
    vault.backup(open_folder(tree))
    write(tree / "DCIM/Camera/IMG_0001.jpg", b"changed", LONG_AGO_NS + 7)
    victim = tree / "DCIM/Camera/IMG_0001.jpg"
    phone = MeddledPhone(tree, before=lambda _path: victim.unlink(missing_ok=True))
    heard = Heard()
    result = vault.backup(phone, listener=heard)
    assert result.coverage is not None
    (gap,) = result.coverage.gaps
    assert (gap.path, gap.reason, gap.earlier) == ("/DCIM/Camera/IMG_0001.jpg", GapReason.VANISHED, True)
    assert b"/DCIM/Camera/IMG_0001.jpg" in [e.path for e in heard.events if isinstance(e, Notice)]
    assert not (vault.restored_by_restic("latest") / "shared/DCIM/Camera/IMG_0001.jpg").exists()


def test_a_dry_run_says_what_would_be_sent_and_writes_nothing(vault: Vault, tree: Path) -> None:
    before = sorted(vault.folder.rglob("*"))
    result = vault.backup(open_folder(tree), dry_run=True)
    assert result.dry_run
    assert result.snapshot_id is None
    assert result.stats.files_to_send == len(ODD_NAMES) + 3
    assert result.stats.bytes_to_send == sum(
        len(content) for kind, _mode, _time, content in photograph(tree).values() if kind == "file"
    )
    assert sorted(vault.folder.rglob("*")) == before


def test_snapshots_are_listed_and_looked_into(vault: Vault, tree: Path) -> None:
    result = vault.backup(open_folder(tree))
    (info,) = list_snapshots(vault.reopen())
    assert info.snapshot.id == result.snapshot_id
    assert (info.device, info.label, info.partial) == (_id_of(tree), "phone", False)
    assert set(info.snapshot.tags) == {"phoneward", f"device:{info.device}"}
    assert info.snapshot.paths == ("/",)
    assert info.snapshot.program_version.startswith("phoneward ")
    assert info.files == len(ODD_NAMES) + 4
    names = [entry.path for entry in list_path(vault.repo, "latest", b"/shared/odd")]
    assert names == sorted(b"/shared/odd/" + name for name in ODD_NAMES)
    assert open_path(vault.repo, "latest", b"/shared/odd/<&>").read() == b"6" * 6
    (seen,) = vault.restic().snapshots()
    assert (seen["paths"], seen["hostname"]) == (["/"], "phone")


def _id_of(tree: Path) -> str:
    with open_folder(tree) as phone:
        return phone.identity.id


def test_missing_blobs_are_sent_again(vault: Vault, tree: Path) -> None:
    """A pack of photos is lost and restic has mended the index: what no index knows comes over again."""
    settle()
    vault.backup(open_folder(tree))
    node = node_at(vault.reopen(), "latest", b"/shared/DCIM/Camera/IMG_0002.jpg")
    pack = next(vault.repo.index.lookup(BlobType.DATA, (node.content or ())[0])).pack
    (vault.folder / "repo/data" / pack[:2] / pack).unlink()
    vault.restic().run("repair", "index")
    second = vault.backup(open_folder(tree))
    assert 1 <= second.stats.files_sent <= len(ODD_NAMES) + 3
    assert photograph(vault.restored_by_restic("latest") / "shared") == photograph(tree)
    vault.check()


def test_the_phones_clock_decides_what_is_racy_not_ours(vault: Vault, tree: Path) -> None:
    settle()
    hour = 3_600_000_000_000
    vault.backup(MeddledPhone(tree, clock_behind_ns=hour))
    second = vault.backup(MeddledPhone(tree, clock_behind_ns=hour))
    assert second.stats.files_sent == len(ODD_NAMES) + 3, "an hour behind, every change time is ahead"


def test_a_phone_whose_clock_was_set_back_says_so(vault: Vault, tree: Path) -> None:
    settle()
    vault.backup(open_folder(tree))
    heard = Heard()
    second = vault.backup(MeddledPhone(tree, clock_behind_ns=10**15), listener=heard)
    assert second.coverage is not None
    assert second.coverage.clock_went_back
    assert any("clock" in e.sentence for e in heard.events if isinstance(e, Notice))
    assert second.stats.files_sent == len(ODD_NAMES) + 3
