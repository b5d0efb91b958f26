"""What a repair of the index found and did."""

import enum
from dataclasses import dataclass, field


class RepairKind(enum.Enum):
    """What was wrong; a stable name for programs."""

    INDEX_DAMAGED = "index-damaged"
    """An index file cannot be read; what it named is read from the packs."""
    PACK_ADDED = "pack-added"
    """No index named the pack."""
    PACK_REREAD = "pack-reread"
    """The index described the pack wrongly."""
    PACK_MISSING = "pack-missing"
    """The index named a pack that is not there."""
    PACK_UNREADABLE = "pack-unreadable"
    """Nobody can tell what is in the pack. It stays, and no index names it."""
    HEADER_DAMAGED = "header-damaged"
    """The pack's own list is damaged, but the index has it: it stays in use."""


@dataclass(frozen=True, slots=True)
class RepairFinding:
    """One thing that was wrong.

    Attributes:
        file: in the repository, such as `data/3f…`.
        sentence: in the reader's language.
    """

    kind: RepairKind
    file: str
    sentence: str


@dataclass(slots=True)
class RepairReport:
    """What was found and done.

    Attributes:
        findings: in no particular order.
        packs: that an index names afterwards.
        packs_read: of which the own list was read.
        indexes_written, indexes_removed: files; 0 both where nothing was wrong, and in a dry run.
    """

    dry_run: bool = False
    findings: list[RepairFinding] = field(default_factory=list)
    packs: int = 0
    packs_read: int = 0
    indexes_written: int = 0
    indexes_removed: int = 0

    def count(self, kind: RepairKind) -> int:
        """Return how many findings of a kind there are."""
        return sum(1 for finding in self.findings if finding.kind is kind)

    @property
    def lost(self) -> bool:
        """Whether packs are missing or cannot be read: then check says which files that concerns."""
        return bool(self.count(RepairKind.PACK_MISSING) or self.count(RepairKind.PACK_UNREADABLE))
