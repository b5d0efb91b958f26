"""A further source of files beside a phone: it stands under a mount of its own, and its failing is its own.

A source of another device (a folder of this computer, a backup file) that fails in the middle is not the phone being
gone: what it still owed is named, name by name, and the rest of the work goes on. One that is read through the phone's
own connection ends with it, as everything else of the phone.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final, TypeAlias

from phoneward.errors import readable
from phoneward.phones.base import Entry, FileStream, ListingItem, Obstacle, Phone, Unreadable, Volume
from phoneward.phones.bulk import FolderRows, SmallFile, as_bulk
from phoneward.phones.errors import FileReadError, PhoneGoneError
from phoneward.phones.paths import components
from phoneward.phones.words import NO_ANSWER

MOUNTS: Final = b"/@"
"""What every mount begins with. No Android phone has such a name at its root, and one look tells most paths apart."""

Rows: TypeAlias = FolderRows | list[ListingItem]
Files: TypeAlias = list[SmallFile]

_TOGETHER: Final = 512
"""Names that are handed on at once, of a source that lists them one by one."""

_FINE_NS: Final = 1_000_000
"""Times in coarser steps prove nothing without those of changes (docs/decisions/0019-app-data.md)."""


@dataclass(eq=False, slots=True)
class Source:
    """A phone whose paths stand below a mount. Several threads may use it.

    Args:
        phone: open; closed by whoever opened it.
        mount: a path that begins with `MOUNTS`, such as `/@computer/com.tencent.mm/backup`.
        volumes: what of it is taken, with the roots as the source itself knows them.
        of_phone: whether it is read through the connection of the phone beside which it stands.

    Attributes:
        lost: why nothing more comes from it; empty while it works.
    """

    phone: Phone
    mount: bytes
    volumes: tuple[Volume, ...]
    of_phone: bool = False
    lost: str = field(default="", init=False)

    def __post_init__(self) -> None:
        if not self.mount.startswith(MOUNTS) or not components(self.mount):
            raise ValueError(f"no mount: {self.mount!r}")

    def owns(self, path: bytes) -> bool:
        """Tell whether a path is the mount, or below it."""
        return path.startswith(self.mount) and path[len(self.mount) : len(self.mount) + 1] in {b"", b"/"}

    def mounted(self, *, times_prove: bool) -> list[Volume]:
        """Return its volumes as they stand below the mount."""
        return [replace(v, root=self.outer(v.root), times_prove=v.times_prove and times_prove) for v in self.volumes]

    @property
    def is_fine(self) -> bool:
        """Whether its times are fine enough to prove that a file is unchanged."""
        return self.phone.mtime_precision_ns <= _FINE_NS

    def outer(self, path: bytes) -> bytes:
        """Return where a path of the source stands."""
        return self.mount if path == b"/" else self.mount + path

    def inner(self, path: bytes) -> bytes:
        """Return the source's own path of one that it owns."""
        return path[len(self.mount) :] or b"/"

    def lose(self, error: PhoneGoneError) -> str:
        """Note that it failed; returns why.

        Raises:
            PhoneGoneError: the phone beside which it stands is gone with it.
        """
        if self.of_phone:
            raise error
        self.lost = self.lost or str(error.details.get("detail") or error.sentence())
        return self.lost

    def _item(self, item: ListingItem) -> ListingItem:
        if isinstance(item, Unreadable):
            return Unreadable(self.outer(item.path), item.obstacle, item.detail)
        # Where it knows no change times its modification times stand for them, as in the snapshot: one source without
        # them must not make the comparison do without those of the phone.
        ctime_ns = item.mtime_ns if item.ctime_ns is None else item.ctime_ns
        path = self.outer(item.path)
        return Entry(path, item.kind, item.size, item.mode, item.mtime_ns, ctime_ns, item.link_target)

    def _failed(self, path: bytes) -> Unreadable:
        return Unreadable(path, Obstacle.READ_ERROR, self.lost)

    # -- as `Phone` and `BulkPhone`, below the mount -------------------------------------------------------------------

    def list(self, root: bytes, *, precise: bool) -> Iterator[ListingItem]:
        """Walk a tree. Where the source fails meanwhile, the root is named."""
        if not self.lost:
            try:
                for item in self.phone.list(self.inner(root), precise=precise):
                    yield self._item(item)
            except PhoneGoneError as error:
                self.lose(error)
        if self.lost:
            yield self._failed(root)

    def list_rows(self, root: bytes) -> Iterator[Rows]:
        """Walk a tree, many names at a time."""
        bulk = as_bulk(self.phone)
        if bulk is None:
            yield from _in_lists(self.list(root, precise=False))
            return
        if not self.lost:
            try:
                for found in bulk.list_rows(self.inner(root)):
                    if isinstance(found, FolderRows):
                        yield FolderRows(self.outer(found.path), found.rows, found.more)
                    else:
                        yield [self._item(item) for item in found]
            except PhoneGoneError as error:
                self.lose(error)
        if self.lost:
            yield [self._failed(root)]

    def stat(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
        """Describe paths."""
        asked = _Asked(paths, self.inner)
        if not self.lost:
            try:
                for item in self.phone.stat(asked):
                    asked.answered()
                    yield self._item(item)
            except PhoneGoneError as error:
                self.lose(error)
        for path in asked.rest():
            yield Unreadable(path, Obstacle.READ_ERROR, self.lost or NO_ANSWER)

    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:
        """Stream files."""
        asked = _Asked(paths, self.inner)
        if not self.lost:
            try:
                for stream in self.phone.read(asked):
                    asked.answered()
                    yield _SourceFile(self.outer(stream.path), self, stream)
                    if self.lost:
                        break
            except PhoneGoneError as error:
                self.lose(error)
        for path in asked.rest():
            yield _SourceFile(path, self, None)

    def read_small(self, paths: Iterable[bytes], limit: int) -> Iterator[Files]:
        """Read small files, some at a time."""
        asked = _Asked(paths, self.inner)
        bulk = as_bulk(self.phone)
        if bulk is not None and not self.lost:
            try:
                for files in bulk.read_small(asked, limit):
                    for _file in files:
                        asked.answered()
                    yield [(self.outer(path), content) for path, content in files]
            except PhoneGoneError as error:
                self.lose(error)
        files = []
        for path in asked.rest():
            files.append((path, None))
            if len(files) == _TOGETHER:
                yield files
                files = []
        if files:
            yield files

    def read_from(self, path: bytes, offset: int) -> FileStream:
        """Return one file from a byte on."""
        return _SourceFile(path, self, self.phone.read_from(self.inner(path), offset))


def _in_lists(items: Iterable[ListingItem]) -> Iterator[list[ListingItem]]:
    some: list[ListingItem] = []
    for item in items:
        some.append(item)
        if len(some) == _TOGETHER:
            yield some
            some = []
    if some:
        yield some


class _Asked:
    """Paths on their way to a source: remembers those that were asked for and not answered yet."""

    def __init__(self, paths: Iterable[bytes], inner: Callable[[bytes], bytes]) -> None:
        self._paths = iter(paths)
        self._inner = inner
        self._open: deque[bytes] = deque()

    def __iter__(self) -> Iterator[bytes]:
        for path in self._paths:
            self._open.append(path)
            yield self._inner(path)

    def answered(self) -> None:
        """Note an answer: answers come in the order of the questions."""
        if self._open:
            self._open.popleft()

    def rest(self) -> Iterator[bytes]:
        """Yield what was never answered, and what was never asked for; nothing where all went well."""
        return chain(self._open, self._paths)


class _SourceFile:
    """One file of a source; None: it is lost."""

    def __init__(self, path: bytes, source: Source, stream: FileStream | None) -> None:
        self.path = path
        self._source = source
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        cause = None
        if self._stream is not None and not self._source.lost:
            try:
                yield from self._stream
            except PhoneGoneError as error:
                self._source.lose(error)
                cause = error
            else:
                return
        detail = self._source.lost or NO_ANSWER
        raise FileReadError(Obstacle.READ_ERROR, path=readable(self.path), detail=detail) from cause
