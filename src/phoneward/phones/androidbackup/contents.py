"""What a backup file holds: looked through once, from end to end, before anything is taken from it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from phoneward.phones.androidbackup.content import Stream
from phoneward.phones.androidbackup.errors import AndroidBackupEmptyError, AndroidBackupTooLargeError
from phoneward.phones.androidbackup.members import Member, members
from phoneward.phones.base import Entry, FileKind, InstalledApp, Obstacle, Unreadable
from phoneward.phones.numbers import within_reach
from phoneward.phones.paths import is_below, is_clean

MAX_NAMES: Final = 1_000_000
MAX_NAME_BYTES: Final = 256 << 20
"""All paths together, folders that are only implied included. Far more than any phone's backup has."""

MAX_PATH: Final = 4096
"""Linux' PATH_MAX: longer ones no phone can have written."""

MAX_MANIFEST: Final = 64 << 10
"""AOSP's own bound for a manifest (`FullBackup`'s reader)."""

APPS: Final = b"/apps"
SHARED: Final = b"/shared"
MAIN_STORAGE: Final = b"/shared/0"

_STORAGE: Final = re.compile(rb"/shared/([0-9]{1,3})(?:/|\Z)")
_APK: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.apk\Z")
_FOLDER_MODE: Final = 0o755
_FACTS: Final = frozenset({b"_manifest", b"_meta", b"k/_manifest", b"k/_meta"})
"""What Android writes about each app, whether it took part or not."""

_STORAGE_AGENT: Final = "com.android.sharedstoragebackup"
"""Writes the shared storage into a backup; no app of the person's."""


class Held(NamedTuple):
    """One name of the backup, and where its content is in the stream."""

    entry: Entry
    offset: int


@dataclass(slots=True)
class _App:
    """What a backup says of an app."""

    version_code: int | None = None
    installer: str = ""
    files: int = 0
    apks: list[bytes] = field(default_factory=list)


class Contents:
    """All names of a backup, in the order in which they stand there.

    Raises:
        AndroidBackupError: the backup cannot be read to its end, holds nothing, or more than a phone can have.
    """

    def __init__(self, stream: Stream) -> None:
        self._name = stream.name
        self._held: dict[bytes, Held] = {}
        self._refused: dict[bytes, Unreadable] = {}
        self._implied: dict[bytes, int] = {}
        self._apps: dict[str, _App] = {}
        self._apks: set[bytes] = set()
        self._name_bytes = 0
        self.api_level: int | None = None
        self.storages: list[bytes] = []
        count = 0
        for member in members(stream):
            count += 1
            if count > MAX_NAMES:
                raise AndroidBackupTooLargeError(path=self._name)
            self._add(member, stream)
        while stream.some(1 << 20):
            pass  # to the end, where a compressed stream keeps its checksum
        if not count:
            raise AndroidBackupEmptyError(path=self._name)
        self._imply()

    # -- looking through -------------------------------------------------------------------------------------------

    def _add(self, member: Member, stream: Stream) -> None:
        path = b"/" + (member.path.rstrip(b"/") if member.kind is FileKind.DIRECTORY else member.path)
        self._count(path)
        obstacle = _obstacle(path, member)
        storage = _STORAGE.match(path)
        if storage and is_clean(path) and (root := SHARED + b"/" + storage[1]) not in self.storages:
            self.storages.append(root)
        if obstacle is not None:
            self._refused[path[:MAX_PATH]] = Unreadable(path[:MAX_PATH], obstacle)
            return
        if path in {APPS, SHARED}:
            return
        known = self._held.get(path)
        if known is not None and not (known.entry.kind is member.kind is FileKind.DIRECTORY):
            self._refused[path] = Unreadable(path, Obstacle.TWICE)
        is_file = member.kind is FileKind.FILE
        link = member.link_target if member.kind is FileKind.SYMLINK else None
        mtime_ns = within_reach(member.mtime_s * 10**9)
        entry = Entry(path, member.kind, member.size if is_file else 0, member.mode, mtime_ns, None, link)
        self._held[path] = Held(entry, member.offset)
        if path.startswith(APPS + b"/"):
            self._add_to_app(path, member, stream, is_new=known is None)

    def _count(self, path: bytes) -> None:
        self._name_bytes += len(path)
        if self._name_bytes > MAX_NAME_BYTES:
            raise AndroidBackupTooLargeError(path=self._name)

    def _add_to_app(self, path: bytes, member: Member, stream: Stream, *, is_new: bool) -> None:
        package, _slash, inside = path[len(APPS) + 1 :].partition(b"/")
        if not inside:
            return
        app = self._apps.setdefault(package.decode("utf-8", "surrogateescape"), _App())
        if member.kind is not FileKind.FILE:
            return
        if inside.endswith(b"_manifest") and inside in _FACTS:
            if member.size <= MAX_MANIFEST:
                self._read_manifest(app, stream.exactly(member.size))
        elif inside.startswith(b"a/") and _APK.match(inside, 2):
            if is_new:
                app.apks.append(path)
                self._apks.add(path)
        elif inside not in _FACTS:
            app.files += is_new

    def _read_manifest(self, app: _App, text: bytes) -> None:
        """Take what is of use: lines of format, package, version, Android's API level, installer (AOSP `_manifest`)."""
        lines = text.decode("utf-8", "replace").split("\n")[:5]
        if len(lines) < 5 or lines[0] != "1":
            return
        app.version_code = _small_number(lines[2])
        app.installer = lines[4] if lines[4].isprintable() else ""
        level = _small_number(lines[3])
        if level is not None:
            self.api_level = max(level, self.api_level or 0)

    def _imply(self) -> None:
        """Make up the folders that have no member of their own (AOSP writes none for the top of a domain).

        Their time is that of the latest name below them.
        """
        self._implied = {root: 0 for root in (APPS, *self.storages) if root not in self._held}
        for path, held in self._held.items():
            above, mtime_ns = path[: path.rindex(b"/")], held.entry.mtime_ns
            while above:
                known = self._implied.get(above)
                if known is None and above not in self._held:
                    self._count(above)
                if above not in self._held and (known is None or known < mtime_ns):
                    self._implied[above] = mtime_ns
                elif known is not None:
                    break
                above = above[: above.rindex(b"/")]

    # -- asking ----------------------------------------------------------------------------------------------------

    def held(self, path: bytes) -> Held | None:
        """Return a file, link or folder; None where there is no such name."""
        found = self._held.get(path)
        if found is None and path in self._implied:
            return Held(Entry(path, FileKind.DIRECTORY, 0, _FOLDER_MODE, self._implied[path]), 0)
        return found

    def refused(self, path: bytes) -> Unreadable | None:
        """Return why a name is not to be had."""
        return self._refused.get(path)

    def below(self, root: bytes) -> Iterator[Entry]:
        """Yield what is below a folder, APK files of apps left out: those are told with the apps."""
        prefix = root.rstrip(b"/") + b"/"
        told: set[bytes] = set()
        for path, held in self._held.items():
            if path.startswith(prefix) and path not in self._apks:
                yield from self._folders_above(path, prefix, told)
                if held.entry.kind is not FileKind.DIRECTORY:
                    yield held.entry
                elif path not in told:
                    told.add(path)
                    yield held.entry

    def _folders_above(self, path: bytes, prefix: bytes, told: set[bytes]) -> Iterator[Entry]:
        missing = []
        above = path[: path.rindex(b"/")]
        while len(above) > len(prefix) and above not in told:
            found = self.held(above)
            if found is not None and found.entry.kind is FileKind.DIRECTORY:
                missing.append(found.entry)
            told.add(above)
            above = above[: above.rindex(b"/")]
        yield from reversed(missing)

    def refusals(self, root: bytes) -> Iterator[Unreadable]:
        """Yield what cannot be had: of a storage, or of one app, what belongs there; of `/apps` all the rest."""
        for path, item in self._refused.items():
            if is_below(root, APPS):
                if path == root or is_below(path, root):
                    yield item
                continue
            storage = _STORAGE.match(path)
            home = SHARED + b"/" + storage[1] if storage and is_clean(path) else APPS
            if home == root:
                yield item

    def apps(self) -> Iterator[tuple[InstalledApp, int]]:
        """Yield each app with how many files of its data the backup holds."""
        for package, app in self._apps.items():
            if package != _STORAGE_AGENT:
                apks = sorted(app.apks, key=lambda path: (not path.endswith(b"/base.apk"), path))
                yield (
                    InstalledApp(package, 0, app.version_code, installer=app.installer, apk_paths=tuple(apks)),
                    app.files,
                )


def _obstacle(path: bytes, member: Member) -> Obstacle | None:
    if len(path) > MAX_PATH:
        return Obstacle.TOO_LONG
    if not is_clean(path) or path == b"/":
        return Obstacle.BAD_NAME
    if member.kind is FileKind.OTHER or (member.kind is FileKind.SYMLINK and not member.link_target):
        return Obstacle.SPECIAL
    if path in {APPS, SHARED} or _STORAGE.fullmatch(path):
        return None if member.kind is FileKind.DIRECTORY else Obstacle.FOREIGN
    return None if path.startswith(APPS + b"/") or _STORAGE.match(path) else Obstacle.FOREIGN


def _small_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
