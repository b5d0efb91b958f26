"""Repositories with blobs, snapshots and waste in them, made for prune; and what must be true of them."""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

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
    check,
    encode_tree,
    init_repository,
    load_snapshots,
    open_repository,
    save_snapshot,
)
from phoneward.vault.index import IndexedPack, encode_index
from phoneward.vault.packs import PackBuilder
from tests.vault.cheap import insecure_test_cost

PASSWORD = "secret"
PACK_SIZE = 20_000


def new_repository(path: Path) -> Repository:
    """An empty repository."""
    return init_repository(LocalStorage(path), PASSWORD, kdf=insecure_test_cost())


def reopened(repo: Repository) -> Repository:
    """The same repository as another process sees it, its index loaded."""
    again = open_repository(LocalStorage(repo.storage.location), PASSWORD)
    again.load_index()
    return again


def noise(name: str, size: int) -> bytes:
    """Bytes that do not compress, always the same for the same name."""
    return hashlib.shake_256(name.encode()).digest(size)


def file_node(name: str, pieces: Sequence[bytes]) -> Node:
    """A file of these blobs, which are not stored by this."""
    content = tuple(BlobId(hashlib.sha256(piece).digest()) for piece in pieces)
    return Node(name=name.encode(), type=NodeType.FILE, size=sum(map(len, pieces)), content=content)


def store(repo: Repository, files: Mapping[str, Sequence[bytes]], *, pack_size: int = PACK_SIZE) -> BlobId:
    """Store files in one folder in a folder; returns the tree of the upper one."""
    repo.load_index()
    with BlobWriter(repo, pack_size=pack_size, workers=1) as writer:
        for pieces in files.values():
            for piece in pieces:
                writer.put(BlobType.DATA, piece)
        inner = writer.put(BlobType.TREE, encode_tree(file_node(name, pieces) for name, pieces in files.items()))
        folder = Node(name=b"folder", type=NodeType.DIR, subtree=inner.result())
        tree = writer.put(BlobType.TREE, encode_tree([folder])).result()
        writer.flush()
    return tree


def snapshot(
    repo: Repository, files: Mapping[str, Sequence[bytes]], *, time: int = 0, pack_size: int = PACK_SIZE
) -> FileId:
    """Store files and a snapshot of them."""
    tree = store(repo, files, pack_size=pack_size)
    return save_snapshot(repo, Snapshot(time_ns=(1_700_000_000 + time) * 10**9, tree=tree, paths=("/phone",)))


def put_pack(repo: Repository, blobs: Iterable[tuple[BlobType, bytes]], *, indexed: bool = True) -> FileId:
    """Store a pack of these blobs, known or not, in a way no honest writer would."""
    builder = PackBuilder(bytearray(1 << 20))
    for blob_type, data in blobs:
        builder.add(blob_type, BlobId(hashlib.sha256(data).digest()), repo.key.seal(data), 0)
    pack = builder.finish(repo.key)
    repo.storage.save(FileType.PACK, pack.name, pack.pieces)
    if indexed:
        repo.save_unpacked(FileType.INDEX, encode_index([IndexedPack(pack.name, pack.entries)]))
    return pack.name


def contents(repo: Repository) -> dict[FileId, dict[bytes, bytes]]:
    """Everything that the snapshots hold, read by what another process sees: {snapshot: {file: content}}."""
    again = reopened(repo)
    found: dict[FileId, dict[bytes, bytes]] = {}
    from phoneward.vault import iter_content, iter_tree

    for saved in load_snapshots(again):
        assert saved.id is not None
        found[saved.id] = {
            entry.path: b"".join(iter_content(again, entry.node))
            for entry in iter_tree(again, saved.tree)
            if entry.node.type == NodeType.FILE
        }
    return found


def assert_sound(repo: Repository) -> None:
    """Our check, which reads every byte, finds nothing, not even a hint."""
    report = check(reopened(repo), read_data=True)
    assert report.ok, report.errors
    assert report.hint_count == 0, report.hints


def files_of(repo: Repository, kind: FileType) -> dict[FileId, int]:
    """Names and sizes."""
    return {file.name: file.size for file in repo.list_files(kind)}


def flip(repo: Repository, kind: FileType, name: FileId, place: int) -> None:
    """Damage one byte of a stored file."""
    folder = Path(repo.storage.location) / kind.value
    path = folder / name[:2] / name if kind is FileType.PACK else folder / name
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
    path.chmod(0o400)


def everything(repo: Repository) -> dict[str, bytes]:
    """All files of a repository but locks, byte for byte."""
    root = Path(repo.storage.location)
    return {
        os.fspath(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.parent.name != "locks"
    }
