"""Cleaning up across programs: we prune and repair restic's repositories, each restic does the same with ours."""

import os
import random
from pathlib import Path

import pytest

from phoneward.vault import (
    FileType,
    LocalStorage,
    LockTiming,
    MaxUnused,
    PruneOptions,
    PruneReport,
    RepairKind,
    Repository,
    check,
    load_snapshots,
    open_repository,
    prune,
    repair_index,
    restore_tree,
)
from tests.interop import samples, treewriter
from tests.tools.restic import Restic, restic
from tests.vault.walker import Found, walk

THEIRS = "theirs"
QUICK = LockTiming(settle_s=0.0)
NO_WASTE = PruneOptions(max_unused=MaxUnused(size=0))


def _open(path: Path, password: str) -> Repository:
    return open_repository(LocalStorage(path), password)


def _prune(repo: Repository, options: PruneOptions = NO_WASTE) -> PruneReport:
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        return prune(repo, lock, options=options)


def _assert_clean(repo: Repository) -> None:
    report = check(repo, read_data=True)
    assert report.ok, report.errors
    assert report.hint_count == 0, report.hints


def _change(folder: Path) -> None:
    """Remove much, change a part of a large file, add a little."""
    chance = random.Random(8)
    (folder / "zeros").unlink()
    for number in range(0, 100, 2):
        (folder / f"small{number}").unlink()
    data = bytearray((folder / "data.bin").read_bytes())
    data[len(data) // 2 : len(data) // 2 + 1000] = chance.randbytes(1000)
    (folder / "data.bin").write_bytes(data)
    (folder / "added").write_bytes(chance.randbytes(70_000))


def _restored_by_us(repo: Repository, target: Path) -> list[dict[bytes, Found]]:
    repo.load_index()
    found = []
    for number, snapshot in enumerate(load_snapshots(repo)):
        report = restore_tree(repo, snapshot.tree, target / str(number))
        assert report.complete, report.issues
        found.append(walk(target / str(number)))
    return found


def _restored_by(judge: Restic, target: Path) -> list[dict[bytes, Found]]:
    found = []
    for number, snapshot in enumerate(judge.snapshots()):
        judge.restore(snapshot["id"], target / str(number))
        found.append(walk(target / str(number)))
    return found


def _ours(tmp_path: Path) -> Repository:
    """Three snapshots of ours; the first is forgotten."""
    source = tmp_path / "source"
    samples.build(source, large=1_500_000)
    repo = treewriter.new_repository(tmp_path / "repo")
    first, _stats = treewriter.store_folder(repo, source)
    _change(source)
    treewriter.store_folder(repo, source, time_ns=1_700_000_001 * 10**9)
    (source / "added").unlink()
    treewriter.store_folder(repo, source, time_ns=1_700_000_002 * 10**9)
    assert first.id is not None
    repo.remove_unpacked(FileType.SNAPSHOT, first.id)
    return repo


def _theirs(program: Path, version: str, tmp_path: Path) -> Restic:
    """Three snapshots of restic's; the first is forgotten and what only it needed is still there."""
    source = tmp_path / "source"
    samples.build(source, large=1_500_000)
    maker = Restic(program, tmp_path / "repo", THEIRS, tmp_path / "cache")
    maker.init("--repository-version", version)
    first = maker.backup(".", cwd=source)["snapshot_id"]
    _change(source)
    maker.backup(".", cwd=source)
    (source / "added").unlink()
    maker.backup(".", cwd=source)
    maker.run("forget", first)
    return maker


def _pack_bytes(tmp_path: Path) -> int:
    return sum(path.stat().st_size for path in (tmp_path / "repo" / "data").rglob("*") if path.is_file())


def test_ours_pruned_by_us_is_whole_to_restic(restic_program: Path, tmp_path: Path) -> None:
    repo = _ours(tmp_path)
    judge = Restic(restic_program, tmp_path / "repo", treewriter.PASSWORD, tmp_path / "cache")
    before, size = _restored_by(judge, tmp_path / "before"), _pack_bytes(tmp_path)
    report = _prune(repo)
    assert report.packs_written > 0
    assert report.freed_bytes == size - _pack_bytes(tmp_path) > 0
    assert "no errors were found" in judge.check()
    assert _restored_by(judge, tmp_path / "after") == before
    assert len(before) == 2
    done = judge.run("prune", "--max-unused", "0", "--dry-run", "--verbose")
    assert "to delete:             0 blobs" in done, "restic finds nothing that we left"
    _assert_clean(repo)


@pytest.mark.parametrize("version", ["1", "2"])
def test_theirs_pruned_by_us_is_whole_to_restic(restic_program: Path, version: str, tmp_path: Path) -> None:
    maker = _theirs(restic_program, version, tmp_path)
    before, size = _restored_by(maker, tmp_path / "before"), _pack_bytes(tmp_path)
    repo = _open(tmp_path / "repo", THEIRS)
    assert repo.config.version == int(version)
    report = _prune(repo)
    assert report.freed_bytes == size - _pack_bytes(tmp_path) > 0
    assert "no errors were found" in maker.check()
    assert _restored_by(maker, tmp_path / "after") == before == _restored_by_us(repo, tmp_path / "by us")
    if version == "1":
        repo.reset_index()
        repo.load_index()
        assert all(not place.entry.uncompressed_length for place in repo.index), "version 1 knows no compression"
        for name, _size in repo.list_files(FileType.INDEX):
            raw = repo.key.open(repo.storage.load(FileType.INDEX, name))
            assert raw.startswith(b"{"), "an index of version 1 is plain JSON"
    _assert_clean(repo)
    assert _prune(repo).figures.nothing_to_do
    maker.backup(".", cwd=tmp_path / "source")
    assert "no errors were found" in maker.check()


@pytest.mark.parametrize(("version", "all_packs"), [("1", False), ("2", False), ("2", True)])
def test_theirs_with_a_lost_index_is_repaired(
    restic_program: Path, version: str, *, all_packs: bool, tmp_path: Path
) -> None:
    maker = _theirs(restic_program, version, tmp_path)
    before = _restored_by(maker, tmp_path / "before")
    repo = _open(tmp_path / "repo", THEIRS)
    indexes = sorted(name for name, _size in repo.list_files(FileType.INDEX))
    assert len(indexes) == 3
    damaged = tmp_path / "repo" / "index" / indexes[0]
    damaged.chmod(0o600)
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    repo.remove_unpacked(FileType.INDEX, indexes[1])
    assert maker.attempt("check").returncode != 0
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        report = repair_index(repo, lock, read_all_packs=all_packs)
    assert report.count(RepairKind.INDEX_DAMAGED) == 1
    assert report.count(RepairKind.PACK_ADDED) > 1
    assert not report.lost
    assert "no errors were found" in maker.check()
    assert _restored_by(maker, tmp_path / "after") == before == _restored_by_us(repo, tmp_path / "by us")
    _assert_clean(repo)
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        again = repair_index(repo, lock, read_all_packs=all_packs)
    assert (again.findings, again.indexes_written, again.indexes_removed) == ([], 0, 0)


def test_restic_forgets_and_prunes_ours(restic_program: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    repo = _ours(tmp_path)
    judge = Restic(restic_program, tmp_path / "repo", treewriter.PASSWORD, tmp_path / "cache")
    judge.run("forget", "--keep-last", "1", "--prune", "--max-unused", "0")
    _assert_clean(repo)
    assert _restored_by_us(repo, tmp_path / "after") == [walk(source)]
    assert _prune(repo).freed_bytes == 0, "nothing is left for us"
    (source / "later").write_bytes(b"the backup goes on")
    repo.reset_index()
    treewriter.store_folder(repo, source, time_ns=1_700_000_009 * 10**9)
    assert "no errors were found" in judge.check()


def test_restic_repairs_the_index_of_ours(restic_program: Path, tmp_path: Path) -> None:
    repo = _ours(tmp_path)
    judge = Restic(restic_program, tmp_path / "repo", treewriter.PASSWORD, tmp_path / "cache")
    before = _restored_by(judge, tmp_path / "before")
    repo.remove_unpacked(FileType.INDEX, min(name for name, _size in repo.list_files(FileType.INDEX)))
    old = "0.14" in judge.run("version")
    judge.run(*(["rebuild-index"] if old else ["repair", "index"]))
    _assert_clean(repo)
    assert _restored_by(judge, tmp_path / "after") == before
    assert _restored_by_us(repo, tmp_path / "by us")[-1] == walk(tmp_path / "source")
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        assert repair_index(repo, lock, read_all_packs=True).findings == []


def test_an_interrupted_prune_of_restics_is_finished_by_us(tmp_path: Path) -> None:
    """Packs that a killed prune wrote and did not name, and blobs that lie twice."""
    maker = _theirs(restic("0.19"), "2", tmp_path)
    before = _restored_by(maker, tmp_path / "before")
    kept = {path: path.read_bytes() for path in (tmp_path / "repo").rglob("*") if path.is_file()}
    maker.run("prune", "--max-unused", "0")
    for path, content in kept.items():  # both the old packs and the new ones are there and in an index
        if not path.exists():
            path.write_bytes(content)
    repo = _open(tmp_path / "repo", THEIRS)
    report = _prune(repo)
    assert report.figures.blobs.duplicate > 0
    assert "no errors were found" in maker.check()
    assert _restored_by(maker, tmp_path / "after") == before
    _assert_clean(repo)
    assert os.listdir(tmp_path / "repo" / "locks") == []
