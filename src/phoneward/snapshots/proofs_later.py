"""Proofs that came after their snapshot: each is a small snapshot of its own (layout.py), since none ever changes.

It holds one document, `/proof.json`: which snapshot, which level, when, which paths, and which of them not. `format` is
1; fields may be added, never changed or removed.
"""

import base64
import datetime as dt
import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final

import msgspec

import phoneward
from phoneward.errors import PhonewardError, readable
from phoneward.snapshots.coverage import ProofLevel
from phoneward.snapshots.file_nodes import document_node
from phoneward.snapshots.layout import DEVICE_TAG_PREFIX, PROOF_PATHS, is_proof, proof_subject, proof_tags
from phoneward.snapshots.parents import TreeReader, is_full, read_document
from phoneward.snapshots.proofs import Proven, StoredProofs, moment_of
from phoneward.vault import (
    BlobId,
    BlobType,
    FileId,
    HeldLock,
    Repository,
    Snapshot,
    encode_tree,
    load_snapshots,
    names_of,
    save_snapshot_held,
)

FORMAT: Final = 1
DOCUMENT: Final = b"proof.json"
MAX_DOCUMENT: Final = 64 << 20
MAX_EXCEPTIONS: Final = 10_000
"""Paths that are named as not proven; a restore that failed for more proves nothing."""


class ProvenPath(msgspec.Struct, frozen=True, omit_defaults=True):
    """A path in the snapshot, readable; the raw one in base64 where that loses something."""

    path: str
    path_b64: str = ""

    @property
    def raw(self) -> bytes:
        """The path as bytes. ValueError for a document that was tampered with."""
        return base64.b64decode(self.path_b64, validate=True) if self.path_b64 else self.path.encode()


class LaterProof(msgspec.Struct, frozen=True):
    """`/proof.json`.

    Attributes:
        subject: the full ID of the snapshot that it is about.
        date: when the comparing began.
        files, bytes: how much was proven.
        scope: files, and folders with all in them, that were looked at.
        exceptions: of these, what was not proven.
    """

    format: Annotated[int, msgspec.Meta(ge=1)]
    subject: str
    level: ProofLevel
    date: dt.datetime
    files: Annotated[int, msgspec.Meta(ge=0)]
    bytes: Annotated[int, msgspec.Meta(ge=0)]
    scope: list[ProvenPath]
    exceptions: list[ProvenPath]


def named(path: bytes) -> ProvenPath:
    """Return a path for a document."""
    shown = readable(path)
    return ProvenPath(
        shown, "" if shown.encode("utf-8", "surrogateescape") == path else base64.b64encode(path).decode()
    )


def decode_proof(data: bytes) -> LaterProof:
    """Return a proof's content.

    Raises:
        ValueError: it is none of a format known here.
    """
    try:
        proof = msgspec.json.decode(data, type=LaterProof)
        for path in (*proof.scope, *proof.exceptions):
            path.raw  # noqa: B018 - raises ValueError for base64 that is none
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    if proof.format != FORMAT or proof.date.tzinfo is None:
        raise ValueError("not a proof of a format known here")
    return proof


def save_proof(repo: Repository, lock: HeldLock, subject: Snapshot, proof: LaterProof) -> FileId:
    """Store a proof beside the snapshots and return its ID.

    Args:
        repo: open, its index loaded.
        lock: held.
        subject: the snapshot that it is about.
        proof: its document.

    Raises:
        VaultError: the vault cannot be written.
    """
    device = next((t.removeprefix(DEVICE_TAG_PREFIX) for t in subject.tags if t.startswith(DEVICE_TAG_PREFIX)), "")
    now = time.time_ns()
    text = msgspec.json.format(msgspec.json.encode(proof), indent=1) + b"\n"
    with repo.writer() as writer:
        stored = writer.put_file([text]).result()
        tree = encode_tree([document_node(DOCUMENT, now, stored.size, stored.ids)])
        writer.put(BlobType.TREE, tree)
        writer.flush()
        return save_snapshot_held(
            repo,
            lock,
            Snapshot(
                time_ns=now,
                tree=BlobId(hashlib.sha256(tree).digest()),
                paths=PROOF_PATHS,
                hostname=subject.hostname,
                tags=proof_tags(device, FileId(proof.subject)),
                program_version=f"phoneward {phoneward.__version__}",
            ),
        )


@dataclass(frozen=True, slots=True)
class FileProof:
    """How sure one file is. Times are None where that was never shown.

    Attributes:
        level: the highest level, reached on `date`.
        note: `mismatch` where the phone's checksum was another one, twice; else empty.
    """

    level: ProofLevel
    date: dt.datetime | None
    stored: dt.datetime | None
    matched: dt.datetime | None
    restored: dt.datetime | None
    note: str = ""


@dataclass(slots=True)
class _Applied:
    """A later proof: of files stored by `until`, seconds since 1970 UTC.

    Attributes:
        earlier: the checksums of the snapshot that it is about, where that is an earlier one. Dates alone cannot tell
            what is the same: clocks go back, and two backups may fall into one second.
    """

    proof: LaterProof
    until: int
    scope: list[bytes]
    exceptions: set[bytes]
    is_earlier: bool
    earlier: StoredProofs | None
    _place: bytes | None = None
    _rows: dict[bytes, Proven] = field(default_factory=dict)

    def covers(self, path: bytes, row: Proven) -> bool:
        if row.stored > self.until or path in self.exceptions:
            return False
        if not any(top in {b"/", path} or path.startswith(top + b"/") for top in self.scope):
            return False
        return not self.is_earlier or self._digest(path) == row.digest

    def _digest(self, path: bytes) -> bytes | None:
        place, _slash, name = path.rpartition(b"/")
        if place != self._place:
            self._place, self._rows = place, (self.earlier.folder(place) if self.earlier else None) or {}
        row = self._rows.get(name)
        return None if row is None else row.digest


@dataclass(slots=True)
class ProofLookup:
    """Tells how sure files of one snapshot are; ask folder by folder. One thread owns it.

    Args:
        repo: open, its index loaded.
        snapshot: which.
        everything: all snapshots there are, where the caller has them loaded; otherwise they are read here.
    """

    repo: Repository
    snapshot: Snapshot
    everything: Sequence[Snapshot] | None = None
    _stored: StoredProofs | None = None
    _later: list[_Applied] = field(default_factory=list)
    _place: bytes | None = None
    _rows: dict[bytes, Proven] = field(default_factory=dict)

    def __post_init__(self) -> None:
        trees = TreeReader(self.repo)
        self._stored = StoredProofs.of(self.repo, trees, self.snapshot)
        self._later = list(_applied(self.repo, trees, self.snapshot, self.everything))

    def of(self, path: bytes) -> FileProof | None:
        """Return the proof of a file; None for what is no file, or where the snapshot says nothing of it."""
        place, _slash, name = path.rpartition(b"/")
        if self._stored is None:
            return None
        if place != self._place:
            self._place, self._rows = place, self._stored.folder(place) or {}
        row = self._rows.get(name)
        if row is None:
            return None
        stored, matched = moment_of(row.stored), moment_of(row.matched)
        dates = [a.proof.date for a in self._later if a.proof.level is ProofLevel.RESTORED and a.covers(path, row)]
        restored = max(dates, default=None)
        levels = ((ProofLevel.RESTORED, restored), (ProofLevel.MATCHED, matched), (ProofLevel.STORED, stored))
        level, date = next((pair for pair in levels if pair[1] is not None), levels[-1])
        return FileProof(level, date, stored, matched, restored, row.note)


def _applied(
    repo: Repository, trees: TreeReader, snapshot: Snapshot, known: Sequence[Snapshot] | None
) -> Iterable[_Applied]:
    """Yield the later proofs about a snapshot and about those it goes back to: what was carried over is the same.

    restic's `tag`, `rewrite` and `copy` give a snapshot another name and note its first one as `original`: proofs, and
    the snapshots that were compared with it, go on calling it by that.
    """
    everything = load_snapshots(repo, on_damaged=lambda _name, _error: None) if known is None else known
    by_id = {name: s for s in everything for name in names_of(s)} | {s.id: s for s in everything}
    line: dict[FileId, Snapshot] = {}
    here: Snapshot | None = snapshot
    while here is not None and here.id is not None and here.id not in line:
        line |= dict.fromkeys(names_of(here), here)
        here = by_id.get(here.parent) if here.parent else None
        if here is not None and not is_full(here):
            here = None
    sums: dict[FileId, StoredProofs | None] = {}
    for other in everything:
        subject = proof_subject(other)
        if not is_proof(other) or subject is None or subject not in line:
            continue
        try:
            proof = decode_proof(read_document(repo, trees, other, DOCUMENT, MAX_DOCUMENT))
        except (ValueError, PhonewardError):  # damaged: it proves nothing; `check` names it
            continue
        if proof.subject == subject:
            until = line[subject].time_ns // 1_000_000_000
            scope = [path.raw.rstrip(b"/") or b"/" for path in proof.scope]
            is_earlier = line[subject] is not snapshot
            if is_earlier and subject not in sums:
                sums[subject] = StoredProofs.of(repo, trees, line[subject])
            exceptions = {path.raw for path in proof.exceptions}
            yield _Applied(proof, until, scope, exceptions, is_earlier, sums.get(subject))


def restored_when(repo: Repository, subject: FileId) -> dt.datetime | None:
    """Return when a restore of a snapshot, or of a part of it, was last compared and all of it was the same.

    Args:
        repo: open, its index loaded.
        subject: the snapshot's full ID.
    """
    trees = TreeReader(repo)
    dates = []
    for other in load_snapshots(repo, on_damaged=lambda _name, _error: None):
        if not is_proof(other) or proof_subject(other) != subject:
            continue
        try:
            proof = decode_proof(read_document(repo, trees, other, DOCUMENT, MAX_DOCUMENT))
        except (ValueError, PhonewardError):  # a time stamp, or damaged: it proves no restore
            continue
        if proof.subject == subject and proof.level is ProofLevel.RESTORED and proof.files and not proof.exceptions:
            dates.append(proof.date)
    return max(dates, default=None)


def restored_proof(
    subject: FileId, begun: dt.datetime, scope: Sequence[bytes], failed: Sequence[bytes], counted: tuple[int, int]
) -> LaterProof:
    """Return the document about a restore that was compared.

    Args:
        subject: which snapshot.
        begun: when.
        scope: paths that were restored; empty for all.
        failed: files that were not shown to be the same.
        counted: how many files, and bytes, were.
    """
    return LaterProof(
        FORMAT,
        subject,
        ProofLevel.RESTORED,
        begun,
        *counted,
        [named(path) for path in scope or [b"/"]],
        [named(path) for path in failed],
    )
