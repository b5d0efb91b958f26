"""Reading packs to prove them: hash, header, every blob. And which packs, where not all are to be read.

Source: restic internal/repository/check.go (`checkPack`), cmd/restic/cmd_check.go (`--read-data-subset`).
"""

import hashlib
import itertools
import math
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.texts import _, ngettext
from phoneward.vault.blobs import FileId, FileType
from phoneward.vault.check_report import CheckLog, ProblemKind, label
from phoneward.vault.errors import DamagedError, StorageError, SubsetError
from phoneward.vault.index import IndexedPack
from phoneward.vault.packs import PackEntry
from phoneward.vault.repository import Repository

_READ_BYTES: Final = 8 << 20
_MAX_PARTS: Final = 256
_PART: Final = re.compile(r"(\d{1,3})/(\d{1,3})", re.ASCII)
_PERCENT: Final = re.compile(r"(\d{1,3}(?:\.\d{1,9})?)%", re.ASCII)
_SIZE: Final = re.compile(r"(\d{1,15})([KMGT]?)", re.IGNORECASE | re.ASCII)
_UNITS: Final = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


@dataclass(frozen=True, slots=True)
class Part:
    """The packs of one of several equal parts, always the same ones: `n/t`, restic's choice by the ID's first byte."""

    number: int
    of: int

    def choose(self, sizes: Mapping[FileId, int], _random: random.Random) -> list[FileId]:
        """Return the packs to read."""
        return [pack for pack in sizes if int(pack[:2], 16) % self.of == self.number - 1]


@dataclass(frozen=True, slots=True)
class Percentage:
    """A random share of the packs, at least one: `10%`."""

    percent: float

    def choose(self, sizes: Mapping[FileId, int], chance: random.Random) -> list[FileId]:
        """Return the packs to read."""
        return chance.sample(list(sizes), min(len(sizes), math.ceil(len(sizes) * self.percent / 100)))


@dataclass(frozen=True, slots=True)
class Amount:
    """Random packs of about so many bytes together, at least one: `500M`."""

    size: int

    def choose(self, sizes: Mapping[FileId, int], chance: random.Random) -> list[FileId]:
        """Return the packs to read."""
        total = sum(sizes.values())
        percent = 100.0 if total <= self.size else 100 * self.size / total
        return Percentage(percent).choose(sizes, chance)


Subset = Part | Percentage | Amount
EVERYTHING: Final = Percentage(100)


def parse_subset(text: str) -> Subset:
    """Return the subset that a person wrote: `n/t`, `x%` or a size such as `500M` (powers of 1,024).

    Raises:
        SubsetError: none of these, or out of range.
    """
    wanted = text.strip()
    if match := _PART.fullmatch(wanted):
        number, of = int(match[1]), int(match[2])
        if 1 <= number <= of <= _MAX_PARTS:
            return Part(number, of)
    elif match := _PERCENT.fullmatch(wanted):
        percent = float(match[1])
        if 0 < percent <= 100:
            return Percentage(percent)
    elif (match := _SIZE.fullmatch(wanted)) and int(match[1]) > 0:
        return Amount(int(match[1]) * _UNITS[match[2].upper()])
    raise SubsetError(subset=readable(text))


def read_packs(
    repo: Repository, packs: Iterator[IndexedPack], log: CheckLog, *, on_read: Callable[[int], None], threads: int
) -> None:
    """Read packs to their end on several threads and note what is wrong.

    Args:
        repo: where they are.
        packs: which, and what the index says of them; asked for a few at a time.
        log: takes what is wrong.
        on_read: called with the bytes of each pack read, on this thread.
        threads: how many packs are read at once; each holds about 10 MB, or its largest blob.

    Raises:
        StorageError: the repository cannot be reached.
    """
    with ThreadPoolExecutor(threads, "check") as pool:

        def start(count: int) -> set[Future[int]]:
            return {pool.submit(_PackReader(repo, log, pack).read) for pack in itertools.islice(packs, count)}

        running = start(2 * threads)
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    on_read(future.result())
                running |= start(len(done))
        finally:
            for future in running:
                future.cancel()


class _PackReader:
    """Reads one pack."""

    def __init__(self, repo: Repository, log: CheckLog, indexed: IndexedPack) -> None:
        self._repo = repo
        self._log = log
        self._pack = indexed.pack
        self._indexed = indexed.entries
        self._digest = hashlib.sha256()
        self._damaged = 0
        self._first_damage = ""

    def read(self) -> int:
        """Read it and note what is wrong. Returns its size in bytes."""
        try:
            size = self._repo.storage.size(FileType.PACK, self._pack)
            self._read(size)
        except StorageError:
            raise
        except PhonewardError as error:  # missing, or it became shorter while it was read
            self._error(error.sentence())
            return 0
        self._log.pack_read(size)
        return size

    def _read(self, size: int) -> None:
        try:
            entries = self._repo.read_pack_header(self._pack)
        except DamagedError as error:
            self._error(error.sentence())
            entries = []
        else:
            if sorted(entries, key=_by_place) != sorted(self._indexed, key=_by_place):
                self._error(_("The index describes the pack {pack} wrongly.").format(pack=self._pack))
        position = 0
        for group in _groups(entries):
            length = sum(entry.length for entry in group)
            self._read_blobs(group, self._load(position, length))
            position += length
        while position < size:
            position += len(self._load(position, min(_READ_BYTES, size - position)))
        if self._damaged:
            self._error(
                ngettext(
                    "The pack {pack} holds {count} damaged piece: {problem}",
                    "The pack {pack} holds {count} damaged pieces: {problem}",
                    self._damaged,
                ).format(pack=self._pack, count=self._damaged, problem=self._first_damage)
            )
        if self._digest.hexdigest() != self._pack:
            self._error(_("The pack {pack} was changed after it was written.").format(pack=self._pack))

    def _load(self, position: int, length: int) -> bytes:
        data = self._repo.storage.load(FileType.PACK, self._pack, position, length)
        self._digest.update(data)
        return data

    def _read_blobs(self, group: Sequence[PackEntry], data: bytes) -> None:
        view = memoryview(data)
        start = group[0].offset
        for entry in group:
            try:
                sealed = view[entry.offset - start : entry.offset - start + entry.length]
                self._repo.open_blob(self._pack, entry, sealed)
            except DamagedError as error:
                self._damaged += 1
                self._first_damage = self._first_damage or error.sentence()

    def _error(self, sentence: str) -> None:
        self._log.error(ProblemKind.PACK_DAMAGED, label(FileType.PACK, self._pack), sentence)


def _by_place(entry: PackEntry) -> tuple[int, bytes, int]:
    return entry.offset, entry.id, entry.length


def _groups(entries: Sequence[PackEntry]) -> Iterator[list[PackEntry]]:
    """Join neighbours up to `_READ_BYTES`, so that small blobs do not cost a read each."""
    group: list[PackEntry] = []
    size = 0
    for entry in entries:
        if group and size + entry.length > _READ_BYTES:
            yield group
            group, size = [], 0
        group.append(entry)
        size += entry.length
    if group:
        yield group
