"""Backups on this computer: those that apps put here, and those of phone makers' programs. Only listed, and read."""

import contextlib
import datetime as dt
import functools
import os
import stat
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO, Final, Literal, NamedTuple

import msgspec

from phoneward.errors import readable
from phoneward.phones import open_folder
from phoneward.phones.appbackups import Computer, OnComputer
from phoneward.rescue.remnant import Completeness, Opener, Part, Remnant, Source
from phoneward.rescue.searching.asked import Asked
from phoneward.rescue.searching.making import moment
from phoneward.rescue.searching.on_phone import OnPhone
from phoneward.rescue.searching.seen import SeenFile
from phoneward.snapshots import app_words
from phoneward.texts import Named, Words, counted, running, verbatim, words

MAX_NAMES: Final = 200_000
"""Names of one backup that are measured."""
MAX_FOUND: Final = 200
_UNCONFIRMED: Final = words("That it lies there is what other people describe; the maker does not say so.")


class _There(NamedTuple):
    """A backup: where, from when, how many files, how many bytes."""

    path: Path
    made: dt.datetime | None
    files: int
    size: int


class ComputerRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a phone maker's program puts backups; see `rescue/data/computers.toml`."""

    inside: tuple[Literal["home", "documents"], ...]
    path: str
    called: dict[str, str]
    sources: tuple[str, ...]
    confirmed: bool


class _Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    looked_up: dt.date
    place: tuple[ComputerRule, ...]


@functools.cache
def computer_rules() -> tuple[ComputerRule, ...]:
    """Return the data file, checked."""
    data = (files("phoneward.rescue") / "data" / "computers.toml").read_bytes()
    return msgspec.toml.decode(data, type=_Rules).place


def apps_backups(asked: Asked, found: Sequence[OnComputer]) -> Iterator[Remnant]:
    """Yield the backups that apps put on this computer.

    Args:
        asked: what is looked for.
        found: what `phones.appbackups.search_computer` or `search_folder` found.
    """
    for one in found:
        if asked.is_about(one.package):
            what = counted(
                "{app}, {called}: {count} file",
                "{app}, {called}: {count} files",
                one.files,
                app=app_words(one.package),
                called=Named(one.called) if one.called else "",
            )
            guide = f"phoneward app-backups guide {one.app}" if one.app else "phoneward app-backups list"
            how = words("Only the app can open it. How it is put back:")
            there = _There(one.path, one.made, one.files, one.bytes)
            yield _remnant(Source.APP_BACKUP, what, there, how, guide)


def makers_backups(asked: Asked, computer: Computer) -> Iterator[Remnant]:
    """Yield the backups that phone makers' programs put on this computer."""
    del asked  # such a backup may hold any app
    seen: set[Path] = set()
    for rule in computer_rules():
        for name in rule.inside:
            for base in computer.base(name):
                for path in _matching(base, rule.path.split("/")):
                    if path in seen or len(seen) >= MAX_FOUND:
                        continue
                    seen.add(path)
                    count, size, newest_ns = _measured(path)
                    if count:
                        what = counted(
                            "{called}: {count} file", "{called}: {count} files", count, called=Named(rule.called)
                        )
                        there = _There(path, moment(newest_ns), count, size)
                        how = words("Put back by the program of the phone's maker that made it.")
                        how = how if rule.confirmed else running(_UNCONFIRMED, how)
                        yield _remnant(Source.MAKER_BACKUP, what, there, how, is_confirmed=rule.confirmed)


def _matching(base: Path, parts: list[str]) -> Iterator[Path]:
    """Yield the folders that a path with `*` stands for."""
    here = [base]
    for part in parts:
        below: list[Path] = []
        for folder in here:
            if part != "*":
                below.append(folder / part)
                continue
            with contextlib.suppress(OSError), os.scandir(folder) as entries:
                below += sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))[
                    :MAX_FOUND
                ]
        here = [folder for folder in below if _is_folder(folder)]
    yield from here


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _measured(path: Path) -> tuple[int, int, int]:
    count = size = newest_ns = names = 0
    waiting = [path]
    while waiting and names < MAX_NAMES:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                names += 1
                if names >= MAX_NAMES:
                    break
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    waiting.append(Path(entry.path))
                elif stat.S_ISREG(status.st_mode):
                    count, size, newest_ns = count + 1, size + status.st_size, max(newest_ns, status.st_mtime_ns)
    return count, size, newest_ns


def _remnant(
    source: Source, what: Words, there: _There, how: Words, command: str = "", *, is_confirmed: bool = True
) -> Remnant:
    path = there.path
    shown = readable(str(path))
    is_file = path.is_file()
    return Remnant(
        source=source,
        what=what,
        where=shown,
        made=there.made,
        size=there.size,
        count=there.files,
        completeness=Completeness.UNKNOWN,
        how=how,
        command=command,
        path=shown,
        open=(lambda: _opened(path.parent, b"/" + os.fsencode(path.name))) if is_file else None,
        parts=None if is_file else lambda: _parts(path),
        is_confirmed=is_confirmed,
    )


def _parts(folder: Path) -> Iterator[Part]:
    """Yield the files of a folder. Links are not followed."""
    with open_folder(folder) as phone:
        for file in OnPhone(phone, verbatim("")).below(b""):
            yield Part(readable(os.fsencode(folder) + file.path), _opener(folder, file.path), file.size, file.mtime_ns)


def _opener(folder: Path, path: bytes) -> Opener:
    return lambda: _opened(folder, path)


@contextlib.contextmanager
def _opened(folder: Path, path: bytes) -> Iterator[BinaryIO]:
    above, _slash, name = path.strip(b"/").rpartition(b"/")
    with (
        open_folder(folder) as phone,
        OnPhone(phone, verbatim("")).open(SeenFile(b"", above, name, 0, 0)) as stream,
    ):
        yield stream
