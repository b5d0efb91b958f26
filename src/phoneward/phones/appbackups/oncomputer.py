"""Backups that apps made of themselves on this computer: found by name, and measured. Nothing is opened.

Bounded in time and in names. No symbolic link or junction is followed below the places that are looked at.
"""

import contextlib
import datetime as dt
import os
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.phones.appbackups.data import AppFile, ComputerLayout, Kind, app_files
from phoneward.phones.appbackups.onphone import moment_made
from phoneward.phones.appbackups.places import Computer
from phoneward.phones.appbackups.templates import Template

MAX_NAMES: Final = 500_000
"""Names that one search looks at, all together."""
MAX_SECONDS: Final = 30.0
MAX_FOUND: Final = 200
MAX_DEPTH: Final = 8
"""Folders within a folder that a person names."""
MAX_MEASURED_DEPTH: Final = 64

_SURROGATE: Final = 0x20000000
"""Windows' mark of a link or junction (IsReparseTagNameSurrogate); OneDrive's own marks do not bear it."""


@dataclass(frozen=True, slots=True)
class OnComputer:
    """A backup on this computer.

    Attributes:
        app: key of the app.
        package: its package on a phone.
        called: what it is, by language ("WeChat 4 on Windows").
        path: the folder, or the file.
        account: the folder's name that shows whose it is; not made readable; empty where nothing does.
        made: when, as far as names and times tell; None where they do not.
        whole: whether all of it was measured.
    """

    app: str
    package: str
    kind: Kind
    called: dict[str, str]
    path: Path
    account: str
    made: dt.datetime | None
    bytes: int
    files: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Searched:
    """What came of a search.

    Attributes:
        found: the newest first.
        whole: whether everything that should have been looked at was.
        refused: folders that could not be looked into.
    """

    found: tuple[OnComputer, ...]
    whole: bool
    refused: tuple[Path, ...]


@dataclass(slots=True)
class _Search:
    """One search with its bounds."""

    until: float
    names: int = 0
    whole: bool = True
    refused: list[Path] = field(default_factory=list)
    found: dict[Path, OnComputer] = field(default_factory=dict)
    _listed: dict[Path, list[os.DirEntry[str]]] = field(default_factory=dict)

    def listed(self, folder: Path) -> list[os.DirEntry[str]]:
        """Return what a folder holds: those that many layouts begin in are looked at once."""
        if folder not in self._listed:
            self._listed[folder] = list(self.scan(folder))
        return self._listed[folder]

    def scan(self, folder: Path) -> Iterator[os.DirEntry[str]]:
        """Yield what a folder holds; nothing where it is none."""
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self.names += 1
                    if self.names > MAX_NAMES or time.monotonic() > self.until:
                        self.whole = False
                        return
                    yield entry
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError:
            self.refused.append(folder)


def search_computer(computer: Computer, *, seconds: float = MAX_SECONDS) -> Searched:
    """Look at the places where apps put their backups on this computer."""
    search = _Search(time.monotonic() + seconds)
    for app, layout in _layouts():
        if computer.system not in layout.systems:
            continue
        parts = layout.path.split("/")
        for name in layout.inside:
            for base in computer.base(name):
                for path, account in _expand(search, base, parts, is_file=layout.unit == "file"):
                    _take(search, app, layout, path, account)
    return _result(search)


def search_folder(folder: Path, *, seconds: float = MAX_SECONDS) -> Searched:
    """Look for backups of any system in a folder that the person names, and in the folders in it."""
    search = _Search(time.monotonic() + seconds)
    rules = [(app, layout, Template.of(f"**/{layout.path}", ignore_case=True)) for app, layout in _layouts()]
    waiting = [(folder.absolute(), 0)]
    while waiting:
        here, depth = waiting.pop()
        if _match(search, rules, here, is_file=False):
            continue
        for entry in search.scan(here):
            path = Path(entry.path)
            if _is_folder(entry):
                if depth < MAX_DEPTH:
                    waiting.append((path, depth + 1))
                else:
                    search.whole = False
            elif _is_file(entry):
                _match(search, rules, path, is_file=True)
    return _result(search)


def look_at(folder: Path, package: str, *, seconds: float = MAX_SECONDS) -> OnComputer:
    """Measure one folder that the person says is a backup of an app, whatever it is called."""
    search = _Search(time.monotonic() + seconds)
    name = os.fsencode(folder.absolute().as_posix())
    for app, layout in _layouts():
        template = Template.of(f"**/{layout.path}", ignore_case=True)
        says = template.match(name) if package in app.packages and layout.unit == "folder" else None
        if says is not None and _take(search, app, layout, folder, os.fsdecode(says.account)):
            return search.found[folder]
    size = _Measured()
    size.take(search, folder, is_file=False)
    known = next((app for app in app_files() if package in app.packages), None)
    key = known.key if known is not None else ""
    made = _utc(size.newest_ns)
    return OnComputer(key, package, "backup", {}, folder, "", made, size.bytes, size.files, size.whole)


def _layouts() -> Iterable[tuple[AppFile, ComputerLayout]]:
    return ((app, layout) for app in app_files() for layout in app.computer)


def _match(
    search: _Search,
    rules: Sequence[tuple[AppFile, ComputerLayout, Template]],
    path: Path,
    *,
    is_file: bool,
) -> bool:
    name = os.fsencode(path.as_posix())
    for app, layout, template in rules:
        if (layout.unit == "file") != is_file:
            continue
        says = template.match(name)
        if says is not None and _take(search, app, layout, path, os.fsdecode(says.account)):
            return True
    return False


def _expand(search: _Search, base: Path, parts: list[str], *, is_file: bool) -> Iterator[tuple[Path, str]]:
    """Yield the folders (or files) below a base whose names fit, one part of the path after the other."""
    waiting = [(base, 0, "")]
    while waiting:
        here, depth, account = waiting.pop()
        last = depth == len(parts) - 1
        template = Template.of(parts[depth], ignore_case=True)
        for entry in search.listed(here):
            says = template.match(os.fsencode(entry.name))
            if says is None or not (_is_file(entry) if last and is_file else _is_folder(entry)):
                continue
            whose = os.fsdecode(says.account) or account
            if last:
                yield Path(entry.path), whose
            else:
                waiting.append((Path(entry.path), depth + 1, whose))


def _take(search: _Search, app: AppFile, layout: ComputerLayout, path: Path, account: str) -> bool:
    """Measure a backup and note it; False where it holds nothing, or not what it should."""
    if path in search.found:
        return True
    if len(search.found) >= MAX_FOUND:
        search.whole = False
        return False
    named = Template.of(layout.path.rsplit("/", 1)[-1], ignore_case=True).match(os.fsencode(path.name))
    marked = _marked(search, path, layout) if layout.markers else None
    if layout.markers and marked is None:
        return False
    size = _Measured()
    size.take(search, path, is_file=layout.unit == "file")
    if not size.files:
        return False
    newest = _utc(size.newest_ns)
    made = (named.made if named is not None else None) or (marked.made if marked is not None else None)
    search.found[path] = OnComputer(
        app.key, app.packages[0], layout.kind, layout.called, path, account,
        moment_made(made, newest), size.bytes, size.files, size.whole,
    )  # fmt: skip
    return True


@dataclass(frozen=True, slots=True)
class _Marked:
    made: dt.datetime | None


def _marked(search: _Search, folder: Path, layout: ComputerLayout) -> _Marked | None:
    """Return when the newest of the names that mark a backup was made; None where there are none of them."""
    templates = [Template.of(one, ignore_case=True) for one in layout.markers]
    times: list[dt.datetime] = []
    seen = False
    for entry in search.scan(folder):
        says = next((found for one in templates if (found := one.match(os.fsencode(entry.name))) is not None), None)
        if says is None or not (_is_file(entry) or _is_folder(entry)):
            continue
        seen = True
        status = _status(entry)
        made = moment_made(says.made, _utc(status.st_mtime_ns) if status is not None else None)
        times += [made] if made is not None else []
    return _Marked(max(times, default=None)) if seen else None


@dataclass(slots=True)
class _Measured:
    files: int = 0
    bytes: int = 0
    newest_ns: int = 0
    whole: bool = True

    def take(self, search: _Search, path: Path, *, is_file: bool) -> None:
        """Add up a file, or all files of a folder."""
        if is_file:
            with contextlib.suppress(OSError):
                self._add(path.lstat())
            return
        waiting = [(path, 0)]
        while waiting and search.whole:
            here, depth = waiting.pop()
            refused = len(search.refused)
            for entry in search.scan(here):
                if _is_folder(entry):
                    waiting.append((Path(entry.path), depth + 1))
                    self.whole = self.whole and depth < MAX_MEASURED_DEPTH
                elif (status := _status(entry)) is not None and stat.S_ISREG(status.st_mode):
                    self._add(status)
            self.whole = self.whole and len(search.refused) == refused
        self.whole = self.whole and search.whole

    def _add(self, status: os.stat_result) -> None:
        self.files += 1
        self.bytes += status.st_size
        self.newest_ns = max(self.newest_ns, status.st_mtime_ns)


def _result(search: _Search) -> Searched:
    first = dt.datetime.min.replace(tzinfo=dt.UTC)
    newest = sorted(search.found.values(), key=lambda one: (one.made or first, str(one.path)), reverse=True)
    return Searched(tuple(newest), search.whole, tuple(search.refused))


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError:
        return None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    status = _status(entry)
    return status is not None and stat.S_ISDIR(status.st_mode) and not _leads_elsewhere(status)


def _is_file(entry: os.DirEntry[str]) -> bool:
    status = _status(entry)
    return status is not None and stat.S_ISREG(status.st_mode) and not _leads_elsewhere(status)


def _leads_elsewhere(status: os.stat_result) -> bool:
    tag: int = getattr(status, "st_reparse_tag", 0)
    return bool(tag & _SURROGATE)


def _utc(time_ns: int) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(time_ns // 1_000_000_000, dt.UTC) if time_ns else None
    except (ValueError, OverflowError, OSError):
        return None
