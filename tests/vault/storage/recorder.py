"""A stand-in for the operating system that passes calls on and writes down each one that changes something."""

import os
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

from phoneward.vault.blobs import BytesLike
from phoneward.vault.storage.system import DirItem, RealSystemCalls, SystemCalls


class Change(NamedTuple):
    """One change of the disk, in full; for replaying.

    Attributes:
        verb: `make_dir`, `create_file`, `write`, `flush`, `full_flush`, `close`, `rename`, `flush_dir`, `guard`,
            `unguard`, `unlink`; or `mark`, which changes nothing: `path` says what had returned by then.
        path: relative to the recorder's root.
        target: the new name of a rename.
        data: what a write appends.
    """

    verb: str
    path: str
    target: str = ""
    data: bytes = b""


class RecordedSystem:
    """Records changes as tuples of a verb and file names relative to `root`; may fail on purpose.

    Calls of several threads are made one after the other, so that the records have the order of the changes.

    Args:
        root: names are recorded relative to this folder.
        fail: called with every record before the call is passed on; raises OSError to make it fail.
    """

    def __init__(self, root: str, fail: Callable[[tuple[str, ...]], None] | None = None) -> None:
        self._root = root
        self._fail = fail
        self._real: SystemCalls = RealSystemCalls()
        self._names: dict[int, str] = {}
        self._guard = threading.Lock()
        self.records: list[tuple[str, ...]] = []
        self.changes: list[Change] = []

    def mark(self, what: str) -> None:
        """Write down that something has returned to its caller."""
        with self._guard:
            self.changes.append(Change("mark", what))

    def _note(self, verb: str, *paths: str, data: bytes = b"") -> None:
        record = (verb, *(self._shorten(path) for path in paths))
        if self._fail is not None:
            self._fail(record)
        self.records.append(record)
        path, target = [*(os.path.relpath(path, self._root) for path in paths), ""][:2]
        self.changes.append(Change(verb, path, target, data))

    def _shorten(self, path: str) -> str:
        stem, mark, _random = os.path.relpath(path, self._root).partition("-tmp-")
        return f"{stem}.tmp" if mark else stem

    def make_dir(self, path: str) -> None:
        with self._guard:
            if os.path.lexists(path):
                raise FileExistsError(path)  # no change, so nothing to write down
            self._note("make_dir", path)
            self._real.make_dir(path)

    def create_file(self, path: str) -> int:
        with self._guard:
            if not os.path.isdir(os.path.dirname(path)):
                raise FileNotFoundError(path)
            self._note("create_file", path)
            handle = self._real.create_file(path)
            self._names[handle] = path
            return handle

    def write(self, handle: int, pieces: list[BytesLike]) -> None:
        with self._guard:
            self._note("write", self._names[handle], data=b"".join(bytes(piece) for piece in pieces))
            self._real.write(handle, pieces)

    def flush(self, handle: int) -> None:
        with self._guard:
            self._note("flush", self._names[handle])

    def full_flush(self, handle: int) -> None:
        with self._guard:
            self._note("full_flush", self._names[handle])

    def close(self, handle: int) -> None:
        with self._guard:
            self._note("close", self._names.pop(handle))
            self._real.close(handle)

    def rename(self, source: str, target: str) -> None:
        with self._guard:
            self._note("rename", source, target)
            self._real.rename(source, target)

    def flush_dir(self, path: str) -> None:
        with self._guard:
            self._note("flush_dir", path)

    def set_read_only(self, path: str, *, read_only: bool) -> None:
        with self._guard:
            self._note("guard" if read_only else "unguard", path)
            self._real.set_read_only(path, read_only=read_only)

    def unlink(self, path: str) -> None:
        with self._guard:
            self._note("unlink", path)
            self._real.unlink(path)

    def read(self, path: str, offset: int, length: int | None) -> bytes:
        return self._real.read(path, offset, length)

    def drop_cached(self, path: str) -> None:
        self._real.drop_cached(path)

    def size(self, path: str) -> int:
        return self._real.size(path)

    def items(self, path: str) -> Iterator[DirItem]:
        return self._real.items(path)
