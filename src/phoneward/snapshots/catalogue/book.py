"""How the catalogue of one phone lies in the sealed cache, and reading it.

A *book* is about one phone. Its folders' histories lie in 256 buckets, chosen by a keyed hash of the path, so that what
one more snapshot changes lies in a few of them. A bucket is two entries: the histories, and the names alone, folded, as
a search reads them. Entries are named by what is in them and never change; the manifest says which are the book's.
"""

import threading
from array import array
from collections import OrderedDict
from hashlib import blake2b
from typing import Final

import msgspec

from phoneward.snapshots.catalogue.folding import END
from phoneward.snapshots.catalogue.history import FolderHistory, Fragment
from phoneward.snapshots.catalogue.kept import Kept

BUCKETS: Final = 256
MAX_NAMES: Final = 3_000_000
"""Distinct paths of a phone that are taken in, of all its snapshots together. A phone has a million at most."""
MAX_FOLDERS: Final = 400_000
MAX_TEXT: Final = 192 << 20
"""Bytes of all names together."""
MAX_DAMAGED: Final = 1_000
"""Folders that cannot be read which are named; of more, only how many there are."""

_FOLDERS_IN_MEMORY: Final = 48 << 20
"""Bytes of histories that are kept for the next question."""
_UNPACKED: Final = 32


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
        buckets: what their entries are named by; empty where nothing is in one.
        names, folders, text: distinct paths, folders among them with a history, bytes of the names.
        left_out: names and folders that were not taken in, because there were too many or they were too long.
        damaged_count, damaged: folders that could not be read.
        large: folders of very many names, with their newest tree.
    """

    secret: bytes
    lines: list[list[bytes]]
    buckets: list[bytes]
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
        return cls(secret, [[], []], [b""] * BUCKETS)

    def bucket_of(self, path: bytes) -> int:
        """Return in which bucket a folder's history is."""
        return blake2b(path, digest_size=1, key=self.secret).digest()[0]


class NamesEntry(msgspec.Struct, array_like=True, frozen=True):
    """The names of a bucket: those of each folder after those of the one before. See `Fragment`."""

    folders: list[bytes]
    counts: bytes
    lengths: bytes
    text: bytes
    newest: bytes
    first: bytes
    last: bytes
    gaps: bytes


class HistoriesEntry(msgspec.Struct, array_like=True, frozen=True):
    """The histories of a bucket, packed, by path."""

    folders: dict[bytes, bytes]


_manifests: Final = msgspec.msgpack.Decoder(Manifest)
_names: Final = msgspec.msgpack.Decoder(NamesEntry)
_histories: Final = msgspec.msgpack.Decoder(HistoriesEntry)


def manifest_key(book: str) -> bytes:
    """Return under which key a book's manifest is kept."""
    return b"book\0" + book.encode("utf-8", "surrogatepass")


def names_key(digest: bytes) -> bytes:
    """Return under which key the names of a bucket are kept."""
    return b"names\0" + digest


def histories_key(digest: bytes) -> bytes:
    """Return under which key the histories of a bucket are kept."""
    return b"histories\0" + digest


def load_manifest(kept: Kept, book: str) -> Manifest | None:
    """Return a book's manifest, None where there is no book."""
    found = kept.get(manifest_key(book), _manifests)
    return found if found is not None and len(found.buckets) == BUCKETS and len(found.lines) == 2 else None


def load_histories(kept: Kept, digest: bytes) -> dict[bytes, bytes]:
    """Return the histories of a bucket. Raises GoneError."""
    found = kept.get(histories_key(digest), _histories)
    if found is None:
        raise GoneError
    return found.folders


def load_fragments(kept: Kept, digest: bytes) -> dict[bytes, Fragment]:
    """Return the names of a bucket, folder by folder. Raises GoneError."""
    found = kept.get(names_key(digest), _names)
    if found is None:
        raise GoneError
    fragments = {}
    at, text_at = 0, len(END)
    for path, count, length in zip(found.folders, array("I", found.counts), array("I", found.lengths), strict=True):
        stop = at + count
        newest, first, last = (column[4 * at : 4 * stop] for column in (found.newest, found.first, found.last))
        text = found.text[text_at : text_at + length]
        fragments[path] = Fragment(text, newest, first, last, found.gaps[at:stop])
        at, text_at = stop, text_at + length
    return fragments


def names_entry(fragments: dict[bytes, Fragment]) -> NamesEntry:
    """Return the fragments of a bucket's folders as its entry."""
    parts = list(fragments.values())
    return NamesEntry(
        list(fragments),
        array("I", [part.names for part in parts]).tobytes(),
        array("I", [len(part.text) for part in parts]).tobytes(),
        END + b"".join(part.text for part in parts),
        b"".join(part.newest for part in parts),
        b"".join(part.first for part in parts),
        b"".join(part.last for part in parts),
        b"".join(part.gaps for part in parts),
    )


class Names:
    """The names of a bucket, ready for a search. Never changes."""

    def __init__(self, entry: NamesEntry) -> None:
        self.text = entry.text
        self.newest = array("I", entry.newest)
        self.first = array("I", entry.first)
        self.last = array("I", entry.last)
        self.gaps = entry.gaps
        self._folders = entry.folders
        self._counts = array("I", entry.counts)

    def folder_of(self, number: int) -> tuple[bytes, int]:
        """Return the folder of a name, and the name's number in the folder."""
        for folder, count in zip(self._folders, self._counts, strict=True):
            if number < count:
                return folder, number
            number -= count
        raise GoneError


class Shelf:
    """Parts of books in memory. Any number of threads may ask at once; the lock guards the dictionaries only."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self._lock = threading.Lock()
        self._names: dict[bytes, Names] = {}
        self._histories: OrderedDict[bytes, dict[bytes, bytes]] = OrderedDict()
        self._unpacked: OrderedDict[tuple[bytes, bytes], FolderHistory] = OrderedDict()

    def names(self, digest: bytes) -> Names:
        """Return the names of a bucket. Raises GoneError."""
        found = self._names.get(digest)
        if found is None:
            entry = self.kept.get(names_key(digest), _names)
            if entry is None:
                raise GoneError
            found = Names(entry)
            with self._lock:
                self._names[digest] = found
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
            for held in (self._names, self._histories):
                for digest in [digest for digest in held if digest not in digests]:
                    del held[digest]

    def _bucket(self, digest: bytes) -> dict[bytes, bytes]:
        with self._lock:
            known = self._histories.get(digest)
            if known is not None:
                self._histories.move_to_end(digest)
                return known
        loaded = load_histories(self.kept, digest)
        with self._lock:
            self._histories[digest] = loaded
            size = sum(sum(map(len, bucket.values())) for bucket in self._histories.values())
            while size > _FOLDERS_IN_MEMORY and len(self._histories) > 1:
                size -= sum(map(len, self._histories.popitem(last=False)[1].values()))
        return loaded


class Book:
    """What is known of one phone. Never changes: a newer one takes its place."""

    def __init__(self, name: str, manifest: Manifest, shelf: Shelf) -> None:
        self.name = name
        self.manifest = manifest
        self._shelf = shelf

    def names(self, bucket: int) -> Names | None:
        """Return the names of a bucket, None where there are none. Raises GoneError."""
        digest = self.manifest.buckets[bucket]
        return self._shelf.names(digest) if digest else None

    def history(self, folder: bytes) -> FolderHistory | None:
        """Return the history of a folder (`b""` is the root), None where it has none. Raises GoneError."""
        digest = self.manifest.buckets[self.manifest.bucket_of(folder)]
        return self._shelf.history(digest, folder) if digest else None
