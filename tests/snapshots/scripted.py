"""A phone that says whatever a test wants: for lies and for facts that no test phone can be made to tell."""

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from phoneward.phones import (
    AppInventory,
    Entry,
    FileKind,
    FileReadError,
    Hashed,
    HashPlace,
    Identity,
    ListingItem,
    Obstacle,
    Unreadable,
    Volume,
    VolumeKind,
)

SHARED = Volume(VolumeKind.SHARED, "shared", b"/storage/emulated/0", "Phone", 0)


WHO = Identity("0123456789abcdef", "Scripted", "adb", "Maker", "Model", "14", 34)


@dataclass
class Stream:
    path: bytes
    content: bytes | None
    offset: int = 0
    tail: Iterable[bytes] = ()

    def __iter__(self) -> Iterator[bytes]:
        if self.content is None:
            raise FileReadError(Obstacle.DENIED, path=repr(self.path), detail="Permission denied")
        for at in range(self.offset, len(self.content), 1000):
            yield self.content[at : at + 1000]
        yield from self.tail


@dataclass
class Pieces:
    """The same piece for ever."""

    piece: bytes

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield self.piece


@dataclass
class Sums:
    """Digests by a script."""

    digests: Iterable[Hashed]
    stopped: bool = False

    def __iter__(self) -> Iterator[Hashed]:
        yield from self.digests

    def stop(self) -> None:
        self.stopped = True


@dataclass
class ScriptedPhone:
    """Says what it is told to.

    Attributes:
        content: files by path; a path that `entries` lists and `content` lacks cannot be read.
        entries: what a listing says, in this order.
        later: what `stat` says instead, by path.
        answers: how many files a `read` gives before it falls silent.
        tails: what comes behind the content of a file, by path.
        wrong_sums: digests that it tells instead of the right ones, by path.
        hashed: paths that it was asked to hash.
        restless: a file whose times are others each time they are asked for: 2, 3, 4…
    """

    entries: list[ListingItem] = field(default_factory=list)
    content: dict[bytes, bytes] = field(default_factory=dict)
    later: dict[bytes, ListingItem] = field(default_factory=dict)
    storage: list[Volume] = field(default_factory=lambda: [SHARED])
    inventory: AppInventory = field(default_factory=AppInventory)
    identity: Identity = WHO
    mtime_precision_ns: int = 1
    size_modulus: int | None = None
    clock_ns: int | None = None
    asked: "list[bytes]" = field(default_factory=list)
    answers: int | None = None
    tails: dict[bytes, Iterable[bytes]] = field(default_factory=dict)
    restless: bytes | None = None
    clock_of_restless: int = 1
    hash_place: HashPlace = HashPlace.NOWHERE
    wrong_sums: dict[bytes, bytes] = field(default_factory=dict)
    hashed: "list[bytes]" = field(default_factory=list)

    def add(self, path: bytes, content: bytes = b"x", *, size: int | None = None, mtime_ns: int = 10**18) -> None:
        """List a file that can be read."""
        length = len(content) if size is None else size
        self.entries.append(Entry(path, FileKind.FILE, length, 0o660, mtime_ns, mtime_ns))
        self.content[path] = content

    def add_folder(self, path: bytes) -> None:
        self.entries.append(Entry(path, FileKind.DIRECTORY, 0, 0o770, 10**18, 10**18))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def now_ns(self) -> int:
        return time.time_ns() if self.clock_ns is None else self.clock_ns

    def volumes(self) -> list[Volume]:
        return self.storage

    def list(self, root: bytes, *, precise: bool = True) -> Iterator[ListingItem]:
        del precise
        for item in self.entries:
            elsewhere = item.path.startswith((b"/storage/", b"/data/"))
            if item.path.startswith(root + b"/") or not elsewhere:
                yield item

    def stat(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
        known = {item.path: item for item in self.entries}
        for path in paths:
            if path == self.restless:
                self.clock_of_restless += 1
                time_ns = self.clock_of_restless
                yield Entry(path, FileKind.FILE, len(self.content[path]), 0o660, time_ns, time_ns)
                continue
            gone = Unreadable(path, Obstacle.VANISHED)
            yield self.later.get(path) or known.get(path, gone)

    def read(self, paths: Iterable[bytes]) -> Iterator[Stream]:
        for number, path in enumerate(paths):
            if number == self.answers:
                return
            self.asked.append(path)
            yield Stream(path, self.content.get(path), tail=self.tails.get(path, ()))

    def read_from(self, path: bytes, offset: int) -> Stream:
        self.asked.append(path)
        return Stream(path, self.content.get(path), offset, self.tails.get(path, ()))

    def hash(self, files: Iterable[tuple[bytes, int]]) -> Sums:
        return Sums(self._hashed(files))

    def _hashed(self, files: Iterable[tuple[bytes, int]]) -> Iterator[Hashed]:
        for path, _size in files:
            self.hashed.append(path)
            content = self.content.get(path)
            honest = None if content is None else hashlib.sha256(content).digest()
            yield Hashed(path, self.wrong_sums.get(path, honest))

    def apps(self) -> AppInventory:
        return self.inventory
