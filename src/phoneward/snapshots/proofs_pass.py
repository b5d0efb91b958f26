"""What one backup does for its proofs: opens the book, closes it, and puts both folders into the snapshot."""

import datetime as dt

from phoneward.errors import PhonewardError, readable
from phoneward.progress import Listener, Notice
from phoneward.snapshots.building import Trees
from phoneward.snapshots.layout import PROOFS, RECORDS, SUMS
from phoneward.snapshots.listing import Listing
from phoneward.snapshots.parents import Parent
from phoneward.snapshots.proofs import StoredProofs
from phoneward.snapshots.proofs_building import BuiltProofs, ProofBook, Writer
from phoneward.snapshots.records.taking import PutRecords
from phoneward.texts import _
from phoneward.vault import BlobId, BlobType, Node, NodeType, Repository, go_mode

FOLDER_MODE = 0o700


def open_book(
    repo: Repository, parent: Parent | None, listing: Listing, started: dt.datetime, listener: Listener
) -> ProofBook:
    """Return the book of a snapshot that is being made.

    Args:
        repo: open, its index loaded.
        parent: the snapshot before.
        listing: what the phone listed.
        started: when this run began.
        listener: hears of files of which the vault does not give back the content.
    """

    def load(blob_id: BlobId) -> bytes:
        return repo.load_blob(BlobType.DATA, blob_id)

    def unsummed(place: bytes, error: PhonewardError) -> None:
        sentence = _("{path} has no checksum in this snapshot, since the vault does not give it back: {detail}")
        listener(Notice(None, sentence.format(path=readable(place), detail=error.sentence())))

    now = int(started.timestamp())
    return ProofBook(
        folders=listing.folders,
        before=StoredProofs.of(repo, parent.trees, parent.snapshot) if parent else None,
        load=load,
        files=listing.files,
        now=now,
        since=parent.snapshot.time_ns // 1_000_000_000 if parent else now,
        sealer=repo,
        unsummed=unsummed,
        nodes_of=parent.nodes if parent else _no_nodes,
    )


def _no_nodes(_tree: BlobId) -> list[Node]:
    return []


def close_book(book: ProofBook, parent: Parent | None, top: list[Node], writer: Writer, time_ns: int) -> BuiltProofs:
    """Write the shards that changed.

    Args:
        book: all folders noted, all comparisons over.
        parent: the snapshot before.
        top: the folders at the top of the snapshot.
        writer: of the vault.
        time_ns: the new files' time.
    """

    def nodes_at(place: bytes) -> list[Node]:
        found = parent.trees.find(parent.snapshot.tree, place) if parent else None
        return parent.nodes(found.subtree) if parent and found and found.type == NodeType.DIR else []

    if parent is not None:
        ours = {SUMS[1:], PROOFS[1:], RECORDS[1:]}
        book.note_gone(b"", top, [node for node in parent.nodes(parent.snapshot.tree) if node.name not in ours])
        book.look_at_all = book.look_at_all or bool(parent.damaged)
    return book.build(writer, time_ns, nodes_at)


def proof_folders(
    built: BuiltProofs,
    trees: Trees,
    writer: Writer,
    documents: dict[bytes, Node],
    texts: dict[bytes, bytes],
    *,
    records: PutRecords,
) -> list[Node]:
    """Store the folders of our own making and return their nodes for the snapshot's top.

    Args:
        built: the shards.
        trees: where trees are put.
        writer: of the vault.
        documents: our documents at the top of the snapshot, by name.
        texts: their content.
        records: messages and calls, stored.
    """
    built.put_documents(writer, documents, texts, records)
    time_ns = min(node.mtime_ns for node in documents.values())
    folders = [_folder(SUMS, trees, built.sums, time_ns), _folder(PROOFS, trees, built.proofs, time_ns)]
    if records.nodes:
        newest = max(node.mtime_ns for node in records.nodes.values())
        folders.append(_folder(RECORDS, trees, records.nodes, newest))
    return folders


def _folder(path: bytes, trees: Trees, inside: dict[bytes, Node], time_ns: int) -> Node:
    return Node(
        name=path[1:],
        type=NodeType.DIR,
        mode=go_mode(NodeType.DIR, FOLDER_MODE),
        mtime_ns=time_ns,
        atime_ns=time_ns,
        ctime_ns=time_ns,
        subtree=trees.store(list(inside.values())),
    )
