from collections.abc import Callable
from pathlib import Path

import pytest

from phoneward.vault import (
    BlobType,
    CleaningSpaceError,
    FileId,
    FileType,
    LockTiming,
    RepairKind,
    RepairReport,
    Repository,
    check,
    repair_index,
)
from phoneward.vault.errors import LockLostError
from phoneward.vault.index import IndexedPack, decode_index, encode_index
from phoneward.vault.packs import PackEntry
from phoneward.vault.storage.base import FreeSpace
from tests.vault import prunesuite as suite

QUICK = LockTiming(settle_s=0.0)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    repo = suite.new_repository(tmp_path / "vault")
    for time in range(3):
        pieces = {f"{time}-{number}": [suite.noise(f"{time} {number}", 900)] for number in range(30)}
        suite.snapshot(repo, pieces, time=time)
    return repo


def run(repo: Repository, *, read_all_packs: bool = False) -> RepairReport:
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        return repair_index(repo, lock, read_all_packs=read_all_packs)


def first_index(repo: Repository) -> FileId:
    return min(suite.files_of(repo, FileType.INDEX))


def read_index(repo: Repository, name: FileId) -> list[IndexedPack]:
    return decode_index(repo.load_unpacked(FileType.INDEX, name))


def kinds(report: RepairReport) -> dict[RepairKind, int]:
    return {kind: report.count(kind) for kind in RepairKind if report.count(kind)}


@pytest.mark.parametrize("read_all_packs", [False, True])
def test_a_right_index_stays_as_it_is(repo: Repository, *, read_all_packs: bool) -> None:
    before = suite.everything(repo)
    report = run(repo, read_all_packs=read_all_packs)
    packs = len(suite.files_of(repo, FileType.PACK))
    assert (report.findings, report.packs, report.packs_read) == ([], packs, packs if read_all_packs else 0)
    assert suite.everything(repo) == before


def _lose_an_index(repo: Repository) -> None:
    repo.remove_unpacked(FileType.INDEX, first_index(repo))


def _lose_all(repo: Repository) -> None:
    for name in suite.files_of(repo, FileType.INDEX):
        repo.remove_unpacked(FileType.INDEX, name)


def _damage_an_index(repo: Repository) -> None:
    suite.flip(repo, FileType.INDEX, first_index(repo), 50)


def _rewrite(repo: Repository, change: Callable[[list[PackEntry]], list[PackEntry]]) -> None:
    name = first_index(repo)
    first, *others = read_index(repo, name)
    repo.save_unpacked(FileType.INDEX, encode_index([IndexedPack(first.pack, change(list(first.entries))), *others]))
    repo.remove_unpacked(FileType.INDEX, name)


def _leave_a_blob_out(repo: Repository) -> None:
    _rewrite(repo, lambda entries: entries[:-1])


def _swap_two_ids(repo: Repository) -> None:
    def swapped(entries: list[PackEntry]) -> list[PackEntry]:
        one, two, *rest = entries
        return [
            PackEntry(one.type, two.id, one.offset, one.length, one.uncompressed_length),
            PackEntry(two.type, one.id, two.offset, two.length, two.uncompressed_length),
            *rest,
        ]

    _rewrite(repo, swapped)


def _describe_a_pack_twice(repo: Repository) -> None:
    first, *_others = read_index(repo, first_index(repo))
    repo.save_unpacked(FileType.INDEX, encode_index([first]))


def _split_a_pack(repo: Repository) -> None:
    name = first_index(repo)
    first, *others = read_index(repo, name)
    for part in (first.entries[:5], first.entries[5:]):
        repo.save_unpacked(FileType.INDEX, encode_index([IndexedPack(first.pack, part)]))
    if others:
        repo.save_unpacked(FileType.INDEX, encode_index(others))
    repo.remove_unpacked(FileType.INDEX, name)


@pytest.mark.parametrize(
    ("harm", "read_all_packs"),
    [
        (_lose_an_index, False),
        (_lose_all, False),
        (_lose_all, True),
        (_damage_an_index, False),
        (_damage_an_index, True),
        (_leave_a_blob_out, False),
        (_swap_two_ids, True),
        (_describe_a_pack_twice, False),
        (_split_a_pack, False),
    ],
)
def test_the_index_is_whole_again(
    harm: Callable[[Repository], None], repo: Repository, *, read_all_packs: bool
) -> None:
    expected = suite.contents(repo)
    packs = suite.files_of(repo, FileType.PACK)
    harm(repo)
    before = suite.everything(repo)
    planned = repair_index(repo, None, read_all_packs=read_all_packs, dry_run=True)
    assert suite.everything(repo) == before
    report = run(repo, read_all_packs=read_all_packs)
    assert kinds(report) == kinds(planned)
    assert not report.lost
    assert suite.contents(repo) == expected
    assert suite.files_of(repo, FileType.PACK) == packs
    suite.assert_sound(repo)
    again = run(repo, read_all_packs=True)
    assert (again.findings, again.indexes_written, again.indexes_removed) == ([], 0, 0)


def test_of_two_index_files_that_contradict_each_other_the_pack_itself_decides(repo: Repository) -> None:
    """Each of them is possible, and of the right size."""
    before = suite.contents(repo)
    for name in suite.files_of(repo, FileType.INDEX):
        for pack in read_index(repo, name):
            shifted = [entry.id for entry in pack.entries[1:]] + [pack.entries[0].id]
            wrong = [
                PackEntry(entry.type, other, entry.offset, entry.length, entry.uncompressed_length)
                for entry, other in zip(pack.entries, shifted, strict=True)
            ]
            repo.save_unpacked(FileType.INDEX, encode_index([IndexedPack(pack.pack, wrong)]))
    assert not check(suite.reopened(repo)).ok
    report = run(repo)
    assert set(kinds(report)) == {RepairKind.PACK_REREAD}
    assert suite.contents(repo) == before
    suite.assert_sound(repo)


def test_a_missing_pack_is_no_longer_named(repo: Repository) -> None:
    lost = next(iter(read_index(repo, first_index(repo)))).pack
    repo.storage.remove(FileType.PACK, lost)
    report = run(repo)
    assert kinds(report) == {RepairKind.PACK_MISSING: 1}
    assert report.lost
    assert lost not in set(suite.reopened(repo).index.packs())
    assert run(repo).findings == []


def test_a_pack_that_nobody_can_read_stays_and_is_named(repo: Repository) -> None:
    _lose_all(repo)
    victim = min(suite.files_of(repo, FileType.PACK))
    suite.flip(repo, FileType.PACK, victim, -20)
    report = run(repo)
    assert [finding.file for finding in report.findings if finding.kind is RepairKind.PACK_UNREADABLE] == [
        f"data/{victim}"
    ]
    assert report.lost
    assert victim in suite.files_of(repo, FileType.PACK)
    assert victim not in set(suite.reopened(repo).index.packs())


def test_a_pack_with_a_damaged_header_stays_in_use_where_the_index_has_it(repo: Repository) -> None:
    expected = suite.contents(repo)
    victim = min(suite.files_of(repo, FileType.PACK))
    suite.flip(repo, FileType.PACK, victim, -20)
    report = run(repo, read_all_packs=True)
    assert kinds(report) == {RepairKind.HEADER_DAMAGED: 1}
    assert suite.contents(repo) == expected


def test_a_pack_cut_short_is_no_longer_named(repo: Repository) -> None:
    victim = min(suite.files_of(repo, FileType.PACK))
    path = Path(repo.storage.location) / "data" / victim[:2] / victim
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-10])
    assert kinds(run(repo)) == {RepairKind.PACK_UNREADABLE: 1}
    assert victim not in set(suite.reopened(repo).index.packs())
    assert any(problem.sentence for problem in check(repo).errors)


def test_without_room_nothing_is_changed(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    _damage_an_index(repo)
    before = suite.everything(repo)
    monkeypatch.setattr(repo.storage, "free_space", lambda: FreeSpace(100, 512))
    with pytest.raises(CleaningSpaceError):
        run(repo)
    assert suite.everything(repo) == before


def test_a_lost_lock_removes_no_index(repo: Repository) -> None:
    _damage_an_index(repo)
    indexes = suite.files_of(repo, FileType.INDEX)
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        repo.unlock(remove_all=True)
        with pytest.raises(LockLostError):
            repair_index(repo, lock)
    assert indexes.items() <= suite.files_of(repo, FileType.INDEX).items()
    with pytest.raises(ValueError, match="lock"):
        repair_index(repo, None)


def test_orphan_packs_are_named_again(repo: Repository) -> None:
    orphan = suite.put_pack(repo, [(BlobType.DATA, b"orphan")], indexed=False)
    assert kinds(run(repo)) == {RepairKind.PACK_ADDED: 1}
    assert orphan in set(suite.reopened(repo).index.packs())
    suite.assert_sound(repo)
