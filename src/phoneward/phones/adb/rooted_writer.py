"""An app's data onto a rooted phone: one tar stream into a folder of ours, looked at name by name, then put in place.

Nothing is written outside that folder: names are single components that were checked, links are made last, and whatever
the phone's `tar` makes of it, what lies there afterwards is compared with what was wanted: names, kinds, sizes, modes,
owners, contexts, SHA-256.

Source: GNU tar's format (tar manual, "GNU tar Archive Format"), which toybox reads (toys/posix/tar.c).
"""

import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from phoneward.errors import readable
from phoneward.phones.adb import owners, push_steps, rooted_steps
from phoneward.phones.adb.hashing import HashRun
from phoneward.phones.adb.rooted import Rooted
from phoneward.phones.adb.shell import quote
from phoneward.phones.adb.walk import find_walk
from phoneward.phones.base import Entry, FileKind
from phoneward.phones.errors import RootedDataDifferentError, RootedWriteError
from phoneward.phones.owning import Owner

_BLOCK: Final = 512
_MAX_SIZE: Final = 1 << 50
_ROOM: Final = b"\0" * (2 * _BLOCK)
_LATEST: Final = 2**33 - 1
"""Eleven octal digits: the largest time in seconds of a plain header."""


@dataclass(frozen=True, slots=True)
class PrivateFile:
    """A name of an app's data on its way to a phone.

    Attributes:
        name: relative to the app's folder, clean; empty for the folder itself.
        mode: permission bits.
        mtime_ns: its time; the archive has whole seconds, `set_times` the rest.
        owner: on that phone.
        size: bytes that `pieces` yields.
        pieces: yields the content; what it raises ends the work.
        link_target: of a link.
    """

    name: bytes
    kind: FileKind
    mode: int
    mtime_ns: int
    owner: Owner
    size: int = 0
    pieces: Callable[[], Iterator[bytes]] | None = None
    link_target: bytes = b""


def tar_stream(files: Iterable[PrivateFile]) -> Iterator[bytes]:
    """Yield a tar archive of these files, in their order.

    Raises:
        RootedWriteError: a content is longer or shorter than was said.
    """
    for file in files:
        info = tarfile.TarInfo(_text(b"./" + file.name if file.name else b"."))
        info.mode, info.uid, info.gid = file.mode, file.owner.uid, file.owner.gid
        info.mtime = min(max(0, file.mtime_ns // 10**9), _LATEST)
        info.type = _TYPES[file.kind]
        info.size = file.size if file.kind is FileKind.FILE else 0
        info.linkname = _text(file.link_target)
        yield info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
        if file.kind is not FileKind.FILE:
            continue
        came = 0
        for piece in file.pieces() if file.pieces is not None else ():
            came += len(piece)
            if came > file.size:
                break
            yield piece
        if came != file.size:
            raise RootedWriteError(detail=_SIZE.format(path=readable(file.name)))
        yield b"\0" * (-came % _BLOCK)
    yield _ROOM


_SIZE: Final = "{path}: size"
_TYPES: Final = {
    FileKind.FILE: tarfile.REGTYPE,
    FileKind.DIRECTORY: tarfile.DIRTYPE,
    FileKind.SYMLINK: tarfile.SYMTYPE,
}


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


class RootedWriter:
    """Puts new data beside an app's folder; see `rooted_steps` for how it gets its place.

    Args:
        rooted: the phone.
    """

    def __init__(self, rooted: Rooted) -> None:
        self._shell = rooted.shell

    def unpack(self, folder: bytes, files: Iterable[PrivateFile]) -> None:
        """Send files into a folder that exists and is empty.

        Raises:
            RootedWriteError: the phone's `tar` did not take them.
            PhonewardError: what a content raised.
            PhoneGoneError: the connection is lost.
        """
        stream = self._shell.start(rooted_steps.enter(folder) + b"umask 0; exec tar -xp --numeric-owner -f -")
        try:
            for piece in _in_steps(tar_stream(files)):
                stream.send_steadily(piece)
            stream.end_input()
            for _ignored in stream.output():
                pass
            if stream.code != 0:
                raise RootedWriteError(detail=readable(stream.stderr.strip()[-300:]) or "tar")
        finally:
            stream.close()

    def set_times(self, folder: bytes, files: Iterable[PrivateFile]) -> None:
        """Give files and folders their times exactly; a link is left alone, since `touch` would follow it."""
        real = (file for file in files if file.kind is not FileKind.SYMLINK)
        times = [(folder + b"/" + file.name if file.name else folder, file.mtime_ns) for file in real]
        push_steps.set_times(self._shell, times)

    def label(self, folder: bytes, top: bytes, files: Iterable[PrivateFile]) -> None:
        """Give all names their contexts; `top` is that of nearly all, empty on a phone that has none."""
        if top:
            others = [
                (folder + b"/" + file.name, file.owner.context)
                for file in files
                if file.owner.context not in {top, b""}
            ]
            rooted_steps.label(self._shell, folder, top, others)

    def verify(self, folder: bytes, files: Iterable[PrivateFile], digests: dict[bytes, bytes]) -> None:
        """Compare what lies in a folder with what was sent.

        Args:
            folder: where it lies.
            files: what was sent.
            digests: the SHA-256 of each file, by name.

        Raises:
            RootedDataDifferentError: something differs; names the first of it.
            PhoneGoneError: the connection is lost.
        """
        wanted = {file.name: file for file in files}
        self._compare_names(folder, wanted)
        self._compare_owners(folder, wanted)
        names = [(folder + b"/" + name, wanted[name].size) for name in digests]
        for hashed, name in zip(HashRun(self._shell, names), digests, strict=True):
            if hashed.digest != digests[name]:
                raise _different(name)

    def _compare_names(self, folder: bytes, wanted: dict[bytes, PrivateFile]) -> None:
        left = set(wanted) - {b""}
        for item in find_walk(self._shell, folder):
            name = item.path[len(folder) + 1 :]
            file = wanted.get(name)
            if not isinstance(item, Entry) or file is None or not _is_same(item, file):
                raise _different(name)
            left.discard(name)
        if left:
            raise _different(min(left))

    def _compare_owners(self, folder: bytes, wanted: dict[bytes, PrivateFile]) -> None:
        left = set(wanted)
        for path, owner in owners.owners(self._shell, folder):
            name = path[len(folder) + 1 :]
            file = wanted.get(name)
            if file is None or owner != file.owner:
                raise _different(name)
            left.discard(name)
        if left:
            raise _different(min(left))

    def free_bytes(self, folder: bytes) -> int | None:
        """Return the room where apps' data lies."""
        return push_steps.free_bytes(self._shell, folder)

    def describe(self, folder: bytes) -> tuple[int, int] | None:
        """Return how many files and bytes a folder holds; None where it is not there."""
        script = b"[ -d %s ] && [ ! -L %s ] && find %s -type f -print0 | xargs -0 stat -c %%s; exit 0"
        quoted = quote(folder)
        there = self._shell.run(b"[ -d %s ] && [ ! -L %s ] && echo yes" % (quoted, quoted), limit=1 << 16)
        if there.stdout != b"yes\n":
            return None
        done = self._shell.run(push_steps.patient(script % (quoted, quoted, quoted)), limit=64 << 20)
        sizes = [int(line) for line in done.stdout.split(b"\n") if line.isdigit() and len(line) < 19]
        return len(sizes), sum(sizes)

    def settle(self) -> None:
        """Run `sync` on the phone."""
        self._shell.run(push_steps.patient(b"sync"), limit=1 << 16)


def _is_same(item: Entry, file: PrivateFile) -> bool:
    if item.kind is not file.kind:
        return False
    if item.kind is FileKind.SYMLINK:
        return item.link_target == file.link_target
    return item.mode == file.mode and item.size == file.size


def _different(name: bytes) -> RootedDataDifferentError:
    return RootedDataDifferentError(path=readable(name) or ".")


def _in_steps(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Join small pieces: each is a packet of its own otherwise."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= 1 << 16:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)
