"""Builds `/SHA256SUMS/` and `/proofs/` of a snapshot: what changed anew, all else taken over as it is.

While the folders of a snapshot are built, those whose files are not as they were are noted with the checksums of their
files. In the end only the shards that these folders fall into are written again, each from the shard before and what
was noted; a shard that is not touched is the same file as in the snapshot before.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple, Protocol

import msgspec

from phoneward.errors import PhonewardError
from phoneward.heap import give_back_memory
from phoneward.snapshots.coverage import Levels
from phoneward.snapshots.file_nodes import document_node
from phoneward.snapshots.journal import Sent, blob_ids
from phoneward.snapshots.layout import PROOFS, RECORDS
from phoneward.snapshots.listing import Folders
from phoneward.snapshots.proofs import (
    FORMAT,
    INDEX,
    MISMATCH,
    Index,
    Proven,
    ShardSummary,
    ShardText,
    StoredProofs,
    levels_of,
)
from phoneward.snapshots.records.taking import PutRecords
from phoneward.snapshots.rows import RowStore, Sealer
from phoneward.snapshots.sums import DOCUMENTS, digest_of, digits_for, shard_names, shard_of, sums_line
from phoneward.vault import BlobId, Node, NodeType

MAX_GONE: Final = 100_000
"""Folders that are gone and are noted one by one."""

LINES: Final = 4_096
"""Checksums handed on together."""

MANY_LINES: Final = 25_000
"""After so many checksums what was freed is given back to the system: of a folder of 50,000 files it is 20 MB."""

_ANEW: Final = b""
"""The name of a row that stands for: what was noted of this folder before counts no more."""


class StoredLike(Protocol):
    """A file in the repository."""

    @property
    def ids(self) -> tuple[BlobId, ...]:
        """Its blobs."""

    @property
    def size(self) -> int:
        """Its bytes."""


class PendingLike(Protocol):
    """A file on its way there."""

    def result(self) -> StoredLike:
        """Wait for it."""


class Writer(Protocol):
    """What this needs of the vault's writer."""

    def put_file(self, pieces: Iterator[bytes]) -> PendingLike:
        """Take in a file."""


class Noted(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A file of a folder that is not as it was.

    Attributes:
        digest: SHA-256; empty where it is not known yet.
        fresh: whether this run sent it.
        ids: its blobs one after the other, where the digest is not known.
    """

    name: bytes
    digest: bytes
    fresh: bool
    ids: bytes = b""


class Verdict(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What came of comparing a file with the phone: `note` is empty where both sums were equal."""

    name: bytes
    note: str = ""


@dataclass(slots=True)
class ProofBook:
    """What is known of a snapshot's files while it is made.

    Args:
        folders: of the snapshot to be.
        before: what the snapshot before holds; None where there is none, or none that has any.
        load: a blob's content.
        files: how many files the phone listed.
        now: when this run began, seconds since 1970 UTC.
        since: the date of files that were there before and of which no date is known: the snapshot's that had them.
        unsummed: called with the place of each file that the vault could not give back.
        nodes_of: the nodes of a folder of the snapshot before.
    """

    folders: Folders
    before: StoredProofs | None
    load: Callable[[BlobId], bytes]
    files: int
    now: int
    since: int
    sealer: Sealer
    unsummed: Callable[[bytes, PhonewardError], None]
    nodes_of: Callable[[BlobId], list[Node]]
    digits: int = 0
    anew: bool = False
    sampled: str = ""
    look_at_all: bool = False
    """Whether folders may be gone without having been noted: those above them could not be read, or very many are."""
    _noted: RowStore[Noted] = field(init=False)
    _verdicts: RowStore[Verdict] = field(init=False)
    _gone: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        before = self.before.index.digits if self.before else None
        self.digits = digits_for(self.files, before)
        self.anew = self.digits != before
        self._noted = RowStore(Noted, self.sealer)
        self._verdicts = RowStore(Verdict, self.sealer)

    def close(self) -> None:
        """Forget everything and remove temporary files."""
        self._noted.close()
        self._verdicts.close()

    # -- what is noted while the folders are built and the phone is asked ----------------------------------------------

    def note(self, folder: int, nodes: list[Node], before: list[Node], fresh: Mapping[bytes, Sent]) -> None:
        """Note a folder as it was built.

        Args:
            folder: its number.
            nodes: what it holds now.
            before: what it held in the snapshot before.
            fresh: files of it that this run sent.
        """
        if nodes == before and not self.anew and not fresh:
            return
        self.note_gone(self.folders.path(folder), nodes, before)
        if not self.anew and not fresh and folder not in self._noted and _contents(nodes) == _contents(before):
            return
        self._noted.add(folder, Noted(_ANEW, b"", fresh=False))
        for node in nodes:
            if node.type == NodeType.FILE:
                self._noted.add(folder, _noted(node, fresh.get(node.name)))

    def note_gone(self, place: bytes, nodes: list[Node], before: list[Node]) -> None:
        """Note which folders in a folder are no longer there, and all below them."""
        if self.anew:
            return
        there = {node.name for node in nodes if node.type == NodeType.DIR}
        lost = [(place + b"/" + n.name, n) for n in before if n.type == NodeType.DIR and n.name not in there]
        while lost and not self.look_at_all:
            path, node = lost.pop()
            self._gone.add(path)
            if len(self._gone) > MAX_GONE or node.subtree is None:
                self.look_at_all = True
                break
            lost += [(path + b"/" + n.name, n) for n in self.nodes_of(node.subtree) if n.type == NodeType.DIR]

    def compared(self, folder: int, name: bytes, note: str = "") -> None:
        """Note that the phone was asked for a file's sum. May be called by another thread."""
        self._verdicts.add(folder, Verdict(name, note))

    # -- what the snapshot before knows --------------------------------------------------------------------------------

    def earlier(self, place: bytes) -> dict[bytes, Proven]:
        """Return the files of a folder as the snapshot before knows them, by name."""
        return (self.before.folder(place) if self.before else None) or {}

    def digest(self, content: Sequence[BlobId]) -> bytes:
        """Return the SHA-256 of a file of the vault; read back where it has several blobs. Raises PhonewardError."""
        known = digest_of(content)
        if known is not None:
            return known
        sha = hashlib.sha256()
        for blob_id in content:
            sha.update(self.load(blob_id))
        return sha.digest()

    def expected(self, number: int) -> dict[bytes, bytes]:
        """Return the SHA-256 of the files of a folder that this run did not send, by name; unknown ones left out."""
        place = self.folders.path(number)
        if not self.is_noted(number):
            return {name: row.digest for name, row in self.earlier(place).items()}
        return {row.name: row.digest for row in self.rows(number, {}) if row.stored != self.now}

    def oldest_shard(self) -> tuple[bytes, dict[bytes, list[Proven]]] | None:
        """Return the shard of which files were asked for least recently, with its files by folder."""
        shards = [shard for shard in self.before.index.shards if shard.files] if self.before else []
        if self.before is None or self.anew or not shards:
            return None
        summary = min(shards, key=lambda shard: shard.sampled)
        name = summary.name.encode("ascii")
        found = self.before.shard(name)
        return (name, found) if found else None

    # -- in the end ----------------------------------------------------------------------------------------------------

    def build(self, writer: Writer, time_ns: int, folder_nodes: Callable[[bytes], list[Node]]) -> "BuiltProofs":
        """Write the shards that changed.

        Args:
            writer: of the vault.
            time_ns: the new files' time.
            folder_nodes: the nodes that a folder of the snapshot before had, for shards that cannot be read.
        """
        dirty = self._dirty()
        built = BuiltProofs()
        written: list[tuple[bytes, _Put, int]] = []
        lines = 0
        earlier = {s.name.encode("ascii"): s for s in self.before.index.shards} if self.before else {}
        for name in shard_names(self.digits):
            numbers = dirty.get(name)
            if numbers is None and not self.anew and self.before is not None:
                built.take_over(name, self.before, earlier[name], self.digest)
                continue
            known = None if self.anew or self.before is None else self.before.shard(name)
            if known is None and not self.anew:
                known = self._from_trees(name, folder_nodes)
            shard = _Shard(self, name, known or {}, sorted(numbers or (), key=self.folders.path))
            sampled = self._sampled(name, earlier.get(name))
            written.append((name, shard.put(writer), sampled))
            lines += shard.proofs.files
            if lines >= MANY_LINES:
                give_back_memory()
                lines = 0
        for name, put, sampled in written:
            built.add(name, put, sampled, time_ns, self.before)
        built.shards.sort(key=lambda summary: summary.name)
        built.put_index(writer, self.digits, time_ns)
        return built

    def _sampled(self, name: bytes, before: ShardSummary | None) -> int:
        if self.anew or before is None or name.decode("ascii") == self.sampled:
            return self.now
        return before.sampled

    def _dirty(self) -> dict[bytes, set[int]]:
        """Return the folders that were noted, or compared, by shard; shards of gone folders too."""
        found: dict[bytes, set[int]] = {}
        for store in (self._noted, self._verdicts):
            for number in store.folders():
                found.setdefault(shard_of(self.folders.path(number), self.digits), set()).add(number)
        for place in self._gone:
            found.setdefault(shard_of(place, self.digits), set())
        if self.look_at_all and self.before is not None and not self.anew:
            for name in shard_names(self.digits):
                if any(self.folders.find(place) is None for place in self.before.shard(name) or ()):
                    found.setdefault(name, set())
        return found

    def _from_trees(self, name: bytes, folder_nodes: Callable[[bytes], list[Node]]) -> dict[bytes, list[Proven]]:
        """Make a shard that cannot be read from the folders of the snapshot before."""
        found = {}
        for number in range(1, len(self.folders)):
            place = self.folders.path(number)
            if shard_of(place, self.digits) == name and number not in self._noted:
                nodes = [node for node in folder_nodes(place) if node.type == NodeType.FILE]
                found[place] = list(self._rows(place, [_noted(node, None) for node in nodes], {}))
        return found

    def rows(self, number: int, verdicts: dict[bytes, str]) -> Iterator[Proven]:
        """Yield the files of a folder that was noted."""
        start = max(at for at, row in enumerate(self._noted.each(number)) if row.name == _ANEW)
        return self._rows(self.folders.path(number), islice(self._noted.each(number), start + 1, None), verdicts)

    def _rows(self, place: bytes, noted: Iterable[Noted], verdicts: dict[bytes, str]) -> Iterator[Proven]:
        earlier = self.earlier(place)
        for row in noted:
            known = earlier.get(row.name)
            digest = row.digest
            try:
                if not digest:
                    digest = known.digest if known and not row.fresh else self.digest(blob_ids(row.ids))
            except PhonewardError as error:  # a blob of it is missing or damaged: `check` names it, this goes on
                self.unsummed(place + b"/" + row.name, error)
                continue
            stored, matched, note = self.now if row.fresh else self.since, 0, ""
            if known is not None and not row.fresh and known.digest == digest:
                stored, matched, note = known.stored, known.matched, known.note
            yield self.judged(Proven(row.name, digest, stored, matched, note), verdicts)

    def judged(self, row: Proven, verdicts: dict[bytes, str]) -> Proven:
        """Return a file with what came of comparing it."""
        note = verdicts.get(row.name)
        if note is None:
            return row
        if note == MISMATCH:
            return row._replace(matched=0, note=note)
        return row._replace(matched=self.now, note="")

    def verdicts(self, number: int) -> dict[bytes, str]:
        """Return what came of comparing a folder's files, by name."""
        return {row.name: row.note for row in self._verdicts.each(number)}

    def is_noted(self, number: int) -> bool:
        """Tell whether a folder was noted."""
        return number in self._noted


def _contents(nodes: list[Node]) -> list[tuple[bytes, tuple[BlobId, ...] | None]]:
    return [(node.name, node.content) for node in nodes if node.type == NodeType.FILE]


def _noted(node: Node, sent: Sent | None) -> Noted:
    content = node.content or ()
    digest = digest_of(content) or (sent.digest if sent else b"")
    return Noted(node.name, digest, sent is not None, b"" if digest else b"".join(content))


@dataclass(slots=True)
class _Shard:
    """One shard on its way."""

    book: ProofBook
    name: bytes
    known: dict[bytes, list[Proven]]
    changed: list[int]
    proofs: ShardText = field(init=False)
    sha: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def put(self, writer: Writer) -> "_Put":
        """Write it."""
        self.proofs = ShardText(self.name)
        sums = writer.put_file(self._lines())
        text = self.proofs.text(self.sha.hexdigest())
        return _Put(sums, writer.put_file(iter([text])), hashlib.sha256(text).digest(), self.proofs)

    def _lines(self) -> Iterator[bytes]:
        for place, number in self._folders():
            rows = self._files(place, number)
            while some := list(islice(rows, LINES)):
                lines = []
                for row in some:
                    self.proofs.add(row)
                    lines.append(sums_line(row.digest, place + b"/" + row.name))
                text = b"".join(lines)
                self.sha.update(text)
                yield text

    def _folders(self) -> Iterator[tuple[bytes, int]]:
        """Yield all folders of the shard that are still there, ascending."""
        folders = self.book.folders
        changed = {folders.path(number): number for number in self.changed}
        for place in sorted(self.known.keys() | changed.keys()):
            number = changed.get(place)
            if number is None:
                number = folders.find(place)
            if number is not None:
                yield place, number

    def _files(self, place: bytes, number: int) -> Iterator[Proven]:
        verdicts = self.book.verdicts(number)
        if self.book.is_noted(number):
            yield from self.book.rows(number, verdicts)
            return
        for row in self.known.get(place, ()):
            yield self.book.judged(row, verdicts)


class _Put(NamedTuple):
    """A shard that is being written."""

    sums: PendingLike
    proofs: PendingLike
    proofs_digest: bytes
    text: ShardText


@dataclass(slots=True)
class BuiltProofs:
    """Both folders of a snapshot, as far as they are built."""

    sums: dict[bytes, Node] = field(default_factory=dict)
    proofs: dict[bytes, Node] = field(default_factory=dict)
    shards: list[ShardSummary] = field(default_factory=list)
    digests: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def levels(self) -> Levels:
        """The files, counted by level."""
        return levels_of(self.shards)

    def take_over(
        self,
        name: bytes,
        before: StoredProofs,
        summary: ShardSummary,
        digest: Callable[[Sequence[BlobId]], bytes],
    ) -> None:
        """Take a shard as it was."""
        self.shards.append(summary)
        if not summary.files:
            return
        self.sums[name], self.proofs[name] = before.sums[name], before.proofs[name]
        self.digests[PROOFS + b"/" + name] = digest(before.proofs[name].content or ())

    def add(self, name: bytes, put: "_Put", sampled: int, time_ns: int, before: StoredProofs | None) -> None:
        """Add a shard that was written."""
        self.shards.append(put.text.summary(sampled))
        if not put.text.files:
            return  # sha256sum calls a list without lines a fault
        self.sums[name] = _node(name, time_ns, put.sums.result(), before.sums.get(name) if before else None)
        self.proofs[name] = _node(name, time_ns, put.proofs.result(), before.proofs.get(name) if before else None)
        self.digests[PROOFS + b"/" + name] = put.proofs_digest

    def put_index(self, writer: Writer, digits: int, time_ns: int) -> None:
        """Write the index of all shards."""
        text = msgspec.json.encode(Index(FORMAT, digits, self.shards)) + b"\n"
        self.digests[PROOFS + b"/" + INDEX] = hashlib.sha256(text).digest()
        self.proofs[INDEX] = _node(INDEX, time_ns, writer.put_file(iter([text])).result(), None)

    def put_documents(
        self, writer: Writer, documents: dict[bytes, Node], texts: dict[bytes, bytes], records: PutRecords
    ) -> None:
        """Write the checksums of our own documents, of the proofs and of the records, as a shard of their own.

        Args:
            writer: of the vault.
            documents: nodes at the top of the snapshot, by name.
            texts: their content, by name.
            records: messages and calls, stored.
        """
        digests = {b"/" + name: hashlib.sha256(text).digest() for name, text in texts.items()}
        digests |= self.digests | records.digests
        files = {b"/" + name: node for name, node in documents.items()}
        files |= {PROOFS + b"/" + name: node for name, node in self.proofs.items()}
        files |= {RECORDS + b"/" + name: node for name, node in records.nodes.items()}
        lines = []
        for path in sorted(files):
            digest = digests.get(path) or digest_of(files[path].content or ())
            if digest is not None:
                lines.append(sums_line(digest, path))
        stored = writer.put_file(iter([b"".join(lines)])).result()
        self.sums[DOCUMENTS] = _node(DOCUMENTS, min(n.mtime_ns for n in documents.values()), stored, None)


def _node(name: bytes, time_ns: int, stored: StoredLike, before: Node | None) -> Node:
    if before is not None and before.content == stored.ids:
        return before
    return document_node(name, time_ns, stored.size, stored.ids)
