"""Which packs stay, go, or are packed anew (restic internal/repository/prune.go, `PlanPrune`, `decidePackAction`).

What differs from restic:
- Which copy of a duplicate stays does not depend on the order of the index: the one in the pack with the least waste,
  then the first by name. So a second prune finds nothing to do.
- Before the other copies go, the one that stays is read and proved; where it is damaged, another stays.
- Only what is asked for is compressed anew.
"""

import enum
from array import array
from collections.abc import Sequence
from typing import Final

from phoneward.texts import _
from phoneward.vault.blobs import FileId, FileType
from phoneward.vault.crypto import OVERHEAD
from phoneward.vault.errors import DamagedError, FileMissingError, VaultNotWholeError
from phoneward.vault.index_table import IndexTable
from phoneward.vault.prune_copies import load_proved
from phoneward.vault.prune_options import PruneOptions
from phoneward.vault.prune_report import BlobFigures, PackFigures
from phoneward.vault.prune_used import KEPT, USED, UsedBlobs
from phoneward.vault.repository import Repository

ENTRY_SIZE: Final = 37
COMPRESSED_ENTRY_SIZE: Final = 41
HEADER_EXTRA: Final = OVERHEAD + 4
"""Bytes a pack has beside its blobs: per blob, and once (see `packs.header_size`)."""

_MISSING: Final = -1
_SMALL_PACKS: Final = 10
"""Fewer small packs than this are not worth the work (restic)."""
_NEW_SMALL_PACKS: Final = 4
"""Packs that a repack may leave small: two open ones of each type."""


class Action(enum.IntEnum):
    """What becomes of a pack. `FORGET`: it is missing already and nobody needs it."""

    KEEP = 0
    REMOVE = 1
    REPACK = 2
    FORGET = 3


class PackTable:
    """All packs that an index names, by their number in the index table: what is known of each, in arrays.

    Attributes:
        names: by number.
        sizes: of the files, bytes; -1 where there is none.
        unreferenced: packs that no index names, and their sizes.
        sound: 1 where the file is there with the size that the index gives it.
        used, unused: bytes of the blobs that stay, and of the others; `used_blobs`, `unused_blobs` their numbers.
        mixed: 1 where data and trees lie together; `data` 1 where there is any data, `uncompressed` likewise.
    """

    def __init__(self, repo: Repository) -> None:
        table = repo.index
        count = table.pack_count
        self.names: list[FileId] = list(table.packs())
        numbers = {name: number for number, name in enumerate(self.names)}
        self.sizes = array("q", [_MISSING]) * count
        self.unreferenced: dict[FileId, int] = {}
        for name, size in repo.list_files(FileType.PACK):
            if name in numbers:
                self.sizes[numbers[name]] = size
            else:
                self.unreferenced[name] = size
        self.used = array("q", bytes(8 * count))
        self.unused = array("q", bytes(8 * count))
        self.used_blobs = array("q", bytes(8 * count))
        self.unused_blobs = array("q", bytes(8 * count))
        self.data, self.trees, self.uncompressed = bytearray(count), bytearray(count), bytearray(count)
        expected = array("q", [HEADER_EXTRA]) * count
        for pack, is_tree, length, uncompressed_length in table.rows():
            expected[pack] += length + (COMPRESSED_ENTRY_SIZE if uncompressed_length else ENTRY_SIZE)
            (self.trees if is_tree else self.data)[pack] = 1
            if not uncompressed_length:
                self.uncompressed[pack] = 1
        self.sound = bytearray(size == wanted for size, wanted in zip(self.sizes, expected, strict=True))

    def is_pure_data(self, number: int) -> bool:
        """Whether there are no trees in it."""
        return bool(self.data[number]) and not self.trees[number]

    def is_mixed(self, number: int) -> bool:
        """Whether data and trees lie together."""
        return bool(self.data[number] and self.trees[number])

    def count(self, table: IndexTable, marks: bytearray, flag: int) -> None:
        """Fill `used` and `unused`: a record with this mark counts as used."""
        for counted in (self.used, self.unused, self.used_blobs, self.unused_blobs):
            counted[:] = array("q", bytes(8 * len(counted)))
        for mark, (pack, _is_tree, length, _uncompressed) in zip(marks, table.rows(), strict=True):
            if mark & flag:
                self.used[pack] += length
                self.used_blobs[pack] += 1
            else:
                self.unused[pack] += length
                self.unused_blobs[pack] += 1


class Plan:
    """What is to become of every pack.

    Args:
        repo: with its index loaded.
        packs: of that index.
        found: what the snapshots need.
        proves: of a blob that lies in several packs, read the copy that is to stay, and choose another where it is
            damaged.

    Raises:
        StorageError: a copy cannot be read.
        VaultNotWholeError: the only whole copy of something needed is in a pack of the wrong size.

    Attributes:
        actions: an `Action` by pack number.
        compresses: whether what is not compressed is to be.
    """

    def __init__(
        self, repo: Repository, packs: PackTable, found: UsedBlobs, options: PruneOptions, *, proves: bool
    ) -> None:
        self._table = repo.index
        self.repo = repo
        self.packs = packs
        self.marks = found.marks
        self._duplicates = found.duplicates
        self.options = options
        self.compresses = options.repack_uncompressed and repo.config.version > 1
        self._proves = proves
        self.actions = bytearray(len(packs.names))
        self._choose_copies()
        packs.count(self._table, self.marks, KEPT)
        self._decide()
        self._prefer_kept_packs()

    # -- duplicates ----------------------------------------------------------------------------------------------

    def _copies(self, number: int) -> list[int]:
        """Return the records of all sound copies of a blob."""
        entry = self._table.location(number).entry
        numbers = self._table.numbers(entry.type, entry.id)
        return [copy for copy in numbers if self.packs.sound[self._table.pack_number(copy)]]

    def _choose_copies(self) -> None:
        """Keep one copy of each duplicate. The rank of a pack depends on nothing but what is in it."""
        if not self._duplicates:
            return
        self.packs.count(self._table, self.marks, USED)
        for number in self._duplicates:
            ranked = sorted(self._copies(number), key=self._rank)
            whole = next(filter(self._opens, ranked), None)
            if whole is None:
                self._refuse_if_elsewhere(number)
            self.marks[ranked[0] if whole is None else whole] |= KEPT

    def _refuse_if_elsewhere(self, number: int) -> None:
        """Stop where the only whole copy lies in a pack of the wrong size: that pack would go, or be kept as sound."""
        entry = self._table.location(number).entry
        for copy in self._table.numbers(entry.type, entry.id):
            pack = self._table.pack_number(copy)
            if not self.packs.sound[pack] and self._opens(copy):
                problem = _("The only whole copy of a needed piece is in the pack {pack}, which has the wrong size.")
                raise VaultNotWholeError(problem=problem.format(pack=self.packs.names[pack]))

    def _rank(self, number: int) -> tuple[bool, int, str]:
        pack = self._table.pack_number(number)
        return self.packs.is_mixed(pack), self.packs.unused[pack], self.packs.names[pack]

    def _prefer_kept_packs(self) -> None:
        """What lies in a pack that stays need not be packed anew from another."""
        for number in self._duplicates:
            copies = self._copies(number)
            chosen = next(copy for copy in copies if self.marks[copy] & KEPT)
            if self._action(chosen) == Action.REPACK:
                staying = sorted((copy for copy in copies if self._action(copy) == Action.KEEP), key=self._rank)
                other = next(filter(self._opens, staying), chosen)
                self.marks[chosen] &= ~KEPT
                self.marks[other] |= KEPT

    def _opens(self, number: int) -> bool:
        """Read a copy and prove it, where that was asked for. It costs what reading every duplicate once costs."""
        if not self._proves:
            return True
        try:
            load_proved(self.repo, self._table.location(number))
        except (DamagedError, FileMissingError):
            return False
        return True

    def _pack(self, number: int) -> int:
        return self._table.pack_number(number)

    def _action(self, number: int) -> int:
        return self.actions[self._pack(number)]

    # -- packs ---------------------------------------------------------------------------------------------------

    def _decide(self) -> None:
        packs = self.packs
        candidates: list[int] = []
        small: list[int] = []
        for number in range(len(packs.names)):
            if not packs.used_blobs[number]:
                self.actions[number] = Action.FORGET if packs.sizes[number] == _MISSING else Action.REMOVE
            elif packs.unused_blobs[number] or packs.is_mixed(number) or self._wants_compression(number):
                candidates.append(number)
            elif packs.sizes[number] < self._small_size():
                small.append(number)
        candidates.sort(key=self._urgency)
        self._repack(candidates)
        if self._small_are_worth_it(small):
            self._repack(sorted(small, key=lambda number: packs.names[number]), all_of_them=True)

    def _wants_compression(self, number: int) -> bool:
        return self.compresses and bool(self.packs.uncompressed[number])

    def _small_size(self) -> int:
        """Return the size below which packs are small: restic 0.14 to 0.17 (cmd_prune.go)."""
        size = self.options.pack_size
        return size // 5 * 4 if self.options.repack_small else size // 25

    def _urgency(self, number: int) -> tuple[bool, bool, float, str]:
        """Order: trees and mixed packs, then small ones, then the highest share of waste."""
        packs = self.packs
        large = packs.sizes[number] >= self._small_size()
        waste = packs.unused[number] / (packs.used[number] + packs.unused[number])
        return packs.is_pure_data(number), large, -waste, packs.names[number]

    def _repack(self, candidates: Sequence[int], *, all_of_them: bool = False) -> None:
        packs, options = self.packs, self.options
        used = sum(packs.used)
        allowed = options.max_unused.allowed(used)
        gone = (Action.REMOVE, Action.FORGET, Action.REPACK)
        left = sum(unused for unused, action in zip(packs.unused, self.actions, strict=True) if action not in gone)
        read = sum(s for s, action in zip(packs.sizes, self.actions, strict=True) if action == Action.REPACK)
        for number in candidates:
            limit = options.max_repack_bytes
            if limit is not None and read + packs.sizes[number] > limit:
                continue
            enough = allowed is None or left <= allowed
            large = packs.sizes[number] >= self._small_size()
            must = not packs.is_pure_data(number) or self._wants_compression(number) or all_of_them
            if enough and large and not must:
                continue
            self.actions[number] = Action.REPACK
            read += packs.sizes[number]
            left -= packs.unused[number]

    def _small_are_worth_it(self, small: Sequence[int]) -> bool:
        """Whether enough are small, counting those that this prune may add, and there will be fewer afterwards."""
        new = _NEW_SMALL_PACKS if Action.REPACK in self.actions else 0
        if len(small) + new < _SMALL_PACKS:
            return False
        total = sum(self.packs.sizes[number] for number in small)
        return total // (self.options.pack_size * 4 // 5) + _NEW_SMALL_PACKS < len(small)

    # -- figures -------------------------------------------------------------------------------------------------

    def figures(self) -> tuple[BlobFigures, BlobFigures, PackFigures]:
        """Return blobs, their bytes, and packs."""
        counts = {"used": 0, "duplicate": 0, "unused": 0, "repack": 0, "repack_remove": 0, "remove": 0}
        sizes = dict(counts)
        rows = zip(self.marks, self._table.rows(), strict=True)
        for mark, (pack, _is_tree, length, _uncompressed) in rows:
            kind = "used" if mark & KEPT else "duplicate" if mark & USED else "unused"
            kinds = [kind]
            action = self.actions[pack]
            if action == Action.REPACK:
                kinds += ["repack"] if mark & KEPT else ["repack", "repack_remove"]
            elif action != Action.KEEP:
                kinds.append("remove")
            for kind in kinds:
                counts[kind] += 1
                sizes[kind] += length
        packs = PackFigures(
            keep=self.actions.count(Action.KEEP),
            repack=self.actions.count(Action.REPACK),
            remove=self.actions.count(Action.REMOVE),
            missing=self.actions.count(Action.FORGET),
            unreferenced=len(self.packs.unreferenced),
        )
        return BlobFigures(**counts), BlobFigures(**sizes), packs
