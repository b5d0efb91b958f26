"""The catalogue under hostile vaults, kills, threads, and a cache that somebody clears."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from phoneward.progress import Advanced, Event, PhaseDone, PhaseStarted
from phoneward.snapshots import Catalogue, CatalogueNotKeptError, SnapshotKind
from phoneward.snapshots.catalogue import book as book_module
from phoneward.snapshots.catalogue import building, changes, searching, standing
from phoneward.snapshots.catalogue import catalogue as catalogue_module
from phoneward.snapshots.catalogue.kept import Kept
from phoneward.snapshots.catalogue.saving import Pace
from phoneward.vault import (
    BlobId,
    BlobType,
    FileId,
    FileType,
    NoRepositoryError,
    PathNotFoundError,
    Repository,
    StorageError,
    open_repository,
)
from phoneward.vault.storage.base import ListedFile
from tests.snapshots.catalogue.histories import (
    File,
    Tree,
    all_pages,
    expected,
    forget,
    new_repository,
    put_snapshot,
    put_tree,
    row,
    truth,
)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "vault")


@pytest.fixture
def make(repo: Repository, tmp_path: Path) -> Callable[[], Catalogue]:
    """Makes a catalogue as a new process has it."""
    return lambda: Catalogue(repo, tmp_path / "cache")


@pytest.fixture
def loaded(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was read of the vault."""
    found: list[object] = []
    blob, file, listed = repo.load_blob, repo.load_unpacked, repo.load_listed

    def counted_blob(blob_type: BlobType, blob_id: BlobId) -> bytes:
        found.append(blob_id)
        return blob(blob_type, blob_id)

    def counted_file(file_type: FileType, name: FileId) -> bytes:
        found.append(name)
        return file(file_type, name)

    def counted_listed(file_type: FileType, of: ListedFile) -> bytes:
        found.append(of.name)
        return listed(file_type, of)

    monkeypatch.setattr(repo, "load_listed", counted_listed)
    monkeypatch.setattr(repo, "load_blob", counted_blob)
    monkeypatch.setattr(repo, "load_unpacked", counted_file)
    return found


def days(repo: Repository, count: int) -> list[Any]:
    """A phone whose camera takes a picture a day, beside a folder that never changes."""
    same: Tree = {b"song.mp3": File(b"la"), b"deep": {b"er": {b"x": File(b"x")}}}
    camera: Tree = {}
    taken = []
    for day in range(count):
        camera[b"IMG_%03d.jpg" % day] = File(b"%d" % day)
        taken.append(put_snapshot(repo, {b"Music": same, b"DCIM": {b"Camera": dict(camera)}}, day=day))
    return taken


def names(catalogue: Catalogue, text: str) -> list[bytes]:
    return [found.path for found in all_pages(lambda n: catalogue.search(text, n, 7).page)]


# -- the list of snapshots ---------------------------------------------------------------------------------------


def test_only_new_snapshots_are_read(repo: Repository, make: Callable[[], Catalogue], loaded: list[object]) -> None:
    taken = days(repo, 4)
    loaded.clear()
    catalogue = make()
    assert [i.snapshot for i in catalogue.snapshots().infos] == taken[::-1]
    assert len(loaded) == 4
    assert make().snapshots().infos == catalogue.snapshots().infos
    assert len(loaded) == 4
    version = catalogue.snapshots().version
    new = put_snapshot(repo, {}, day=9, partial=True)
    loaded.clear()
    forget(repo, taken[1].id)
    listed = catalogue.snapshots()
    assert loaded == [new.id]
    assert listed.version > version
    assert [i.snapshot.id for i in listed.infos] == [new.id, taken[3].id, taken[2].id, taken[0].id]
    assert [i.snapshot.id for i in listed.page(2, 2).rows] == [taken[2].id, taken[0].id]
    assert listed.page(1, device="other").total == 0
    assert [i.snapshot.id for i in listed.select(kinds=frozenset({SnapshotKind.PARTIAL}))] == [new.id]
    newest = listed.newest()
    assert newest is not None
    assert newest.snapshot.id == taken[3].id
    loaded.clear()
    make().snapshots()
    assert loaded == []


def test_a_damaged_snapshot_is_named(repo: Repository, make: Callable[[], Catalogue], tmp_path: Path) -> None:
    taken = days(repo, 2)
    path = tmp_path / "vault" / "snapshots" / str(taken[0].id)
    path.chmod(0o600)
    path.write_bytes(b"nonsense" * 20)
    listed = make().snapshots()
    assert [d.id for d in listed.damaged] == [taken[0].id]
    assert listed.damaged[0].error.sentence()
    assert [i.snapshot.id for i in listed.infos] == [taken[1].id]


def test_a_snapshot_with_odd_numbers_is_kept(repo: Repository, make: Callable[[], Catalogue]) -> None:
    put_snapshot(repo, {}, day=2_000_000)  # a time of more than 64 bits
    assert make().snapshots().infos == make().snapshots().infos != ()


def test_a_disk_that_was_taken_away_is_no_empty_vault(
    repo: Repository, make: Callable[[], Catalogue], tmp_path: Path
) -> None:
    days(repo, 1)
    catalogue = make()
    catalogue.snapshots()
    (tmp_path / "vault").rename(tmp_path / "away")
    with pytest.raises(NoRepositoryError):
        catalogue.snapshots()
    (tmp_path / "away").rename(tmp_path / "vault")
    assert len(catalogue.snapshots().infos) == 1


# -- building ----------------------------------------------------------------------------------------------------


def test_each_tree_is_read_once(repo: Repository, make: Callable[[], Catalogue], loaded: list[object]) -> None:
    days(repo, 6)
    loaded.clear()
    assert make().build()
    trees = [one for one in loaded if isinstance(one, bytes)]
    assert len(set(trees)) == 3 * 6 + 3
    assert len(trees) == len(set(trees)) + 1, "the newest root twice: for the coverage document"
    put_snapshot(repo, {b"Music": {}}, day=7)
    loaded.clear()
    assert make().build()
    assert len([one for one in loaded if isinstance(one, bytes)]) <= 4
    loaded.clear()
    assert make().build()
    assert loaded == []


def test_progress(repo: Repository, make: Callable[[], Catalogue]) -> None:
    days(repo, 3)
    heard: list[Event] = []
    make().build(heard.append)
    assert heard[0] == PhaseStarted("catalogue", total_files=3)
    assert [e.files_done for e in heard if isinstance(e, Advanced)] == [1, 2, 3]
    assert heard[-1] == PhaseDone("catalogue", 3, 0)


def test_asked_to_stop_it_goes_on_later_and_says_how_far_it_is(
    repo: Repository, make: Callable[[], Catalogue], loaded: list[object]
) -> None:
    days(repo, 5)
    stop = threading.Event()

    def listen(event: Event) -> None:
        if isinstance(event, Advanced) and event.files_done == 2:
            stop.set()

    catalogue = make()
    assert not catalogue.build(listen, stop=stop)
    for known in (catalogue, make()):
        state = known.state()
        assert (state.indexed, state.snapshots, state.is_whole, state.building) == (2, 5, False, False)
        assert sorted(names(known, "img")) == [b"/DCIM/Camera/IMG_000.jpg", b"/DCIM/Camera/IMG_001.jpg"]
    loaded.clear()
    assert make().build()
    assert len([one for one in loaded if isinstance(one, bytes)]) == 3 * 3 + 1
    assert len(names(make(), "img")) == 5


def test_a_kill_costs_what_came_after_the_last_save(
    repo: Repository, make: Callable[[], Catalogue], monkeypatch: pytest.MonkeyPatch
) -> None:
    days(repo, 5)
    monkeypatch.setattr(Pace, "is_due", lambda _self: True)

    def killed(event: Event) -> None:
        if isinstance(event, Advanced) and event.files_done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make().build(killed)
    catalogue = make()
    assert catalogue.state().indexed == 3
    assert catalogue.build()
    assert {row(f) for f in catalogue.search("img").page.rows} == expected(truth(repo), lambda n: b"IMG" in n)


def test_a_vault_that_fails_meanwhile(
    repo: Repository, make: Callable[[], Catalogue], monkeypatch: pytest.MonkeyPatch
) -> None:
    days(repo, 3)

    def gone(*_words: object) -> bytes:
        raise StorageError(path="x", detail="gone")

    catalogue = make()
    with monkeypatch.context() as patch:
        patch.setattr(repo, "load_blob", gone)
        with pytest.raises(StorageError):
            catalogue.build()
    assert catalogue.state().damaged == 0
    assert catalogue.build()
    assert len(names(catalogue, "img")) == 3


def test_a_cache_that_cannot_be_written(
    repo: Repository, make: Callable[[], Catalogue], monkeypatch: pytest.MonkeyPatch
) -> None:
    days(repo, 2)
    monkeypatch.setattr(Kept, "put", lambda *_words, **_options: False)
    catalogue = make()
    with pytest.raises(CatalogueNotKeptError):
        catalogue.build()
    assert len(catalogue.snapshots().infos) == 2
    assert catalogue.browse(catalogue.snapshots().infos[0].snapshot, b"/DCIM/Camera").page.total == 2


def _entries(tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "cache").rglob("*") if path.is_file())


def test_a_cleared_cache_loses_nothing(repo: Repository, make: Callable[[], Catalogue], tmp_path: Path) -> None:
    days(repo, 4)
    catalogue = make()
    assert catalogue.build()
    right = expected(truth(repo), lambda n: b"IMG" in n)
    count = len(_entries(tmp_path))
    assert count > 5
    for number in range(count):
        some = _entries(tmp_path)
        some[number % len(some)].unlink()
        again = make()
        answer = again.search("img")  # never wrong: what is missing is said
        assert {row(found) for found in answer.page.rows} <= right
        assert answer.state.is_whole is ({row(found) for found in answer.page.rows} == right) or answer.state.is_whole
        assert again.build() or again.build()
        assert {row(found) for found in again.search("img").page.rows} == right
    for path in _entries(tmp_path):
        path.unlink()
    assert {row(found) for found in catalogue.search("img").page.rows} <= right
    assert catalogue.build() or catalogue.build()
    assert {row(found) for found in catalogue.search("img").page.rows} == right


def test_entries_that_nothing_needs_are_removed(
    repo: Repository, make: Callable[[], Catalogue], tmp_path: Path
) -> None:
    taken = days(repo, 3)
    make().build()
    count = len(_entries(tmp_path))
    for day in range(4, 9):
        put_snapshot(repo, {b"Music": {b"%d" % day: File(b"")}}, day=day)
        make().build()
    assert len(_entries(tmp_path)) <= count + 3
    forget(repo, taken[0].id)


def test_nothing_of_a_phone_lies_plain_in_the_cache(
    repo: Repository, make: Callable[[], Catalogue], tmp_path: Path
) -> None:
    many: Tree = {b"Geheimnis_%04d.txt" % number: File(b"") for number in range(600)}
    snapshot = put_snapshot(repo, {b"Tagebuch": many})
    catalogue = make()
    catalogue.build()
    catalogue.browse(snapshot, b"/Tagebuch")
    catalogue.differences(snapshot, put_snapshot(repo, {}, day=1))
    files = _entries(tmp_path)
    assert len(files) > 5
    for path in files:
        content = path.read_bytes().lower() + path.name.encode()
        assert b"geheimnis" not in content
        assert b"tagebuch" not in content
        assert b"my phone" not in content
        assert path.stat().st_mode & 0o077 == 0
    other = Catalogue(new_repository(tmp_path / "other"), tmp_path / "cache")
    assert other.search("geheimnis").page.total == 0


def test_a_book_of_forgotten_snapshots_is_made_anew(
    repo: Repository, make: Callable[[], Catalogue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_module, "_DEAD_ENOUGH", 2)
    taken = days(repo, 6)
    catalogue = make()
    catalogue.build()
    for snapshot in taken[1:5]:
        forget(repo, snapshot.id)
    assert catalogue.state().is_whole
    assert catalogue.build()
    assert [len(opened.book.manifest.lines[0]) for opened in catalogue._open().books.values()] == [2]
    assert len(names(catalogue, "img")) == 6


def test_names_that_only_forgotten_snapshots_held(
    repo: Repository, make: Callable[[], Catalogue], monkeypatch: pytest.MonkeyPatch
) -> None:
    trees: list[Tree] = [
        {b"IMG_old": File(b"1"), b"IMG_now_and_then": File(b"1"), b"IMG": File(b"1")},
        {b"IMG": File(b"1"), b"IMG_short": File(b"")},
        {b"IMG": File(b"1"), b"IMG_now_and_then": File(b"1")},
        {b"IMG": File(b"1")},
    ]
    taken = [put_snapshot(repo, tree, day=day) for day, tree in enumerate(trees)]
    make().build()
    for snapshot in (taken[0], taken[2]):
        forget(repo, snapshot.id)
    catalogue = make()
    assert sorted(names(catalogue, "img")) == [b"/IMG", b"/IMG_short"]
    assert catalogue.build()
    monkeypatch.setattr(searching, "is_held", None)  # it was found out when it was built
    for known in (catalogue, make()):
        assert sorted(names(known, "img")) == [b"/IMG", b"/IMG_short"]


def test_a_tag_that_was_changed_makes_nothing_anew(
    repo: Repository, make: Callable[[], Catalogue], loaded: list[object]
) -> None:
    taken = days(repo, 3)
    make().build()
    for day, snapshot in enumerate(taken):  # as `restic tag` does: another ID, the same tree
        put_snapshot(repo, snapshot.tree, day=day, label="Renamed")
        forget(repo, snapshot.id)
    loaded.clear()
    catalogue = make()
    assert catalogue.state().is_whole
    assert catalogue.build()
    assert not [one for one in loaded if isinstance(one, bytes)]
    assert {row(f) for f in catalogue.search("img").page.rows} == expected(truth(repo), lambda n: b"IMG" in n)
    assert {f.label for f in catalogue.search("img").page.rows} == {"Renamed"}


def test_what_vanishes_and_comes_back(repo: Repository, make: Callable[[], Catalogue]) -> None:
    here: Tree = {b"a": {b"b": {b"IMG.jpg": File(b"1")}}}
    trees: list[Tree] = [here, {}, here, {b"a": File(b"no folder")}, here, {b"a": {b"b": {}}}]
    taken = [put_snapshot(repo, tree, day=day) for day, tree in enumerate(trees)]
    catalogue = make()
    assert catalogue.build()
    assert {row(f) for f in catalogue.search("img").page.rows} == expected(truth(repo), lambda n: b"IMG" in n)
    (history,) = catalogue.versions(b"/a/b/IMG.jpg")
    assert [info.snapshot.id for info in history.versions[0].snapshots] == [taken[0].id, taken[2].id, taken[4].id]
    assert history.missing_in is not None
    assert history.missing_in.snapshot == taken[5]


def test_a_backup_that_was_cut_short_ends_nothing(repo: Repository, make: Callable[[], Catalogue]) -> None:
    whole: Tree = {b"IMG_%d.jpg" % number: File(b"") for number in range(9)}
    for day in range(6):
        put_snapshot(repo, whole | {b"day": File(b"%d" % day)}, day=2 * day)
        put_snapshot(repo, {b"IMG_0.jpg": File(b"")}, day=2 * day + 1, partial=True)
    catalogue = make()
    assert catalogue.build()
    (opened,) = catalogue._open().books.values()
    assert [len(line) for line in opened.book.manifest.lines] == [6, 1]
    root = opened.book.history(b"")
    assert root is not None
    assert [len(root.runs(root.number(name) or 0)) for name in (b"IMG_1.jpg", b"IMG_0.jpg", b"day")] == [1, 2, 6]
    assert {row(f) for f in catalogue.search("img").page.rows} == expected(truth(repo), lambda n: b"IMG" in n)


def test_what_holds_nothing_of_a_phone_is_not_searched(repo: Repository, make: Callable[[], Catalogue]) -> None:
    put_snapshot(repo, {b"proof.json": File(b"")}, proof=True)
    catalogue = make()
    assert catalogue.build()
    assert catalogue.state().snapshots == 0
    assert names(catalogue, "proof") == []
    assert standing.book_of(catalogue.snapshots().infos[0]) is None


# -- hostile vaults ----------------------------------------------------------------------------------------------


def test_folders_that_unfold_without_end(
    repo: Repository, make: Callable[[], Catalogue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "MAX_FOLDERS", 500)
    days(repo, 1)
    with repo.writer() as writer:
        tree = put_tree(writer, {b"leaf": File(b"")})
        for _level in range(60):
            tree = put_tree_of(writer, {b"1": tree, b"2": tree})
    put_snapshot(repo, tree, day=1)
    catalogue = make()
    assert catalogue.build()
    state = catalogue.state()
    assert state.left_out > 0
    assert state.names <= 1_100
    assert names(catalogue, "IMG_000*") == [b"/DCIM/Camera/IMG_000.jpg"]


def put_tree_of(writer: Any, folders: dict[bytes, BlobId]) -> BlobId:
    from phoneward.vault import Node, NodeType, encode_tree

    nodes = [Node(name=name, type=NodeType.DIR, subtree=tree) for name, tree in folders.items()]
    return BlobId(writer.put(BlobType.TREE, encode_tree(nodes)).result())


def test_more_names_than_any_phone_has(
    repo: Repository, make: Callable[[], Catalogue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "MAX_NAMES", 50)
    put_snapshot(repo, {b"%03d" % number: File(b"") for number in range(80)})
    catalogue = make()
    catalogue.build()
    assert (catalogue.state().names, catalogue.state().left_out) == (50, 30)
    assert catalogue.search("*").page.total == 50
    monkeypatch.setattr(building, "MAX_NAMES", 10**6)
    monkeypatch.setattr(building, "MAX_LOOKED", 3)
    put_snapshot(repo, {b"a": {b"1": File(b""), b"2": File(b"")}, b"b": {b"3": File(b"")}}, day=1, device="other")
    catalogue.build()
    assert 0 < catalogue.state("other").names < 5
    assert catalogue.state("other").left_out > 0


def test_damage_is_named_and_hides_nothing_else(repo: Repository, make: Callable[[], Catalogue]) -> None:
    lost = BlobId(b"\xaa" * 32)
    with repo.writer() as writer:
        unordered = BlobId(
            writer.put(
                BlobType.TREE,
                b'{"nodes":[{"name":"b","type":"file","mtime":"2024-01-01T00:00:00Z"},'
                b'{"name":"a","type":"file","mtime":"2024-01-01T00:00:00Z"}]}\n',
            ).result()
        )
        unsafe = BlobId(
            writer.put(
                BlobType.TREE,
                b'{"nodes":[{"name":"..","type":"dir","subtree":"%s"},{"name":"a/b","type":"file"},'
                b'{"name":"fine","type":"file"}]}\n' % lost.hex().encode(),
            ).result()
        )
        good = put_tree(writer, {b"x.jpg": File(b"1")})
        root = put_tree_of(writer, {b"lost": lost, b"unordered": unordered, b"unsafe": unsafe, b"good": good})
    snapshot = put_snapshot(repo, root)
    catalogue = make()
    assert catalogue.build()
    found = {(d.path, d.code, d.snapshot) for d in catalogue.damaged_folders()}
    assert found == {
        (b"/lost", "blob-missing", snapshot.id),
        (b"/unordered", "tree-damaged", snapshot.id),
    }
    assert sorted(names(catalogue, "*")) == [b"/good", b"/good/x.jpg", b"/lost", b"/unordered", b"/unsafe",
                                             b"/unsafe/fine"]  # fmt: skip
    assert catalogue.state().left_out == 2
    view = catalogue.browse(snapshot, b"/unsafe")
    assert ([r.name for r in view.page.rows], view.unsafe) == ([b"fine"], 2)
    assert catalogue.browse(snapshot, b"/good").page.total == 1
    for path in (b"/nowhere", b"/good/x.jpg", b"/../good", b"/unsafe/.."):
        with pytest.raises(PathNotFoundError):
            catalogue.browse(snapshot, path)
    put_snapshot(repo, {b"lost": {b"back": File(b"")}}, day=1)
    assert catalogue.build()
    assert names(catalogue, "back") == [b"/lost/back"]


def test_folders_deeper_than_any_path(repo: Repository, make: Callable[[], Catalogue]) -> None:
    with repo.writer() as writer:
        tree = put_tree(writer, {b"end": File(b"")})
        for _level in range(2_100):
            tree = put_tree_of(writer, {b"deep": tree})
    put_snapshot(repo, tree)
    put_snapshot(repo, {b"plain": File(b"")}, day=1)
    catalogue = make()
    assert catalogue.build()
    assert catalogue.state().left_out == 1
    assert names(catalogue, "plain") == [b"/plain"]
    assert names(catalogue, "end") == []


# -- bounds ------------------------------------------------------------------------------------------------------


def test_very_many_matches(repo: Repository, make: Callable[[], Catalogue], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MAX_MATCHES", 30)
    put_snapshot(repo, {b"%03d" % number: File(b"", number * 10**9) for number in range(80)})
    catalogue = make()
    catalogue.build()
    page = catalogue.search("*", 2, 20).page
    assert (page.total, page.at_least, len(page.rows)) == (30, True, 10)
    times = [found.mtime_ns or 0 for found in all_pages(lambda n: catalogue.search("*", n, 7).page)]
    assert times == sorted(times, reverse=True)
    for number, size in ((0, 0), (-5, 10**9), (10**30, 3)):
        assert len(catalogue.search("*", number, size).page.rows) <= 30
    assert catalogue.search("  ").page.total == 0


def test_very_many_changes(repo: Repository, make: Callable[[], Catalogue], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MAX_CHANGES", 25)
    one = put_snapshot(repo, {b"coverage.json": File(b"1")})
    many: Tree = {b"%03d" % number: File(b"abc") for number in range(40)}
    two = put_snapshot(repo, many | {b"coverage.json": File(b"2")}, day=1)
    catalogue = make()
    assert not catalogue.differences_are_ready(one, two)
    counts, page = catalogue.differences(one, two, 2, 10)
    assert catalogue.differences_are_ready(one, two)
    assert (counts.added, counts.shown, counts.own, counts.bytes_added) == (40, 25, 1, 120)
    assert (page.total, page.at_least, len(page.rows)) == (25, True, 10)
    assert make().differences(one, two, 2, 10) == (counts, page)


def test_a_folder_of_100_000_names(repo: Repository, make: Callable[[], Catalogue], loaded: list[object]) -> None:
    from phoneward.vault import Node, encode_tree

    nodes = [Node(name=b"IMG_%d.jpg" % number, type="file", mtime_ns=number) for number in range(100_000)]
    with repo.writer() as writer:
        large = BlobId(writer.put(BlobType.TREE, encode_tree(nodes)).result())
        root = put_tree_of(writer, {b"Camera": large})
    snapshot = put_snapshot(repo, root)
    assert make().build()
    loaded.clear()
    catalogue = make()
    page = catalogue.browse(snapshot, b"/Camera", 500).page
    assert (page.total, page.pages, page.rows[-1].name) == (100_000, 500, b"IMG_99999.jpg")
    assert large not in loaded, "it was put in order when it was taken in"
    assert catalogue.search("img_99999*").page.rows[0].path == b"/Camera/IMG_99999.jpg"


# -- threads -----------------------------------------------------------------------------------------------------


def test_questions_are_answered_while_it_is_built(
    repo: Repository, make: Callable[[], Catalogue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pace, "is_due", lambda _self: True)
    taken = days(repo, 12)
    right = expected(truth(repo), lambda n: b"IMG" in n)
    paths = {one[1] for one in right}
    catalogue = make()
    done = threading.Event()
    errors: list[BaseException] = []
    asked = [0]

    def ask() -> None:
        try:
            while not done.is_set():
                answer = catalogue.search("img")
                assert {found.path for found in answer.page.rows} <= paths
                assert answer.state.snapshots == 12
                catalogue.versions(b"/DCIM/Camera/IMG_000.jpg")
                catalogue.browse(taken[3], b"/DCIM/Camera")
                catalogue.differences(taken[1], taken[2])
                asked[0] += 1
        except BaseException as error:  # noqa: BLE001 - reported by the test's thread
            errors.append(error)

    def inner(event: Event) -> None:
        if isinstance(event, Advanced):
            assert catalogue.state().building
            assert not catalogue.build(), "one builds"

    threads = [threading.Thread(target=ask) for _number in range(3)]
    for thread in threads:
        thread.start()
    assert catalogue.build(inner)
    done.set()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert asked[0] > 0
    assert {row(found) for found in catalogue.search("img").page.rows} == right


def test_two_programs_build_one_book(repo: Repository, make: Callable[[], Catalogue]) -> None:
    days(repo, 4)
    one, two = make(), make()
    stop = threading.Event()

    def listen(event: Event) -> None:
        if isinstance(event, Advanced) and event.files_done == 2:
            assert two.build()
            stop.set()

    one.build(listen, stop=stop)
    for catalogue in (one, two, make()):
        assert catalogue.build() or catalogue.build()
        assert {row(f) for f in catalogue.search("img").page.rows} == expected(truth(repo), lambda n: b"IMG" in n)


def test_the_index_is_loaded_when_it_is_needed(repo: Repository, tmp_path: Path) -> None:
    snapshot = days(repo, 2)[-1]
    fresh = open_repository(repo.storage, "x")
    assert Catalogue(fresh, tmp_path / "cache").browse(snapshot, b"/DCIM/Camera").page.total == 2
    later = days(repo, 3)[-1]
    assert Catalogue(fresh, tmp_path / "cache").browse(later, b"/DCIM/Camera").page.total == 3
    assert book_module.BUCKETS % book_module.STACKS == 0
