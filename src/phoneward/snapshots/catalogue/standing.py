"""Which snapshots stand behind the columns of a book: they come and go while the book stays as it is."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from phoneward.snapshots.catalogue.book import Manifest
from phoneward.snapshots.catalogue.history import LINE, OPEN, PARTIAL, WHOLE, Run
from phoneward.snapshots.catalogue.snapshot_list import SnapshotKind, kind_of_snapshot
from phoneward.snapshots.reading import SnapshotInfo

_NEVER: Final = 1 << 62


def book_of(info: SnapshotInfo) -> str | None:
    """Return the name of the book a snapshot belongs in: that of its phone; None for what holds nothing of a phone.

    What another program backed up has a book for each host and what was backed up there.
    """
    if kind_of_snapshot(info) not in {SnapshotKind.WHOLE, SnapshotKind.PARTIAL}:
        return None
    if info.device:
        return "device\0" + info.device
    return "\0".join(("other", info.label, *info.snapshot.paths))


def line_of(info: SnapshotInfo) -> int:
    """Return in which line of columns a snapshot's tree belongs."""
    return PARTIAL if info.partial else WHOLE


@dataclass(frozen=True, slots=True)
class Shelved:
    """The snapshots of one book, oldest first, and whose they are."""

    device: str
    label: str
    infos: tuple[SnapshotInfo, ...]


def by_book(infos: Sequence[SnapshotInfo]) -> dict[str, Shelved]:
    """Return the snapshots of each book. `infos` come newest first; the newest one's label counts."""
    found: dict[str, list[SnapshotInfo]] = {}
    for info in infos:
        name = book_of(info)
        if name is not None:
            found.setdefault(name, []).append(info)
    return {name: Shelved(some[0].device, some[0].label, tuple(reversed(some))) for name, some in found.items()}


@dataclass(frozen=True, slots=True)
class Span:
    """The snapshots of a run: how many, and the numbers of the oldest and the newest of them (see `ranked`)."""

    count: int
    oldest: int
    newest: int


class Standing:
    """The snapshots behind the columns of one book at one moment. Never changes.

    Attributes:
        done: how many of the snapshots have a column.
        missing: the others, oldest first.
        dead: how many columns have no snapshot any more; `dead_columns` which, 32 bits each.

    Args:
        manifest: of the book.
        infos: the book's snapshots that are there, oldest first.
    """

    def __init__(self, manifest: Manifest, infos: Sequence[SnapshotInfo]) -> None:
        columns = [{tree: number for number, tree in enumerate(line)} for line in manifest.lines]
        self._columns: list[list[list[SnapshotInfo]]] = [[[] for _tree in line] for line in manifest.lines]
        self.missing: list[SnapshotInfo] = []
        for info in infos:
            line = line_of(info)
            column = columns[line].get(info.snapshot.tree)
            if column is None:
                self.missing.append(info)
            else:
                self._columns[line][column].append(info)
        self.done = len(infos) - len(self.missing)
        self._infos = infos
        ranks = {id(info): rank for rank, info in enumerate(infos)}
        held = [[[ranks[id(info)] for info in some] for some in line] for line in self._columns]
        dead = [
            place + line * LINE for line, columns in enumerate(held) for place, some in enumerate(columns) if not some
        ]
        self.dead = len(dead)
        self.dead_columns = array("I", dead).tobytes()
        self._before = [[0, *accumulate(map(len, line))] for line in held]
        self._oldest = [[min(some, default=_NEVER) for some in line] for line in held]
        self._newest = [[max(some, default=-1) for some in line] for line in held]

    def any_within(self, first: int, last: int) -> bool:
        """Tell whether a snapshot stands behind any of the columns of a line from `first` to `last`."""
        line, start = divmod(first, LINE)
        before = self._before[line]
        stop = len(before) - 1 if last == OPEN else min(last % LINE + 1, len(before) - 1)
        return before[stop] > before[start]

    def span(self, run: Run) -> Span:
        """Return how many snapshots a run has, and which are the oldest and the newest: quicker than `of_run`."""
        line, start = divmod(run.start, LINE)
        before = self._before[line]
        stop = len(before) - 1 if run.end == OPEN else min(run.end % LINE + 1, len(before) - 1)
        count = before[stop] - before[start]
        if not count:
            return Span(0, _NEVER, -1)
        return Span(count, min(self._oldest[line][start:stop]), max(self._newest[line][start:stop]))

    def ranked(self, rank: int) -> SnapshotInfo:
        """Return the snapshot with this number, from the oldest."""
        return self._infos[rank]

    def at(self, column: int) -> list[SnapshotInfo]:
        """Return the snapshots behind a column, oldest first."""
        line, place = divmod(column, LINE)
        columns = self._columns[line]
        return columns[place] if place < len(columns) else []

    def of_run(self, run: Run) -> list[SnapshotInfo]:
        """Return the snapshots of a run."""
        line, start = divmod(run.start, LINE)
        stop = None if run.end == OPEN else run.end % LINE + 1
        return [info for column in self._columns[line][start:stop] for info in column]
