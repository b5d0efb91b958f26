"""The disk as a power cut may leave it: which states a recorded sequence of changes allows, and such a state in memory.

The model (docs/faults.md) is the weakest that POSIX and the file systems in use leave us; it promises less than ext4:

- What was written to a file and not flushed since may be there, in part, as zeros, or not at all: `VARIANTS`.
- A change of a folder's names (create, rename, unlink, mkdir) is for good once that folder is flushed. Until then each
  may be lost or kept on its own, whatever came of those before and after it, in this folder or another. What is kept
  is applied in order. One rename is atomic: both names change or none.
- Flushing a file says nothing of its name; flushing a folder says nothing of what its files hold.
- A folder whose own name is lost takes with it what is in it.
"""

import errno
import itertools
import math
import os
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from phoneward.vault.blobs import BytesLike
from phoneward.vault.storage.system import DirItem
from tests.vault.storage.recorder import Change

_SETTLING = frozenset({"flush", "full_flush", "flush_dir", "mark"})
LIMIT = 2**12
"""States of one point that are enumerated in full; where there are more: see `_chosen`."""
RANDOM_STATES = 64
"""Random states of a point that has more than `LIMIT`."""


class Image(NamedTuple):
    """A disk's content: every file by its path, and every folder. Paths are relative."""

    files: frozenset[tuple[str, bytes]]
    folders: frozenset[str]

    @classmethod
    def of(cls, root: Path) -> "Image":
        """Read a real folder."""
        files, folders = [], []
        for path in root.rglob("*"):
            name = str(path.relative_to(root))
            if path.is_dir():
                folders.append(name)
            else:
                files.append((name, path.read_bytes()))
        return cls(frozenset(files), frozenset(folders))

    @property
    def visible(self) -> "Image":
        """The image without temporary files: what a repository's reader sees of it."""
        return Image(frozenset(file for file in self.files if "-tmp-" not in file[0]), self.folders)

    def write_to(self, root: Path) -> None:
        """Make it real."""
        for folder in sorted(self.folders):
            (root / folder).mkdir(parents=True, exist_ok=True)
        for name, content in self.files:
            (root / name).write_bytes(content)


class State(NamedTuple):
    """One state that a power cut after change number `point` allows. `marks`: what had returned by then."""

    point: int
    marks: frozenset[str]
    image: Image


def variants(settled: bytes, written: bytes) -> list[bytes]:
    """Return what a file may hold of which `settled` was flushed and `written` was written. The last is all of it."""
    new = len(written) - len(settled)
    half = len(settled) + new // 2
    found = [
        settled,
        written[:half],
        settled + bytes(new),
        settled + bytes(half - len(settled)) + written[half:],
        written,
    ]
    return list(dict.fromkeys(found))


@dataclass
class _File:
    settled: bytes = b""
    written: bytes = b""


@dataclass
class _Folder:
    """`settled` holds what the disk has for sure; `pending` what was asked for since."""

    settled: "dict[str, _File | _Folder]" = field(default_factory=dict)
    pending: "list[_NameChange]" = field(default_factory=list)

    def now(self) -> "dict[str, _File | _Folder]":
        names = dict(self.settled)
        for change in self.pending:
            change.apply(names)
        return names


@dataclass
class _NameChange:
    """A name that is given (`item`), moved (`target`) or taken away."""

    name: str
    item: "_File | _Folder | None" = None
    target: str = ""

    def apply(self, names: "dict[str, _File | _Folder]") -> None:
        if self.target:
            if self.item is not None:  # the rename itself carries the file, also where its first name was lost
                names.pop(self.name, None)
                names[self.target] = self.item
        elif self.item is None:
            names.pop(self.name, None)
        else:
            names[self.name] = self.item


@dataclass
class _Choices:
    """What is open at one point: a number for each of `names` (0 lost, 1 kept) and of `files` (index of a variant)."""

    names: list[tuple[_Folder, _NameChange]]
    files: list[tuple[_File, list[bytes]]]

    @property
    def sizes(self) -> list[int]:
        return [2] * len(self.names) + [len(contents) for _file, contents in self.files]


class PowerCuts:
    """Every state that a power cut at any point of a recording allows.

    Args:
        start: the disk before the recording, all of it for good.
        changes: the recording.
        seed: of the random states.
    """

    def __init__(self, start: Image, changes: Sequence[Change], *, seed: int = 1) -> None:
        self._changes = changes
        self._root = _Folder()
        self._dice = random.Random(seed)
        self.points = 0
        """Changes after which the power may go, so far."""
        self.allowed = 0
        """States written out so far; those of one point differ, those of two points need not."""
        self.sampled_points = 0
        """Points with more than `LIMIT` states, of which some were written out."""
        for folder in sorted(start.folders):
            self._parent(folder).settled[_name(folder)] = _Folder()
        for path, content in start.files:
            self._parent(path).settled[_name(path)] = _File(content, content)

    def states(self) -> Iterator[State]:
        """Yield the states of all points; no state of one point twice.

        A change that flushes nothing only adds to what may be lost: each state allowed before it is allowed after it,
        too, as the one in which it is lost. So the states are written out at the points before a flush, before
        something returns, and at the end, and there are no others.
        """
        marks: frozenset[str] = frozenset()
        for point, change in enumerate(self._changes):
            if change.verb in _SETTLING:
                yield from self._states_at(point, marks)
            if change.verb == "mark":
                marks |= {change.path}
            elif self._apply(change):
                self.points += 1
        yield from self._states_at(len(self._changes), marks)

    def last_states(self) -> Iterator[State]:
        """Yield only the states after the last change: what was promised by then must be there."""
        for change in self._changes:
            if change.verb != "mark":
                self._apply(change)
        yield from self._states_at(len(self._changes), frozenset(c.path for c in self._changes if c.verb == "mark"))

    # -- replaying -----------------------------------------------------------------------------------------------

    def _parent(self, path: str) -> _Folder:
        folder = self._root
        for name in path.split("/")[:-1]:
            inner = folder.now()[name]
            assert isinstance(inner, _Folder)
            folder = inner
        return folder

    def _find(self, path: str) -> "_File | _Folder":
        return self._root if path == "." else self._parent(path).now()[_name(path)]

    def _apply(self, change: Change) -> bool:
        """Apply a change; returns whether it altered what a power cut may leave."""
        verb, path = change.verb, change.path
        if verb in {"close", "guard", "unguard"}:
            return False  # modes are not in the model: the owner reads files of any
        if verb in {"make_dir", "create_file"}:
            item = _Folder() if verb == "make_dir" else _File()
            self._parent(path).pending.append(_NameChange(_name(path), item))
        elif verb == "rename":
            folder, item_now = self._parent(path), self._find(path)
            assert folder is self._parent(change.target), "the model has no renames between folders"
            folder.pending.append(_NameChange(_name(path), item_now, _name(change.target)))
        elif verb == "unlink":
            self._parent(path).pending.append(_NameChange(_name(path)))
        else:
            item_now = self._find(path)
            if isinstance(item_now, _File) and verb == "write":
                item_now.written += change.data
            elif isinstance(item_now, _File) and verb in {"flush", "full_flush"}:
                item_now.settled = item_now.written
            elif isinstance(item_now, _Folder) and verb == "flush_dir":
                item_now.settled, item_now.pending = item_now.now(), []
            else:
                raise AssertionError(change)
        return True

    # -- choosing ------------------------------------------------------------------------------------------------

    def _states_at(self, point: int, marks: frozenset[str]) -> Iterator[State]:
        choices = _Choices([], [])
        self._collect(self._root, choices, set())
        seen: set[Image] = set()
        for chosen in self._chosen(choices.sizes):
            image = self._image(choices, chosen)
            if image not in seen:
                seen.add(image)
                yield State(point, marks, image)
        self.allowed += len(seen)

    def _collect(self, folder: _Folder, choices: _Choices, seen: set[int]) -> None:
        items = list(folder.settled.values())
        for change in folder.pending:
            choices.names.append((folder, change))
            if change.item is not None:
                items.append(change.item)
        for item in items:
            if id(item) in seen:
                continue
            seen.add(id(item))
            if isinstance(item, _Folder):
                self._collect(item, choices, seen)
            elif item.settled is not item.written and item.settled != item.written:
                choices.files.append((item, variants(item.settled, item.written)))

    def _chosen(self, sizes: list[int]) -> Iterator[tuple[int, ...]]:
        if math.prod(sizes) <= LIMIT:
            yield from itertools.product(*map(range, sizes))
            return
        self.sampled_points += 1
        all_kept, all_lost = tuple(size - 1 for size in sizes), (0,) * len(sizes)
        yield from (all_kept, all_lost)
        for base in (all_kept, all_lost):  # all single losses, all single survivors
            for number, size in enumerate(sizes):
                for value in range(size):
                    yield (*base[:number], value, *base[number + 1 :])
        for number in range(len(sizes)):  # all prefixes
            yield (*all_kept[:number], *all_lost[number:])
        for _number in range(RANDOM_STATES):
            yield tuple(self._dice.randrange(size) for size in sizes)

    def _image(self, choices: _Choices, chosen: tuple[int, ...]) -> Image:
        kept: dict[int, list[_NameChange]] = {}
        for (folder, change), value in zip(choices.names, chosen, strict=False):
            if value:
                kept.setdefault(id(folder), []).append(change)
        contents = {
            id(file): held[value]
            for (file, held), value in zip(choices.files, chosen[len(choices.names) :], strict=True)
        }
        files: list[tuple[str, bytes]] = []
        folders: list[str] = []

        def walk(folder: _Folder, prefix: str) -> None:
            names = folder.settled
            if id(folder) in kept:
                names = dict(names)
                for change in kept[id(folder)]:
                    change.apply(names)
            for name, item in names.items():
                if isinstance(item, _Folder):
                    folders.append(prefix + name)
                    walk(item, f"{prefix}{name}/")
                else:
                    files.append((prefix + name, contents.get(id(item), item.written)))

        walk(self._root, "")
        return Image(frozenset(files), frozenset(folders))


def _name(path: str) -> str:
    return path.rpartition("/")[2]


class MemoryDisk:
    """A disk in memory that storage works on: the calls of `SystemCalls` over an image.

    Args:
        root: the absolute path that stands for the image's top.
        tamper: may change what a read returns; called with the relative path and the content.
    """

    def __init__(self, root: str, image: Image, tamper: Callable[[str, bytes], bytes] | None = None) -> None:
        self._root = root
        self._tamper = tamper
        self._guard = threading.RLock()
        self._handles: dict[int, str] = {}
        self._next = 3
        self._folders: dict[str, dict[str, bytes | None]] = {"": {}}
        for folder in sorted(image.folders):
            self._folders[folder] = {}
            self._above(folder)[_name(folder)] = None
        for path, content in image.files:
            self._above(path)[_name(path)] = content

    @property
    def image(self) -> Image:
        """What the disk holds now."""
        files = frozenset(
            (f"{folder}/{name}" if folder else name, content)
            for folder, names in self._folders.items()
            for name, content in names.items()
            if content is not None
        )
        return Image(files, frozenset(self._folders) - {""})

    def _above(self, path: str) -> dict[str, bytes | None]:
        folder = self._folders.get(path.rpartition("/")[0])
        if folder is None:
            raise FileNotFoundError(errno.ENOENT, "no such folder", path)
        return folder

    def _short(self, path: str) -> str:
        short = os.path.relpath(path, self._root)
        return "" if short == "." else short

    def _content(self, path: str) -> bytes:
        short = self._short(path)
        names = self._above(short)
        if _name(short) not in names:
            raise FileNotFoundError(errno.ENOENT, "no such file", path)
        content = names[_name(short)]
        if content is None:
            raise OSError(errno.EINVAL, "not a regular file", path)
        return content if self._tamper is None else self._tamper(short, content)

    def make_dir(self, path: str) -> None:
        with self._guard:
            short = self._short(path)
            if short in self._folders:
                raise FileExistsError(errno.EEXIST, "exists", path)
            self._above(short)[_name(short)] = None
            self._folders[short] = {}

    def create_file(self, path: str) -> int:
        with self._guard:
            short = self._short(path)
            if _name(short) in self._above(short):
                raise FileExistsError(errno.EEXIST, "exists", path)
            self._above(short)[_name(short)] = b""
            self._next += 1
            self._handles[self._next] = short
            return self._next

    def write(self, handle: int, pieces: list[BytesLike]) -> None:
        with self._guard:
            short = self._handles[handle]
            before = self._above(short)[_name(short)] or b""
            self._above(short)[_name(short)] = before + b"".join(bytes(piece) for piece in pieces)

    def flush(self, handle: int) -> None:
        pass

    def full_flush(self, handle: int) -> None:
        pass

    def close(self, handle: int) -> None:
        with self._guard:
            del self._handles[handle]

    def rename(self, source: str, target: str) -> None:
        with self._guard:
            old, new = self._short(source), self._short(target)
            content = self._content(source)
            del self._above(old)[_name(old)]
            self._above(new)[_name(new)] = content

    def flush_dir(self, path: str) -> None:
        pass

    def set_read_only(self, path: str, *, read_only: bool) -> None:
        pass

    def unlink(self, path: str) -> None:
        with self._guard:
            short = self._short(path)
            if self._above(short).pop(_name(short), None) is None:
                raise FileNotFoundError(errno.ENOENT, "no such file", path)

    def read(self, path: str, offset: int, length: int | None) -> bytes:
        with self._guard:
            content = self._content(path)
        return content[offset:] if length is None else content[offset : offset + length]

    def drop_cached(self, path: str) -> None:
        pass

    def size(self, path: str) -> int:
        with self._guard:
            return len(self._content(path))

    def items(self, path: str) -> Iterator[DirItem]:
        with self._guard:
            names = self._folders.get(self._short(path))
            if names is None:
                raise FileNotFoundError(errno.ENOENT, "no such folder", path)
            found = list(names.items())
        for name, content in found:
            is_file = content is not None
            yield DirItem(name, is_file, not is_file, len(content or b""), 0)
