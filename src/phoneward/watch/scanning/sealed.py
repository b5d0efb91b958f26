"""What a look for copies keeps between runs: sealed under the vault's key, named by content, nothing lost without it.

- *Pictures* that were found in a file, by what names the file's content. A file's content never changes under that
  name, so a file is opened once.
- *Prints* of pictures, by the SHA-256 of their bytes. A picture is decoded once, wherever it lies.
- What was *compared* for a phone: which pictures with which, and what came of it.
- The last *result* for a snapshot.

Pictures and prints lie in batches as they came; the *shelf* says which there are. A batch is written every so often,
so that a run that is cut short costs little. Reasons: docs/decisions/0043-scan.md, and 0007 for the cache.
"""

import secrets
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from phoneward.media import Reason
from phoneward.vault import CompressionError, Repository, SealedCache, compress, decompress_at_most

if TYPE_CHECKING:
    from phoneward.media.comparing import Print

T = TypeVar("T")

CACHE: Final = "watch"
"""The folder in the cache folder."""
PURPOSE: Final = "watch scan 1"
MAX_BYTES: Final = 1 << 30
MAX_ENTRY: Final = 256 << 20
"""Bytes of an entry, unpacked."""
BATCH: Final = 1_000
"""Pictures' prints in a batch: about 2.5 MB."""
MAX_BATCHES: Final = 100
"""When there are more, the small ones are put together."""
_SHELF: Final = b"shelf"


class Sealed:
    """Typed entries of one vault's cache, packed. Without a folder nothing is kept.

    Args:
        repo: the vault: its key seals.
        cache_dir: the cache folder; None keeps nothing.
    """

    def __init__(self, repo: Repository, cache_dir: Path | None) -> None:
        self._cache = (
            None if cache_dir is None else SealedCache(cache_dir / CACHE, repo, purpose=PURPOSE, max_bytes=MAX_BYTES)
        )

    def get(self, key: bytes, kind: type[T]) -> T | None:
        """Return an entry, None where there is none that can be understood."""
        data = None if self._cache is None else self._cache.get(key)
        try:
            return None if data is None else msgspec.msgpack.decode(decompress_at_most(data, MAX_ENTRY), type=kind)
        except (CompressionError, msgspec.MsgspecError, ValueError, RecursionError):
            return None

    def put(self, key: bytes, value: object) -> bool:
        """Store an entry; return whether it was."""
        return self._cache is not None and self._cache.put(key, compress(msgspec.msgpack.encode(value)))

    def drop(self, key: bytes) -> None:
        """Remove an entry."""
        if self._cache is not None:
            self._cache.discard(key)


class SeenPicture(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A picture that was found in a file. `taken` as EXIF says it, with or without a zone (ISO 8601); else empty."""

    sha256: bytes
    offset: int
    size: int
    width: int
    height: int
    via: tuple[str, ...] = ()
    taken: str = ""


class SeenFile(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What was found in a file: its pictures, and why not all of it was looked at."""

    pictures: tuple[SeenPicture, ...] = ()
    left_out: tuple[str, ...] = ()


class _PackedPrint(msgspec.Struct, array_like=True, frozen=True, gc=False):
    sha256: bytes
    width: int
    height: int
    pdq: bytes
    quality: int
    strip: bytes


class _Batch(msgspec.Struct, array_like=True, frozen=True):
    """What is read at the start of each run; the prints themselves lie beside it.

    Attributes:
        nothing: contents of files, 32 bytes each, in which no picture was found and of which nothing was left out.
        files: the others.
        prints: the pictures whose prints lie beside it, 32 bytes each.
        reasons: of pictures that cannot be looked at.
    """

    nothing: bytes
    files: dict[bytes, SeenFile]
    prints: bytes
    reasons: dict[bytes, str]


_NOTHING: Final = SeenFile()


def _prints_of(batch: bytes) -> bytes:
    return b"prints " + batch


def _each(joined: bytes) -> list[bytes]:
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]


class Memory:
    """What was seen of files and pictures, in this run and before. One thread.

    Args:
        sealed: where it is kept.
        retry: reasons that may no longer hold.
    """

    def __init__(self, sealed: Sealed, *, retry: frozenset[Reason] = frozenset()) -> None:
        self._sealed = sealed
        self._retry = {reason.value for reason in retry}
        self._files: dict[bytes, SeenFile] = {}
        self._batch_of: dict[bytes, bytes] = {}
        self._reasons: dict[bytes, str] = {}
        self._new_files: dict[bytes, SeenFile] = {}
        self._new_prints: dict[bytes, _PackedPrint] = {}
        self._new_reasons: dict[bytes, str] = {}
        self._loaded: tuple[bytes, dict[bytes, _PackedPrint]] = (b"", {})
        self._unkept: dict[bytes, _PackedPrint] = {}
        self._shelf = [name for name in sealed.get(_SHELF, list[bytes]) or [] if self._take(name)]

    def _take(self, name: bytes) -> bool:
        batch = self._sealed.get(name, _Batch)
        if batch is None:
            return False
        self._files.update(dict.fromkeys(_each(batch.nothing), _NOTHING))
        self._files.update(batch.files)
        self._batch_of.update(dict.fromkeys(_each(batch.prints), name))
        self._reasons.update(
            {sha256: reason for sha256, reason in batch.reasons.items() if reason not in self._retry}
        )  # fmt: skip
        return True

    # -- files -------------------------------------------------------------------------------------------------------

    def file(self, content: bytes) -> SeenFile | None:
        """Return what was found in a file with this content; None where nobody looked."""
        return self._files.get(content)

    def note_file(self, content: bytes, seen: SeenFile) -> None:
        """Remember what was found in a file."""
        kept = seen if seen.pictures or seen.left_out else _NOTHING
        self._files[content] = self._new_files[content] = kept

    # -- prints ------------------------------------------------------------------------------------------------------

    def was_looked_at(self, sha256: bytes) -> bool:
        """Tell whether a picture was looked at, also where that could not be done."""
        return sha256 in self._batch_of or sha256 in self._reasons

    def reason(self, sha256: bytes) -> Reason | None:
        """Return why a picture could not be looked at; None where it could, or nobody tried."""
        found = self._reasons.get(sha256)
        try:
            return None if found is None else Reason(found)
        except ValueError:  # a later version's
            return Reason.BROKEN

    def note_print(self, seen: "Print") -> None:
        """Remember a picture's print."""
        packed = _PackedPrint(seen.sha256, seen.width, seen.height, seen.pdq, seen.quality, seen.strip)
        self._batch_of[seen.sha256] = b""
        self._new_prints[seen.sha256] = packed
        if len(self._new_prints) >= BATCH:
            self.save()

    def note_skipped(self, sha256: bytes, reason: Reason) -> None:
        """Remember that a picture cannot be looked at."""
        self._reasons[sha256] = self._new_reasons[sha256] = reason.value

    def prints(self, wanted: Iterable[bytes]) -> "Iterator[Print]":
        """Yield the prints of pictures, batch by batch, so that not all are held at once.

        Those that are not there any more are left out, and count as not looked at from then on.
        """
        from phoneward.media.comparing import Print

        by_batch: dict[bytes, list[bytes]] = {}
        for sha256 in wanted:
            if sha256 in self._batch_of:
                by_batch.setdefault(self._batch_of[sha256], []).append(sha256)
        for name, some in by_batch.items():
            for sha256 in some:
                one = self._held(name).get(sha256)
                if one is None:
                    del self._batch_of[sha256]
                    continue
                yield Print(
                    sha256=sha256,
                    width=one.width,
                    height=one.height,
                    pdq=one.pdq,
                    quality=one.quality,
                    strip=one.strip,
                )

    def _held(self, name: bytes) -> Mapping[bytes, _PackedPrint]:
        if not name:
            return ChainMap(self._new_prints, self._unkept)
        if self._loaded[0] != name:
            held = self._sealed.get(_prints_of(name), list[_PackedPrint]) or []
            self._loaded = (name, {one.sha256: one for one in held})
        return self._loaded[1]

    # -- keeping -----------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Keep what is new. Where that cannot be done it is remembered to the end of the run."""
        if not self._new_files and not self._new_prints and not self._new_reasons:
            return
        name = b"batch " + secrets.token_bytes(16)
        batch = _Batch(
            b"".join(content for content, seen in self._new_files.items() if seen is _NOTHING),
            {content: seen for content, seen in self._new_files.items() if seen is not _NOTHING},
            b"".join(self._new_prints),
            self._new_reasons,
        )
        prints = list(self._new_prints.values())
        if self._sealed.put(_prints_of(name), prints) and self._sealed.put(name, batch):
            self._shelf.append(name)
            self._sealed.put(_SHELF, self._shelf)
            self._batch_of.update(dict.fromkeys(self._new_prints, name))
        else:
            self._unkept.update(self._new_prints)
        self._new_files, self._new_prints, self._new_reasons = {}, {}, {}

    def tidy(self) -> None:
        """Put small batches together where there are many."""
        if len(self._shelf) <= MAX_BATCHES:
            return
        self.save()
        old, self._shelf = self._shelf, []
        for name in old:
            batch = self._sealed.get(name, _Batch)
            if batch is None or len(batch.prints) >= BATCH * 16:
                self._shelf += [] if batch is None else [name]
                continue
            self._new_files.update(dict.fromkeys(_each(batch.nothing), _NOTHING))
            self._new_files.update(batch.files)
            self._new_reasons.update(batch.reasons)
            self._new_prints.update({one.sha256: one for one in self._held(name).values()})
            if len(self._new_prints) >= BATCH:
                self.save()
        self.save()
        self._sealed.put(_SHELF, self._shelf)
        for name in set(old) - set(self._shelf):
            self._sealed.drop(name)
            self._sealed.drop(_prints_of(name))
