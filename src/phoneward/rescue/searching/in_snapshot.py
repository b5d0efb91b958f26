"""A snapshot as a place that is looked through."""

import contextlib
import hashlib
import io
import shlex
from collections.abc import Iterator
from typing import BinaryIO, Final

from phoneward.errors import PhonewardError, readable
from phoneward.rescue.searching.seen import SeenFile
from phoneward.snapshots import SnapshotInfo
from phoneward.texts import Words, verbatim, words
from phoneward.vault import (
    MAX_DEPTH,
    BlobId,
    Node,
    NodeType,
    Outline,
    PathNotFoundError,
    Repository,
    StorageError,
    find_node,
    is_safe_name,
    load_outlines,
    open_file,
)

MAX_FILES: Final = 2_000_000
"""Files of one snapshot that are looked at."""
MAX_MISSED: Final = 100
_SHARED: Final = b"shared"
_ABOVE_STORAGES: Final = frozenset({b"users", b"volumes"})
_APP_DATA: Final = b"appdata"


class InSnapshot:
    """The files of a snapshot that came from a phone's storages, and apps' private data.

    Args:
        repo: open, its index loaded.
        info: which snapshot.
    """

    def __init__(self, repo: Repository, info: SnapshotInfo) -> None:
        self._repo = repo
        self._info = info
        self._left = MAX_FILES
        self.missed: list[Words] = []

    @property
    def snapshot(self) -> str:
        """Its full ID."""
        return self._info.snapshot.id or ""

    def files(self) -> Iterator[SeenFile]:
        """Yield its files, folder by folder.

        Raises:
            StorageError: the vault cannot be reached.
        """
        self._left = MAX_FILES
        for storage, tree in self._storages():
            yield from self._walk(storage, b"", tree)

    def _storages(self) -> Iterator[tuple[bytes, BlobId]]:
        for top in self._load(b"", self._info.snapshot.tree):
            name, tree = top.raw_name, top.tree
            if tree is None:
                continue
            if name == _SHARED:
                yield b"/" + name, tree
            elif name in _ABOVE_STORAGES:
                for below in self._load(b"/" + name, tree):
                    if below.tree is not None:
                        yield b"/" + name + b"/" + below.raw_name, below.tree
            elif name == _APP_DATA:
                yield b"/" + name, tree

    def _walk(self, storage: bytes, folder: bytes, tree: BlobId) -> Iterator[SeenFile]:
        waiting = [(folder, tree)]
        named = b"" if storage == b"/" + _APP_DATA else storage
        inside = _APP_DATA if not named else b""
        while waiting:
            here, subtree = waiting.pop()
            shown = b"/".join(part for part in (inside, here) if part)
            below = []
            for outline in self._load(storage + b"/" + here, subtree):
                name = outline.raw_name
                if outline.tree is not None and here.count(b"/") < MAX_DEPTH:
                    below.append((here + b"/" + name if here else name, outline.tree))
                elif outline.type == NodeType.FILE:
                    if not self._left:
                        self._miss(words("More files than any phone holds: the rest was not looked at."))
                        return
                    self._left -= 1
                    yield SeenFile(named, shown, name, outline.size, outline.mtime_ns, content_of(outline), not named)
            waiting += reversed(below)

    def _load(self, path: bytes, tree: BlobId) -> list[Outline]:
        try:
            return [one for one in load_outlines(self._repo, tree) if is_safe_name(one.raw_name)]
        except StorageError:
            raise
        except PhonewardError as error:
            said = words("{path} in the snapshot {snapshot}: {why}", path=readable(path) or "/",
                         snapshot=self._info.snapshot.short_id, why=verbatim(readable(error.sentence())))  # fmt: skip
            self._miss(said)
            return []

    def _miss(self, said: Words) -> None:
        if len(self.missed) < MAX_MISSED:
            self.missed.append(said)

    def below(self, folder: bytes) -> Iterator[SeenFile]:
        """Yield what lies in a folder and below it, nothing where there is none. Raises as `files`."""
        try:
            node = find_node(self._repo, self._info.snapshot.tree, folder)
        except PathNotFoundError:
            return
        self._left = MAX_FILES
        if node.subtree is not None:
            yield from self._walk(folder, b"", node.subtree)
        elif node.type == NodeType.FILE:
            above, _slash, name = folder.rpartition(b"/")
            yield SeenFile(above, b"", name, node.size, node.mtime_ns)

    @contextlib.contextmanager
    def open(self, file: SeenFile) -> Iterator[BinaryIO]:
        """Open a file. Raises VaultError where it is damaged."""
        node: Node = find_node(self._repo, self._info.snapshot.tree, b"/" + file.path.strip(b"/"))
        with open_file(self._repo, node) as raw, io.BufferedReader(raw) as stream:
            yield stream

    def how(self) -> Words:
        """Say how a person gets something of it."""
        return words("Get it back into a folder, DIR.")

    def command(self, path: bytes) -> str:
        """Return the command that gets it back into a folder."""
        return f"phoneward restore {self._info.snapshot.short_id} --include {shlex.quote(readable(path))} --target DIR"


def content_of(outline: Outline) -> bytes:
    """Return what names a file's content: equal where it is stored in the same pieces. Empty for an empty file."""
    if not outline.content:
        return b""
    return hashlib.blake2b("".join(outline.content).encode("ascii", "replace"), digest_size=16).digest()
