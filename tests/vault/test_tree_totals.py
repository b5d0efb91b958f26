import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.errors import TreeDamagedError
from phoneward.vault.nodes import Node, NodeType
from phoneward.vault.tree_totals import TreeMeasurer, TreeTotals, measure_tree
from phoneward.vault.trees import MAX_DEPTH, iter_tree
from tests.vault.blobstore import BlobStore, symlink


def _fan_out(store: BlobStore, levels: int) -> BlobId:
    tree = store.put_tree([store.file(b"f", b"1234567")])
    for _ in range(levels):
        tree = store.put_tree(Node(name=name, type=NodeType.DIR, subtree=tree) for name in (b"a", b"b"))
    return tree


@given(st.recursive(st.just(()), lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=12))
def test_totals_are_those_of_a_walk(shape: tuple[object, ...]) -> None:
    store = BlobStore()

    def build(part: object) -> BlobId:
        assert isinstance(part, tuple)
        folders = [Node(name=b"d%d" % i, type=NodeType.DIR, subtree=build(p)) for i, p in enumerate(part)]
        return store.put_tree([*folders, store.file(b"f", b"abc"), symlink(b"l", b"f")])

    top = build(shape)
    walked = [entry.node for entry in iter_tree(store, top)]
    kinds = [node.type for node in walked]
    assert measure_tree(store, top) == TreeTotals(
        kinds.count(NodeType.FILE), kinds.count(NodeType.DIR), kinds.count(NodeType.SYMLINK), 3 * kinds.count("file")
    )
    assert measure_tree(store, top).entries == len(walked)


def test_a_small_tree_that_unfolds_into_billions_is_counted_at_once() -> None:
    store = BlobStore()
    totals = measure_tree(store, _fan_out(store, 200))
    assert totals == TreeTotals(files=2**200, folders=2**201 - 2, others=0, size=7 * 2**200)
    assert len(store.loads) == 201


def test_a_tree_deeper_than_any_path_is_refused() -> None:
    store = BlobStore()
    tree = store.put_tree([])
    for _ in range(MAX_DEPTH + 1):
        tree = store.put_tree([Node(name=b"d", type=NodeType.DIR, subtree=tree)])
    with pytest.raises(TreeDamagedError, match="deeper"):
        measure_tree(store, tree)


def test_damaged_folders_are_told_and_count_as_empty() -> None:
    store = BlobStore()
    damaged = store.put(BlobType.TREE, b"[]")
    top = store.put_tree([Node(name=b"d", type=NodeType.DIR, subtree=damaged), store.file(b"f")])
    told: list[BlobId] = []
    measurer = TreeMeasurer(store, on_damaged=lambda tree_id, _error: told.append(tree_id))
    assert measurer.measure(top) == TreeTotals(files=1, folders=1)
    assert told == [damaged]
    with pytest.raises(TreeDamagedError):
        measure_tree(store, top)
