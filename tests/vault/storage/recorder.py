"""A stand-in for the operating system that passes calls on and writes down each one that changes something."""

import os
from collections.abc import Callable, Iterator

from phoneward.vault.blobs import BytesLike
from phoneward.vault.storage.system import DirItem, RealSystemCalls, SystemCalls


class RecordedSystem:
    """Records changes as tuples of a verb and file names relative to `root`; may fail on purpose.

    Args:
        root: names are recorded relative to this folder.
        fail: called with every record before the call is passed on; raises OSError to make it fail.
    """

    def __init__(self, root: str, fail: Callable[[tuple[str, ...]], None] | None = None) -> None:
        self._root = root
        self._fail = fail
        self._real: SystemCalls = RealSystemCalls()
        self._names: dict[int, str] = {}
        self.records: list[tuple[str, ...]] = []

    def _note(self, verb: str, *paths: str) -> None:
        record = (verb, *(self._shorten(path) for path in paths))
        if self._fail is not None:
            self._fail(record)
        self.records.append(record)

    def _shorten(self, path: str) -> str:
        stem, mark, _random = os.path.relpath(path, self._root).partition("-tmp-")
        return f"{stem}.tmp" if mark else stem

    def make_dir(self, path: str) -> None:
        self._note("make_dir", path)
        self._real.make_dir(path)

    def create_file(self, path: str) -> int:
        self._note("create_file", path)
        handle = self._real.create_file(path)
        self._names[handle] = path
        return handle

    def write(self, handle: int, pieces: list[BytesLike]) -> None:
        self._note("write", self._names[handle])
        self._real.write(handle, pieces)

    def flush(self, handle: int) -> None:
        self._note("flush", self._names[handle])

    def full_flush(self, handle: int) -> None:
        self._note("full_flush", self._names[handle])

    def close(self, handle: int) -> None:
        self._note("close", self._names.pop(handle))
        self._real.close(handle)

    def rename(self, source: str, target: str) -> None:
        self._note("rename", source, target)
        self._real.rename(source, target)

    def flush_dir(self, path: str) -> None:
        self._note("flush_dir", path)

    def set_read_only(self, path: str, *, read_only: bool) -> None:
        self._note("guard" if read_only else "unguard", path)
        self._real.set_read_only(path, read_only=read_only)

    def unlink(self, path: str) -> None:
        self._note("unlink", path)
        self._real.unlink(path)

    def read(self, path: str, offset: int, length: int | None) -> bytes:
        return self._real.read(path, offset, length)

    def size(self, path: str) -> int:
        return self._real.size(path)

    def items(self, path: str) -> Iterator[DirItem]:
        return self._real.items(path)
