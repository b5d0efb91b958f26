"""Copying into another repository: all of it and nothing else, only what is whole, and real restic says the same."""

import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.progress import Advanced, Event, PhaseDone, PhaseStarted, silent
from phoneward.vault import (
    BlobId,
    BlobType,
    CopyPlan,
    CopyReport,
    DamagedError,
    FileId,
    FileType,
    LocalStorage,
    LockTiming,
    Node,
    NodeType,
    Repository,
    SameVaultError,
    Snapshot,
    StorageError,
    StorageFullError,
    check,
    encode_tree,
    init_repository,
    load_snapshots,
    names_of,
    open_repository,
    plan_copy,
    refuse_same,
    run_copy,
    save_snapshot,
)
from phoneward.vault.copy import COPIED_FROM, copy_of
from tests.interop.samples import build
from tests.tools.restic import ALL_RESTICS, Restic, restic
from tests.vault.cheap import insecure_test_cost
from tests.vault.storage.recorder import RecordedSystem
from tests.vault.walker import walk

QUICK = LockTiming(settle_s=0)
NEWEST = ALL_RESTICS[-1]


class Two:
    """A repository that restic filled, and an empty one of ours."""

    def __init__(self, folder: Path, *, version: str = "2", chunker_of_source: bool = False) -> None:
        self.folder = folder
        self.files = folder / "files"
        self.maker = Restic(restic(NEWEST), folder / "first", "first", folder / "cache")
        self.judge = Restic(
            restic(NEWEST),
            folder / "second",
            "second",
            folder / "cache",
            {"RESTIC_FROM_REPOSITORY": str(folder / "first"), "RESTIC_FROM_PASSWORD": "first"},
        )
        self.maker.init("--repository-version", version)
        source = open_repository(LocalStorage(folder / "first"), "first")
        source.add_key("first", kdf=insecure_test_cost())
        source.storage.remove(FileType.KEY, source.key_name)
        init_repository(
            LocalStorage(folder / "second"),
            "second",
            kdf=insecure_test_cost(),
            chunker_of=source if chunker_of_source else None,
        )

    def back_up(self, *args: str) -> FileId:
        return FileId(self.maker.backup(".", cwd=self.files, args=["--host", "desk", *args])["snapshot_id"])

    @property
    def source(self) -> Repository:
        return _opened(self.folder / "first", "first")

    @property
    def second(self) -> Repository:
        return _opened(self.folder / "second", "second")

    def copy(self, chosen: Iterable[Snapshot] | None = None, into: Repository | None = None) -> CopyReport:
        source, destination = self.source, into or self.second
        return copied(source, destination, load_snapshots(source)[::-1] if chosen is None else list(chosen))


def _opened(path: Path, password: str) -> Repository:
    repo = open_repository(LocalStorage(path), password)
    repo.load_index()
    return repo


def planned(source: Repository, destination: Repository, chosen: list[Snapshot]) -> CopyPlan:
    return plan_copy(source, destination, chosen, load_snapshots(destination))


def copied(source: Repository, destination: Repository, chosen: list[Snapshot]) -> CopyReport:
    with destination.lock(exclusive=False, timing=QUICK) as lock:
        return run_copy(source, destination, lock, planned(source, destination, chosen))


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and "locks" not in str(p)
    }


@pytest.fixture
def two(tmp_path: Path) -> Two:
    made = Two(tmp_path)
    build(made.files, large=1_200_000)
    made.back_up()
    (made.files / "later").write_bytes(os.urandom(90_000))
    made.back_up("--tag", "later")
    return made


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_copy_is_the_same_for_every_restic(version: str, tmp_path: Path) -> None:
    two = Two(tmp_path, version=version)
    build(two.files, large=1_200_000)
    two.back_up()
    (two.files / "later").write_bytes(b"later")
    two.back_up("--tag", "later")
    report = two.copy()
    assert report.ok
    before, after = load_snapshots(two.source), load_snapshots(two.second)
    assert report.copied == {b.id: a.id for b, a in zip(before, after, strict=True)}
    for old, new in zip(before, after, strict=True):
        assert (new.original, new.parent) == (old.id, None)
        assert msgspec.structs.replace(new, id=None, original=None) == msgspec.structs.replace(
            old, id=None, parent=None
        )
    for number, program in enumerate(ALL_RESTICS):
        judge = Restic(restic(program), tmp_path / "second", "second", tmp_path / f"cache {number}")
        assert "no errors were found" in judge.check(read_data=True)
        first = Restic(restic(program), tmp_path / "first", "first", tmp_path / f"cache {number}")
        judge.restore(after[1].id or "", tmp_path / f"restored {number}")
        first.restore(before[1].id or "", tmp_path / f"expected {number}")
        assert walk(tmp_path / f"restored {number}") == walk(tmp_path / f"expected {number}")
    assert check(two.second, read_data=True).ok


def test_the_second_run_writes_nothing(two: Two) -> None:
    two.copy()
    before = files_of(two.folder / "second")
    report = two.copy()
    assert (len(report.known), report.copied, report.blobs, report.bytes_stored) == (2, {}, 0, 0)
    assert files_of(two.folder / "second") == before


def test_only_what_is_new_is_copied(two: Two) -> None:
    two.copy()
    new = os.urandom(70_000)
    (two.files / "new").write_bytes(new)
    two.back_up()
    report = two.copy()
    assert (len(report.known), len(report.copied)) == (2, 1)
    assert report.blobs == 2, "the new file, and the folder it is in"
    (two.files / "new again").write_bytes(new)
    two.back_up()
    again = two.copy()
    assert len(again.copied) == 1
    assert again.blobs == 1, "its content was there"
    assert "no errors were found" in two.judge.check()


def test_restic_knows_our_copies_and_we_know_restics(two: Two) -> None:
    two.copy()
    two.judge.run("copy")
    assert len(load_snapshots(two.second)) == 2
    (two.files / "more").write_bytes(b"more")
    two.back_up()
    two.judge.run("copy")
    report = two.copy()
    assert (len(report.known), report.copied) == (3, {})


def test_a_copy_copied_back_is_known(two: Two) -> None:
    two.copy()
    back = copied(two.second, two.source, load_snapshots(two.second))
    assert (len(back.known), back.copied) == (2, {})


def test_a_snapshot_renamed_by_tag_keeps_all_its_names(two: Two) -> None:
    """`tag` gives another ID and keeps the first as `original`; proofs may speak of either."""
    first = load_snapshots(two.source)[0]
    two.maker.run("tag", "--add", "gold", first.id or "")
    tagged = next(s for s in load_snapshots(two.source) if s.original == first.id)
    two.copy()
    copy = next(s for s in load_snapshots(two.second) if "gold" in s.tags)
    assert copy.original == first.id
    assert set(names_of(copy)) == {copy.id, first.id, tagged.id}
    two.judge.run("copy")
    assert len(load_snapshots(two.second)) == 2, "restic knows it too"
    third = copy_of(copy)
    assert set(names_of(third)) == {first.id, tagged.id, copy.id}


def test_names_of_hostile_documents() -> None:
    base = copy_of(Snapshot(time_ns=0, tree=b"", paths=(), id=FileId("a" * 64)))  # type: ignore[arg-type]
    for value in (None, 7, "x", {"a": 1}, ["a", 1, None], ["n" * 64] * 10_000):
        names = names_of(msgspec.structs.replace(base, extra={COPIED_FROM: value}))
        assert all(isinstance(name, str) for name in names)
        assert len(names) < 40


def test_what_is_cut_alike_is_stored_once(tmp_path: Path) -> None:
    two = Two(tmp_path, chunker_of_source=True)
    assert two.second.config.chunker_polynomial == two.source.config.chunker_polynomial
    assert two.second.config.id != two.source.config.id
    big = os.urandom(4_000_000)
    source = two.source
    with source.writer() as writer:
        ids = writer.put_file([big]).result().ids
    with two.second.writer() as writer:
        assert writer.put_file([big]).result().ids == ids
    assert len(ids) > 1


def test_one_vault_twice_is_refused(two: Two, tmp_path: Path) -> None:
    shutil.copytree(two.folder / "first", tmp_path / "first again")
    for other in ("first", "first again"):
        with pytest.raises(SameVaultError):
            refuse_same(two.source, _opened(tmp_path / other, "first"))
    refuse_same(two.source, two.second)


def _damage(repo: Repository, blob: bytes) -> None:
    """Flip one byte in the middle of a blob, in all its copies."""
    for place in repo.index:
        if place.entry.id == blob:
            path = Path(repo.storage.location) / "data" / place.pack[:2] / place.pack
            data = bytearray(path.read_bytes())
            data[place.entry.offset + place.entry.length // 2] ^= 0xFF
            path.chmod(0o600)
            path.write_bytes(data)


def _content(repo: Repository, snapshot: Snapshot, name: bytes) -> bytes:
    from phoneward.vault import find_node

    return (find_node(repo, snapshot.tree, name).content or ())[0]


def test_only_snapshots_that_need_a_damaged_piece_are_left_out(two: Two, tmp_path: Path) -> None:
    old, new = load_snapshots(two.source)
    _damage(two.source, _content(two.source, new, b"/later"))
    report = two.copy()
    assert list(report.copied) == [old.id]
    assert list(report.failed) == [new.id]
    assert isinstance(report.failed[new.id or FileId("")], DamagedError)
    assert "no errors were found" in two.judge.check()
    two.judge.restore("latest", tmp_path / "old")
    assert {b"/" + n for n in walk(tmp_path / "old")} == {b"/" + n for n in walk(two.files)} - {b"/later"}
    again = two.copy()
    assert (list(again.known), list(again.failed)) == ([old.id], [new.id])


def test_a_damaged_piece_that_all_need(two: Two) -> None:
    """It is asked for once, by the newest; the older one that needs it too must not be written either."""
    old, new = load_snapshots(two.source)
    shared = next(p for p in two.files.rglob("*") if p.is_file() and p.stat().st_size > 1000 and p.name != "later")
    _damage(two.source, _content(two.source, old, b"/" + bytes(shared.relative_to(two.files))))
    report = two.copy()
    assert (report.copied, set(report.failed)) == ({}, {old.id, new.id})
    assert load_snapshots(two.second) == []
    assert "no errors were found" in two.judge.check()


def test_a_damaged_folder(two: Two) -> None:
    old, new = load_snapshots(two.source)
    _damage(two.source, new.tree)
    report = two.copy()
    assert (list(report.copied), list(report.failed)) == ([old.id], [new.id])
    assert "no errors were found" in two.judge.check()


def test_a_piece_that_no_index_names(two: Two) -> None:
    old, new = load_snapshots(two.source)
    lost = save_snapshot(two.source, msgspec.structs.replace(new, id=None, tree=b"\7" * 32))
    report = two.copy()
    assert set(report.copied) == {old.id, new.id}
    assert list(report.failed) == [lost]


def test_whatever_call_fails_both_stay_clean_and_the_next_run_goes_on(two: Two) -> None:
    """The disk is full, or pulled, at every single change that copying makes; then it is there again."""
    snapshots = load_snapshots(two.source)[::-1]
    shutil.copytree(two.folder / "second", two.folder / "empty")
    source_before = files_of(two.folder / "first")
    number, failures = 0, 0
    while True:
        shutil.rmtree(two.folder / "second")
        shutil.copytree(two.folder / "empty", two.folder / "second")
        left = number
        full = number % 2 == 0

        def fail(_record: tuple[str, ...]) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise OSError(errno.ENOSPC if full else errno.EIO, "told so")  # noqa: B023 - used within the round

        storage = LocalStorage(two.folder / "second", system=RecordedSystem(str(two.folder), fail))
        destination = open_repository(storage, "second")
        destination.load_index()
        ended = None
        try:
            copied(two.source, destination, snapshots)
        except StorageError as error:
            ended = error
        left = 10**9
        if ended is None and number > 10:
            break
        failures += 1
        if ended is not None and full:
            assert isinstance(ended, StorageFullError)
        report = check(two.second, read_data=True)
        assert report.ok, (number, report.errors)
        if number % 7 == 0:
            two.second.unlock(remove_all=True)
            assert two.copy().ok
            assert len(load_snapshots(two.second)) == 2
            assert check(two.second, read_data=True).ok
        number += 1
    assert failures > 20
    assert files_of(two.folder / "first") == source_before
    two.second.unlock(remove_all=True)  # what failed last may have been the lock's removal
    assert "no errors were found" in two.judge.check()


def test_what_was_flushed_is_not_copied_again(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoneward.vault.copy.FLUSH_BYTES", 300_000)
    monkeypatch.setattr("phoneward.vault.copy.READ_BYTES", 100_000)
    snapshots = load_snapshots(two.source)[::-1]
    source, destination = two.source, two.second
    plan = planned(source, destination, snapshots)
    whole = plan.bytes

    def pull(event: Event) -> None:
        if isinstance(event, Advanced) and event.phase == "copy" and event.bytes_done > whole / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), destination.lock(exclusive=False, timing=QUICK) as lock:
        run_copy(source, destination, lock, plan, listener=pull)
    rest = planned(two.source, two.second, snapshots)
    assert rest.bytes <= whole - 300_000, "what one flush made durable, at least: threads may have more under way"
    assert two.copy().ok
    assert check(two.second, read_data=True).ok


def test_progress_adds_up(two: Two) -> None:
    events: list[Event] = []
    source, destination = two.source, two.second
    plan = plan_copy(source, destination, load_snapshots(source), (), listener=events.append)
    with destination.lock(exclusive=False, timing=QUICK) as lock:
        report = run_copy(source, destination, lock, plan, listener=events.append)
    (started,) = [e for e in events if isinstance(e, PhaseStarted) and e.phase == "copy"]
    (done,) = [e for e in events if isinstance(e, PhaseDone) and e.phase == "copy"]
    assert started.total_bytes == done.bytes_done == report.bytes == plan.bytes
    assert started.total_files == done.files_done == 2
    assert report.blobs == plan.blobs


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 5)), max_size=5), min_size=1, max_size=5))
def test_any_history(tmp_path_factory: pytest.TempPathFactory, stages: list[list[tuple[str, int]]]) -> None:
    """Snapshots of ours that share some, copied one by one or all at once: what is there afterwards is the same."""
    from phoneward.phones import open_folder
    from phoneward.snapshots import backup

    folder = tmp_path_factory.mktemp("history")
    source = init_repository(LocalStorage(folder / "a"), "x", kdf=insecure_test_cost())
    second = init_repository(LocalStorage(folder / "b"), "x", kdf=insecure_test_cost())
    phone = folder / "phone"
    phone.mkdir()
    for number, stage in enumerate(stages):
        for name, kind in stage:
            (phone / name).write_bytes(bytes([kind]) * 3000 * kind)
        with open_folder(phone) as opened:
            backup(opened, source, state_dir=folder / "state")
        if number % 2:
            assert copied(source, second, load_snapshots(source)).ok
    assert copied(source, second, load_snapshots(source)).ok
    again = _opened(folder / "b", "x")
    before, after = load_snapshots(source), load_snapshots(again)
    assert [s.tree for s in before] == [s.tree for s in after]
    assert check(again, read_data=True).ok
    silent(PhaseStarted("copy"))


def test_what_a_snapshot_that_fails_asked_for_is_copied_for_others(tmp_path: Path) -> None:
    """The newest lacks a folder; the older one needs a file that the newest has asked for already."""
    source = init_repository(LocalStorage(tmp_path / "a"), "x", kdf=insecure_test_cost())
    with source.writer() as writer:
        content = writer.put(BlobType.DATA, b"in both").result()
        file = Node(name=b"file", type=NodeType.FILE, size=7, content=(content,))
        lost = Node(name=b"lost", type=NodeType.DIR, subtree=BlobId(b"\7" * 32))
        trees = [writer.put(BlobType.TREE, encode_tree(nodes)).result() for nodes in ([file], [file, lost])]
    old, new = (
        save_snapshot(source, Snapshot(time_ns=number, tree=tree, paths=("/",))) for number, tree in enumerate(trees)
    )
    second = init_repository(LocalStorage(tmp_path / "b"), "x", kdf=insecure_test_cost())
    report = copied(source, second, load_snapshots(source)[::-1])
    assert (list(report.copied), list(report.failed)) == ([old], [new])
    assert check(_opened(tmp_path / "b", "x"), read_data=True).ok


def test_a_folder_that_came_over_alone_is_filled(two: Two) -> None:
    """A run that was cut off may have left a folder's list without what is in it."""
    source, second = two.source, two.second
    with second.writer() as writer:
        for place in source.index:
            if place.entry.type is BlobType.TREE:
                writer.put(BlobType.TREE, source.load_blob(BlobType.TREE, place.entry.id))
    assert two.copy().ok
    assert check(two.second, read_data=True).ok
    assert "no errors were found" in two.judge.check()
