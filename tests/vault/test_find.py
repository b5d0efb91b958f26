"""Searching, comparing and counting: trees read once, hostile ones bounded, lost ones named."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.errors import PhonewardError
from phoneward.vault import find as find_module
from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.diff import Diff, paired
from phoneward.vault.errors import BlobMissingError, TooManyFilesError, TreeDamagedError
from phoneward.vault.find import Finder
from phoneward.vault.nodes import Node, NodeType
from phoneward.vault.patterns import Patterns
from phoneward.vault.repository import Repository, init_repository
from phoneward.vault.snapshot_files import Snapshot
from phoneward.vault.stats import StatsMode, measure
from phoneward.vault.storage.local import LocalStorage
from phoneward.vault.trees import MAX_DEPTH, encode_tree
from phoneward.vault.writer import BlobWriter
from tests.vault.cheap import insecure_test_cost


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return init_repository(LocalStorage(tmp_path / "repo"), "x", kdf=insecure_test_cost())


def file(name: bytes, *content: BlobId, size: int = 0, **fields: Any) -> Node:
    return Node(name=name, type=NodeType.FILE, content=content, size=size, **fields)


def folder(writer: BlobWriter, name: bytes, *nodes: Node) -> Node:
    return Node(name=name, type=NodeType.DIR, subtree=tree(writer, *nodes))


def tree(writer: BlobWriter, *nodes: Node) -> BlobId:
    return writer.put(BlobType.TREE, encode_tree(nodes)).result()


def snapshot(root: BlobId, time_ns: int = 0) -> Snapshot:
    return Snapshot(time_ns=time_ns, tree=root, paths=("/",))


@pytest.fixture
def loaded(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> list[BlobId]:
    """Trees that were read, in order."""
    trees: list[BlobId] = []
    load = repo.load_blob

    def counted(blob_type: BlobType, blob_id: BlobId) -> bytes:
        trees.append(blob_id)
        return load(blob_type, blob_id)

    monkeypatch.setattr(repo, "load_blob", counted)
    return trees


def test_folders_in_which_nothing_was_found_are_read_once(repo: Repository, loaded: list[BlobId]) -> None:
    with repo.writer() as writer:
        barren = folder(writer, b"barren", folder(writer, b"deep", file(b"nothing")))
        roots = [tree(writer, barren, folder(writer, b"f", file(b"x", mtime_ns=n))) for n in range(5)]
    found = list(Finder(repo, Patterns([b"x"])).search(snapshot(root) for root in roots))
    assert [match.path for match in found] == [b"/f/x"] * 5
    assert len(loaded) == 5 + 5 + 2
    loaded.clear()
    found = list(Finder(repo, Patterns([b"/barren/*/x"])).search(snapshot(root) for root in roots))
    assert found == []
    assert len(loaded) == 5 + 2, "no look at what the pattern cannot reach"


def test_a_folder_may_be_barren_for_one_way_to_it_only(repo: Repository) -> None:
    with repo.writer() as writer:
        inner = folder(writer, b"in", file(b"x"))
        root = tree(writer, Node(name=b"a", type=NodeType.DIR, subtree=tree(writer, inner)),
                    Node(name=b"b", type=NodeType.DIR, subtree=tree(writer, inner)))  # fmt: skip
    finder = Finder(repo, Patterns([b"b/in/x"]))
    for _again in range(2):
        assert [match.path for match in finder.search([snapshot(root)])] == [b"/b/in/x"]


def _bomb(repo: Repository, levels: int) -> BlobId:
    with repo.writer() as writer:
        subtree = tree(writer, file(b"leaf", size=7))
        for _level in range(levels):
            twice = [Node(name=name, type=NodeType.DIR, subtree=subtree) for name in (b"1", b"2")]
            subtree = tree(writer, *twice)
    return subtree


def test_sixty_folders_that_unfold_without_end(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = snapshot(_bomb(repo, 60))
    assert list(Finder(repo, Patterns([b"nowhere"])).search([bomb])) == []
    monkeypatch.setattr(find_module, "MAX_ENTRIES", 1000)
    with pytest.raises(TooManyFilesError):
        list(Finder(repo, Patterns([b"leaf"])).search([bomb]))
    assert measure(repo, [bomb], StatsMode.RESTORE_SIZE).files == 2**60
    assert measure(repo, [bomb], StatsMode.RAW_DATA).total_blob_count == 61
    assert measure(repo, [bomb], StatsMode.FILES_BY_CONTENTS).total_file_count == 1
    assert measure(repo, [bomb], StatsMode.BLOBS_PER_FILE).total_file_count == 0


def test_sixty_folders_over_one_that_cannot_be_read(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    with repo.writer() as writer:
        subtree = BlobId(b"\xaa" * 32)
        for _level in range(60):
            subtree = tree(writer, *(Node(name=name, type=NodeType.DIR, subtree=subtree) for name in (b"a", b"b")))
    monkeypatch.setattr(find_module, "MAX_ENTRIES", 1000)
    finder = Finder(repo, Patterns([b"nowhere"]), on_damaged=lambda *_heard: None)
    with pytest.raises(TooManyFilesError):
        list(finder.search([snapshot(subtree)]))


def test_folders_deeper_than_any_path(repo: Repository) -> None:
    with repo.writer() as writer:
        subtree = tree(writer)
        for _level in range(MAX_DEPTH + 2):
            subtree = tree(writer, Node(name=b"d", type=NodeType.DIR, subtree=subtree))
    deep = snapshot(subtree)
    with pytest.raises(TreeDamagedError):
        list(Finder(repo, Patterns([b"x"])).search([deep]))
    with pytest.raises(TreeDamagedError):
        measure(repo, [deep], StatsMode.RESTORE_SIZE)
    told: list[bytes] = []
    finder = Finder(repo, Patterns([b"x"]), on_damaged=lambda _snapshot, path, _error: told.append(path))
    assert list(finder.search([deep])) == []
    assert len(told) == 1


def test_what_is_missing_is_told_of_or_raised(repo: Repository) -> None:
    lost = BlobId(bytes(32))
    with repo.writer() as writer:
        here = folder(writer, b"here", file(b"x"))
        root = tree(writer, here, Node(name=b"lost", type=NodeType.DIR, subtree=lost))
        other = tree(writer, here, file(b"y", BlobId(b"?" * 32), size=1))
    told: list[bytes] = []
    finder = Finder(repo, Patterns([b"x"]), on_damaged=lambda _snapshot, path, _error: told.append(path))
    assert [m.path for m in finder.search([snapshot(root)] * 2)] == [b"/here/x"] * 2
    assert told == [b"/lost"] * 2
    with pytest.raises(BlobMissingError):
        list(Finder(repo, Patterns([b"x"])).search([snapshot(root)]))
    for mode in (StatsMode.RESTORE_SIZE, StatsMode.RAW_DATA, StatsMode.FILES_BY_CONTENTS):
        with pytest.raises(PhonewardError):
            measure(repo, [snapshot(root)], mode)
    with pytest.raises(BlobMissingError):
        measure(repo, [snapshot(other)], StatsMode.RAW_DATA)
    with pytest.raises(BlobMissingError):
        measure(repo, [snapshot(other)], StatsMode.BLOBS_PER_FILE)
    damaged: list[bytes] = []
    diff = Diff(repo, root, other, on_damaged=lambda path, _error: damaged.append(path))
    assert [(c.path, c.modifier) for c in diff.changes()] == [(b"/lost/", "-"), (b"/y", "+")]
    assert damaged == [b"/lost"]
    assert diff.statistics().missing_blobs == 2


def test_equal_folders_are_not_compared(repo: Repository, loaded: list[BlobId]) -> None:
    with repo.writer() as writer:
        same = folder(writer, b"same", folder(writer, b"below", file(b"x")))
        one, two = tree(writer, same, file(b"f", mtime_ns=1)), tree(writer, same, file(b"f", mtime_ns=2))
    diff = Diff(repo, one, two, metadata=True)
    assert [(c.path, c.modifier) for c in diff.changes()] == [(b"/f", "U")]
    assert loaded == [one, two]


def test_content_that_changed_behind_the_back_of_its_time(repo: Repository) -> None:
    with repo.writer() as writer:
        old, new = (writer.put(BlobType.DATA, data).result() for data in (b"old", b"new"))
        one = tree(writer, file(b"f", old, size=3, mtime_ns=5), file(b"g", old, size=3, mtime_ns=5))
        two = tree(writer, file(b"f", new, size=3, mtime_ns=5), file(b"g", new, size=3, mtime_ns=6))
    diff = Diff(repo, one, two)
    assert [(c.path, c.modifier) for c in diff.changes()] == [(b"/f", "M?"), (b"/g", "M")]
    sums = diff.statistics()
    assert (sums.changed_files, sums.added.data_blobs, sums.removed.data_blobs) == (2, 1, 1)


def test_the_same_time_in_another_zone_is_no_change(repo: Repository) -> None:
    with repo.writer() as writer:
        plain = Node(name=b"f", type=NodeType.FILE, content=(), mtime_ns=10**18)
        other = Node(name=b"f", type=NodeType.FILE, content=(), mtime_ns=10**18, utc_offsets=(120, 0, 0))
        one, two = tree(writer, plain), tree(writer, other)
    assert one != two
    assert list(Diff(repo, one, two, metadata=True).changes()) == []


def test_a_file_with_several_names_counts_once_in_each_snapshot(repo: Repository) -> None:
    with repo.writer() as writer:
        linked = [file(name, size=100, links=2, inode=9, device_id=1) for name in (b"a", b"b")]
        root = tree(
            writer, *linked, folder(writer, b"d", linked[0]), folder(writer, b"e", linked[0]), file(b"z", size=1)
        )
    measured = measure(repo, [snapshot(root), snapshot(root, 1)], StatsMode.RESTORE_SIZE)
    assert (measured.total_size, measured.files, measured.folders) == (2 * 101, 10, 4)


NAMES = st.dictionaries(st.binary(min_size=1, max_size=2), st.integers(0, 1))


@given(NAMES, NAMES)
def test_two_folders_side_by_side(one: dict[bytes, int], two: dict[bytes, int]) -> None:
    sides = [[Node(name=n, type="file", size=s) for n, s in sorted(side.items())] for side in (one, two)]
    pairs = list(paired(*sides))
    names = []
    for left, right in pairs:
        node = left or right
        assert node is not None
        names.append(node.name)
        assert (None if left is None else left.size) == one.get(node.name)
        assert (None if right is None else right.size) == two.get(node.name)
    assert names == sorted(one | two)
