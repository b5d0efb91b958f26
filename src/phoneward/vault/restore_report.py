"""What a restore did, and what it did not."""

import enum
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from phoneward.errors import readable
from phoneward.progress import Advanced, Listener, Notice, silent
from phoneward.texts import N_, _

MAX_NAMED: Final = 100_000
"""Issues kept in the report; more are told to the listener and counted. Bounds memory against hostile repositories."""


class Existing(enum.Enum):
    """What happens to a file that is there already and differs."""

    KEEP = "keep"
    REPLACE = "replace"


class IssueKind(enum.Enum):
    """What was done otherwise than asked, or not at all."""

    RENAMED = "renamed"
    KEPT = "kept"
    SPECIAL = "special"
    UNSAFE_NAME = "unsafe-name"
    UNKNOWN_TYPE = "unknown-type"
    IN_THE_WAY = "in-the-way"
    FAILED = "failed"


_SENTENCES: Final = {
    IssueKind.RENAMED: N_("{path} was restored under the name {name}: {detail}."),
    IssueKind.KEPT: N_("{path} was left as it is: a different file is there already."),
    IssueKind.SPECIAL: N_("{path} was left out: a device, pipe or socket is not restored."),
    IssueKind.UNSAFE_NAME: N_("{path} was left out: no file can have such a name."),
    IssueKind.UNKNOWN_TYPE: N_("{path} was left out: its kind ({detail}) is not known to this version."),
    IssueKind.IN_THE_WAY: N_("{path} was not restored: something else is in its place."),
    IssueKind.FAILED: N_("{path} was not restored: {detail}"),
}
INCOMPLETE: Final = frozenset(IssueKind) - {IssueKind.RENAMED}
"""Issues after which the folder does not hold all that was asked for."""


@dataclass(frozen=True, slots=True)
class RestoreIssue:
    """One thing that went otherwise than asked.

    Attributes:
        path: in the snapshot, raw bytes.
        name: the name on the disk, where it was changed.
        detail: readable, in the reader's language.
    """

    path: bytes
    kind: IssueKind
    name: bytes = b""
    detail: str = ""

    def sentence(self) -> str:
        """In words, in the reader's language."""
        return _(_SENTENCES[self.kind]).format(
            path=readable(self.path), name=readable(self.name), detail=self.detail or _("unknown")
        )


@dataclass(slots=True)
class RestoreReport:
    """What a restore did; in a dry run, what it would do.

    Attributes:
        files, folders, links: made now (folders that were there are not counted).
        replaced: of the files and links, those that took the place of another.
        already_there: files and links that were there with the same content.
        bytes_restored: content of the files made now.
        issues: at most `MAX_NAMED`; `counts` has all.
    """

    dry_run: bool = False
    files: int = 0
    folders: int = 0
    links: int = 0
    replaced: int = 0
    already_there: int = 0
    bytes_restored: int = 0
    issues: list[RestoreIssue] = field(default_factory=list)
    counts: Counter[IssueKind] = field(default_factory=Counter)

    @property
    def complete(self) -> bool:
        """Whether the target now holds all that was asked for, under one name or another."""
        return not any(self.counts[kind] for kind in INCOMPLETE)


class RestoreLog:
    """Collects the report from several threads and tells the listener, one event at a time."""

    def __init__(self, listener: Listener = silent, *, dry_run: bool = False) -> None:
        self.report = RestoreReport(dry_run=dry_run)
        self._listener = listener
        self._lock = threading.Lock()
        self._files_done = 0
        self._bytes_done = 0

    def issue(self, path: bytes, kind: IssueKind, *, name: bytes = b"", detail: str = "") -> None:
        """Note what went otherwise than asked."""
        issue = RestoreIssue(path, kind, name, detail)
        with self._lock:
            self.report.counts[kind] += 1
            if len(self.report.issues) < MAX_NAMED:
                self.report.issues.append(issue)
            self._listener(Notice(path, issue.sentence()))

    def folder_made(self) -> None:
        """Note a new folder."""
        with self._lock:
            self.report.folders += 1

    def link_made(self, *, replaced: bool) -> None:
        """Note a new symbolic link."""
        with self._lock:
            self.report.links += 1
            self.report.replaced += replaced

    def files_made(self, count: int, size: int, *, replaced: int) -> None:
        """Note new files, their bytes together, and how many of them took another's place."""
        with self._lock:
            self.report.files += count
            self.report.bytes_restored += size
            self.report.replaced += replaced

    def already_there(self) -> None:
        """Note something that was there with the same content."""
        with self._lock:
            self.report.already_there += 1

    def advance(self, path: bytes, *, files: int = 0, size: int = 0) -> None:
        """Tell the listener of progress."""
        with self._lock:
            self._files_done += files
            self._bytes_done += size
            self._listener(Advanced("restore", self._files_done, self._bytes_done, path))

    @property
    def done(self) -> tuple[int, int]:
        """Files and bytes worked on."""
        with self._lock:
            return self._files_done, self._bytes_done
