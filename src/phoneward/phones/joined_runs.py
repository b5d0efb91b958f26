"""What a joined phone does for many paths at once: they are parted into runs of one source, and answered in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from typing import Generic, TypeAlias, TypeVar

from phoneward.phones.base import Hashed, Hashes, ListingItem, Obstacle, Phone, Unreadable
from phoneward.phones.bulk import BulkPhone, FolderRows, SmallFile
from phoneward.phones.errors import PhoneGoneError
from phoneward.phones.source import Source
from phoneward.texts import _

Item = TypeVar("Item")

SourceOf: TypeAlias = Callable[[bytes], Source | None]
"""Tells the source that a path belongs to; None: it is the phone's."""


def runs(
    items: Iterable[Item], path_of: Callable[[Item], bytes], source_of: SourceOf
) -> Iterator[tuple[Source | None, Iterator[Item]]]:
    """Part items into runs of one source. A run that is not taken to its end is the last one."""
    asked = iter(items)
    first = next(asked, None)
    while first is not None:
        run = _Run(first, asked, source_of, path_of)
        yield run.source, iter(run)
        first = run.following


def as_it_is(path: bytes) -> bytes:
    """Return a path: the item is its own."""
    return path


class _Run(Generic[Item]):
    """Items of one source in a row; `following` is the first of another, once all before it were taken."""

    def __init__(
        self,
        first: Item,
        items: Iterator[Item],
        source_of: SourceOf,
        path_of: Callable[[Item], bytes],
    ) -> None:
        self._first = first
        self._items = items
        self._source_of = source_of
        self._path_of = path_of
        self.source = source_of(path_of(first))
        self.following: Item | None = None

    def __iter__(self) -> Iterator[Item]:
        yield self._first
        for item in self._items:
            if self._source_of(self._path_of(item)) is not self.source:
                self.following = item
                return
            yield item


class JoinedBulk:
    """See `BulkPhone`.

    Args:
        main: the phone.
        stat: of the joined phone.
        source_of: of the joined phone.
    """

    def __init__(
        self, main: BulkPhone, stat: Callable[[Iterable[bytes]], Iterator[ListingItem]], source_of: SourceOf
    ) -> None:
        self._main = main
        self._stat = stat
        self._source_of = source_of

    def list_rows(self, root: bytes) -> Iterator[FolderRows | list[ListingItem]]:
        """Walk a tree; see `BulkPhone.list_rows`."""
        source_of = self._source_of
        source = source_of(root)
        if source is not None:
            yield from source.list_rows(root)
            return
        for found in self._main.list_rows(root):
            if isinstance(found, FolderRows):
                yield found if source_of(found.path) is None else [Unreadable(found.path, Obstacle.BAD_NAME)]
            else:
                yield [i if source_of(i.path) is None else Unreadable(i.path, Obstacle.BAD_NAME) for i in found]

    def read_small(self, paths: Iterable[bytes], limit: int) -> Iterator[list[SmallFile]]:
        """Read files, some at a time; see `BulkPhone.read_small`."""
        for source, run in runs(paths, as_it_is, self._source_of):
            yield from (self._main if source is None else source).read_small(run, limit)

    def stat_many(self, groups: Iterable[list[bytes]]) -> Iterator[list[ListingItem]]:
        """Describe paths, a group at a time; see `BulkPhone.stat_many`. The phone is asked about its own part."""
        waiting: deque[list[bytes]] = deque()
        source_of = self._source_of

        def of_phone() -> Iterator[list[bytes]]:
            for group in groups:
                waiting.append(group)
                yield [path for path in group if source_of(path) is None]

        for told in self._main.stat_many(of_phone()):
            group = waiting.popleft()
            if len(told) == len(group):
                yield told
                continue
            of_sources = self._stat([path for path in group if source_of(path) is not None])
            answers = iter(told)
            yield [next(answers if source_of(path) is None else of_sources) for path in group]


class JoinedHashes:
    """See `Hashes`. Sources that compute elsewhere than the phone tell none.

    Args:
        main: the phone.
        files: paths, each with the size that is expected.
        source_of: of the joined phone.
    """

    def __init__(self, main: Phone, files: Iterable[tuple[bytes, int]], source_of: SourceOf) -> None:
        self._main = main
        self._files = files
        self._source_of = source_of
        self._running: Hashes | None = None
        self._guard = Lock()
        self._stopped = False

    def stop(self) -> None:
        """End it from another thread."""
        with self._guard:
            self._stopped = True
            if self._running is not None:
                self._running.stop()

    def __iter__(self) -> Iterator[Hashed]:
        """Yield one item for each file, in the order asked. Raises PhoneGoneError."""
        for source, run in runs(self._files, lambda file: file[0], self._source_of):
            if source is None:
                yield from self._begun(self._main, run)
            elif source.phone.hash_place is self._main.hash_place:
                yield from self._of_source(source, run)
            else:
                yield from (Hashed(path, None) for path, _size in run)

    def _begun(self, phone: Phone, files: Iterable[tuple[bytes, int]]) -> Hashes:
        hashes = phone.hash(files)
        with self._guard:
            if self._stopped:
                raise PhoneGoneError(detail=_("stopped"))
            self._running = hashes
        return hashes

    def _of_source(self, source: Source, files: Iterable[tuple[bytes, int]]) -> Iterator[Hashed]:
        asked: deque[bytes] = deque()

        def inner() -> Iterator[tuple[bytes, int]]:
            for path, size in files:
                asked.append(path)
                yield source.inner(path), size

        try:
            for hashed in self._begun(source.phone, inner()):
                asked.popleft()
                yield Hashed(source.outer(hashed.path), hashed.digest)
        except PhoneGoneError as error:
            if self._stopped:
                raise
            source.lose(error)
        yield from (Hashed(path, None) for path in asked)
        yield from (Hashed(path, None) for path, _size in files)
