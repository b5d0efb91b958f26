"""Outlines show what `decode_tree` shows, of every tree that both read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.blobs import BlobId
from phoneward.vault.errors import TreeDamagedError
from phoneward.vault.nodes import Node, NodeType
from phoneward.vault.outlines import Outline, decode_outlines
from phoneward.vault.trees import decode_tree, encode_tree

NAMES = st.binary(min_size=1, max_size=8).filter(lambda n: b"/" not in n and b"\0" not in n and n not in {b".", b".."})
IDS = st.binary(min_size=32, max_size=32).map(BlobId)
SECRET = b"secret"


def nodes(name: bytes) -> st.SearchStrategy[Node]:
    times: Any = {"mtime_ns": st.integers(-(10**18), 10**19)}
    fixed: Any = {"name": st.just(name)}
    return st.one_of(
        st.builds(
            Node, type=st.just("file"), size=st.integers(0, 2**64 - 1), content=st.lists(IDS, max_size=3).map(tuple),
            **fixed, **times,
        ),
        st.builds(Node, type=st.just("dir"), subtree=IDS, **fixed, **times),
        st.builds(Node, type=st.just("symlink"), linktarget=st.binary(min_size=1, max_size=9), **fixed, **times),
        st.builds(Node, type=st.sampled_from(["fifo", "unknown"]), **fixed, **times),
    )  # fmt: skip


FOLDERS = st.sets(NAMES, max_size=6).flatmap(lambda names: st.tuples(*map(nodes, sorted(names))))


@given(FOLDERS)
def test_what_is_shown(folder: tuple[Node, ...]) -> None:
    data = encode_tree(folder)
    whole, outlines = decode_tree(data), decode_outlines(data)
    for node, outline in zip(whole, outlines, strict=True):
        assert (outline.raw_name, outline.type, outline.mtime_ns) == (node.name, node.type, node.mtime_ns)
        assert (outline.size, outline.tree, outline.link) == (node.size, node.subtree, node.linktarget)
        assert outline.blobs == list(node.content or ())


@given(FOLDERS)
def test_contents_are_told_apart(folder: tuple[Node, ...]) -> None:
    keys: dict[int, object] = {}
    for outline in decode_outlines(encode_tree(folder)):
        what = (outline.type, outline.content, outline.linktarget, outline.linktarget_raw)
        if outline.type in {"file", "symlink"}:
            assert keys.setdefault(outline.content_key(SECRET), what[1:]) == what[1:]
            assert outline.content_key(b"other") != outline.content_key(SECRET)
        else:
            assert outline.content_key(SECRET) == 0


def _tree(*texts: str) -> bytes:
    return b'{"nodes":[' + ",".join(texts).encode() + b"]}"


A, B = ('{"name":"%s","type":"file","mtime":"2024-01-01T00:00:00Z"}' % name for name in "ab")  # noqa: UP031


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"{", b'{"nodes":1}', b"\xff", _tree(B, A), _tree(A, A), _tree('{"type":"file"}'),
        _tree('{"name":"","type":"file"}'), _tree('{"name":"a","type":"file","size":-1}'),
        _tree('{"name":"a","type":"file","size":18446744073709551616}'), _tree('{"name":"a\\\\q","type":"file"}'),
        _tree('{"name":"a","type":"dir","subtree":"zz"}'), b"[" * 100_000,
        _tree('{"name":"a\\\\x62","type":"file"}', '{"name":"ab","type":"file"}'),
    ],
)  # fmt: skip
def test_damaged_trees(data: bytes) -> None:
    with pytest.raises(TreeDamagedError):
        decode_outlines(data)


@given(st.binary(max_size=60) | st.text(max_size=60).map(_tree))
def test_any_bytes(data: bytes) -> None:
    try:
        outlines = decode_outlines(data)
    except TreeDamagedError:
        return
    assert [o.raw_name for o in outlines] == sorted({o.raw_name for o in outlines})


def test_odd_fields_do_no_harm() -> None:
    odd = Outline(name="a", type="file", mtime="never", content=["zz"], linktarget_raw="?")
    assert odd.mtime_ns == 0
    assert odd.link == b""
    assert odd.tree is None
    assert odd.content_key(SECRET)
    with pytest.raises(ValueError, match="non-hexadecimal"):
        odd.blobs  # noqa: B018
    assert Outline(name="a", type=NodeType.DIR).tree is None
