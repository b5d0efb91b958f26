"""What going back onto a phone would do, and what it did."""

import enum
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from phoneward.errors import readable
from phoneward.phones import translated_detail
from phoneward.texts import N_, _
from phoneward.vault import BlobId, Node

MAX_NAMED: Final = 100_000
"""Issues kept; all are counted. Bounds memory against hostile snapshots and phones."""

APPS_GROUP: Final = b"/packages"


class Fate(enum.IntEnum):
    """What a plan says of one name of the snapshot."""

    NEW = 0
    SAME = 1
    DIFFERS = 2
    IN_THE_WAY = 3
    IMPOSSIBLE = 4
    FOLDER = 5
    NOT_ASKED = 6


class ReturnIssueKind(enum.Enum):
    """What is not, or will not be, on the phone as asked."""

    KEPT = "kept"
    IN_THE_WAY = "in-the-way"
    IMPOSSIBLE = "impossible"
    FAILED = "failed"
    APP_FAILED = "app-failed"
    APP_THERE = "app-there"
    """Installed already and left as it is."""
    SET_ASIDE = "set-aside"
    """It took the place of another file, which now has another name."""


_SENTENCES: Final = {
    ReturnIssueKind.KEPT: N_("{path}: the phone has a different file there, which is left as it is."),
    ReturnIssueKind.IN_THE_WAY: N_("{path}: something else is in its place on the phone ({detail})."),
    ReturnIssueKind.IMPOSSIBLE: N_("{path} cannot go onto this phone: {detail}."),
    ReturnIssueKind.FAILED: N_("{path} was not written: {detail}."),
    ReturnIssueKind.APP_FAILED: N_("The app {path} was not installed: {detail}."),
    ReturnIssueKind.APP_THERE: N_("The app {path} is installed already and was left as it is."),
    ReturnIssueKind.SET_ASIDE: N_("{path}: the phone's own file is now called {detail}."),
}
INCOMPLETE: Final = frozenset(ReturnIssueKind) - {ReturnIssueKind.APP_THERE, ReturnIssueKind.SET_ASIDE}


@dataclass(frozen=True, slots=True)
class ReturnIssue:
    """One thing a person should know by name.

    Attributes:
        path: in the snapshot (an app: its package name).
        detail: our words (translated when shown) or the phone's, readable.
    """

    kind: ReturnIssueKind
    path: bytes
    detail: str = ""

    def sentence(self) -> str:
        """In words, in the reader's language."""
        detail = translated_detail(_(self.detail)) if self.detail else _("unknown")
        return _(_SENTENCES[self.kind]).format(path=readable(self.path), detail=detail)


@dataclass(slots=True)
class Issues:
    """Named things, bounded, and how many there are of each kind."""

    named: list[ReturnIssue] = field(default_factory=list)
    counts: Counter[ReturnIssueKind] = field(default_factory=Counter)

    def add(self, kind: ReturnIssueKind, path: bytes, detail: str = "") -> ReturnIssue:
        """Note one."""
        issue = ReturnIssue(kind, path, detail)
        self.counts[kind] += 1
        if len(self.named) < MAX_NAMED:
            self.named.append(issue)
        return issue

    @property
    def all_there(self) -> bool:
        """Whether nothing that was asked for is missing."""
        return not any(self.counts[kind] for kind in INCOMPLETE)


@dataclass(slots=True)
class WantedTree:
    """Names wanted below a folder; `below` None means all."""

    below: "dict[bytes, WantedTree] | None"

    def names(self) -> frozenset[bytes] | None:
        """Return the names; None for all."""
        return None if self.below is None else frozenset(self.below)


@dataclass(slots=True)
class FolderPlan:
    """A folder of the snapshot and what becomes of what is in it.

    Attributes:
        path: in the snapshot.
        phone_path: where it goes.
        tree: its nodes.
        mtime_ns: its time.
        exists: whether the phone has it.
        wanted: the names asked for; None for all.
        fates: a `Fate` for each node of the tree, in its order.
        folds_case: whether the storage takes `a` and `A` for the same.
        strict_names: whether it is a card, which takes fewer names.
        below: what is wanted of the folders in it; None for all.
        room: the root of its storage, a key of `ReturnPlan.rooms`.
    """

    path: bytes
    phone_path: bytes
    tree: BlobId
    mtime_ns: int
    exists: bool
    wanted: frozenset[bytes] | None = None
    fates: bytearray = field(default_factory=bytearray)
    folds_case: bool = False
    strict_names: bool = False
    below: "dict[bytes, WantedTree] | None" = None
    room: bytes = b""


@dataclass(frozen=True, slots=True)
class AppPlan:
    """An app that would be installed: its APK files, base first."""

    package: str
    apks: tuple[Node, ...]

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(node.size for node in self.apks)


@dataclass(slots=True)
class Room:
    """A storage of the phone: what it has and what would be written to it, bytes. `free` is None where unknown."""

    root: bytes
    needed: int = 0
    free: int | None = None

    @property
    def is_enough(self) -> bool:
        """Whether it fits, as far as the phone tells."""
        return self.free is None or self.needed <= self.free


@dataclass(slots=True)
class ReturnPlan:
    """What would be written where.

    Attributes:
        folders: parents before children.
        new_files, new_bytes: files that are not there.
        new_folders: folders that are not there.
        same_files: files that are there with the same content, by the phone's own SHA-256.
        differing_files, differing_bytes: files that are there with other content; bytes of the snapshot's.
        rooms: every storage that something is to be written to.
        apps: to be installed.
        replace: whether differing files are to be replaced (the phone's are then given another name).
    """

    replace: bool = False
    folders: list[FolderPlan] = field(default_factory=list)
    new_files: int = 0
    new_bytes: int = 0
    new_folders: int = 0
    same_files: int = 0
    differing_files: int = 0
    differing_bytes: int = 0
    apps: list[AppPlan] = field(default_factory=list)
    rooms: dict[bytes, Room] = field(default_factory=dict)
    issues: Issues = field(default_factory=Issues)

    @property
    def files_to_write(self) -> int:
        """How many files would be written."""
        return self.new_files + (self.differing_files if self.replace else 0)

    @property
    def bytes_to_write(self) -> int:
        """Their size."""
        return self.new_bytes + (self.differing_bytes if self.replace else 0)

    @property
    def replaces(self) -> int:
        """How many files of the phone would get another name."""
        return self.differing_files if self.replace else 0

    @property
    def writes_nothing(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.files_to_write or self.new_folders or self.apps)


@dataclass(slots=True)
class GroupCounts:
    """What became of the files of one part of the phone. `written` were read back by the phone and are the same."""

    written: int = 0
    bytes_written: int = 0
    already_there: int = 0
    kept: int = 0
    failed: int = 0
    inexact_times: int = 0


@dataclass(slots=True)
class ReturnReport:
    """What was done, or in a dry run would be.

    Attributes:
        groups: by the first two components of the path in the snapshot ("/shared/DCIM").
        folders: made.
        apps_installed: package names.
        leftovers: folders of ours that an earlier, cut off run had left and that were removed.
    """

    plan: ReturnPlan
    dry_run: bool
    groups: dict[bytes, GroupCounts] = field(default_factory=dict)
    folders: int = 0
    apps_installed: list[str] = field(default_factory=list)
    replaced: int = 0
    leftovers: int = 0
    issues: Issues = field(default_factory=Issues)

    @property
    def complete(self) -> bool:
        """Whether the phone now has all that was asked for (a dry run: would have)."""
        return self.issues.all_there

    def group(self, path: bytes) -> GroupCounts:
        """Return the counts that a path of the snapshot belongs to."""
        name = b"/".join(path.split(b"/", 3)[:3]) if path.count(b"/") > 1 else path
        return self.groups.setdefault(name, GroupCounts())

    def total(self, field_name: str) -> int:
        """Return the sum over all groups of one of `GroupCounts`' numbers."""
        return sum(getattr(counts, field_name) for counts in self.groups.values())
