"""A repository made by somebody who has the key and means harm: restored and checked for real, on a real disk."""

import os
from pathlib import Path

import pytest

from phoneward.vault import (
    BlobId,
    BlobType,
    FileType,
    IssueKind,
    Node,
    ProblemKind,
    Repository,
    Snapshot,
    check,
    encode_tree,
    find_snapshot,
    restore_tree,
    save_snapshot,
)
from phoneward.vault.index import IndexedPack, encode_index
from phoneward.vault.packs import PackEntry
from phoneward.vault.restore_report import Existing
from tests.interop.treewriter import new_repository
from tests.vault.walker import walk


def _put(repo: Repository, blob_type: BlobType, data: bytes) -> BlobId:
    with repo.writer() as writer:
        blob_id = writer.put(blob_type, data).result()
        writer.flush()
    return blob_id


def _tree(repo: Repository, *nodes: Node, replace: tuple[bytes, bytes] = (b"", b"")) -> BlobId:
    text = encode_tree(nodes)
    return _put(repo, BlobType.TREE, text.replace(*replace) if replace[0] else text)


@pytest.mark.parametrize("existing", list(Existing))
def test_nothing_leaves_the_target_and_all_is_named(tmp_path: Path, existing: Existing) -> None:
    repo = new_repository(tmp_path / "repo")
    evil = _put(repo, BlobType.DATA, b"evil")
    outside = tmp_path / "outside"
    outside.mkdir()
    inner = _tree(repo, Node(name=b"f", type="file", size=4, content=(evil,)))
    climbing = _tree(repo, Node(name=b"PLACE", type="dir", subtree=inner), replace=(b"PLACE", b".."))
    absolute = _tree(
        repo,
        Node(name=b"PLACE", type="file", size=4, content=(evil,)),
        replace=(b"PLACE", os.fsencode(outside / "absolute")),
    )
    top = _tree(
        repo,
        Node(name=b"absolute", type="dir", subtree=absolute),
        Node(name=b"as-tree", type="dir", subtree=evil),
        Node(name=b"climbing", type="dir", subtree=climbing),
        Node(name=b"content-is-tree", type="file", size=13, content=(inner,)),
        Node(name=b"gone", type="file", size=4, content=(BlobId(b"\7" * 32),)),
        Node(name=b"liar", type="file", size=2**62, content=(evil,)),
        Node(name=b"link", type="symlink", linktarget=os.fsencode(outside)),
        Node(name=b"node", type="dev", device=0x801),
        Node(name=b"su", type="file", mode=0o755 | 1 << 23, size=4, content=(evil,)),
    )
    save_snapshot(repo, Snapshot(time_ns=1, tree=top, paths=("/phone",)))
    target = tmp_path / "t"
    target.mkdir()
    (target / "here").touch()
    found = find_snapshot(repo, "latest")
    report = restore_tree(repo, found.tree, target, existing=existing)
    assert {issue.path: issue.kind for issue in report.issues} == {
        b"/absolute/" + os.fsencode(outside / "absolute"): IssueKind.UNSAFE_NAME,
        b"/as-tree": IssueKind.FAILED,
        b"/climbing/..": IssueKind.UNSAFE_NAME,
        b"/content-is-tree": IssueKind.FAILED,
        b"/gone": IssueKind.FAILED,
        b"/liar": IssueKind.FAILED,
        b"/node": IssueKind.SPECIAL,
    }
    assert set(walk(target)) == {b"here", b"absolute", b"as-tree", b"climbing", b"link", b"su"}
    assert walk(target)[b"su"].mode == 0o755
    assert walk(outside) == {}

    # The link is there now; a second snapshot wants to write through it.
    through = _tree(repo, Node(name=b"link", type="dir", subtree=inner))
    second = restore_tree(repo, through, target, existing=existing)
    assert [(issue.path, issue.kind) for issue in second.issues] == [(b"/link", IssueKind.IN_THE_WAY)]
    assert walk(outside) == {}

    kinds = {problem.kind for problem in check(repo).errors}
    assert kinds == {
        ProblemKind.NODE_WRONG, ProblemKind.TREE_DAMAGED, ProblemKind.BLOB_MISSING, ProblemKind.SIZE_WRONG,
    }  # fmt: skip


def test_an_index_that_promises_monsters(tmp_path: Path) -> None:
    """Sizes only the index tells: refused before memory is asked for."""
    repo = new_repository(tmp_path / "repo")
    blob = _put(repo, BlobType.DATA, b"small")
    repo.load_index()
    (pack,) = {location.pack for location in repo.index.lookup(BlobType.DATA, blob)}
    (entry,) = (location.entry for location in repo.index.lookup(BlobType.DATA, blob))
    for index in list(repo.list_files(FileType.INDEX)):
        repo.remove_unpacked(FileType.INDEX, index.name)
    monster = PackEntry(BlobType.DATA, blob, entry.offset, entry.length, 2**32 - 1)
    repo.save_unpacked(FileType.INDEX, encode_index([IndexedPack(pack, [monster])]))
    top = _tree(repo, Node(name=b"f", type="file", size=2**32 - 1, content=(blob,)))
    fresh = Repository(repo.storage, repo.key, repo.config, repo.key_name)
    fresh.load_index()
    target = tmp_path / "t"
    target.mkdir()
    (target / "here").touch()
    report = restore_tree(fresh, top, target)
    assert [(issue.path, issue.kind) for issue in report.issues] == [(b"/f", IssueKind.FAILED)]
    assert set(walk(target)) == {b"here"}
    assert not check(fresh, read_data=True).ok
