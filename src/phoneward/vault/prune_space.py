"""How much free space prune needs, and in how many rounds it gets by with what there is.

A round writes packs and an index, then removes what they replace. What one round frees, the next may use; so even an
almost full disk has room enough as long as it holds one new pack and one new index file. Wholly unused packs go first
then: for those only an index file is written.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from phoneward.vault.blobs import FileType
from phoneward.vault.index import FLUSH_BLOBS
from phoneward.vault.packs import MAX_BLOBS
from phoneward.vault.prune_plan import COMPRESSED_ENTRY_SIZE, HEADER_EXTRA, Action, Plan
from phoneward.vault.prune_used import KEPT
from phoneward.vault.repository import Repository
from phoneward.vault.storage.base import FreeSpace

_INDEX_ENTRY: Final = {1: 176, 2: 88}
"""Most bytes that a blob takes in an index file, by the repository's version. Version 2 compresses: 64 hex digits of an
id become 33 bytes or so, and three numbers at most 14; 45 to 50 bytes are usual (the tests measure the worst)."""
_INDEX_PACK: Final = 96
_LEAST_INDEX_ENTRY: Final = 33
"""No index file names more blobs than its size divided by this: an id has 32 bytes that nothing compresses."""
_SMALL_FILES: Final = 8
"""Lock files that are written anew meanwhile, and the folders' own growth, in blocks."""
_UNKNOWN: Final = FreeSpace(0, 4096)


@dataclass(slots=True)
class Round:
    """One step of prune.

    Attributes:
        repack: numbers of the packs to pack anew.
        removes_unused: whether the packs that nobody needs go in this round, too.
        bytes_in: size of all packs that this round removes.
        blobs, bytes_out: that are written anew.
    """

    repack: list[int] = field(default_factory=list)
    removes_unused: bool = False
    bytes_in: int = 0
    blobs: int = 0
    bytes_out: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """The rounds, and what they need.

    Attributes:
        needs_free_bytes: at the worst moment, of the space that is free before the first change.
        free_bytes: that are free then; None where nobody knows.
        frees_bytes, rewrites_bytes: of packs, by all rounds.
    """

    rounds: Sequence[Round]
    needs_free_bytes: int
    free_bytes: int | None
    frees_bytes: int
    rewrites_bytes: int

    @property
    def fits(self) -> bool:
        """Whether there is room enough."""
        return self.free_bytes is None or self.needs_free_bytes <= self.free_bytes


def index_room(repo: Repository, blobs: int, packs: int, block: int) -> int:
    """Return the most that the new index files take while the old ones they replace are still there, bytes.

    Old files are replaced group by group; a group has at most `FLUSH_BLOBS` blobs, or is one file.
    """
    largest = max((size for _name, size in repo.list_files(FileType.INDEX)), default=0) // _LEAST_INDEX_ENTRY
    at_once = min(blobs, max(FLUSH_BLOBS, largest))
    return index_size(repo, at_once, min(packs, at_once), block)


def index_size(repo: Repository, blobs: int, packs: int, block: int) -> int:
    """Return the most that new index files of so many blobs in so many packs take, bytes."""
    files = blobs // FLUSH_BLOBS + 2
    return blobs * _INDEX_ENTRY[repo.config.version] + packs * _INDEX_PACK + files * block


class Scheduler:
    """Divides the work of a plan into rounds."""

    def __init__(self, repo: Repository, plan: Plan, pack_size: int) -> None:
        self._plan = plan
        self._repo = repo
        self._pack_size = pack_size
        space = repo.storage.free_space()
        self._free = None if space is None else space.free
        self._block = (space or _UNKNOWN).block
        self._index = index_room(repo, len(repo.index), len(plan.packs.names), self._block)
        count = len(plan.packs.names)
        self._bytes = array("q", bytes(8 * count))
        self._blobs = array("q", bytes(8 * count))
        for mark, (pack, _is_tree, length, _uncompressed) in zip(plan.marks, repo.index.rows(), strict=True):
            if mark & KEPT and plan.actions[pack] == Action.REPACK:
                self._bytes[pack] += length
                self._blobs[pack] += 1

    def schedule(self) -> Schedule:
        """Return one round where there is room for it, else as many as it takes."""
        plan = self._plan
        unreferenced = sum(plan.packs.unreferenced.values())
        repack = [number for number, action in enumerate(plan.actions) if action == Action.REPACK]
        unused = [number for number, action in enumerate(plan.actions) if action == Action.REMOVE]
        forgotten = Action.FORGET in plan.actions
        whole = Round(removes_unused=True, bytes_in=sum(plan.packs.sizes[number] for number in unused))
        for number in repack:
            self._add(whole, number)
        rounds = [whole] if repack or unused or forgotten else []
        if self._free is not None and self._needs(rounds, unreferenced) > self._free:
            rounds = self._many(repack, whole.bytes_in - sum(plan.packs.sizes[n] for n in repack), unreferenced)
        written = sum(map(self._written, rounds))
        removed = sum(round_.bytes_in for round_ in rounds) + unreferenced
        return Schedule(rounds, self._needs(rounds, unreferenced), self._free, removed - written, written)

    def _many(self, repack: Sequence[int], unused: int, gained: int) -> list[Round]:
        first = Round(removes_unused=True, bytes_in=unused)
        rounds, current = [first], Round()
        room = (self._free or 0) + gained + unused
        for number in repack:
            trial = Round(bytes_in=current.bytes_in, blobs=current.blobs, bytes_out=current.bytes_out)
            self._add(trial, number)
            if current.repack and self._cost(trial) > room:
                rounds.append(current)
                room += current.bytes_in - self._written(current)
                current = Round()
            self._add(current, number)
        return [*rounds, current] if current.repack else rounds

    def _add(self, round_: Round, number: int) -> None:
        round_.repack.append(number)
        round_.bytes_in += self._plan.packs.sizes[number]
        round_.blobs += self._blobs[number]
        round_.bytes_out += self._bytes[number]

    def _needs(self, rounds: Sequence[Round], gained: int) -> int:
        """Return the free space to begin with that gets through all rounds; `gained` is freed before the first."""
        needs = 0
        for round_ in rounds:
            needs = max(needs, self._cost(round_) - gained)
            gained += round_.bytes_in - self._growth(round_)
        return needs

    def _cost(self, round_: Round) -> int:
        """Return the most that lies on the disk beside all that was there before the round."""
        return self._growth(round_) + self._index + _SMALL_FILES * self._block

    def _packs(self, round_: Round) -> int:
        """Return the most packs that come of it: of two in a row of the same kind, one is more than half full."""
        return 2 * round_.bytes_out // self._pack_size + round_.blobs // MAX_BLOBS + 4 if round_.blobs else 0

    def _written(self, round_: Round) -> int:
        return round_.bytes_out + round_.blobs * COMPRESSED_ENTRY_SIZE + self._packs(round_) * HEADER_EXTRA

    def _growth(self, round_: Round) -> int:
        """Return the most that the new packs and the index files that name them take."""
        if not round_.blobs:
            return 0
        packs = self._packs(round_)
        index = index_size(self._repo, round_.blobs, packs, self._block)
        return self._written(round_) + packs * self._block + index
