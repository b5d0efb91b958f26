"""Real restic judges repositories that we wrote."""

import os
import random
import subprocess
from pathlib import Path

import pytest

from phoneward.vault.check import check
from phoneward.vault.repository import open_repository
from phoneward.vault.restore import restore_tree
from phoneward.vault.snapshot_files import load_snapshots
from phoneward.vault.storage.local import LocalStorage
from tests.interop.samples import build
from tests.interop.treewriter import PASSWORD, new_repository, store_folder
from tests.tools.restic import Restic, restic
from tests.vault.walker import walk


def _restic(program: Path, repository: Path, tmp_path: Path) -> Restic:
    return Restic(program, repository, PASSWORD, tmp_path / "restic-cache")


def test_restic_checks_and_restores_ours(restic_program: Path, tmp_path: Path) -> None:
    build(tmp_path / "source")
    snapshot, _stats = store_folder(new_repository(tmp_path / "repo"), tmp_path / "source")
    judge = _restic(restic_program, tmp_path / "repo", tmp_path)
    assert "no errors were found" in judge.check()
    judge.restore("latest", tmp_path / "restored")
    expected = walk(tmp_path / "source")
    if "0.14" in judge.run("version"):
        # restic 0.14 knows no linktarget_raw: a link's text that is no UTF-8 comes back with U+FFFD in it.
        for name in (b"links/l2", b"links/l3"):
            lossy = expected[name].content.decode("utf-8", "replace").encode()
            expected[name] = expected[name]._replace(content=lossy)
    assert walk(tmp_path / "restored") == expected
    (listed,) = judge.snapshots()
    assert (listed["id"], listed["paths"], listed["tags"]) == (snapshot.id, ["/phone"], ["phoneward"])


def test_restic_backs_up_into_ours_and_both_read_it(restic_program: Path, tmp_path: Path) -> None:
    build(tmp_path / "source", large=100_000)
    store_folder(new_repository(tmp_path / "repo"), tmp_path / "source")
    judge = _restic(restic_program, tmp_path / "repo", tmp_path)
    (tmp_path / "source" / "added").write_bytes(b"by restic")
    summary = judge.backup(".", cwd=tmp_path / "source")
    assert "no errors were found" in judge.check()
    repo = open_repository(LocalStorage(tmp_path / "repo"), PASSWORD)
    report = check(repo, read_data=True)
    assert report.ok, report.errors
    assert report.snapshots == 2
    repo.load_index()
    theirs = next(s for s in load_snapshots(repo) if s.id is not None and s.id.startswith(summary["snapshot_id"]))
    restored = restore_tree(repo, theirs.tree, tmp_path / "restored")
    assert restored.complete, restored.issues
    expected = walk(tmp_path / "source")
    found = walk(tmp_path / "restored")
    if "0.14" in judge.run("version"):  # wrote the two links with U+FFFD
        for name in (b"links/l2", b"links/l3"):
            del expected[name], found[name]
    assert found == expected


def test_an_edit_in_the_middle_of_a_large_file_stores_a_couple_of_blobs(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    data = bytearray(random.Random(9).randbytes(40_000_000))
    (folder / "video.mp4").write_bytes(data)
    repo = new_repository(tmp_path / "repo")
    _first, before = store_folder(repo, folder)
    blobs_before = set(_data_blobs(tmp_path))
    assert len(blobs_before) > 20
    data[20_000_000:20_000_100] = b"edited" * 10  # 60 bytes in the place of 100: all that follows moves
    (folder / "video.mp4").write_bytes(data)
    _second, after = store_folder(repo, folder, time_ns=1_700_000_001 * 10**9)
    added = set(_data_blobs(tmp_path)) - blobs_before
    assert 1 <= len(added) <= 3
    assert before.bytes_new > 40_000_000
    assert after.bytes_new < 10_000_000
    judge = _restic(restic("0.19"), tmp_path / "repo", tmp_path)
    assert "no errors were found" in judge.check()
    judge.restore("latest", tmp_path / "restored")
    assert walk(tmp_path / "restored") == walk(folder)


def _data_blobs(tmp_path: Path) -> list[str]:
    lines = _restic(restic("0.19"), tmp_path / "repo", tmp_path).run("--no-lock", "list", "blobs").splitlines()
    return [line.split()[1] for line in lines if line.startswith("data ")]


@pytest.mark.parametrize("version", ["0.18", "0.19"])
def test_restic_copies_ours_with_deduplication(version: str, tmp_path: Path) -> None:
    build(tmp_path / "source", large=5_000_000)
    store_folder(new_repository(tmp_path / "repo"), tmp_path / "source")
    source = _restic(restic(version), tmp_path / "repo", tmp_path)
    other = Restic(restic(version), tmp_path / "copy", "other", tmp_path / "cache-2", {
        "RESTIC_FROM_REPOSITORY": str(tmp_path / "repo"), "RESTIC_FROM_PASSWORD": PASSWORD,
    })  # fmt: skip
    other.init("--copy-chunker-params", "--from-repo", str(tmp_path / "repo"))
    other.run("copy", "--from-repo", str(tmp_path / "repo"))
    assert "no errors were found" in other.check()
    size = sum(f.stat().st_size for f in (tmp_path / "copy" / "data").rglob("*") if f.is_file())
    other.run("copy", "--from-repo", str(tmp_path / "repo"))
    assert sum(f.stat().st_size for f in (tmp_path / "copy" / "data").rglob("*") if f.is_file()) == size
    other.restore("latest", tmp_path / "restored")
    assert walk(tmp_path / "restored") == walk(tmp_path / "source")
    polynomials = {r.cat("config")["chunker_polynomial"] for r in (source, other)}
    assert len(polynomials) == 1
    # What we store into the copy afterwards is cut at the same places, so nothing is stored twice.
    repo = open_repository(LocalStorage(tmp_path / "copy"), "other")
    _snapshot, stats = store_folder(repo, tmp_path / "source")
    assert stats.blobs_new == 0


def test_restic_finds_what_we_find(tmp_path: Path) -> None:
    """A flipped byte in a data pack: neither sees it without reading the data, both do with it."""
    build(tmp_path / "source")
    store_folder(new_repository(tmp_path / "repo"), tmp_path / "source")
    judge = _restic(restic("0.19"), tmp_path / "repo", tmp_path)
    pack = max((tmp_path / "repo" / "data").rglob("*"), key=lambda p: p.stat().st_size if p.is_file() else 0)
    data = bytearray(pack.read_bytes())
    data[1000] ^= 1
    pack.chmod(0o600)
    pack.write_bytes(data)
    repo = open_repository(LocalStorage(tmp_path / "repo"), PASSWORD)
    assert check(repo).ok
    assert "no errors were found" in judge.check(read_data=False)
    report = check(repo, read_data=True)
    assert {problem.file for problem in report.errors} == {f"data/{pack.name}"}
    assert judge.attempt("check", "--read-data").returncode != 0


def test_a_tree_of_ours_is_a_tree_of_restics(tmp_path: Path) -> None:
    """The same folder stored by both: restic finds all our data blobs known when it reads the same chunks."""
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(20):
        (folder / f"f{number}").write_bytes(random.Random(number).randbytes(5000))  # below any chunker's minimum
    store_folder(new_repository(tmp_path / "repo"), folder)
    summary = _restic(restic("0.19"), tmp_path / "repo", tmp_path).backup(".", cwd=folder)
    assert summary["data_blobs"] == 0


def test_restic_lists_and_dumps_single_files(tmp_path: Path) -> None:
    build(tmp_path / "source", large=100_000)
    store_folder(new_repository(tmp_path / "repo"), tmp_path / "source")
    judge = _restic(restic("0.19"), tmp_path / "repo", tmp_path)
    names = [line["path"] for line in judge.json("ls", "latest") if line.get("message_type") == "node"]
    assert "/data.bin" in names
    assert len(names) == len(walk(tmp_path / "source"))
    dumped = subprocess.run(
        [judge.program, "--quiet", "dump", "latest", "/data.bin"], env=judge.env, capture_output=True, check=True
    )
    assert dumped.stdout == (tmp_path / "source" / "data.bin").read_bytes()
    assert os.listdir(tmp_path / "repo" / "locks") == []
