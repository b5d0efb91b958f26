from collections.abc import Callable
from pathlib import Path

import pytest

from phoneward.vault import (
    BlobType,
    FileType,
    LockTiming,
    MaxUnused,
    PruneFigures,
    PruneOptions,
    PruneReport,
    Repository,
    VaultNotWholeError,
    prune,
)
from phoneward.vault.errors import LockLostError
from tests.vault import prunesuite as suite

QUICK = LockTiming(settle_s=0.0)
ALL = PruneOptions(max_unused=MaxUnused(size=0), pack_size=suite.PACK_SIZE)
USUAL = PruneOptions(pack_size=suite.PACK_SIZE)


def run(repo: Repository, options: PruneOptions = ALL) -> PruneReport:
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        return prune(repo, lock, options=options)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return suite.new_repository(tmp_path / "vault")


def files(*names: str, size: int = 500) -> dict[str, list[bytes]]:
    return {name: [suite.noise(name, size), suite.noise(name + "2", size)] for name in names}


def test_what_only_a_forgotten_snapshot_needed_goes(repo: Repository) -> None:
    many = [f"f{number}" for number in range(100)]
    first = suite.snapshot(repo, files(*many), time=0)
    suite.snapshot(repo, files(*many[::3]), time=1)
    repo.remove_unpacked(FileType.SNAPSHOT, first)
    expected = suite.contents(repo)
    before = sum(suite.files_of(repo, FileType.PACK).values())
    report = run(repo)
    after = sum(suite.files_of(repo, FileType.PACK).values())
    assert before - after == report.freed_bytes > 50_000
    assert suite.contents(repo) == expected
    suite.assert_sound(repo)
    kept = suite.reopened(repo)
    assert len(kept.index) == report.figures.blobs.used == report.figures.blobs.total - report.figures.blobs.unused
    again = run(repo)
    assert again.figures.nothing_to_do
    assert (again.packs_removed, again.packs_written, again.indexes_written) == (0, 0, 0)


def test_nothing_is_left_where_no_snapshot_is(repo: Repository) -> None:
    repo.remove_unpacked(FileType.SNAPSHOT, suite.snapshot(repo, files("a", "b")))
    run(repo)
    assert suite.files_of(repo, FileType.PACK) == suite.files_of(repo, FileType.INDEX) == {}


def test_a_dry_run_says_the_same_and_changes_nothing(repo: Repository) -> None:
    first = suite.snapshot(repo, files(*map(str, range(60))))
    suite.snapshot(repo, files(*map(str, range(0, 60, 2))))
    repo.remove_unpacked(FileType.SNAPSHOT, first)
    before = suite.everything(repo)
    said: list[PruneFigures] = []
    planned = prune(repo, None, options=ALL, dry_run=True, on_plan=said.append)
    assert planned.dry_run
    assert said == [planned.figures]
    assert suite.everything(repo) == before
    done = run(repo)
    assert done.figures.blobs == planned.figures.blobs
    assert done.figures.packs == planned.figures.packs
    assert abs(done.freed_bytes - planned.figures.frees_bytes) < 500


def test_a_dry_run_takes_snapshots_for_forgotten(repo: Repository) -> None:
    first = suite.snapshot(repo, files("a"))
    suite.snapshot(repo, files("b"), time=1)
    assert prune(repo, None, dry_run=True, without={first}).figures.blobs.unused == 4
    with repo.lock(exclusive=True, timing=QUICK) as lock, pytest.raises(ValueError, match="every snapshot"):
        prune(repo, lock, without={first})
    with pytest.raises(ValueError, match="lock"):
        prune(repo, None)


def test_packs_that_no_index_names_go(repo: Repository) -> None:
    suite.snapshot(repo, files("a"))
    orphan = suite.put_pack(repo, [(BlobType.DATA, b"left by an interrupted run")], indexed=False)
    report = run(repo)
    assert orphan not in suite.files_of(repo, FileType.PACK)
    assert report.figures.packs.unreferenced == 1
    assert report.indexes_written == 0
    suite.assert_sound(repo)


Break = Callable[[Repository], None]


def _remove_first(kind: FileType) -> Break:
    def remove(repo: Repository) -> None:
        repo.storage.remove(kind, next(iter(suite.files_of(repo, kind))))

    return remove


def _flip_first(kind: FileType) -> Break:
    def damage(repo: Repository) -> None:
        suite.flip(repo, kind, next(iter(suite.files_of(repo, kind))), 40)

    return damage


def _damage_tree(repo: Repository) -> None:
    again = suite.reopened(repo)
    tree = next(place for place in again.index if place.entry.type is BlobType.TREE)
    suite.flip(repo, FileType.PACK, tree.pack, tree.entry.offset + 20)


@pytest.mark.parametrize(
    "harm",
    [
        _remove_first(FileType.INDEX),
        _remove_first(FileType.PACK),
        _flip_first(FileType.INDEX),
        _flip_first(FileType.SNAPSHOT),
        _damage_tree,
    ],
    ids=["index missing", "pack missing", "index damaged", "snapshot damaged", "tree damaged"],
)
def test_nothing_is_touched_where_not_all_can_be_seen(harm: Break, repo: Repository) -> None:
    suite.snapshot(repo, files("a", "b"))
    harm(repo)
    suite.put_pack(repo, [(BlobType.DATA, b"orphan")], indexed=False)
    suite.put_pack(repo, [(BlobType.DATA, b"unused")])
    before = suite.everything(repo)
    with pytest.raises(VaultNotWholeError):
        run(repo)
    assert suite.everything(repo) == before


def test_a_lock_that_is_gone_stops_it(repo: Repository) -> None:
    suite.snapshot(repo, files("a"))
    suite.put_pack(repo, [(BlobType.DATA, b"unused")])
    before = suite.everything(repo)
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        for name in suite.files_of(repo, FileType.LOCK):
            repo.remove_unpacked(FileType.LOCK, name)
        with pytest.raises(LockLostError):
            prune(repo, lock, options=ALL)
    assert suite.everything(repo).items() >= before.items()
