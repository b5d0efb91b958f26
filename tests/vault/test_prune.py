import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from phoneward.progress import PhaseStarted
from phoneward.vault import (
    BlobId,
    BlobType,
    FileId,
    FileType,
    LockTiming,
    MaxUnused,
    PruneFigures,
    PruneOptions,
    PruneReport,
    Repository,
    VaultNotWholeError,
    check,
    prune,
    repair_index,
)
from phoneward.vault.errors import LockLostError, ReadBackError, StorageError
from phoneward.vault.index import IndexedPack, encode_index
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


def blob_id(data: bytes) -> BlobId:
    return BlobId(hashlib.sha256(data).digest())


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


def _clock_jumps(seconds: float, when: str) -> tuple[LockTiming, Callable[[object], None]]:
    """A clock, and a listener that moves it on when a phase begins."""
    moved = [0.0]

    def listen(event: object) -> None:
        if isinstance(event, PhaseStarted) and event.phase == when:
            moved[0] = seconds

    return LockTiming(settle_s=0.0, now=lambda: time.time() + moved[0]), listen


@pytest.mark.parametrize("phase", ["find-used", "repack", "remove"])
def test_a_lock_not_renewed_for_twenty_minutes_stops_it(phase: str, repo: Repository) -> None:
    first = suite.snapshot(repo, files(*map(str, range(60))), time=0)
    suite.snapshot(repo, files(*map(str, range(0, 60, 2))), time=1)
    suite.put_pack(repo, [(BlobType.DATA, b"orphan")], indexed=False)
    repo.remove_unpacked(FileType.SNAPSHOT, first)
    timing, listen = _clock_jumps(1201, phase)
    expected = suite.contents(repo)
    packs, indexes = suite.files_of(repo, FileType.PACK), suite.files_of(repo, FileType.INDEX)
    with repo.lock(exclusive=True, timing=timing) as lock, pytest.raises(LockLostError):
        prune(repo, lock, options=ALL, listener=listen)
    gone = packs.keys() - suite.files_of(repo, FileType.PACK).keys()
    assert len(gone) == (1 if phase == "repack" else 0), "only what went before the lock was lost"
    assert indexes.items() <= suite.files_of(repo, FileType.INDEX).items()
    assert suite.contents(repo) == expected
    run(repo)
    assert suite.contents(repo) == expected
    suite.assert_sound(repo)


@pytest.mark.parametrize("phase", ["find-used", "repack"])
def test_a_snapshot_that_was_not_listed_at_first_stops_it(phase: str, repo: Repository) -> None:
    """A program that heeds no lock stores it meanwhile, or a network drive left it out of its first listing."""
    first = suite.snapshot(repo, files(*map(str, range(60))), time=0)
    suite.snapshot(repo, files(*map(str, range(0, 60, 2))), time=1)
    expected = suite.contents(repo)
    path = Path(repo.storage.location) / "snapshots" / first
    hidden = path.rename(path.with_name("hidden"))

    def listen(event: object) -> None:
        if isinstance(event, PhaseStarted) and event.phase == phase:
            hidden.rename(path)

    before = suite.everything(repo)
    with repo.lock(exclusive=True, timing=QUICK) as lock, pytest.raises(LockLostError):
        prune(repo, lock, options=ALL, listener=listen)
    before[f"snapshots/{first}"] = before.pop("snapshots/hidden")
    assert suite.everything(repo).items() >= before.items()
    assert suite.contents(repo) == expected


def test_a_lock_renewed_in_time_does_not_stop_it(repo: Repository) -> None:
    suite.snapshot(repo, files("a"))
    suite.put_pack(repo, [(BlobType.DATA, b"unused")])
    timing, listen = _clock_jumps(1100, "remove")
    with repo.lock(exclusive=True, timing=timing) as lock:
        assert prune(repo, lock, options=ALL, listener=listen).packs_removed == 1


def test_a_damaged_piece_keeps_its_pack_and_costs_nothing_else(repo: Repository) -> None:
    names = list(map(str, range(60)))
    first = suite.snapshot(repo, files(*names), time=0)
    suite.snapshot(repo, files(*names[::2]), time=1)
    repo.remove_unpacked(FileType.SNAPSHOT, first)
    table = suite.reopened(repo).index
    (place,) = table.lookup(BlobType.DATA, blob_id(suite.noise("4", 500)))
    suite.flip(repo, FileType.PACK, place.pack, place.entry.offset + 100)
    report = run(repo)
    assert [(damaged.pack, damaged.pieces) for damaged in report.damaged] == [(place.pack, 1)]
    assert place.pack in suite.files_of(repo, FileType.PACK)
    found = check(suite.reopened(repo), read_data=True)
    assert {problem.file for problem in found.errors} == {f"data/{place.pack}"}
    again = suite.reopened(repo)
    for name in names[::2]:
        for piece in files(name)[name]:
            blob = blob_id(piece)
            if blob != place.entry.id:
                assert again.load_blob(BlobType.DATA, blob) == piece


@pytest.mark.parametrize("damaged_first", [True, False])
def test_of_two_copies_the_whole_one_stays(repo: Repository, *, damaged_first: bool) -> None:
    """The pack that would be kept is damaged; the copy in the other is the only one left, however the two sort."""
    one, two = suite.noise("one", 3000), suite.noise("two", 3000)
    suite.snapshot(repo, {"a": [one]})
    only = next(iter(suite.reopened(repo).index.lookup(BlobType.DATA, blob_id(one))))
    copy = suite.put_pack(repo, [(BlobType.DATA, one), (BlobType.DATA, two)])
    victim = only.pack if damaged_first else copy
    suite.flip(repo, FileType.PACK, victim, 1000)
    assert suite.contents(repo)
    expected = suite.contents(repo)
    report = run(repo)
    assert report.ok
    assert victim not in suite.files_of(repo, FileType.PACK)
    assert suite.contents(repo) == expected
    suite.assert_sound(repo)


def places(repo: Repository, data: bytes) -> list[str]:
    return [place.pack for place in suite.reopened(repo).index.lookup(BlobType.DATA, blob_id(data))]


@pytest.mark.parametrize("damaged", [True, False])
def test_a_copy_in_a_pack_that_stays_is_proved_before_the_other_goes(repo: Repository, *, damaged: bool) -> None:
    """One copy is in a pack that is packed anew, one in a large pack that stays: only a whole one takes its place."""
    one, rest, odd = suite.noise("one", 300), suite.noise("rest", 15_000), suite.noise("odd", 200)
    suite.store(repo, {})
    small = suite.put_pack(repo, [(BlobType.DATA, one), (BlobType.DATA, suite.noise("waste", 50))])
    large = suite.put_pack(
        repo, [(BlobType.DATA, one), (BlobType.DATA, rest), (BlobType.DATA, odd), (BlobType.DATA, b"unused" * 20)]
    )
    suite.snapshot(repo, {"a": [one, rest, odd]})
    if damaged:
        suite.flip(repo, FileType.PACK, large, 100)
    expected = suite.contents(repo)
    assert run(repo, USUAL).figures.packs.repack == 1
    packs = suite.files_of(repo, FileType.PACK)
    assert small not in packs
    assert large in packs
    assert suite.contents(repo) == expected
    if not damaged:
        assert places(repo, one) == [large]


def test_the_only_whole_copy_in_a_pack_of_the_wrong_size_stays(repo: Repository) -> None:
    """Of two copies, one is damaged in a pack of the right size; the other is whole in one that lost its end."""
    one = suite.noise("one", 3000)
    suite.snapshot(repo, {"a": [one]})
    only = next(iter(suite.reopened(repo).index.lookup(BlobType.DATA, blob_id(one))))
    copy = suite.put_pack(repo, [(BlobType.DATA, one), (BlobType.DATA, suite.noise("two", 3000))])
    path = Path(repo.storage.location) / "data" / copy[:2] / copy
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    suite.flip(repo, FileType.PACK, only.pack, 1000)
    before, expected = suite.everything(repo), suite.contents(repo)
    with pytest.raises(VaultNotWholeError, match=copy):
        run(repo)
    assert suite.everything(repo) == before
    assert suite.contents(repo) == expected


def test_a_whole_copy_needs_no_other_in_a_pack_of_the_wrong_size(repo: Repository) -> None:
    one = suite.noise("one", 3000)
    suite.snapshot(repo, {"a": [one]})
    copy = suite.put_pack(repo, [(BlobType.DATA, one), (BlobType.DATA, suite.noise("two", 3000))])
    path = Path(repo.storage.location) / "data" / copy[:2] / copy
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    expected = suite.contents(repo)
    assert run(repo).packs_removed == 1
    assert suite.contents(repo) == expected
    suite.assert_sound(repo)


def test_what_is_damaged_between_the_proof_and_the_copying_is_taken_from_another_pack(repo: Repository) -> None:
    one = suite.noise("one", 300)
    suite.store(repo, {})
    kept = suite.put_pack(repo, [(BlobType.DATA, one), (BlobType.DATA, b"unused")])
    suite.put_pack(repo, [(BlobType.DATA, one), (BlobType.DATA, suite.noise("more waste", 400))])
    suite.snapshot(repo, {"a": [one]})
    expected = suite.contents(repo)

    def damage(_figures: PruneFigures) -> None:
        suite.flip(repo, FileType.PACK, kept, 100)

    with repo.lock(exclusive=True, timing=QUICK) as lock:
        assert prune(repo, lock, options=ALL, on_plan=damage).ok
    assert suite.contents(repo) == expected
    suite.assert_sound(repo)


def _waste(repo: Repository) -> None:
    """Two snapshots, one of them removed, so that packs are packed anew."""
    first = suite.snapshot(repo, files(*map(str, range(60))), time=0)
    suite.snapshot(repo, files(*map(str, range(0, 60, 2))), time=1)
    repo.remove_unpacked(FileType.SNAPSHOT, first)


def test_a_pack_that_does_not_read_back_stops_it(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    _waste(repo)
    before, expected = suite.everything(repo), suite.contents(repo)
    monkeypatch.setattr(repo.storage, "holds", lambda *_args: False)
    with pytest.raises(ReadBackError):
        run(repo)
    assert suite.everything(repo) == before
    assert suite.contents(repo) == expected


def test_packs_of_an_index_file_that_is_there_all_the_same_stay(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index file got its name; then the disk reported an error."""
    _waste(repo)
    expected = suite.contents(repo)
    save = repo.save_unpacked

    def save_and_fail(kind: FileType, plaintext: bytes) -> FileId:
        name = save(kind, plaintext)
        if kind is FileType.INDEX:
            raise StorageError(path="index", detail="I/O error")
        return name

    monkeypatch.setattr(repo, "save_unpacked", save_and_fail)
    with pytest.raises(StorageError):
        run(repo)
    assert check(suite.reopened(repo), read_data=True).ok, "every pack that an index names is there"
    assert suite.contents(repo) == expected


def test_a_pack_described_in_two_index_files_keeps_both_parts(repo: Repository) -> None:
    """Old versions of restic wrote such."""
    one, two = suite.noise("one", 700), suite.noise("two", 700)
    pack = suite.put_pack(repo, [(BlobType.DATA, one), (BlobType.DATA, two)])
    (old,) = suite.files_of(repo, FileType.INDEX)
    for entry in repo.read_pack_header(pack):
        repo.save_unpacked(FileType.INDEX, encode_index([IndexedPack(pack, [entry])]))
    repo.remove_unpacked(FileType.INDEX, old)
    suite.snapshot(repo, {"a": [one, two]})
    suite.put_pack(repo, [(BlobType.DATA, b"unused")])
    expected = suite.contents(repo)
    assert run(repo, USUAL).packs_removed == 1
    assert places(repo, one) == places(repo, two) == [pack]
    assert suite.contents(repo) == expected


def test_a_missing_pack_that_nobody_needs_is_forgotten(repo: Repository) -> None:
    suite.snapshot(repo, files("a"))
    repo.storage.remove(FileType.PACK, suite.put_pack(repo, [(BlobType.DATA, b"unused")]))
    report = run(repo)
    assert (report.figures.packs.missing, report.packs_removed) == (1, 0)
    suite.assert_sound(repo)


def test_a_needed_pack_that_is_missing_is_named(repo: Repository) -> None:
    suite.snapshot(repo, files("a"))
    place = next(place for place in suite.reopened(repo).index if place.entry.type is BlobType.DATA)
    repo.storage.remove(FileType.PACK, place.pack)
    with pytest.raises(VaultNotWholeError, match=place.pack):
        run(repo)


def test_small_packs_are_packed_together_when_there_are_many(repo: Repository) -> None:
    for number in range(9):
        suite.snapshot(repo, {f"f{number}": [suite.noise(str(number), 100)]}, time=number)
    assert run(repo).figures.packs.repack >= 9
    assert len(suite.files_of(repo, FileType.PACK)) <= 4
    suite.assert_sound(repo)
    assert run(repo).figures.nothing_to_do


def test_no_more_is_packed_anew_than_allowed(repo: Repository) -> None:
    names = list(map(str, range(200)))
    first = suite.snapshot(repo, files(*names), time=0)
    suite.snapshot(repo, files(*names[::2]), time=1)
    repo.remove_unpacked(FileType.SNAPSHOT, first)
    none = run(repo, PruneOptions(max_unused=MaxUnused(size=0), max_repack_bytes=0, pack_size=suite.PACK_SIZE))
    assert (none.packs_written, none.figures.packs.repack) == (0, 0)
    some = run(repo, PruneOptions(max_unused=MaxUnused(size=0), max_repack_bytes=50_000, pack_size=suite.PACK_SIZE))
    assert 0 < some.figures.size.repack < 50_000
    assert some.figures.size.remaining_unused > 0
    rest = run(repo, PruneOptions(max_unused=MaxUnused(), pack_size=suite.PACK_SIZE))
    assert rest.figures.size.remaining_unused > 0
    assert run(repo).figures.size.remaining_unused == 0
    suite.assert_sound(repo)


def test_what_is_not_compressed_is_compressed_only_when_asked(repo: Repository) -> None:
    text = b"the same words again and again " * 300
    suite.snapshot(repo, {"a": [text]})
    place = next(iter(suite.reopened(repo).index.lookup(BlobType.DATA, blob_id(text))))
    plain = suite.put_pack(repo, [(BlobType.DATA, text)])
    repo.storage.remove(FileType.PACK, place.pack)
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        repair_index(repo, lock)
    assert run(repo).packs_written == 0
    assert plain in suite.files_of(repo, FileType.PACK)
    asked = PruneOptions(repack_uncompressed=True, pack_size=suite.PACK_SIZE)
    assert run(repo, asked).freed_bytes > 8000
    assert plain not in suite.files_of(repo, FileType.PACK)
    suite.assert_sound(repo)
