"""What prune means to do, and what it did."""

from dataclasses import dataclass, field

from phoneward.vault.blobs import FileId


@dataclass(frozen=True, slots=True)
class BlobFigures:
    """Blobs or their sealed bytes. The names are restic's (internal/repository/prune.go, `PruneStats`).

    Attributes:
        used: needed by a snapshot, each once.
        duplicate: further copies of those.
        unused: needed by none.
        repack: in packs that are packed anew; `repack_remove` of them are left out.
        remove: in packs that are removed whole.
    """

    used: int = 0
    duplicate: int = 0
    unused: int = 0
    repack: int = 0
    repack_remove: int = 0
    remove: int = 0

    @property
    def total(self) -> int:
        """All that an index names."""
        return self.used + self.duplicate + self.unused

    @property
    def remaining(self) -> int:
        """What is there afterwards."""
        return self.total - self.remove - self.repack_remove

    @property
    def remaining_unused(self) -> int:
        """What is there afterwards and not needed."""
        return self.remaining - self.used


@dataclass(frozen=True, slots=True)
class PackFigures:
    """Packs, each counted as one of keep, repack, remove, missing, unreferenced.

    Attributes:
        keep: stay as they are.
        repack: are packed anew, what is not needed left out.
        remove: hold nothing that is needed.
        missing: are named by an index and not there; nothing in them is needed.
        unreferenced: no index names them.
    """

    keep: int = 0
    repack: int = 0
    remove: int = 0
    missing: int = 0
    unreferenced: int = 0

    @property
    def total(self) -> int:
        """All that are there."""
        return self.keep + self.repack + self.remove + self.unreferenced


@dataclass(frozen=True, slots=True)
class PruneFigures:
    """What prune means to do, known before it changes anything.

    Attributes:
        snapshots: how many there are; all that they hold stays.
        size: bytes of blobs.
        unreferenced_bytes: in packs that no index names.
        frees_bytes: what the packs take less afterwards, as near as can be said before.
        rewrites_bytes: that are written anew.
        needs_free_bytes: of free space at the worst moment, never more.
        free_bytes: that are free now; None where the storage does not tell.
    """

    snapshots: int
    blobs: BlobFigures
    size: BlobFigures
    packs: PackFigures
    unreferenced_bytes: int
    frees_bytes: int
    rewrites_bytes: int
    needs_free_bytes: int
    free_bytes: int | None

    @property
    def nothing_to_do(self) -> bool:
        """Whether everything may stay as it is."""
        packs = self.packs
        return not (packs.repack or packs.remove or packs.missing or packs.unreferenced)


@dataclass(frozen=True, slots=True)
class DamagedPack:
    """A pack that could not be packed anew, since a needed piece of it is damaged. It stays.

    Attributes:
        pieces: how many.
        sentence: what is wrong with the first, in the reader's language.
    """

    pack: FileId
    pieces: int
    sentence: str


@dataclass(slots=True)
class PruneReport:
    """What prune did.

    Attributes:
        figures: what it meant to do.
        freed_bytes: packs removed less packs written.
        rewritten_bytes: packs written.
        packs_removed, packs_written, indexes_removed, indexes_written: files.
        damaged: packs that stay because they are damaged.
    """

    figures: PruneFigures
    dry_run: bool = False
    freed_bytes: int = 0
    rewritten_bytes: int = 0
    packs_removed: int = 0
    packs_written: int = 0
    indexes_removed: int = 0
    indexes_written: int = 0
    damaged: list[DamagedPack] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing was found damaged."""
        return not self.damaged
