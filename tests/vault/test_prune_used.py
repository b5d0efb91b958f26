import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault import BlobId, Node, NodeType, decode_tree, encode_tree
from phoneward.vault.errors import TreeDamagedError
from phoneward.vault.prune_used import decode_references

IDS = st.binary(min_size=32, max_size=32).map(BlobId)
NAMES = st.binary(min_size=1, max_size=6).filter(lambda name: not set(name) & set(b"/\0") and name not in {b".", b".."})
NODES = st.builds(
    Node,
    name=NAMES,
    type=st.sampled_from([*NodeType, "irregular"]),
    content=st.none() | st.lists(IDS, max_size=4).map(tuple),
    subtree=st.none() | IDS,
    linktarget=st.binary(max_size=5),
)


@given(st.lists(NODES, unique_by=lambda node: node.name, max_size=8))
def test_it_sees_every_blob_that_the_full_reader_sees(nodes: list[Node]) -> None:
    document = encode_tree(nodes)
    found = decode_references(document)
    read = decode_tree(document)
    files = [node for node in read if node.type == NodeType.FILE]
    folders = [node for node in read if node.type == NodeType.DIR]
    assert found.data == [blob for node in files for blob in node.content or ()]
    assert found.trees == [node.subtree for node in folders if node.subtree is not None]
    rest = {blob for node in read for blob in (*(node.content or ()), node.subtree) if blob is not None}
    assert {*found.data, *found.trees, *found.others} == rest


@given(st.binary(max_size=200))
def test_nonsense_is_refused(data: bytes) -> None:
    try:
        decode_references(data)
    except TreeDamagedError:
        return
    decode_references(data)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b'{"nodes":[{}]}',
        b'{"nodes":[{"type":"file","content":["00"]}]}',
        b'{"nodes":[{"type":"file","content":["' + b" " * 64 + b'"]}]}',
        b'{"nodes":[{"type":"dir","subtree":"' + b"0g" * 32 + b'"}]}',
        b'{"nodes":[{"type":"file","content":"' + b"00" * 32 + b'"}]}',
    ],
)
def test_a_hostile_tree_is_refused(document: bytes) -> None:
    with pytest.raises(TreeDamagedError):
        decode_references(document)
