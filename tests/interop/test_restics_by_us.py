"""We read, check and restore repositories that real restic wrote."""

import os
import subprocess
from pathlib import Path

import pytest

from phoneward.vault.blobs import BlobType
from phoneward.vault.check import check
from phoneward.vault.errors import WrongPasswordError
from phoneward.vault.nodes import NodeType
from phoneward.vault.opened import open_file
from phoneward.vault.repository import Repository, open_repository
from phoneward.vault.restore import restore_tree
from phoneward.vault.restore_report import IssueKind
from phoneward.vault.snapshot_files import find_snapshot
from phoneward.vault.storage.local import LocalStorage
from phoneward.vault.trees import decode_tree, encode_tree, find_node, iter_tree
from tests.interop.samples import build
from tests.tools.restic import Restic, restic
from tests.vault.walker import walk

PASSWORD = "theirs"


def _backup(program: Path, tmp_path: Path, *init: str) -> Restic:
    maker = Restic(program, tmp_path / "repo", PASSWORD, tmp_path / "restic-cache", {"TZ": "Asia/Kolkata"})
    maker.init(*init)
    maker.backup(".", cwd=tmp_path / "source")
    return maker


def _open(tmp_path: Path, password: str = PASSWORD) -> Repository:
    repo = open_repository(LocalStorage(tmp_path / "repo"), password)
    repo.load_index()
    return repo


@pytest.mark.parametrize("version", ["1", "2"])
def test_we_check_and_restore_restics(restic_program: Path, version: str, tmp_path: Path) -> None:
    build(tmp_path / "source", large=20_000_000 if version == "2" else 3_000_000)
    maker = _backup(restic_program, tmp_path, "--repository-version", version)
    repo = _open(tmp_path)
    assert repo.config.version == int(version)
    report = check(repo, read_data=True)
    assert report.ok, report.errors
    assert report.packs_read == report.packs > 0
    tree = find_snapshot(repo, "latest").tree
    restored = restore_tree(repo, tree, tmp_path / "restored")
    assert restored.complete, restored.issues
    maker.restore("latest", tmp_path / "by-restic")
    assert walk(tmp_path / "restored") == walk(tmp_path / "by-restic")
    expected, found = walk(tmp_path / "source"), walk(tmp_path / "restored")
    if "0.14" in maker.run("version"):  # wrote these links with U+FFFD
        for name in (b"links/l2", b"links/l3"):
            del expected[name], found[name]
    assert found == expected


def test_every_tree_of_restics_is_written_again_bit_for_bit(restic_program: Path, tmp_path: Path) -> None:
    build(tmp_path / "source", large=1000)
    subprocess.run(["mkfifo", tmp_path / "source" / "fifo"], check=True)
    os.link(tmp_path / "source" / "small5", tmp_path / "source" / "hard link")
    maker = _backup(restic_program, tmp_path)
    before_raw_links = "0.14" in maker.run("version")
    repo = _open(tmp_path)
    trees = 0
    for location in repo.index:
        if location.entry.type is BlobType.TREE:
            text = repo.load_blob(BlobType.TREE, location.entry.id)
            if before_raw_links:
                text = text.replace(rb"\ufffd", "\ufffd".encode())  # the lost byte itself is not in it
            assert encode_tree(decode_tree(text)) == text
            trees += 1
    assert trees >= 4
    top = find_snapshot(repo, "latest").tree
    assert {e.node.type for e in iter_tree(repo, top)} == {NodeType.FILE, NodeType.DIR, NodeType.SYMLINK, NodeType.FIFO}
    report = restore_tree(repo, top, tmp_path / "restored")
    assert [(issue.path, issue.kind) for issue in report.issues] == [(b"/fifo", IssueKind.SPECIAL)]
    assert (tmp_path / "restored" / "hard link").read_bytes() == (tmp_path / "source" / "small5").read_bytes()


@pytest.mark.parametrize("version", ["0.14", "0.19"])
def test_any_of_several_passwords_opens(version: str, tmp_path: Path) -> None:
    build(tmp_path / "source", large=1000)
    maker = _backup(restic(version), tmp_path)
    (tmp_path / "new-password").write_text("second")
    maker.run("key", "add", "--new-password-file", tmp_path / "new-password")
    for password in (PASSWORD, "second"):
        assert check(_open(tmp_path, password)).ok
    with pytest.raises(WrongPasswordError):
        _open(tmp_path, "third")


def test_after_prune_and_repack_by_restic(tmp_path: Path) -> None:
    build(tmp_path / "source")
    maker = _backup(restic("0.19"), tmp_path)
    (tmp_path / "source" / "data.bin").unlink()
    maker.backup(".", cwd=tmp_path / "source")
    maker.run("forget", "--keep-last", "1", "--prune", "--max-unused", "0")
    repo = _open(tmp_path)
    report = check(repo, read_data=True)
    assert report.ok, report.errors
    assert (report.snapshots, report.hint_count) == (1, 0)
    assert restore_tree(repo, find_snapshot(repo, "latest").tree, tmp_path / "restored").complete
    assert walk(tmp_path / "restored") == walk(tmp_path / "source")


def test_a_file_of_restics_is_read_in_place(tmp_path: Path) -> None:
    build(tmp_path / "source", large=9_000_000)
    _backup(restic("0.18"), tmp_path)
    repo = _open(tmp_path)
    node = find_node(repo, find_snapshot(repo, "latest").tree, b"/data.bin")
    assert (
        len(node.content or ()) > 1
    )  # a blob is 8 MiB at most; how many they are is up to the repository's polynomial
    expected = (tmp_path / "source" / "data.bin").read_bytes()
    with open_file(repo, node) as opened:
        opened.seek(-1000, os.SEEK_END)
        assert opened.read() == expected[-1000:]
        opened.seek(4_000_000)
        assert opened.read(1_000_000) == expected[4_000_000:5_000_000]
