"""What one folder of a phone held, in every snapshot: its names, and for each when it was there and what it was.

The snapshots of a phone stand in *columns*: one for each distinct root tree, in the order in which they were taken in,
which is mostly that of time. What a name was is told in *runs* of columns that lie side by side; one that is not over
has the end `OPEN`, so that a folder that does not change costs nothing, however many snapshots hold it. Answers do not
depend on the order of the columns, only their size does.

Backups that were cut short hold parts of a phone only. They stand in a line of columns of their own, so that they do
not end the runs of the whole ones.
"""

from array import array
from collections import defaultdict
from typing import Final, NamedTuple

import msgspec

from phoneward.snapshots.catalogue.folding import END, fold_names

OPEN: Final = 0xFFFF_FFFF
LINE: Final = 1 << 24
"""Columns of a line. The number of a column is that of its line times this, and its place in the line."""

WHOLE, PARTIAL = 0, 1

KINDS: Final = ("file", "dir", "symlink", "other")
FILE, DIR, SYMLINK, OTHER = range(4)
_KIND_OF: Final = {kind: number for number, kind in enumerate(KINDS)}

_INT64: Final = 2**63 - 1
_UINT32: Final = 2**32 - 1
_SECOND: Final = 10**9


def kind_of(node_type: str) -> int:
    """Return the number of a node's type."""
    return _KIND_OF.get(node_type, OTHER)


class What(NamedTuple):
    """What a name was: equal for two snapshots in which nothing about it changed. `key` tells contents apart."""

    kind: int
    size: int
    mtime_ns: int
    key: int


class Run(NamedTuple):
    """Columns that lie side by side in which a name was the same."""

    start: int
    end: int
    what: What


class _Packed(msgspec.Struct, array_like=True, frozen=True, gc=False):
    names: bytes
    owners: bytes
    starts: bytes
    ends: bytes
    kinds: bytes
    sizes: bytes
    times: bytes
    keys: bytes
    trees: dict[int, bytes]
    subtrees: dict[int, dict[bytes, bytes]]


_decoder: Final = msgspec.msgpack.Decoder(_Packed)
_encode: Final = msgspec.msgpack.Encoder().encode


class Fragment(NamedTuple):
    """What a search needs of a folder: for each name, in order, arrays of numbers as bytes.

    Attributes:
        text: folded names, each with `END` after it.
        newest: the time that a list is ordered by: of what came last, seconds since 1970, 32 bits.
        first, last: the columns between which it was there, 32 bits each.
        gaps: 1 where it was not there in all of them; 8 bits.
    """

    text: bytes
    newest: bytes
    first: bytes
    last: bytes
    gaps: bytes

    @property
    def names(self) -> int:
        """How many names there are."""
        return len(self.gaps)


class FolderHistory:
    """The history of one folder. One thread owns it while it is changed; afterwards any number may read it.

    Attributes:
        names: distinct, raw, in the order in which they came.
        trees: by line, the tree of the folder in the newest column; none where it is not there.
        subtrees: by line, the trees of its folders likewise.
    """

    def __init__(self) -> None:
        self.names: list[bytes] = []
        self.trees: dict[int, bytes] = {}
        self.subtrees: dict[int, dict[bytes, bytes]] = {}
        self._owners = array("I")
        self._starts = array("I")
        self._ends = array("I")
        self._kinds = bytearray()
        self._sizes = array("Q")
        self._times = array("q")
        self._keys = array("Q")
        self._numbers: dict[bytes, int] | None = None
        self._current: dict[int, dict[int, int]] = {}
        self._by_owner: dict[int, list[int]] | None = None

    # -- reading -------------------------------------------------------------------------------------------------

    def number(self, name: bytes) -> int | None:
        """Return the number of a name, None where it was never there."""
        if self._numbers is None:
            self._numbers = {known: number for number, known in enumerate(self.names)}
        return self._numbers.get(name)

    def runs(self, number: int) -> list[Run]:
        """Return the runs of a name, in the order in which they began."""
        if self._by_owner is None:
            by_owner: defaultdict[int, list[int]] = defaultdict(list)
            for run, owner in enumerate(self._owners):
                by_owner[owner].append(run)
            self._by_owner = by_owner
        return [self._run(run) for run in self._by_owner.get(number, ())]

    def _run(self, run: int) -> Run:
        return Run(self._starts[run], self._ends[run], self._what(run))

    def _what(self, run: int) -> What:
        return What(self._kinds[run], self._sizes[run], self._times[run], self._keys[run])

    # -- changing ------------------------------------------------------------------------------------------------

    def present(self, line: int) -> dict[int, int]:
        """Return what is there in the newest column of a line: the number of its run by that of its name."""
        found = self._current.get(line)
        if found is None:
            low, high = line * LINE, (line + 1) * LINE
            found = self._current[line] = {
                owner: run
                for run, (owner, start, end) in enumerate(zip(self._owners, self._starts, self._ends, strict=True))
                if end == OPEN and low <= start < high
            }
        return found

    def add_name(self, name: bytes) -> int:
        """Add a name that was never there; return its number."""
        self.names.append(name)
        if self._numbers is not None:
            self._numbers[name] = len(self.names) - 1
        return len(self.names) - 1

    def set(self, number: int, column: int, what: What) -> None:
        """Say what a name is from a column on."""
        present = self.present(column // LINE)
        run = present.get(number)
        if run is not None:
            if self._what(run) == what:
                return
            self._ends[run] = column - 1
        present[number] = len(self._owners)
        self._owners.append(number)
        self._starts.append(column)
        self._ends.append(OPEN)
        self._kinds.append(what.kind)
        self._sizes.append(what.size)
        self._times.append(max(-_INT64, min(what.mtime_ns, _INT64)))
        self._keys.append(what.key)
        self._by_owner = None

    def end(self, number: int, column: int) -> None:
        """Say that a name is not there any more from a column on."""
        self._ends[self.present(column // LINE).pop(number)] = column - 1

    @property
    def weight(self) -> int:
        """About how much memory it takes, in names."""
        return len(self.names) + len(self._owners) // 2 + 8

    # -- keeping -------------------------------------------------------------------------------------------------

    def pack(self) -> bytes:
        """Return it as bytes."""
        return _encode(
            _Packed(
                END.join((*self.names, b"")),
                self._owners.tobytes(),
                self._starts.tobytes(),
                self._ends.tobytes(),
                bytes(self._kinds),
                self._sizes.tobytes(),
                self._times.tobytes(),
                self._keys.tobytes(),
                self.trees,
                self.subtrees,
            )
        )

    @classmethod
    def unpack(cls, data: bytes) -> "FolderHistory":
        """Return what was packed. It comes from the sealed cache, so nobody else wrote it."""
        packed = _decoder.decode(data)
        history = cls()
        history.names = packed.names.split(END)[:-1]
        history._owners.frombytes(packed.owners)
        history._starts.frombytes(packed.starts)
        history._ends.frombytes(packed.ends)
        history._kinds += packed.kinds
        history._sizes.frombytes(packed.sizes)
        history._times.frombytes(packed.times)
        history._keys.frombytes(packed.keys)
        history.trees = packed.trees
        history.subtrees = packed.subtrees
        return history

    def fragment(self) -> Fragment:
        """Return what a search needs of it."""
        count = len(self.names)
        newest, first, last = array("I", bytes(4 * count)), array("I", bytes(4 * count)), array("I", bytes(4 * count))
        gaps = bytearray(b"\2") * count
        rows = zip(self._owners, self._starts, self._ends, self._times, strict=True)
        for owner, start, end, time in rows:
            newest[owner] = max(0, min(time // _SECOND, _UINT32))
            if gaps[owner] == 2:
                first[owner], last[owner], gaps[owner] = start, end, 0
                continue
            if last[owner] == OPEN or last[owner] + 1 != start:
                gaps[owner] = 1
            last[owner] = end
        return Fragment(fold_names(self.names), newest.tobytes(), first.tobytes(), last.tobytes(), bytes(gaps))
