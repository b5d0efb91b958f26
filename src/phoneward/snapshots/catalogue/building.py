"""Taking snapshots into a book: folder by folder, only those whose tree is not that of the column before.

Memory is bounded: names in hand by `_IN_HAND`, what is packed by `_PACKED`, the whole by the book's own bounds. What
was taken in is saved after whole columns, so that a kill costs what came since the last save and nothing else.
"""

import threading
from collections import OrderedDict
from hashlib import blake2b
from typing import Final

from phoneward.errors import PhonewardError
from phoneward.snapshots.catalogue.book import (
    MAX_DAMAGED,
    MAX_FOLDERS,
    MAX_NAMES,
    MAX_TEXT,
    Damaged,
    HistoriesEntry,
    Manifest,
    histories_key,
    load_fragments,
    load_histories,
    manifest_key,
    names_key,
    presence_key,
    save_fragments,
    stack_of,
)
from phoneward.snapshots.catalogue.history import DIR, FILE, LINE, WHOLE, FolderHistory, Fragment, What, kind_of
from phoneward.snapshots.catalogue.kept import Kept
from phoneward.snapshots.errors import CatalogueNotKeptError
from phoneward.vault import MAX_DEPTH, BlobId, Outline, Repository, StorageError, is_safe_name, load_outlines

LARGE: Final = 4_000
"""Names of a folder whose list is made ready before anybody opens it."""
MAX_LARGE: Final = 64
MAX_NAME: Final = 4_096
MAX_PATH: Final = 8_192
"""Bytes of a name, and of a folder's path. Linux allows 255 and 4,096."""

MAX_LOOKED: Final = 12_000_000
"""Names of one snapshot that are looked at. What lies beyond counts as not there, and is counted as left out."""

_IN_HAND: Final = 320_000
"""Weight of what is unpacked at once. A name of a folder that changes weighs 2.5: itself, its runs, and what was last
seen of it, together about 800 bytes. Six folders of 20,000 pictures fit, so that each day's is compared in memory."""
_PACKED: Final = 160 << 20
_INT64: Final = 2**63 - 1


class StoppedError(Exception):
    """Somebody asked the building to stop."""


class _InHand:
    """A history being changed, and what its folder held in the newest column of each line, as far as it is known."""

    def __init__(self, history: FolderHistory) -> None:
        self.history = history
        self.seen: dict[int, dict[str, Outline]] = {}
        self.changed = False

    @property
    def weight(self) -> int:
        return self.history.weight + sum(map(len, self.seen.values()))


class Builder:
    """Takes columns into one book. One thread owns it.

    Args:
        repo: open, its index loaded.
        kept: where the book lies.
        name: of the book.
        manifest: of the book as it is. Changed here.
        stop: when it is set, `take_in` raises StoppedError; what was saved stays.

    Every method raises GoneError where a part of the book is not there any more, StorageError where the vault is not.
    """

    def __init__(self, repo: Repository, kept: Kept, name: str, manifest: Manifest, stop: threading.Event) -> None:
        self._repo = repo
        self._kept = kept
        self._name = name
        self.manifest = manifest
        self._stop = stop
        self._in_hand: OrderedDict[bytes, _InHand] = OrderedDict()
        self._weight = 0
        self._looked = 0
        self._histories: dict[int, dict[bytes, bytes]] = {}
        self._fragments: dict[int, dict[bytes, Fragment]] = {}
        self._changed: set[int] = set()

    # -- taking in -----------------------------------------------------------------------------------------------

    def take_in(self, line: int, root: BlobId) -> None:
        """Add a column: what the tree of a snapshot holds."""
        column = line * LINE + len(self.manifest.lines[line])
        work: list[tuple[bytes, BlobId | None]] = [(b"", root)]
        self._looked = 0
        while work:
            if self._stop.is_set():
                raise StoppedError
            path, tree = work.pop()
            work += self._folder(path, tree, column)
        self.manifest.lines[line].append(root)

    def _folder(self, path: bytes, tree: BlobId | None, column: int) -> list[tuple[bytes, BlobId | None]]:
        """Take in one folder, gone where `tree` is None; return the folders in it that are not as they were."""
        line = column // LINE
        hand = self._get(path, create=tree is not None)
        if hand is None or hand.history.trees.get(line) == tree:
            return []
        nodes = self._load(path, tree, column)
        hand.changed = True
        before = hand.weight
        self._compare(hand, nodes or [], column)
        work = self._below(hand.history, path, nodes or [], line)
        if nodes is None or tree is None:
            hand.history.trees.pop(line, None)
        else:
            hand.history.trees[line] = tree
        if line == WHOLE:
            self._note_large(path, tree, len(nodes or ()))
        self._weight += hand.weight - before
        self._put_away()
        return work

    def _load(self, path: bytes, tree: BlobId | None, column: int) -> list[Outline] | None:
        """Return what a folder holds: nothing where it is gone, None where it cannot be read."""
        if tree is None:
            return []
        if len(path) > MAX_PATH or path.count(b"/") >= MAX_DEPTH or self._looked > MAX_LOOKED:
            self.manifest.left_out += 1
            return None
        try:
            nodes = load_outlines(self._repo, tree)
        except StorageError:
            raise
        except PhonewardError as error:
            self.manifest.damaged_count += 1
            if len(self.manifest.damaged) < MAX_DAMAGED:
                self.manifest.damaged.append(Damaged(path or b"/", column, error.code))
            return None
        self._looked += len(nodes) + 1
        return nodes

    def _compare(self, hand: _InHand, nodes: list[Outline], column: int) -> None:
        line = column // LINE
        history, seen = hand.history, hand.seen.get(line)
        if seen is None:
            fresh, names = nodes, {node.raw_name for node in nodes}
            gone = [number for number in history.present(line) if history.names[number] not in names]
        else:
            fresh = [node for node in nodes if seen.get(node.name) != node]
            lost = seen.keys() - {node.name for node in nodes}
            numbers = [history.number(seen[name].raw_name) for name in lost]
            present = history.present(line)
            gone = [number for number in numbers if number is not None and number in present]
        for number in gone:
            history.end(number, column)
        for node in fresh:
            self._note(history, node, column)
        hand.seen[line] = {node.name: node for node in nodes}

    def _note(self, history: FolderHistory, node: Outline, column: int) -> None:
        name = node.raw_name
        number = history.number(name)
        if number is None:
            if not self._may_add(name):
                self.manifest.left_out += 1
                return
            self.manifest.names += 1
            self.manifest.text += len(name)
            number = history.add_name(name)
        history.set(number, column, self._what(node))

    def _may_add(self, name: bytes) -> bool:
        known = self.manifest
        return (
            known.names < MAX_NAMES
            and known.text + len(name) <= MAX_TEXT
            and len(name) <= MAX_NAME
            and is_safe_name(name)
        )

    def _what(self, node: Outline) -> What:
        kind = kind_of(node.type)
        if kind == DIR:  # whose time changes with every file in it
            return What(kind, 0, 0, 0)
        mtime_ns = max(-_INT64, min(node.mtime_ns, _INT64))
        return What(kind, node.size if kind == FILE else 0, mtime_ns, node.content_key(self.manifest.secret))

    def _below(
        self, history: FolderHistory, path: bytes, nodes: list[Outline], line: int
    ) -> list[tuple[bytes, BlobId | None]]:
        before = history.subtrees.get(line, {})
        after: dict[bytes, bytes] = {}
        for node in [node for node in nodes if node.subtree is not None]:
            subtree = node.tree
            if subtree is not None and history.number(name := node.raw_name) is not None:
                after[name] = subtree
        history.subtrees[line] = after
        gone: list[tuple[bytes, BlobId | None]] = [(path + b"/" + name, None) for name in before if name not in after]
        return gone + [(path + b"/" + name, BlobId(tree)) for name, tree in after.items() if before.get(name) != tree]

    def _note_large(self, path: bytes, tree: BlobId | None, names: int) -> None:
        large = self.manifest.large
        if tree is None or names < LARGE:
            large.pop(path, None)
        elif path in large or len(large) < MAX_LARGE:
            large[path] = tree

    # -- what is in memory ---------------------------------------------------------------------------------------

    def _get(self, path: bytes, *, create: bool) -> _InHand | None:
        hand = self._in_hand.get(path)
        if hand is not None:
            self._in_hand.move_to_end(path)
            return hand
        packed = self._bucket(self.manifest.bucket_of(path)).get(path)
        if packed is not None:
            hand = _InHand(FolderHistory.unpack(packed))
        elif not create:
            return None
        elif self.manifest.folders >= MAX_FOLDERS:
            self.manifest.left_out += 1
            return None
        else:
            self.manifest.folders += 1
            hand = _InHand(FolderHistory())
        self._in_hand[path] = hand
        self._weight += hand.weight
        return hand

    def _bucket(self, number: int) -> dict[bytes, bytes]:
        known = self._histories.get(number)
        if known is None:
            digest = self.manifest.buckets[number]
            known = self._histories[number] = load_histories(self._kept, digest) if digest else {}
        return known

    def _stack(self, number: int) -> dict[bytes, Fragment]:
        known = self._fragments.get(number)
        if known is None:
            digest = self.manifest.stacks[number]
            known = self._fragments[number] = load_fragments(self._kept, digest) if digest else {}
        return known

    def _put_away(self) -> None:
        while self._weight > _IN_HAND and len(self._in_hand) > 1:
            path, hand = self._in_hand.popitem(last=False)
            self._weight -= hand.weight
            self._pack(path, hand)

    def _pack(self, path: bytes, hand: _InHand) -> None:
        if hand.changed:
            number = self.manifest.bucket_of(path)
            self._bucket(number)[path] = hand.history.pack()
            self._stack(stack_of(number))[path] = hand.history.fragment()
            self._changed.add(number)
            hand.changed = False

    # -- keeping -------------------------------------------------------------------------------------------------

    def save(self) -> Manifest:
        """Keep the book as it is now; return a manifest of it that does not change.

        Raises:
            CatalogueNotKeptError: the cache cannot be written.
        """
        for path, hand in self._in_hand.items():
            self._pack(path, hand)
        before = self.manifest.digests
        for number in sorted(self._changed):
            self.manifest.buckets[number] = self._save_bucket(number)
        for number in sorted(set(map(stack_of, self._changed))):
            self.manifest.stacks[number] = self._save_stack(number)
        if not self._kept.put(manifest_key(self._name), self.manifest):
            raise CatalogueNotKeptError
        self._changed.clear()
        drop_entries(self._kept, before - self.manifest.digests)
        self._let_go()
        return _copied(self.manifest)

    def _save_bucket(self, number: int) -> bytes:
        folders = self._histories[number]
        digest = blake2b(digest_size=16, key=self.manifest.secret)
        for path, packed in folders.items():
            digest.update(len(path).to_bytes(4, "little") + path + len(packed).to_bytes(4, "little") + packed)
        if not self._kept.put(histories_key(digest.digest()), HistoriesEntry(folders)):
            raise CatalogueNotKeptError
        return digest.digest()

    def _save_stack(self, number: int) -> bytes:
        fragments = self._stack(number)
        digest = blake2b(b"stack", digest_size=16, key=self.manifest.secret)
        for path, fragment in fragments.items():
            for part in (path, *fragment):
                digest.update(len(part).to_bytes(4, "little"))
                digest.update(part)
        if not save_fragments(self._kept, digest.digest(), fragments):
            raise CatalogueNotKeptError
        return digest.digest()

    def _let_go(self) -> None:
        packed = sum(sum(map(len, bucket.values())) for bucket in self._histories.values())
        if packed > _PACKED:
            self._histories.clear()
            self._fragments.clear()


def drop_entries(kept: Kept, digests: set[bytes]) -> None:
    """Remove the entries that no book needs any more."""
    for digest in digests:
        for key in (histories_key, names_key, presence_key):
            kept.drop(key(digest))


def _copied(manifest: Manifest) -> Manifest:
    return Manifest(
        manifest.secret,
        [list(line) for line in manifest.lines],
        list(manifest.buckets),
        list(manifest.stacks),
        manifest.names,
        manifest.folders,
        manifest.text,
        manifest.left_out,
        manifest.damaged_count,
        list(manifest.damaged),
        dict(manifest.large),
    )
