"""What the phone listed, kept folder by folder, whatever order it came in and however it contradicts itself."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from phoneward.phones import Entry, FileKind, ListingItem, Obstacle, Unreadable, is_below, is_clean
from phoneward.phones.bulk import KINDS, FolderRows
from phoneward.phones.paths import join
from phoneward.snapshots.compare import SECOND_NS
from phoneward.snapshots.errors import ListingTooLargeError
from phoneward.snapshots.gaps import GapReason, Gaps, reason_of
from phoneward.snapshots.prints import Prints
from phoneward.snapshots.rows import SEGMENT_ROWS, RowStore, Sealer

MAX_ENTRIES: Final = 20_000_000
MAX_FOLDERS: Final = 2_000_000
"""More than any phone holds; a phone that lists more is broken or means harm."""

MAX_DEPTH: Final = 1_000
"""Folders within folders. Trees of a repository are read to about twice that depth (vault/trees.py)."""

FILE, DIRECTORY, SYMLINK, OTHER = range(4)
_NUMBER: Final = {kind: number for number, kind in enumerate(KINDS)}
_RANK: Final = {DIRECTORY: 3, FILE: 2, SYMLINK: 1, OTHER: 0}

_MAX_INT: Final = (1 << 63) - 1


class Row(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One name of a folder as the phone described it; times in nanoseconds since 1970 UTC."""

    name: bytes
    kind: int
    size: int
    mode: int
    mtime_ns: int
    ctime_ns: int | None
    link_target: bytes | None = None


def in_seconds(row: Row) -> bool:
    """Tell whether a row's times came in whole seconds (or happen to be)."""
    return not row.mtime_ns % SECOND_NS and not (row.ctime_ns or 0) % SECOND_NS


def row_of(entry: Entry) -> Row | None:
    """Return the row of an entry, or None where its numbers cannot be."""
    times = (entry.mtime_ns, entry.ctime_ns or 0)
    if not 0 <= entry.size <= _MAX_INT or any(not -_MAX_INT <= time <= _MAX_INT for time in times):
        return None
    name = entry.path[entry.path.rindex(b"/") + 1 :]
    return Row(
        name,
        _NUMBER[entry.kind],
        entry.size if entry.kind is FileKind.FILE else 0,
        entry.mode & 0o7777,
        entry.mtime_ns,
        entry.ctime_ns,
        entry.link_target if entry.kind is FileKind.SYMLINK else None,
    )


@dataclass(frozen=True, slots=True)
class Root:
    """A tree of the phone and where it stands in the snapshot.

    Attributes:
        phone: absolute path on the phone, without a slash at its end (`b""` for the whole file system).
        place: path in the snapshot.
    """

    phone: bytes
    place: bytes

    @classmethod
    def at(cls, phone: bytes, place: bytes) -> "Root":
        """Make a root from a volume's path."""
        return cls(phone.rstrip(b"/"), place)

    def place_of(self, phone_path: bytes) -> bytes:
        """Return where a path below this root stands in the snapshot."""
        return self.place + phone_path[len(self.phone) :]

    def phone_path_of(self, place: bytes) -> bytes:
        """Return the phone's path of a place below this root."""
        return self.phone + place[len(self.place) :]


class Folders:
    """The folders of the snapshot to be, numbered as they are met; 0 is the root (`b""`)."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {b"": 0}
        self._paths: list[bytes] = [b""]
        self._above = array("q", [0])

    def __len__(self) -> int:
        return len(self._paths)

    def path(self, number: int) -> bytes:
        """Return a folder's path in the snapshot."""
        return self._paths[number]

    def find(self, path: bytes) -> int | None:
        """Return a folder's number, or None."""
        return self._numbers.get(path)

    def number(self, path: bytes) -> int:
        """Return a folder's number; it and the folders above are made where they are new.

        Raises:
            ListingTooLargeError: there are more folders than any phone holds.
        """
        known = self._numbers.get(path)
        if known is not None:
            return known
        missing = []
        while (known := self._numbers.get(path)) is None:
            missing.append(path)
            path = path[: path.rindex(b"/")]
        for new in reversed(missing):
            if len(self._paths) >= MAX_FOLDERS:
                raise ListingTooLargeError(limit=MAX_FOLDERS)
            self._above.append(known)
            known = len(self._paths)
            self._numbers[new] = known
            self._paths.append(new)
        return known

    def children(self) -> dict[int, list[int]]:
        """Return the folders inside each folder that has any, ascending by raw name."""
        inside: dict[int, list[int]] = {}
        for number in range(1, len(self._paths)):
            inside.setdefault(self._above[number], []).append(number)
        for numbers in inside.values():
            numbers.sort(key=self._paths.__getitem__)
        return inside


@dataclass(slots=True)
class Folder:
    """One folder of the listing, put in order.

    Attributes:
        files: files and symbolic links, ascending by raw name.
        folders: rows of the folders inside, by name.
        contradicted: rows that lost against another of the same name.
        doubtful: names that were listed more than once with different facts: never taken as unchanged.
    """

    files: list[Row] = field(default_factory=list)
    folders: dict[bytes, Row] = field(default_factory=dict)
    contradicted: list[Row] = field(default_factory=list)
    doubtful: set[bytes] = field(default_factory=set)


class Listing:
    """All that the phone listed. One thread owns it.

    Args:
        gaps: where names that cannot be kept are put.
        sealer: seals what does not fit in memory.
        coarse: times may have come in whole seconds though the phone knows better (`Phone.list`, `precise`).
    """

    def __init__(self, gaps: Gaps, sealer: Sealer, *, coarse: bool = False) -> None:
        self._coarse = coarse
        self.folders = Folders()
        self._rows: RowStore[Row] = RowStore(Row, sealer)
        self._gaps = gaps
        self._roots: list[Root] = []
        self._last_folder = (b"", 0)
        self._ctimes_missing = False
        self.files = 0
        self.size = 0
        self._entries = 0
        self.prints = Prints()

    @property
    def has_ctime(self) -> bool:
        """Whether every file came with its change time."""
        return not self._ctimes_missing

    def is_coarse(self, row: Row) -> bool:
        """Tell whether the phone may know a row's times better than they were listed."""
        return self._coarse and in_seconds(row)

    def add_root(self, root: Root, entry: Entry | None = None) -> None:
        """Add a tree whose names will follow; `entry` describes its top folder where the phone does."""
        self._roots.append(root)
        self.folders.number(root.place)
        row = row_of(entry) if entry is not None and entry.kind is FileKind.DIRECTORY else None
        if row is not None:
            self._put(root.place, row)

    def add(self, root: Root, item: ListingItem) -> None:
        """Take in one item below a root.

        Raises:
            ListingTooLargeError: the phone lists more than any phone holds.
        """
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            raise ListingTooLargeError(limit=MAX_ENTRIES)
        path = item.path
        if isinstance(item, Unreadable) and path.rstrip(b"/") == root.phone:
            self._gaps.add(reason_of(item.obstacle), path, root.place, item.detail)
            return
        if isinstance(item, Unreadable) and item.obstacle is Obstacle.FOREIGN:
            self._gaps.add(GapReason.FOREIGN, path, root.place + b"/?")
            return
        if not is_clean(path) or not is_below(path, root.phone or b"/"):
            self._gaps.add(GapReason.BAD_NAME, path, root.place)
            return
        place = root.place_of(path)
        if isinstance(item, Unreadable):
            self._gaps.add(reason_of(item.obstacle), path, place, item.detail)
            return
        row = row_of(item)
        if row is None:
            self._gaps.add(GapReason.IMPOSSIBLE, path, place)
        elif place.count(b"/") > MAX_DEPTH:
            self._gaps.add(GapReason.TOO_LONG, path, place)
        elif row.kind == OTHER:
            self._gaps.add(GapReason.SPECIAL, path, place)
        elif row.kind == SYMLINK and not row.link_target:
            self._gaps.add(GapReason.IMPOSSIBLE, path, place)
        else:
            self._put(place, row)

    def add_rows(self, root: Root, found: FolderRows) -> None:
        """Take in names of one folder at or below a root: as `add` for each of them, in a fraction of the time.

        Raises:
            ListingTooLargeError: the phone lists more than any phone holds.
        """
        rows, path = found.rows, found.path
        self._entries += len(rows)
        if self._entries > MAX_ENTRIES:
            raise ListingTooLargeError(limit=MAX_ENTRIES)
        top = root.phone or b"/"
        place = root.place if path.rstrip(b"/") == root.phone else root.place_of(path)
        if path.rstrip(b"/") != root.phone and not (is_clean(path) and is_below(path, top)):
            self._gaps.add(GapReason.BAD_NAME, path, place)
            return
        if place.count(b"/") >= MAX_DEPTH:
            for row in rows:
                self._gaps.add(GapReason.TOO_LONG, join(path, row[0]), place + b"/" + row[0])
            return
        number = self.folders.number(place)
        for row in rows:
            if row[1] == DIRECTORY:
                self.folders.number(place + b"/" + row[0])
            else:
                self.files += 1
                self.size += row[2]
        self.prints.add(number, rows, whole=not found.more and number not in self._rows)
        for start in range(0, len(rows), SEGMENT_ROWS):
            self._rows.add_packed(number, _pack(rows[start : start + SEGMENT_ROWS]))

    def add_file(self, place: bytes, row: Row) -> None:
        """Add a file that stands elsewhere in the snapshot than its path on the phone says (an APK)."""
        self._put(place, row)

    def _put(self, place: bytes, row: Row) -> None:
        above = place[: place.rindex(b"/")]
        last, number = self._last_folder
        if above != last:
            number = self.folders.number(above)
            self._last_folder = (above, number)
        if row.kind == DIRECTORY:
            self.folders.number(place)
        else:
            self.files += 1
            self.size += row.size
            if row.ctime_ns is None:
                self._ctimes_missing = True
        self.prints.forget(number)
        self._rows.add(number, row if row.name == place[len(above) + 1 :] else _renamed(row, place[len(above) + 1 :]))

    def folder(self, number: int, inside: list[int]) -> Folder:
        """Return a folder in order. The same items in any order of listing give the same folder.

        Args:
            number: the folder.
            inside: the numbers of the folders in it (`Folders.children`).
        """
        found = Folder()
        best: dict[bytes, Row] = {self._name(child): _IMPLIED for child in inside}
        for row in self._rows.each(number):
            known = best.get(row.name)
            if known is None:
                best[row.name] = row
            elif known != row:
                winner, loser = (row, known) if _strength(row) > _strength(known) else (known, row)
                best[row.name] = winner
                if loser is _IMPLIED:
                    continue
                found.doubtful.add(row.name)
                if winner.kind != loser.kind:
                    found.contradicted.append(loser)
        for name in sorted(best):
            row = best[name]
            if row.kind == DIRECTORY:
                found.folders[name] = row
            else:
                found.files.append(row)
        return found

    def _name(self, number: int) -> bytes:
        path = self.folders.path(number)
        return path[path.rindex(b"/") + 1 :]

    def phone_path(self, place: bytes) -> bytes:
        """Return the phone's path of a place, or the place itself where it has none of its own."""
        for root in self._roots:
            if place == root.place or place.startswith(root.place + b"/"):
                return root.phone_path_of(place) or b"/"
        return place

    def is_listed_place(self, place: bytes) -> bool:
        """Tell whether a place lies inside a tree that the phone listed (not above, and not made by us)."""
        return any(place.startswith(root.place + b"/") for root in self._roots)

    def close(self) -> None:
        """Forget everything and remove temporary files."""
        self._rows.close()


_pack: Final = msgspec.msgpack.Encoder().encode
"""Rows as `RowStore.add_packed` takes them."""


_IMPLIED: Final = Row(b"", DIRECTORY, 0, 0o755, 0, None)
"""Stands for a folder that was not listed itself, though names below it were."""


def is_implied(row: Row) -> bool:
    """Tell whether a folder's row was made up because the phone did not list the folder itself."""
    return row is _IMPLIED


def _strength(row: Row) -> tuple[int, bool, int, int, int, int, bytes]:
    """A total order, so that the outcome does not depend on the order of listing; folders win, then files."""
    return (
        _RANK[row.kind],
        row is not _IMPLIED,
        row.mtime_ns,
        row.ctime_ns or 0,
        row.size,
        row.mode,
        row.link_target or b"",
    )


def _renamed(row: Row, name: bytes) -> Row:
    return Row(name, row.kind, row.size, row.mode, row.mtime_ns, row.ctime_ns, row.link_target)


def walk_up(children: dict[int, list[int]]) -> Iterator[tuple[int, bool]]:
    """Walk all folders; yields (number, False) on the way down and (number, True) once all inside it is done."""
    stack = [(0, False)]
    while stack:
        number, done = stack.pop()
        yield number, done
        if not done:
            stack.append((number, True))
            stack.extend((child, False) for child in reversed(children.get(number, ())))
