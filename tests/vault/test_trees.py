import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.errors import PathNotFoundError, TreeDamagedError
from phoneward.vault.nodes import ExtendedAttribute, Node, NodeType, is_safe_name
from phoneward.vault.trees import MAX_DEPTH, decode_tree, encode_tree, find_node, iter_tree
from tests.vault.blobstore import BlobStore, symlink

# Written by restic 0.19.1 (`restic cat blob`): a fixed point for every spelling the codec must hit.
RESTIC_TREE = (
    rb'{"nodes":[{"name":"\\xff","type":"file","mode":420,"mtime":"2026-11-22T03:07:28.010371107+05:30",'
    rb'"atime":"2026-11-22T03:07:28.010371107+05:30","ctime":"2026-11-22T03:07:28.010371107+05:30","uid":0,"gid":0,'
    rb'"user":"root","group":"root","inode":2195457,"links":1,"content":[]}]}'
    b"\n"
)

times = st.integers(-(2**63), 2**63)
uint64 = st.integers(0, 2**64 - 1)
uint32 = st.integers(0, 2**32 - 1)
blob_ids = st.binary(min_size=32, max_size=32).map(BlobId)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
nodes = st.builds(
    Node,
    name=st.binary(min_size=1, max_size=40).filter(is_safe_name),
    type=st.sampled_from([*map(str, NodeType), "irregular", "newer-than-us", ""]),
    mode=uint32,
    mtime_ns=times,
    atime_ns=times,
    ctime_ns=times,
    uid=uint32,
    gid=uint32,
    user=texts,
    group=texts,
    inode=uint64,
    device_id=uint64,
    size=uint64,
    links=uint64,
    linktarget=st.binary(max_size=30),
    extended_attributes=st.lists(
        st.builds(ExtendedAttribute, name=texts, value=st.none() | st.binary(max_size=9)), max_size=3
    ).map(tuple),
    generic_attributes=st.sampled_from([b"", b'{"windows.file_attributes":32}']),
    device=uint64,
    content=st.none() | st.lists(blob_ids, max_size=4).map(tuple),
    subtree=st.none() | blob_ids,
    error=texts,
    utc_offsets=st.sampled_from([(0, 0, 0), (330, 330, 330), (-570, 0, 60)]),
)


def test_a_tree_of_restics_comes_back_bit_for_bit() -> None:
    (node,) = decode_tree(RESTIC_TREE)
    assert (node.name, node.user, node.inode, node.content, node.permissions) == (b"\xff", "root", 2195457, (), 0o644)
    assert node.mtime_ns == 1_795_297_048_010_371_107
    assert node.utc_offsets == (330, 330, 330)
    assert encode_tree([node]) == RESTIC_TREE


def test_an_empty_folder() -> None:
    assert encode_tree([]) == b'{"nodes":[]}\n'
    assert decode_tree(b'{"nodes":[]}\n') == []
    assert decode_tree(b'{"nodes":null}\n') == []


def test_key_order_and_omitted_zeros_are_restics() -> None:
    full = Node(
        name=b"n", type="file", mode=1, mtime_ns=1, uid=2, gid=3, user="u", group="g", inode=4, device_id=5, size=6,
        links=7, linktarget=b"\xff", extended_attributes=(ExtendedAttribute("user.x", b"\0"),), device=8,
        generic_attributes=b'{"a":1}', content=(BlobId(b"\1" * 32),), subtree=BlobId(b"\2" * 32), error="e",
    )  # fmt: skip
    document: dict[str, Any] = json.loads(encode_tree([full]))["nodes"][0]
    assert list(document) == [
        "name", "type", "mode", "mtime", "atime", "ctime", "uid", "gid", "user", "group", "inode", "device_id", "size",
        "links", "linktarget", "linktarget_raw", "extended_attributes", "generic_attributes", "device", "content",
        "subtree", "error",
    ]  # fmt: skip
    assert list(json.loads(encode_tree([Node(name=b"n", type="dir")]))["nodes"][0]) == [
        "name", "type", "mtime", "atime", "ctime", "uid", "gid", "content",
    ]  # fmt: skip


def test_json_is_escaped_as_gos_encoder_does() -> None:
    # Go: json.Marshal of these strings; a lost byte is the escape, a real U+FFFD stays raw.
    node = Node(name=b"<&>", type="symlink", linktarget="\ufffd".encode() + b'\xff\x01\x1f\n"\\\x7f\xe2\x80\xa8')
    text = encode_tree([node])
    assert rb'"name":"\u003c\u0026\u003e"' in text
    assert '"linktarget":"\ufffd'.encode() + rb"\ufffd\u0001\u001f\n\"\\" + b"\x7f" + rb'\u2028"' in text
    assert decode_tree(text)[0].linktarget == node.linktarget


@given(st.lists(nodes, max_size=5, unique_by=lambda node: node.name))
def test_any_nodes_come_back(given_nodes: list[Node]) -> None:
    text = encode_tree(given_nodes)
    assert decode_tree(text) == sorted(given_nodes, key=lambda node: node.name)
    assert encode_tree(decode_tree(text)) == text
    json.loads(text)


@pytest.mark.parametrize("name", [b"", b".", b"..", b"a/b", b"/etc/x", b"a\0"])
def test_names_that_are_no_path_component_are_neither_written_nor_read(name: bytes) -> None:
    with pytest.raises(ValueError, match="one path component"):
        encode_tree([Node(name=name, type="file")])
    text = encode_tree([Node(name=b"SOMENAME", type="file")]).replace(b"SOMENAME", name.replace(b"\0", rb"\\x00"))
    with pytest.raises(TreeDamagedError):
        decode_tree(text)
    if name:
        assert decode_tree(text, keep_unsafe_names=True)[0].name == name


def _tree(**changes: object) -> bytes:
    node = {
        "name": "a", "type": "file", "mtime": "2020-01-01T00:00:00Z", "atime": "2020-01-01T00:00:00Z",
        "ctime": "2020-01-01T00:00:00Z", "uid": 0, "gid": 0, "content": [],
    } | changes  # fmt: skip
    return json.dumps({"nodes": [{key: value for key, value in node.items() if value is not ...}]}).encode()


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{}", b"[]", b"null", b'{"nodes":{}}', b'{"nodes":[null]}', b'{"nodes":[{}]}', b'{"nodes":[]} x', b"\xff",
        b'{"nodes":[' + b"[" * 100_000, b'{"nodes":[],"more":' + b'{"a":' * 100_000,
        _tree(name=...), _tree(name=""), _tree(name="\\"), _tree(name='"'), _tree(name=3), _tree(type=...),
        _tree(mtime="yesterday"), _tree(mtime=5), _tree(uid=-1), _tree(uid=2**32), _tree(mode=2**32), _tree(size=-1),
        _tree(size=2**64), _tree(size=1.5), _tree(inode=2**70), _tree(content=["00"]), _tree(content=["0" * 63 + " "]),
        _tree(content=["z" * 64]), _tree(content=[7]), _tree(content="x"), _tree(subtree="00"), _tree(subtree="é" * 64),
        _tree(linktarget_raw="%"), _tree(extended_attributes=[{}]), _tree(name="\ud800"),
    ],
)  # fmt: skip
def test_what_is_no_tree_is_refused(text: bytes) -> None:
    with pytest.raises(TreeDamagedError):
        decode_tree(text)


def test_unordered_or_double_names_are_refused() -> None:
    first, second = (encode_tree([Node(name=name, type="file")])[10:-3] for name in (b"a", b"b"))
    assert len(decode_tree(b'{"nodes":[' + first + b"," + second + b"]}")) == 2
    for pair in ((second, first), (first, first)):
        with pytest.raises(TreeDamagedError, match="order"):
            decode_tree(b'{"nodes":[' + b",".join(pair) + b"]}")
    with pytest.raises(ValueError, match="distinct"):
        encode_tree([Node(name=b"a", type="file"), Node(name=b"a", type="dir")])


@given(st.binary(max_size=200) | st.from_regex(rb'\{"nodes":\[.{0,60}\]\}', fullmatch=True))
def test_any_bytes_are_a_tree_or_refused(data: bytes) -> None:
    try:
        read = decode_tree(data)
    except TreeDamagedError:
        return
    assert decode_tree(encode_tree(read)) == read


@given(st.data())
def test_a_changed_tree_is_a_tree_or_refused(data: st.DataObject) -> None:
    text = bytearray(RESTIC_TREE)
    for _ in range(data.draw(st.integers(1, 3))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode_tree(bytes(text))
    except TreeDamagedError:
        return


def test_a_walk_yields_parents_first_and_bytes_in_order() -> None:
    store = BlobStore()
    top = store.put_tree(
        [
            store.folder(b"b", store.file(b"\xff"), store.file(b"a")),
            store.file(b"a"),
            store.folder(b"c"),
            symlink(b"d", b"b"),
        ]
    )
    assert [entry.path for entry in iter_tree(store, top)] == [b"/a", b"/b", b"/b/a", b"/b/\xff", b"/c", b"/d"]
    assert next(iter(iter_tree(store, top, b"/x"))).path == b"/x/a"


def test_a_path_is_found_without_following_links() -> None:
    store = BlobStore()
    top = store.put_tree([store.folder(b"b", store.file(b"a", b"x")), symlink(b"d", b"b"), store.file(b"f")])
    assert find_node(store, top, b"//b/./a").size == 1
    for path in (b"", b"/", b"/x", b"/b/x", b"/d/a", b"/f/a", b"/b/../b", b"/b/a\0"):
        with pytest.raises(PathNotFoundError):
            find_node(store, top, path)


def test_a_walk_ends_in_trees_deeper_than_any_path() -> None:
    store = BlobStore()
    tree = store.put_tree([])
    for _ in range(MAX_DEPTH + 1):
        tree = store.put_tree([Node(name=b"d", type=NodeType.DIR, subtree=tree)])
    with pytest.raises(TreeDamagedError, match="deeper"):
        list(iter_tree(store, tree))


def test_a_tree_damaged_below_is_named_when_reached() -> None:
    store = BlobStore()
    damaged = Node(name=b"x", type=NodeType.DIR, subtree=store.put(BlobType.TREE, b"{"))
    walk = iter_tree(store, store.put_tree([damaged]))
    assert next(walk).path == b"/x"
    with pytest.raises(TreeDamagedError):
        next(walk)


def test_a_long_folder_is_encoded_without_copies_of_its_text() -> None:
    long = [
        Node(name=b"IMG_%08d.jpg" % n, type=NodeType.FILE, size=n, content=(BlobId(bytes(32)),)) for n in range(20_000)
    ]
    tracemalloc.start()
    text = encode_tree(long)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(json.loads(text)["nodes"]) == 20_000
    assert peak < 1.5 * len(text)
