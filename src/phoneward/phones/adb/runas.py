"""The private data of apps that were built for testing: the phone's shell may read it as the app itself (`run-as`).

Source: AOSP system/core/run-as/run-as.cpp: only for packages with the flag DEBUGGABLE, never root; it becomes the app's
user, goes to /data/user/0/PACKAGE and runs a command there. All that is asked of a phone's shell elsewhere is asked
through it here: `find`, `stat`, `cat`, `sha256sum`. The sync service knows no other user, so each file costs a shell.

An app has a second folder, /data/user_de/0/PACKAGE, which is open before the first unlocking; most keep nothing there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol, Self

from phoneward.errors import readable
from phoneward.phones.adb import byshell, hashing, stats
from phoneward.phones.adb.shell import Services, Shell, ShellStream, quote
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
    VolumeKind,
)
from phoneward.phones.errors import FileReadError, PhoneSilentError
from phoneward.phones.numbers import checked_offset
from phoneward.phones.paths import is_clean
from phoneward.phones.source import MOUNTS, Source
from phoneward.phones.words import NO_TOOLS, NOT_A_FOLDER, NOT_A_PATH, NOT_DESCRIBED, TOO_MANY_APPS

MAX_APPS: Final = 200
"""Far more apps of this kind than a developer's phone has; each costs some questions."""

MAIN_USER: Final = 0
DATA, BEFORE_UNLOCK = "appdata", "user_de"
"""Names of an app's two folders (`Volume.name`)."""

_WORDS: Final = b"run-as: "


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


class RunAsShell(Shell):
    """The phone's shell, as an app.

    Args:
        services: the phone, which speaks shell protocol v2.
        package: the app; its name has been checked.
    """

    def __init__(self, services: Services, package: str) -> None:
        super().__init__(services, protocol=True)
        self._prefix = b"exec run-as " + package.encode("ascii") + b" sh -c "

    def start(self, command: bytes) -> ShellStream:
        """Return a running command."""
        return super().start(self._prefix + quote(command))


@dataclass(frozen=True, slots=True)
class AppData:
    """What there is of apps' private data.

    Attributes:
        sources: one for each app that can be read.
        apps: those apps, with nothing, and those that the phone refuses to read although it should, with its words.
    """

    sources: list[Source]
    apps: dict[str, str]


def app_data(phone: Main, inventory: AppInventory) -> AppData:
    """Ask the phone which of its debuggable apps it lets us read.

    Raises:
        PhoneGoneError: the connection is lost.
    """
    found = AppData([], {})
    wanted = sorted({app.package for app in inventory.apps if app.is_debuggable and app.user_id == MAIN_USER})
    for number, package in enumerate(wanted):
        if not phone.shell.has_protocol or phone.mtime_precision_ns != 1:
            found.apps[package] = NO_TOOLS
        elif number >= MAX_APPS:
            found.apps[package] = TOO_MANY_APPS
        else:
            shell = RunAsShell(phone, package)
            done = shell.run(b"pwd -P", limit=1 << 16)
            root = done.stdout.removesuffix(b"\n")
            if done.code != 0 or not is_clean(root) or root == b"/":
                found.apps[package] = _complaint(done.stderr or done.stdout)
                continue
            found.apps[package] = ""
            mount = MOUNTS + b"run-as/" + package.encode("ascii")
            volumes = tuple(_volumes(shell, package, root))
            found.sources.append(Source(_RunAsPhone(phone, shell), mount, volumes, of_phone=True))
    return found


def _complaint(words: bytes) -> str:
    """Return the tool's last line; never empty."""
    lines = words.strip().split(b"\n")
    return readable(lines[-1].removeprefix(_WORDS)[-200:]) or NO_TOOLS


def _volumes(shell: Shell, package: str, root: bytes) -> Iterator[Volume]:
    yield Volume(VolumeKind.APP_DATA, DATA, root, package, MAIN_USER, package=package)
    second = b"/data/user_de/0/" + package.encode("ascii")
    script = b"[ -e %s ] && { find %s ! -type d -print || echo; } 2>/dev/null | head -c 1" % (second, second)
    if second != root and shell.run(script, limit=1 << 16).stdout:  # something is in it, or it cannot be told
        yield Volume(VolumeKind.APP_DATA, BEFORE_UNLOCK, second, package, MAIN_USER, package=package)


class _RunAsPhone:
    """The files of one app. It opens nothing, and so closes nothing."""

    def __init__(self, phone: Main, shell: RunAsShell) -> None:
        self._phone = phone
        self._shell = shell

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
            for item in find_walk(self._shell, root):
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
            yield _RunAsFile(self._shell, path)

    def read_from(self, path: bytes, offset: int) -> FileStream:
        """Return one file from a byte on; see `Phone.read_from`."""
        return _RunAsFile(self._shell, path, checked_offset(offset))

    @property
    def hash_place(self) -> HashPlace:
        """The phone's: it is the same tool."""
        return self._phone.hash_place

    def hash(self, files: Iterable[tuple[bytes, int]]) -> Hashes:
        """Let the phone compute SHA-256 sums; see `Phone.hash`."""
        return hashing.HashRun(self._shell, files)


def _clean_or_none(path: bytes) -> bytes | None:
    return path if is_clean(path) else None


class _RunAsFile:
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
