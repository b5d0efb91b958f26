"""A vault far away feels near: few requests, many at once, and nothing is asked for twice. Counted, never timed."""

import hashlib
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from phoneward.vault import (
    BlobId,
    BlobType,
    DamagedError,
    FileId,
    FileType,
    LocalStorage,
    LockTiming,
    Node,
    NodeType,
    ProblemKind,
    RepairKind,
    Repository,
    Snapshot,
    WrongPasswordError,
    check,
    encode_tree,
    init_repository,
    iter_tree,
    load_snapshots,
    loading,
    open_repository,
    repair_index,
    restore_tree,
    save_snapshot,
)
from phoneward.vault.prune_index import IndexRewriter
from tests.tools.delayed import DelayedStorage
from tests.vault.cheap import insecure_test_cost

DAYS = 24
FOLDERS = 300
AT_ONCE = 6


def folder(name: bytes, tree: BlobId) -> Node:
    return Node(name=name, type=NodeType.DIR, mtime_ns=1, subtree=tree)


def fill(repo: Repository) -> None:
    """A snapshot a day, each with an index file of its own; the first day's is of many folders."""
    repo.load_index()
    trees: list[BlobId] = []
    for day in range(DAYS):
        with repo.writer() as writer:
            for number in range(FOLDERS if day == 0 else 1):
                name = b"%d-%d" % (day, number)
                content = writer.put(BlobType.DATA, b"photo " + name).result()
                photo = Node(name=name, type=NodeType.FILE, mtime_ns=1, size=6 + len(name), content=(content,))
                trees.append(writer.put(BlobType.TREE, encode_tree([photo])).result())
            nodes = [folder(b"%06d" % number, tree) for number, tree in enumerate(trees)]
            root = writer.put(BlobType.TREE, encode_tree(nodes)).result()
        save_snapshot(repo, Snapshot(time_ns=day, tree=root, paths=("/phone",), hostname="phone"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("far") / "vault"
    fill(init_repository(LocalStorage(place), "secret", kdf=insecure_test_cost()))
    return place


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "vault"))


@pytest.fixture
def far(place: Path) -> DelayedStorage:
    return DelayedStorage(LocalStorage(place), delay_s=0.002, requests_at_once=AT_ONCE)


def days(repo: Repository) -> list[int]:
    return [snapshot.time_ns for snapshot in load_snapshots(repo)]


def entries(cache: Path) -> list[Path]:
    return [path for path in cache.rglob("*") if path.is_file()]


def spoil(path: Path, at: int = -40) -> None:
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def tree_pack(repo: Repository, place: Path) -> Path:
    """Return the pack of the first day's folders."""
    located = [found for found in repo.index if found.entry.type is BlobType.TREE]
    counts = {found.pack: sum(other.pack == found.pack for other in located) for found in located}
    pack = max(counts, key=counts.__getitem__)
    return place / "data" / pack[:2] / pack


def test_a_vault_is_opened_with_three_requests(far: DelayedStorage) -> None:
    open_repository(far, "secret")
    assert dict(far.requests) == {
        ("load", FileType.CONFIG): 1,
        ("list", FileType.KEY): 1,
        ("load", FileType.KEY): 1,
    }


def test_each_snapshot_and_each_index_file_takes_one_request_and_many_are_on_the_way_together(
    far: DelayedStorage,
) -> None:
    repo = open_repository(far, "secret")
    far.forget()
    assert days(repo) == list(range(DAYS))
    assert dict(far.requests) == {("list", FileType.SNAPSHOT): 1, ("load", FileType.SNAPSHOT): DAYS}
    assert AT_ONCE // 2 < far.most_at_once <= AT_ONCE
    far.forget()
    repo.load_index()
    assert dict(far.requests) == {("list", FileType.INDEX): 1, ("load", FileType.INDEX): DAYS}
    assert AT_ONCE // 2 < far.most_at_once <= AT_ONCE
    local = open_repository(far.inner, "secret")
    local.load_index()
    assert set(repo.index) == set(local.index)


def test_repair_and_prune_read_index_files_together_as_they_lie_there(far: DelayedStorage, tmp_path: Path) -> None:
    repo = open_repository(far, "secret", cache=tmp_path / "cache")
    repo.load_index()  # now all of it is kept on this computer, too
    far.forget()
    report = repair_index(repo, None, dry_run=True)
    assert report.findings == []
    assert far.requests["load", FileType.INDEX] == DAYS
    assert AT_ONCE // 2 < far.most_at_once <= AT_ONCE
    with repo.lock(exclusive=True, timing=LockTiming(settle_s=0.0)) as lock:
        far.forget()
        assert IndexRewriter(repo, lock, drop=(), leave=()).run().written == 1
        assert far.requests["load", FileType.INDEX] >= DAYS
        assert far.most_at_once > AT_ONCE // 2
    assert len(list(repo.list_files(FileType.INDEX))) == 1
    assert check(open_repository(far.inner, "secret"), read_data=True).ok


def test_an_index_file_that_was_damaged_there_is_named_though_a_right_copy_is_kept_here(
    far: DelayedStorage, place: Path, tmp_path: Path
) -> None:
    repo = open_repository(far, "secret", cache=tmp_path / "cache")
    repo.load_index()
    wrong = min((place / "index").iterdir())
    spoil(wrong)
    report = repair_index(repo, None, dry_run=True)
    assert report.count(RepairKind.INDEX_DAMAGED) == 1
    with repo.lock(exclusive=True, timing=LockTiming(settle_s=0.0)) as lock, pytest.raises(DamagedError):
        IndexRewriter(repo, lock, drop=(), leave=()).run()
    assert wrong.exists(), "nothing is removed that could not be read"


def test_the_second_time_only_the_lists_are_asked_for(far: DelayedStorage, tmp_path: Path) -> None:
    first = open_repository(far, "secret", cache=tmp_path / "cache")
    first.load_index()
    seen = [list(iter_tree(first, snapshot.tree)) for snapshot in load_snapshots(first)]
    far.forget()
    again = open_repository(far, "secret", cache=tmp_path / "cache")
    far.forget()
    again.load_index()
    assert [list(iter_tree(again, snapshot.tree)) for snapshot in load_snapshots(again)] == seen
    assert dict(far.requests) == {("list", FileType.INDEX): 1, ("list", FileType.SNAPSHOT): 1}


def test_what_this_computer_wrote_it_need_not_read(tmp_path: Path) -> None:
    """The next backup compares with the last one without asking for it."""
    empty = LocalStorage(tmp_path / "empty")
    init_repository(empty, "secret", kdf=insecure_test_cost())
    far = DelayedStorage(empty, delay_s=0.0, requests_at_once=AT_ONCE)
    fill(open_repository(far, "secret", cache=tmp_path / "cache"))
    again = open_repository(far, "secret", cache=tmp_path / "cache")
    far.forget()
    again.load_index()
    assert sum(1 for snapshot in load_snapshots(again) for _entry in iter_tree(again, snapshot.tree)) > FOLDERS
    assert dict(far.requests) == {("list", FileType.INDEX): 1, ("list", FileType.SNAPSHOT): 1}


def test_a_thousand_folders_do_not_take_a_thousand_requests(far: DelayedStorage) -> None:
    repo = open_repository(far, "secret")
    repo.load_index()
    newest = load_snapshots(repo)[-1]
    far.forget()
    assert sum(entry.node.type == "file" for entry in iter_tree(repo, newest.tree)) == FOLDERS + DAYS - 1
    assert far.total < DAYS + 10


def test_several_threads_that_want_the_same_folders_ask_once(far: DelayedStorage) -> None:
    repo = open_repository(far, "secret")
    repo.load_index()
    wanted = [found.entry.id for found in repo.index if found.entry.type is BlobType.TREE]
    far.forget()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for tree_id, data in zip(wanted, pool.map(lambda one: repo.load_blob(BlobType.TREE, one), wanted), strict=True):
            assert hashlib.sha256(data).digest() == tree_id
    assert far.total < 2 * DAYS + 10


def test_a_wrong_password_is_refused_whatever_is_kept(far: DelayedStorage, tmp_path: Path) -> None:
    days(open_repository(far, "secret", cache=tmp_path / "cache"))
    with pytest.raises(WrongPasswordError):
        open_repository(far, "Secret", cache=tmp_path / "cache")


def test_a_snapshot_that_was_removed_there_is_not_shown_from_here(far: DelayedStorage, tmp_path: Path) -> None:
    repo = open_repository(far, "secret", cache=tmp_path / "cache")
    gone = load_snapshots(repo)[3]
    assert gone.id is not None
    far.inner.remove(FileType.SNAPSHOT, gone.id)
    assert days(open_repository(far, "secret", cache=tmp_path / "cache")) == [day for day in range(DAYS) if day != 3]


def test_an_index_file_that_was_removed_there_is_not_used_from_here(far: DelayedStorage, tmp_path: Path) -> None:
    repo = open_repository(far, "secret", cache=tmp_path / "cache")
    repo.load_index()
    whole = len(repo.index)
    far.inner.remove(FileType.INDEX, next(iter(far.inner.list(FileType.INDEX))).name)
    again = open_repository(far, "secret", cache=tmp_path / "cache")
    again.load_index()
    assert len(again.index) < whole


def test_what_was_spoiled_on_this_computer_is_asked_for_anew(far: DelayedStorage, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = open_repository(far, "secret", cache=cache)
    first.load_index()
    whole = [list(iter_tree(first, snapshot.tree)) for snapshot in load_snapshots(first)]
    assert len(entries(cache)) > 2 * DAYS
    for path in entries(cache):
        spoil(path)
    again = open_repository(far, "secret", cache=cache)
    far.forget()
    again.load_index()
    assert [list(iter_tree(again, snapshot.tree)) for snapshot in load_snapshots(again)] == whole
    assert far.requests["load", FileType.SNAPSHOT] == far.requests["load", FileType.INDEX] == DAYS


def test_what_is_kept_tells_nobody_anything(far: DelayedStorage, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    repo = open_repository(far, "secret", cache=cache)
    repo.load_index()
    for snapshot in load_snapshots(repo):
        list(iter_tree(repo, snapshot.tree))
    names = {file.name for kind in (FileType.SNAPSHOT, FileType.INDEX, FileType.PACK) for file in far.inner.list(kind)}
    for path in entries(cache):
        assert path.name not in names
        assert path.stat().st_mode & 0o077 == 0
        stored = path.read_bytes()
        assert all(bytes.fromhex(name) not in stored and name.encode() not in stored for name in names)


def test_a_check_looks_at_what_lies_there_and_not_at_what_is_kept_here(
    far: DelayedStorage, place: Path, tmp_path: Path
) -> None:
    repo = open_repository(far, "secret", cache=tmp_path / "cache")
    repo.load_index()
    for snapshot in load_snapshots(repo):
        list(iter_tree(repo, snapshot.tree))
    assert check(repo).ok
    first = load_snapshots(repo)[0]
    spoil(tree_pack(repo, place), 40)
    spoil(place / "snapshots" / str(first.id))
    report = check(repo)
    assert not report.ok
    assert {problem.file.split("/")[0] for problem in report.errors} >= {"snapshots"}
    assert any(problem.kind is ProblemKind.TREE_DAMAGED for problem in report.errors)


def test_one_damaged_folder_does_not_take_its_neighbours_along(
    far: DelayedStorage, place: Path, tmp_path: Path
) -> None:
    repo = open_repository(far, "secret", cache=tmp_path / "cache")
    repo.load_index()
    spoil(tree_pack(repo, place), 40)  # within the first list of the pack
    lost = []
    for found in list(repo.index):
        if found.entry.type is BlobType.TREE:
            try:
                repo.load_blob(BlobType.TREE, found.entry.id)
            except DamagedError:
                lost.append(found.entry.offset)
    assert lost == [0]


def test_a_vault_on_this_computer_keeps_no_copies(place: Path, tmp_path: Path) -> None:
    repo = open_repository(LocalStorage(place), "secret", cache=tmp_path / "cache")
    repo.load_index()
    assert days(repo) == list(range(DAYS))
    assert not (tmp_path / "cache").exists()


def test_a_damaged_snapshot_far_away_is_named_and_hides_no_other(far: DelayedStorage, place: Path) -> None:
    repo = open_repository(far, "secret")
    bad = load_snapshots(repo)[5]
    spoil(place / "snapshots" / str(bad.id))
    damaged: list[FileId] = []
    found = load_snapshots(repo, on_damaged=lambda name, _error: damaged.append(name))
    assert [snapshot.time_ns for snapshot in found] == [day for day in range(DAYS) if day != 5]
    assert damaged == [bad.id]
    with pytest.raises(DamagedError):
        load_snapshots(repo)


def test_whoever_stops_asking_leaves_no_request_behind(far: DelayedStorage) -> None:
    repo = open_repository(far, "secret")
    far.forget()
    some: Iterator[object] = iter(load_each_of(repo))
    next(some)
    some.close()  # type: ignore[attr-defined]
    before = far.total
    assert before <= 4 * AT_ONCE
    assert days(repo) == list(range(DAYS))


def load_each_of(repo: Repository) -> Iterator[object]:
    return loading.load_each(repo, FileType.SNAPSHOT, list(repo.list_files(FileType.SNAPSHOT)))


def test_what_came_damaged_is_asked_for_anew_once_it_is_whole(far: DelayedStorage, place: Path, tmp_path: Path) -> None:
    """A stretch that came over spoiled is not kept for the truth: the vault's disk was mended since."""
    repo = open_repository(far, "secret", cache=tmp_path / "cache")
    repo.load_index()
    pack = tree_pack(repo, place)
    tree = next(found.entry.id for found in repo.index if found.pack == pack.name and found.entry.offset == 0)
    spoil(pack, 40)
    with pytest.raises(DamagedError):
        repo.load_blob(BlobType.TREE, tree)
    spoil(pack, 40)
    for one in (repo, open_repository(far, "secret", cache=tmp_path / "cache")):
        one.load_index()
        assert hashlib.sha256(one.load_blob(BlobType.TREE, tree)).digest() == tree
        far.forget()
        one.load_blob(BlobType.TREE, tree)
        assert far.total == 0  # and it is kept now


def test_checking_and_restoring_read_several_packs_at_once(far: DelayedStorage, tmp_path: Path) -> None:
    repo = open_repository(far, "secret")
    repo.load_index()
    far.forget()
    assert check(repo, read_data=True).ok
    assert far.most_packs_at_once > AT_ONCE // 2
    far.forget()
    assert restore_tree(repo, load_snapshots(repo)[-1].tree, tmp_path / "restored").complete
    assert far.most_at_once > 1


def test_what_is_on_the_way_is_bounded(far: DelayedStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "IN_FLIGHT_BYTES", 1)
    repo = open_repository(far, "secret")
    far.forget()
    assert days(repo) == list(range(DAYS))
    assert far.most_at_once == 1
