"""Searching names in all snapshots at once, and all versions of one file: answers from books."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from phoneward.snapshots.catalogue.book import STACKS, Book
from phoneward.snapshots.catalogue.folding import Query
from phoneward.snapshots.catalogue.gone import Gone, is_held
from phoneward.snapshots.catalogue.history import DIR, FILE, KINDS, FolderHistory, Run
from phoneward.snapshots.catalogue.pages import Page, bounds
from phoneward.snapshots.catalogue.standing import Standing
from phoneward.snapshots.reading import SnapshotInfo

MAX_MATCHES: Final = 20_000
"""Matches that are put in order and shown. Beyond them the answer says that there are more."""
_REMEMBERED: Final = 16
_NONE: Final[frozenset[int]] = frozenset()
_UINT32: Final = 2**32 - 1


class OpenBook(NamedTuple):
    """A book with the snapshots behind it.

    Attributes:
        gone: names that no snapshot holds any more; None where nobody found out yet.
        device, label: whose it is; `device` is empty for what another program backed up.
    """

    book: Book
    standing: Standing
    gone: Gone | None
    device: str
    label: str


@dataclass(frozen=True, slots=True)
class FileVersion:
    """One content that a file had.

    Attributes:
        type: `file`, `dir`, `symlink` or `other`.
        size: bytes; None for what is no file.
        mtime_ns: nanoseconds since 1970 UTC, as the newest snapshot that holds it says; None for a folder.
        snapshots: those that hold it, oldest first.
    """

    type: str
    size: int | None
    mtime_ns: int | None
    snapshots: tuple[SnapshotInfo, ...]

    @property
    def first(self) -> SnapshotInfo:
        """The oldest snapshot that holds it."""
        return self.snapshots[0]

    @property
    def last(self) -> SnapshotInfo:
        """The newest snapshot that holds it."""
        return self.snapshots[-1]


@dataclass(frozen=True, slots=True)
class FileHistory:
    """All versions of one path of one phone.

    Attributes:
        versions: the newest first, by the last snapshot that holds each.
        missing_in: the first finished snapshot after the last one that holds it; None where the newest one holds it.
    """

    device: str
    label: str
    path: bytes
    versions: tuple[FileVersion, ...]
    missing_in: SnapshotInfo | None


@dataclass(frozen=True, slots=True)
class Found:
    """One path of one phone that was looked for.

    Attributes:
        type, size, mtime_ns: of the newest version; see `FileVersion`.
        versions: distinct contents.
        snapshots: how many snapshots hold it.
        first, last: the oldest and the newest of them.
    """

    device: str
    label: str
    path: bytes
    type: str
    size: int | None
    mtime_ns: int | None
    versions: int
    snapshots: int
    first: SnapshotInfo
    last: SnapshotInfo


def versions_of(opened: OpenBook, history: FolderHistory, number: int) -> tuple[FileVersion, ...]:
    """Return the versions of a name that any snapshot holds, the newest first."""
    held: dict[tuple[int, int, int], list[tuple[SnapshotInfo, Run]]] = {}
    for run in history.runs(number):
        what = run.what
        for info in opened.standing.of_run(run):
            held.setdefault((what.kind, what.size, what.key), []).append((info, run))
    found = []
    for (kind, size, _key), some in held.items():
        some.sort(key=lambda pair: _age(pair[0]))
        mtime_ns = some[-1][1].what.mtime_ns
        found.append(
            FileVersion(
                KINDS[kind],
                size if kind == FILE else None,
                None if kind == DIR else mtime_ns,
                tuple(info for info, _run in some),
            )
        )
    found.sort(key=lambda version: _age(version.last), reverse=True)
    return tuple(found)


def _age(info: SnapshotInfo) -> tuple[int, str]:
    return info.snapshot.time_ns, info.snapshot.id or ""


def history_of(opened: OpenBook, path: bytes, whole: Sequence[SnapshotInfo]) -> FileHistory | None:
    """Return all versions of a path, None where no snapshot of the book holds it.

    Args:
        opened: the phone's book.
        path: in the snapshots, begins with `/`.
        whole: the phone's finished snapshots, oldest first. Raises GoneError.
    """
    folder, _slash, name = path.rpartition(b"/")
    history = opened.book.history(folder)
    number = None if history is None else history.number(name)
    if history is None or number is None:
        return None
    versions = versions_of(opened, history, number)
    if not versions:
        return None
    newest = _age(versions[0].last)
    missing = next((info for info in whole if _age(info) > newest), None)
    return FileHistory(opened.device, opened.label, path, versions, missing)


class Matches(NamedTuple):
    """What a search found, in order: newest first.

    Attributes:
        places: (book, stack, number of the name in the stack), packed in one number each.
        more: there are more than `MAX_MATCHES`; those that were met first are here.
    """

    places: list[int]
    more: bool


class Searcher:
    """Searches books; remembers what the last questions found. Any number of threads may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._memory: OrderedDict[tuple[object, ...], Matches] = OrderedDict()

    def page(self, books: Sequence[OpenBook], query: Query, number: int, size: int) -> Page[Found]:
        """Return a page of what is found. Raises GoneError."""
        matches = self._matches(books, query)
        start, size = bounds(number, size)
        rows = tuple(_found(books, place) for place in matches.places[start : start + size])
        return Page(rows, len(matches.places), max(number, 1), size, at_least=matches.more)

    def _matches(self, books: Sequence[OpenBook], query: Query) -> Matches:
        key = (query.folded, *((opened.book, opened.standing) for opened in books))
        with self._lock:
            known = self._memory.get(key)
            if known is not None:
                self._memory.move_to_end(key)
                return known
        found = search(books, query)
        with self._lock:
            self._memory[key] = found
            while len(self._memory) > _REMEMBERED:
                self._memory.popitem(last=False)
        return found

    def forget(self) -> None:
        """Let go of what was found in books that are not open any more."""
        with self._lock:
            self._memory.clear()


def search(books: Sequence[OpenBook], query: Query) -> Matches:
    """Return where names match. Raises GoneError."""
    found: list[tuple[int, int]] = []
    for place, newest in _places(books, query):
        if len(found) == MAX_MATCHES:
            return _in_order(found, more=True)
        found.append((_UINT32 - newest, place))
    return _in_order(found, more=False)


def _in_order(found: list[tuple[int, int]], *, more: bool) -> Matches:
    found.sort()
    return Matches([place for _newest, place in found], more)


def _places(books: Sequence[OpenBook], query: Query) -> Iterator[tuple[int, int]]:
    if query.is_empty:
        return
    for position, opened in enumerate(books):
        opened.book.load_names()
        gone = opened.gone
        for stack in range(STACKS):
            names = opened.book.names(stack)
            if names is None:
                continue
            base = (position * STACKS + stack) << 32
            known = None if gone is None else gone.get(stack, _NONE)
            for number in query.places(names.text):
                if known is not None:
                    is_gone = number in known
                else:
                    presence = opened.book.presence(stack)
                    is_gone = not is_held(opened.book, opened.standing, names, presence, number)
                if not is_gone:
                    yield base | number, names.newest[number]


def _found(books: Sequence[OpenBook], place: int) -> Found:
    position, stack = divmod(place >> 32, STACKS)
    opened = books[position]
    names = opened.book.names(stack)
    if names is None:  # the place came from there
        raise AssertionError
    folder, number = names.folder_of(place & _UINT32)
    history = opened.book.history(folder)
    if history is None:
        raise AssertionError
    held: dict[tuple[int, int, int], tuple[int, Run]] = {}
    snapshots, first, standing = 0, _UINT32, opened.standing
    for run in history.runs(number):
        span = standing.span(run)
        if span.count:
            snapshots, first = snapshots + span.count, min(first, span.oldest)
            what = run.what
            key = what.kind, what.size, what.key
            held[key] = max(held.get(key, (-1, run)), (span.newest, run))
    last, newest = max(held.values())
    what = newest.what
    return Found(
        opened.device,
        opened.label,
        folder + b"/" + history.names[number],
        KINDS[what.kind],
        what.size if what.kind == FILE else None,
        None if what.kind == DIR else what.mtime_ns,
        len(held),
        snapshots,
        standing.ranked(first),
        standing.ranked(last),
    )
