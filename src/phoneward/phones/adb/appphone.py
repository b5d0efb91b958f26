"""The files of an app through a shell that may read them: as the app itself (`runas`) or as root (`rooted`).

Everything is asked as elsewhere of a phone's shell (`find`, `stat`, `cat`, `sha256sum`), with another user.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, Self

from phoneward.errors import readable
from phoneward.phones.adb import byshell, hashing, stats
from phoneward.phones.adb.shell import Shell
from phoneward.phones.adb.walk import find_walk, undescribed
from phoneward.phones.adb.wire import Channel
from phoneward.phones.base import (
    AppInventory,
    Entry,
    FileKind,
    FileStream,
    Hashes,
    HashPlace,
    Identity,
    ListingItem,
    Obstacle,
    Unreadable,
    Volume,
)
from phoneward.phones.errors import FileReadError, PhoneSilentError
from phoneward.phones.numbers import checked_offset
from phoneward.phones.paths import is_clean
from phoneward.phones.source import Source
from phoneward.phones.words import NOT_A_FOLDER, NOT_A_PATH, NOT_DESCRIBED

MAIN_USER: Final = 0
DATA, BEFORE_UNLOCK = "appdata", "user_de"
"""Names of an app's two folders (`Volume.name`)."""


class Main(Protocol):
    """The phone as this module needs it."""

    @property
    def shell(self) -> Shell:
        """Its shell."""

    @property
    def identity(self) -> Identity:
        """Which phone it is."""

    @property
    def hash_place(self) -> HashPlace:
        """Where it computes checksums."""

    @property
    def mtime_precision_ns(self) -> int:
        """1 where its `stat` works."""

    def now_ns(self) -> int:
        """Its clock."""

    def open_service(self, service: bytes) -> Channel:
        """Return a channel to one of its services."""


@dataclass(frozen=True, slots=True)
class AppData:
    """What there is of apps' private data.

    Attributes:
        sources: one for each app that can be read.
        apps: those apps, with nothing, and those that the phone refuses to read although it should, with its words.
    """

    sources: list[Source]
    apps: dict[str, str]


class AppPhone:
    """The files of an app, as a shell sees them that may read them. It opens nothing, and so closes nothing.

    Args:
        phone: whose app it is.
        shell: runs commands as the app, or as root.
        skip: names in a folder that a walk of that folder leaves out, with all below them.
    """

    def __init__(self, phone: Main, shell: Shell, skip: Mapping[bytes, Sequence[bytes]] = {}) -> None:
        self._phone = phone
        self._shell = shell
        self._skip = skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None: ...

    @property
    def identity(self) -> Identity:
        """The phone's."""
        return self._phone.identity

    @property
    def mtime_precision_ns(self) -> int:
        """Nanoseconds: `stat` tells them."""
        return 1

    @property
    def size_modulus(self) -> int | None:
        """None: sizes are whole."""
        return None

    def now_ns(self) -> int:
        """The phone's clock."""
        return self._phone.now_ns()

    def volumes(self) -> list[Volume]:
        """None of its own: `Source.volumes` has them."""
        return []

    def apps(self) -> AppInventory:
        """None of its own."""
        return AppInventory()

    def list(self, root: bytes, *, precise: bool = True) -> Iterator[ListingItem]:
        """Walk a tree; see `Phone.list`. Times are always exact."""
        del precise
        (top,) = self.stat([root])
        if isinstance(top, Unreadable):
            yield top
        elif top.kind is not FileKind.DIRECTORY:
            yield Unreadable(root, Obstacle.SPECIAL, NOT_A_FOLDER)
        else:
            for item in find_walk(self._shell, root, self._skip.get(root, ())):
                if isinstance(item, Unreadable) and item.detail == NOT_DESCRIBED:
                    yield from self.stat([item.path])
                else:
                    yield item

    def stat(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
        """Describe these paths; see `Phone.stat`."""
        for group in stats.describe_all(self._shell, paths, _clean_or_none):
            for path, entry in group:
                yield entry if isinstance(entry, Entry) else undescribed(self._shell, path)

    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:
        """Stream these files; see `Phone.read`."""
        for path in paths:
            yield AppFile(self._shell, path)

    def read_from(self, path: bytes, offset: int) -> FileStream:
        """Return one file from a byte on; see `Phone.read_from`."""
        return AppFile(self._shell, path, checked_offset(offset))

    @property
    def hash_place(self) -> HashPlace:
        """The phone's: it is the same tool."""
        return self._phone.hash_place

    def hash(self, files: Iterable[tuple[bytes, int]]) -> Hashes:
        """Let the phone compute SHA-256 sums; see `Phone.hash`."""
        return hashing.HashRun(self._shell, files)


def _clean_or_none(path: bytes) -> bytes | None:
    return path if is_clean(path) else None


class AppFile:
    """One file of an app."""

    def __init__(self, shell: Shell, path: bytes, offset: int = 0) -> None:
        self.path = path
        self._shell = shell
        self._offset = offset

    def __iter__(self) -> Iterator[bytes]:
        if not is_clean(self.path):
            raise FileReadError(Obstacle.BAD_NAME, path=readable(self.path), detail=NOT_A_PATH)
        came = False
        try:
            for piece in byshell.content(self._shell, self.path, self._offset):
                came = True
                yield piece
        except (FileReadError, PhoneSilentError):
            if came or not self._offset:
                raise
        else:
            return
        # What the shell could not begin to give (a file system without such an offset, a `tail` that was silent while
        # it read up to there) is read from its start.
        over = self._offset
        for piece in byshell.content(self._shell, self.path):
            if over < len(piece):
                yield piece[over:]
            over = max(0, over - len(piece))
