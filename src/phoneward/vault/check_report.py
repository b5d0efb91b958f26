"""What a check of a repository found."""

import enum
import threading
from dataclasses import dataclass, field
from typing import Final

from phoneward.vault.blobs import FileType

MAX_NAMED: Final = 10_000
"""Errors and hints kept, each; all are counted. Bounds memory against repositories made to harm."""


class ProblemKind(enum.Enum):
    """What is wrong; a stable name for programs."""

    INDEX_DAMAGED = "index-damaged"
    INDEX_WRONG = "index-wrong"
    PACK_SPLIT = "pack-split"
    PACK_MISSING = "pack-missing"
    PACK_SIZE = "pack-size"
    PACK_DAMAGED = "pack-damaged"
    SNAPSHOT_DAMAGED = "snapshot-damaged"
    TREE_DAMAGED = "tree-damaged"
    NODE_WRONG = "node-wrong"
    BLOB_MISSING = "blob-missing"
    SIZE_WRONG = "size-wrong"
    FILE_LOST = "file-lost"
    """What damage means: this file or folder of a snapshot cannot be restored whole."""
    PACK_ORPHANED = "pack-orphaned"
    """A hint: interrupted runs leave packs that no index describes. They cost space and harm nothing."""
    PACK_TWICE = "pack-twice"
    """A hint: two index files describe one pack alike."""
    PACK_MIXED = "pack-mixed"
    """A hint: data and trees in one pack, as early restic wrote them."""


@dataclass(frozen=True, slots=True)
class CheckProblem:
    """One thing that is wrong.

    Attributes:
        file: in the repository, such as `data/3f…`; for trees and files the snapshot it was met in first.
        sentence: in the reader's language.
        path: in the snapshot, where it concerns one; raw bytes.
    """

    kind: ProblemKind
    file: str
    sentence: str
    path: bytes | None = None


@dataclass(slots=True)
class CheckReport:
    """What a check looked at and found.

    Attributes:
        errors, hints: at most `MAX_NAMED` each; `error_count` and `hint_count` have all.
        lost: what cannot be restored whole because of the errors, at most `MAX_NAMED`; `lost_count` has all.
        trees: distinct folders; `files` are the files listed in them.
        packs_read, bytes_read: packs whose every byte was verified, and their size.
    """

    errors: list[CheckProblem] = field(default_factory=list)
    hints: list[CheckProblem] = field(default_factory=list)
    lost: list[CheckProblem] = field(default_factory=list)
    error_count: int = 0
    hint_count: int = 0
    lost_count: int = 0
    snapshots: int = 0
    index_files: int = 0
    packs: int = 0
    orphan_packs: int = 0
    blobs: int = 0
    trees: int = 0
    files: int = 0
    packs_read: int = 0
    bytes_read: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong. Hints are not wrong."""
        return self.error_count == 0


class CheckLog:
    """Collects a report from several threads."""

    def __init__(self) -> None:
        self.report = CheckReport()
        self._lock = threading.Lock()

    def error(self, kind: ProblemKind, file: str, sentence: str, path: bytes | None = None) -> None:
        """Note something wrong."""
        with self._lock:
            self.report.error_count += 1
            if len(self.report.errors) < MAX_NAMED:
                self.report.errors.append(CheckProblem(kind, file, sentence, path))

    def hint(self, kind: ProblemKind, file: str, sentence: str) -> None:
        """Note something odd that harms nothing."""
        with self._lock:
            self.report.hint_count += 1
            if len(self.report.hints) < MAX_NAMED:
                self.report.hints.append(CheckProblem(kind, file, sentence))

    def lost(self, file: str, sentence: str, path: bytes) -> None:
        """Note what cannot be restored whole."""
        with self._lock:
            self.report.lost_count += 1
            if len(self.report.lost) < MAX_NAMED:
                self.report.lost.append(CheckProblem(ProblemKind.FILE_LOST, file, sentence, path))

    def pack_read(self, size: int) -> None:
        """Note a pack that was read to its end."""
        with self._lock:
            self.report.packs_read += 1
            self.report.bytes_read += size


def label(file_type: FileType, name: str) -> str:
    """Return a stored file's name as reports show it."""
    return f"{file_type.value}/{name}"
