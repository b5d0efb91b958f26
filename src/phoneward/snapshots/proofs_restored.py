"""Reads back what a restore left on the disk and compares it with the snapshot's checksums."""

import enum
import hashlib
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.progress import Advanced, Listener, Notice, PhaseDone, PhaseStarted, silent
from phoneward.snapshots.parents import TreeReader
from phoneward.snapshots.proofs import StoredProofs
from phoneward.snapshots.sums import digest_of
from phoneward.texts import N_, _
from phoneward.vault import (
    BlobId,
    BlobType,
    Node,
    NodeType,
    Repository,
    Snapshot,
    find_node,
    rules_of_this_system,
    safe_names,
)

MAX_NAMED: Final = 10_001
PIECE: Final = 1 << 20
PROGRESS_EVERY: Final = 500


class Fault(enum.StrEnum):
    """Why a restored file is not shown to be the same."""

    MISSING = "missing"
    DIFFERENT = "different"
    UNREADABLE = "unreadable"


_SENTENCES: Final = {
    Fault.MISSING: N_("{path} is not there to be compared."),
    Fault.DIFFERENT: N_("{path} is there, with other content than in the snapshot."),
    Fault.UNREADABLE: N_("{path} could not be read back ({detail})."),
}


@dataclass(frozen=True, slots=True)
class Unproven:
    """One file that is not shown to be the same. `path`: in the snapshot."""

    path: bytes
    fault: Fault
    detail: str = ""

    def sentence(self) -> str:
        """In words, in the reader's language."""
        return _(_SENTENCES[self.fault]).format(path=readable(self.path), detail=self.detail)


@dataclass(slots=True)
class Compared:
    """What came of reading back.

    Attributes:
        files, bytes: the same as in the snapshot.
        unproven: at most `MAX_NAMED`; `failed` counts all.
    """

    files: int = 0
    bytes: int = 0
    failed: int = 0
    unproven: list[Unproven] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every file is the same."""
        return not self.failed


@dataclass(slots=True)
class _Comparing:
    repo: Repository
    trees: TreeReader
    sums: StoredProofs | None
    listener: Listener
    found: Compared = field(default_factory=Compared)

    def walk(self, place: bytes, folder: bytes, tree: BlobId, wanted: list[bytes]) -> None:
        """Compare a folder and all in it, or of it only what leads to the wanted paths."""
        waiting = [(place, folder, tree)]
        rules = rules_of_this_system()
        while waiting:
            place, folder, tree = waiting.pop()
            nodes = [node for node in self.trees.nodes(tree) if node.has_safe_name]
            names = safe_names((node.name for node in nodes), rules)
            known = (self.sums.folder(place) if self.sums else None) or {}
            for node in nodes:
                path = place + b"/" + node.name
                if wanted and not any(_leads(path, top) for top in wanted):
                    continue
                here = os.path.join(folder, names[node.name].name)
                if node.type == NodeType.DIR and node.subtree is not None:
                    waiting.append((path, here, node.subtree))
                elif node.type == NodeType.FILE:
                    row = known.get(node.name)
                    self._file(path, here, node, row.digest if row else None)

    def _file(self, path: bytes, here: bytes, node: Node, digest: bytes | None) -> None:
        try:
            same = _sha256_of(here) == (digest or self._digest(node))
            fault = None if same else Unproven(path, Fault.DIFFERENT)
        except (FileNotFoundError, NotADirectoryError):
            fault = Unproven(path, Fault.MISSING)
        except OSError as error:
            fault = Unproven(path, Fault.UNREADABLE, readable(error.strerror or str(error)))
        except PhonewardError as error:
            fault = Unproven(path, Fault.UNREADABLE, error.sentence())
        if fault is None:
            self.found.files += 1
            self.found.bytes += node.size
        else:
            self.found.failed += 1
            if len(self.found.unproven) < MAX_NAMED:
                self.found.unproven.append(fault)
            self.listener(Notice(path, fault.sentence()))
        if (self.found.files + self.found.failed) % PROGRESS_EVERY == 0:
            self.listener(Advanced("match", self.found.files + self.found.failed, self.found.bytes, path))

    def _digest(self, node: Node) -> bytes:
        known = digest_of(node.content or ())
        if known is not None:
            return known
        sha = hashlib.sha256()
        for blob_id in node.content or ():
            sha.update(self.repo.load_blob(BlobType.DATA, blob_id))
        return sha.digest()


def _leads(path: bytes, top: bytes) -> bool:
    return path == top or path.startswith(top + b"/") or top.startswith(path + b"/")


def _sha256_of(path: bytes) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb", buffering=0) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise FileNotFoundError(path)
        if sys.platform == "linux":  # read from the disk where the system lets go of what it holds in memory
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        sha = hashlib.sha256()
        for piece in _pieces(stream.fileno()):
            sha.update(piece)
        return sha.digest()


def _pieces(descriptor: int) -> Iterator[bytes]:
    while piece := os.read(descriptor, PIECE):
        yield piece


def compare_restored(
    repo: Repository, snapshot: Snapshot, target: Path, include: Sequence[bytes] = (), listener: Listener = silent
) -> Compared:
    """Read back what a restore left in a folder, and compare each file with the snapshot's SHA-256.

    Args:
        repo: open, its index loaded.
        snapshot: which was restored.
        target: where to.
        include: paths in the snapshot; empty for all.
        listener: hears the phase match, and a Notice for each file that is not the same.

    Raises:
        PathNotFoundError: a path is not in the snapshot.
        TreeDamagedError, VaultError: the snapshot cannot be read.
    """
    wanted = [b"/" + path.strip(b"/") for path in include]
    if any(path == b"/" for path in wanted):
        wanted = []
    for path in wanted:
        find_node(repo, snapshot.tree, path)
    trees = TreeReader(repo)
    work = _Comparing(repo, trees, StoredProofs.of(repo, trees, snapshot), listener)
    listener(PhaseStarted("match"))
    work.walk(b"", os.fsencode(target), snapshot.tree, wanted)
    listener(PhaseDone("match", work.found.files, work.found.bytes))
    return work.found
