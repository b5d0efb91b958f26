"""How the catalogue of one phone lies in the sealed cache, and reading it.

A *book* is about one phone. Its folders' histories lie in 1,024 buckets, chosen by a keyed hash of the path, so that
what one more snapshot changes lies in a few of them, and what a page of results needs is small. Sixteen buckets make a
*stack*: their names alone, folded, with the time that results are ordered by, as a search reads them (not compressed:
decrypting is quicker); and apart from these when each name was there, which is asked for only after snapshots were
forgotten.

Entries are named by what is in them and never change; the manifest says which are the book's.
"""

import threading
from array import array
from bisect import bisect_right
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from itertools import accumulate
from typing import Final

import msgspec

from phoneward.snapshots.catalogue.folding import END
from phoneward.snapshots.catalogue.history import FolderHistory, Fragment
from phoneward.snapshots.catalogue.kept import Kept

BUCKETS: Final = 1_024
STACKS: Final = 64
MAX_NAMES: Final = 3_000_000
"""Distinct paths of a phone that are taken in, of all its snapshots together. A phone has a million at most."""
MAX_FOLDERS: Final = 400_000
MAX_TEXT: Final = 192 << 20
"""Bytes of all names together."""
MAX_DAMAGED: Final = 1_000
"""Folders that cannot be read which are named; of more, only how many there are."""

_FOLDERS_IN_MEMORY: Final = 48 << 20
"""Bytes of histories that are kept for the next question."""
_UNPACKED: Final = 64
_LOADERS: Final = 2


class GoneError(Exception):
    """A part of the book is not in the cache any more: somebody removed it, or wrote a newer book."""


class Damaged(msgspec.Struct, array_like=True, frozen=True):
    """A folder that could not be read. `code` is that of the error."""

    path: bytes
    column: int
    code: str


class Manifest(msgspec.Struct, array_like=True):
    """What belongs to a book.

    Attributes:
        secret: keys the hashes; of this book alone.
        lines: the root trees of the columns, by line.
        buckets, stacks: what their entries are named by; empty where nothing is in one.
        names, folders, text: distinct paths, folders among them with a history, bytes of the names.
        left_out: names and folders that were not taken in, because there were too many or they were too long.
        damaged_count, damaged: folders that could not be read.
        large: folders of very many names, with their newest tree.
    """

    secret: bytes
    lines: list[list[bytes]]
    buckets: list[bytes]
    stacks: list[bytes]
    names: int = 0
    folders: int = 0
    text: int = 0
    left_out: int = 0
    damaged_count: int = 0
    damaged: list[Damaged] = []
    large: dict[bytes, bytes] = {}

    @classmethod
    def new(cls, secret: bytes) -> "Manifest":
        """Return that of a book in which nothing is."""
        return cls(secret, [[], []], [b""] * BUCKETS, [b""] * STACKS)

    def bucket_of(self, path: bytes) -> int:
        """Return in which bucket a folder's history is."""
        return int.from_bytes(blake2b(path, digest_size=2, key=self.secret).digest(), "little") % BUCKETS

    @property
    def digests(self) -> set[bytes]:
        """What the entries that belong to the book are named by."""
        return {digest for digest in (*self.buckets, *self.stacks) if digest}


def stack_of(bucket: int) -> int:
    """Return in which stack the names of a bucket are."""
    return bucket * STACKS // BUCKETS


class NamesEntry(msgspec.Struct, array_like=True, frozen=True):
    """The names of a stack: those of each folder after those of the one before. See `Fragment`."""

    folders: list[bytes]
    counts: bytes
    lengths: bytes
    text: bytes
    newest: bytes


class PresenceEntry(msgspec.Struct, array_like=True, frozen=True):
    """When each name of a stack was there. See `Fragment`."""

    first: bytes
    last: bytes
    gaps: bytes


class HistoriesEntry(msgspec.Struct, array_like=True, frozen=True):
    """The histories of a bucket, packed, by path."""

    folders: dict[bytes, bytes]


_manifests: Final = msgspec.msgpack.Decoder(Manifest)
_names: Final = msgspec.msgpack.Decoder(NamesEntry)
_presences: Final = msgspec.msgpack.Decoder(PresenceEntry)
_histories: Final = msgspec.msgpack.Decoder(HistoriesEntry)


def manifest_key(book: str) -> bytes:
    """Return under which key a book's manifest is kept."""
    return b"book\0" + book.encode("utf-8", "surrogatepass")


def names_key(digest: bytes) -> bytes:
    """Return under which key the names of a stack are kept."""
    return b"names\0" + digest


def presence_key(digest: bytes) -> bytes:
    """Return under which key it is kept when the names of a stack were there."""
    return b"presence\0" + digest


def histories_key(digest: bytes) -> bytes:
    """Return under which key the histories of a bucket are kept."""
    return b"histories\0" + digest


def load_manifest(kept: Kept, book: str) -> Manifest | None:
    """Return a book's manifest, None where there is no book."""
    found = kept.get(manifest_key(book), _manifests)
    if found is None or (len(found.buckets), len(found.stacks), len(found.lines)) != (BUCKETS, STACKS, 2):
        return None
    return found


def load_histories(kept: Kept, digest: bytes) -> dict[bytes, bytes]:
    """Return the histories of a bucket. Raises GoneError."""
    found = kept.get(histories_key(digest), _histories)
    if found is None:
        raise GoneError
    return found.folders


def load_fragments(kept: Kept, digest: bytes) -> dict[bytes, Fragment]:
    """Return the names of a stack, folder by folder. Raises GoneError."""
    found = kept.get(names_key(digest), _names, compressed=False)
    presence = kept.get(presence_key(digest), _presences)
    if found is None or presence is None:
        raise GoneError
    fragments = {}
    at, text_at = 0, len(END)
    for path, count, length in zip(found.folders, array("I", found.counts), array("I", found.lengths), strict=True):
        stop = at + count
        newest, first, last = (column[4 * at : 4 * stop] for column in (found.newest, presence.first, presence.last))
        text = found.text[text_at : text_at + length]
        fragments[path] = Fragment(text, newest, first, last, presence.gaps[at:stop])
        at, text_at = stop, text_at + length
    return fragments


def save_fragments(kept: Kept, digest: bytes, fragments: dict[bytes, Fragment]) -> bool:
    """Keep the fragments of a stack's folders; return whether they were kept."""
    parts = list(fragments.values())
    names = NamesEntry(
        list(fragments),
        array("I", [part.names for part in parts]).tobytes(),
        array("I", [len(part.text) for part in parts]).tobytes(),
        END + b"".join(part.text for part in parts),
        b"".join(part.newest for part in parts),
    )
    presence = PresenceEntry(
        b"".join(part.first for part in parts),
        b"".join(part.last for part in parts),
        b"".join(part.gaps for part in parts),
    )
    whole = kept.put(names_key(digest), names, compressed=False)
    return kept.put(presence_key(digest), presence) and whole


class Presence:
    """When each name of a stack was there. Never changes."""

    def __init__(self, entry: PresenceEntry) -> None:
        self.first = array("I", entry.first)
        self.last = array("I", entry.last)
        self.gaps = entry.gaps


class Names:
    """The names of a stack, ready for a search. Never changes."""

    def __init__(self, entry: NamesEntry) -> None:
        self.text = entry.text
        self.newest = array("I", entry.newest)
        self._folders = entry.folders
        self._ends = array("I", accumulate(array("I", entry.counts)))

    def folder_of(self, number: int) -> tuple[bytes, int]:
        """Return the folder of a name, and the name's number in the folder."""
        at = bisect_right(self._ends, number)
        return self._folders[at], number - (self._ends[at - 1] if at else 0)


class Shelf:
    """Parts of books in memory. Any number of threads may ask at once; the lock guards the dictionaries only."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self._lock = threading.Lock()
        self._names: dict[bytes, Names] = {}
        self._presences: dict[bytes, Presence] = {}
        self._histories: OrderedDict[bytes, dict[bytes, bytes]] = OrderedDict()
        self._size = 0
        self._unpacked: OrderedDict[tuple[bytes, bytes], FolderHistory] = OrderedDict()

    def names(self, digest: bytes) -> Names:
        """Return the names of a stack. Raises GoneError."""
        found = self._names.get(digest)
        if found is None:
            entry = self.kept.get(names_key(digest), _names, compressed=False)
            if entry is None:
                raise GoneError
            found = Names(entry)
            with self._lock:
                self._names[digest] = found
        return found

    def load_names(self, digests: list[bytes]) -> None:
        """Load the names of stacks, several at once: decrypting lets go of Python's lock. Raises GoneError."""
        missing = [digest for digest in digests if digest and digest not in self._names]
        if len(missing) > 1:
            with ThreadPoolExecutor(_LOADERS) as pool:
                list(pool.map(self.names, missing))

    def presence(self, digest: bytes) -> Presence:
        """Return when the names of a stack were there. Raises GoneError."""
        found = self._presences.get(digest)
        if found is None:
            entry = self.kept.get(presence_key(digest), _presences)
            if entry is None:
                raise GoneError
            found = Presence(entry)
            with self._lock:
                self._presences[digest] = found
        return found

    def history(self, digest: bytes, path: bytes) -> FolderHistory | None:
        """Return the history of a folder, None where it has none. Raises GoneError."""
        with self._lock:
            known = self._unpacked.get((digest, path))
        if known is not None:
            return known
        packed = self._bucket(digest).get(path)
        if packed is None:
            return None
        history = FolderHistory.unpack(packed)
        with self._lock:
            self._unpacked[digest, path] = history
            while len(self._unpacked) > _UNPACKED:
                self._unpacked.popitem(last=False)
        return history

    def keep_only(self, digests: set[bytes]) -> None:
        """Let go of what is in no book any more."""
        with self._lock:
            for held in (self._names, self._presences, self._histories):
                for digest in [digest for digest in held if digest not in digests]:
                    del held[digest]
            self._size = sum(sum(map(len, bucket.values())) for bucket in self._histories.values())

    def _bucket(self, digest: bytes) -> dict[bytes, bytes]:
        with self._lock:
            known = self._histories.get(digest)
            if known is not None:
                self._histories.move_to_end(digest)
                return known
        loaded = load_histories(self.kept, digest)
        with self._lock:
            if digest not in self._histories:
                self._histories[digest] = loaded
                self._size += sum(map(len, loaded.values()))
            while self._size > _FOLDERS_IN_MEMORY and len(self._histories) > 1:
                self._size -= sum(map(len, self._histories.popitem(last=False)[1].values()))
        return loaded


class Book:
    """What is known of one phone. Never changes: a newer one takes its place."""

    def __init__(self, name: str, manifest: Manifest, shelf: Shelf) -> None:
        self.name = name
        self.manifest = manifest
        self._shelf = shelf

    def names(self, stack: int) -> Names | None:
        """Return the names of a stack, None where there are none. Raises GoneError."""
        digest = self.manifest.stacks[stack]
        return self._shelf.names(digest) if digest else None

    def load_names(self) -> None:
        """Load all names at once. Raises GoneError."""
        self._shelf.load_names(self.manifest.stacks)

    def presence(self, stack: int) -> Presence:
        """Return when the names of a stack, in which there are any, were there. Raises GoneError."""
        return self._shelf.presence(self.manifest.stacks[stack])

    def history(self, folder: bytes) -> FolderHistory | None:
        """Return the history of a folder (`b""` is the root), None where it has none. Raises GoneError."""
        digest = self.manifest.buckets[self.manifest.bucket_of(folder)]
        return self._shelf.history(digest, folder) if digest else None
