"""Small made-up histories of phones in a real vault, and what is true of them, counted the slow way."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from phoneward.snapshots import Found, SnapshotInfo, list_snapshots
from phoneward.vault import (
    BlobId,
    BlobType,
    BlobWriter,
    FileId,
    FileType,
    LocalStorage,
    Node,
    NodeType,
    Repository,
    Snapshot,
    encode_tree,
    init_repository,
    iter_tree,
    load_snapshot,
    save_snapshot,
)
from tests.vault.cheap import insecure_test_cost

DAY_NS = 86_400 * 10**9
START_NS = 1_700_000_000 * 10**9


class File(NamedTuple):
    """A file of a made-up phone."""

    content: bytes
    mtime_ns: int = START_NS


class Link(NamedTuple):
    """A symbolic link."""

    target: bytes


Tree = dict[bytes, Any]
"""Names: a File, a Link or another tree."""


def new_repository(path: Path) -> Repository:
    """Return an empty vault, cheap to open."""
    repo = init_repository(LocalStorage(path), "x", kdf=insecure_test_cost())
    repo.load_index()
    return repo


def put_tree(writer: BlobWriter, tree: Tree) -> BlobId:
    """Store a tree and return its identifier."""
    return writer.put(BlobType.TREE, encode_tree([_node(writer, *item) for item in tree.items()])).result()


def _node(writer: BlobWriter, name: bytes, what: Any) -> Node:
    if isinstance(what, File):
        blob = writer.put(BlobType.DATA, what.content).result()
        return Node(name=name, type=NodeType.FILE, mtime_ns=what.mtime_ns, size=len(what.content), content=(blob,))
    if isinstance(what, Link):
        return Node(name=name, type=NodeType.SYMLINK, linktarget=what.target, mtime_ns=START_NS)
    return Node(name=name, type=NodeType.DIR, subtree=put_tree(writer, what), mtime_ns=START_NS)


def put_snapshot(
    repo: Repository,
    tree: Tree | BlobId,
    *,
    day: int = 0,
    device: str = "phone",
    partial: bool = False,
    proof: bool = False,
    backup_file: bool = False,
    label: str = "My phone",
) -> Snapshot:
    """Store a snapshot of a phone."""
    if isinstance(tree, dict):
        with repo.writer() as writer:
            tree = put_tree(writer, tree)
    tags = ("phoneward", f"device:{device}", *(("partial",) if partial else ()))
    if proof:
        tags = ("phoneward-proof", f"device:{device}")
    paths = ("/proof",) if proof else ("/partial",) if partial else ("/backup-file",) if backup_file else ("/",)
    name = save_snapshot(
        repo, Snapshot(time_ns=START_NS + day * DAY_NS, tree=tree, paths=paths, hostname=label, tags=tags)
    )
    return load_snapshot(repo, name)


def forget(repo: Repository, name: str | None) -> None:
    """Remove a snapshot."""
    repo.remove_unpacked(FileType.SNAPSHOT, FileId(name or ""))


@dataclass
class Truth:
    """A path of a phone as the trees tell it, counted the slow way."""

    held: list[tuple[SnapshotInfo, Node]] = field(default_factory=list)

    def versions(self) -> list[tuple[str, int | None, int | None, list[str]]]:
        """Type, size, time and snapshots of each distinct content, the newest first."""
        groups: dict[object, list[tuple[SnapshotInfo, Node]]] = {}
        for info, node in sorted(self.held, key=_age):
            groups.setdefault(_content(node), []).append((info, node))
        found = sorted(groups.values(), key=lambda group: _age(group[-1]), reverse=True)
        return [
            (
                _type(group[-1][1]),
                group[-1][1].size if group[-1][1].type == "file" else None,
                None if group[-1][1].type == "dir" else group[-1][1].mtime_ns,
                [str(info.snapshot.id) for info, _node in group],
            )
            for group in found
        ]


def _type(node: Node) -> str:
    return node.type if node.type in {"file", "dir", "symlink"} else "other"


def _content(node: Node) -> object:
    if node.type == "file":
        return "file", node.size, node.content
    return node.type, node.linktarget if node.type == "symlink" else b""


def _age(held: tuple[SnapshotInfo, Node]) -> tuple[int, str]:
    return held[0].snapshot.time_ns, str(held[0].snapshot.id)


def truth(repo: Repository) -> dict[tuple[str, bytes], Truth]:
    """Return every path of every phone, read from all trees one after the other."""
    found: dict[tuple[str, bytes], Truth] = {}
    for info in list_snapshots(repo):
        if not info.proof:
            for entry in iter_tree(repo, info.snapshot.tree):
                found.setdefault((info.device, entry.path), Truth()).held.append((info, entry.node))
    return found


Row = tuple[str, bytes, str, int | None, int | None, int, int, str, str]


def expected(all_paths: dict[tuple[str, bytes], Truth], fits: Callable[[bytes], bool]) -> set[Row]:
    """Return what a search must find."""
    return set(_expected(all_paths, fits))


def _expected(all_paths: dict[tuple[str, bytes], Truth], fits: Callable[[bytes], bool]) -> Iterator[Row]:
    for (device, path), true in all_paths.items():
        if fits(path.rpartition(b"/")[2]):
            versions = true.versions()
            kind, size, mtime_ns, _holding = versions[0]
            ages = sorted(_age(held) for held in true.held)
            yield device, path, kind, size, mtime_ns, len(versions), len(ages), ages[0][1], ages[-1][1]


def row(found: Found) -> Row:
    """Return what was found in the same form."""
    return (
        found.device, found.path, found.type, found.size, found.mtime_ns, found.versions, found.snapshots,
        str(found.first.snapshot.id), str(found.last.snapshot.id),
    )  # fmt: skip


def all_pages(ask: Callable[[int], Any], most: int = 100) -> list[Any]:
    """Return the rows of all pages; `ask` returns the page of a number."""
    rows: list[Any] = []
    for number in itertools.count(1):
        page = ask(number)
        rows += page.rows
        if number >= page.pages or number > most:
            assert len(rows) == page.total
            return rows
    raise AssertionError
