"""The resume journal: which files came over in a backup that was cut short, so that they are not sent again.

It lies in the person's state folder, sealed with the repository's key: it holds the names on the phone. Format:

    magic `PWJRNL1` LF, then frames: length (4 bytes, big endian) | sealed msgpack
    first frame: `Head`; every later one: a `Batch`, numbered from 1

A batch names files that came over whole, and pieces of files that had not by then. It is appended (and is on the disk
when `append` returns) only after its blobs are in durable packs and a durable index. Reading stops without complaint at
the first frame that is not whole and authentic: that is how a torn write at the end looks, and all before it stays
good. Nothing is believed for long: each file must still look the same on the phone, and each blob must be in the index
(`comparing.py`).
"""

import os
import re
import struct
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import msgspec

from phoneward.durable import LockHeldError, make_folder, process_lock, sync_file, sync_folder
from phoneward.errors import PhonewardError, readable
from phoneward.snapshots.compare import Moment
from phoneward.snapshots.errors import BackupRunningError, JournalUnwritableError
from phoneward.snapshots.rows import Sealer
from phoneward.vault import BlobId, SealError

MAGIC: Final = b"PWJRNL1\n"
MAX_FRAME: Final = 64 << 20
"""Bytes of a sealed frame. A batch of `CHECKPOINT_FILES` takes about a tenth."""

FORMAT: Final = 2
"""A journal of another format is not used, and written over."""

_LENGTH: Final = struct.Struct(">I")
_SAFE_NAME: Final = re.compile(r"[0-9A-Za-z_-]{1,100}\Z")


class Sent(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A file that came over.

    Attributes:
        size: bytes that were received.
        mtime_ns, ctime_ns: what the phone said of the file whose content this is.
        mode: permission bits.
        ids: blob ids, 32 bytes each, one after the other.
        digest: SHA-256 of the whole file; empty where nobody computed it.
    """

    name: bytes
    size: int
    mode: int
    mtime_ns: int
    ctime_ns: int | None
    ids: bytes
    digest: bytes = b""

    @property
    def blobs(self) -> tuple[BlobId, ...]:
        """The blob ids in order."""
        return blob_ids(self.ids)


class Part(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A piece of a file of which more is to come. The pieces of one run follow one another from the file's start.

    Attributes:
        size, mode, mtime_ns, ctime_ns: what the phone said of the file.
        start, end: which bytes of it these are.
        ids: of the blobs that hold them.
    """

    name: bytes
    size: int
    mode: int
    mtime_ns: int
    ctime_ns: int | None
    start: int
    end: int
    ids: bytes


def blob_ids(joined: bytes | bytearray) -> tuple[BlobId, ...]:
    """Return blob ids that stand one after the other, 32 bytes each."""
    return tuple(BlobId(bytes(joined[at : at + 32])) for at in range(0, len(joined), 32))


class Head(msgspec.Struct, array_like=True, frozen=True):
    """Whose journal it is."""

    format: int
    repository: str
    device: str


class Batch(msgspec.Struct, array_like=True, frozen=True):
    """Files that became durable together, by folder of the snapshot, and the listing they were compared with.

    Attributes:
        parts: pieces of files, each with its folder. They came after `folders`.
    """

    number: int
    listed_ns: int
    precision_ns: int
    has_ctime: bool
    folders: list[tuple[bytes, list[Sent]]]
    parts: list[tuple[bytes, Part]]

    @property
    def moment(self) -> Moment:
        """The listing in which these files were seen."""
        return Moment(self.listed_ns, max(1, self.precision_ns), self.has_ctime)


_encoder: Final = msgspec.msgpack.Encoder()
_heads: Final = msgspec.msgpack.Decoder(Head)
_batches: Final = msgspec.msgpack.Decoder(Batch)


def read_batches(stream: IO[bytes], sealer: Sealer, head: Head) -> Iterator[tuple[Batch, int]]:
    """Yield the batches of a journal, each with the offset after it; stops at the first byte that is not right.

    Args:
        stream: at the journal's start. The bytes may be anything.
        sealer: the repository's key.
        head: whose journal is expected; another's yields nothing.
    """
    if stream.read(len(MAGIC)) != MAGIC:
        return
    offset = len(MAGIC)
    expected = -1
    while (plain := _frame(stream, sealer)) is not None:
        frame, length = plain
        offset += length
        expected += 1
        try:
            if expected == 0:
                if _heads.decode(frame) != head:
                    return
                continue
            batch = _batches.decode(frame)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return
        if batch.number != expected or not _sound(batch):
            return
        yield batch, offset


def _sound_file(sent: Sent) -> bool:
    return len(sent.ids) % 32 == 0 and sent.size >= 0 and len(sent.digest) in {0, 32}


def _sound(batch: Batch) -> bool:
    return all(_sound_file(sent) for _path, files in batch.folders for sent in files) and all(
        len(part.ids) % 32 == 0 and 0 <= part.start <= part.end for _path, part in batch.parts
    )


def _frame(stream: IO[bytes], sealer: Sealer) -> tuple[bytes, int] | None:
    prefix = stream.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(prefix)
    if not 0 < length <= MAX_FRAME:
        return None
    sealed = stream.read(length)
    if len(sealed) < length:
        return None
    try:
        return sealer.open_sealed(sealed), _LENGTH.size + length
    except (PhonewardError, SealError):  # not sealed with this key, or damaged
        return None


class Journal:
    """One phone's resume journal in one repository. A context manager: it is locked while it is open.

    Args:
        state_dir: the person's state folder.
        sealer: the repository (its key).
        repository: the repository's id.
        device: the phone's id.

    Raises (on entering):
        BackupRunningError: another backup of this phone into this repository is at work.
        JournalUnwritableError: the folder cannot be used.
    """

    def __init__(self, state_dir: Path, sealer: Sealer, *, repository: str, device: str) -> None:
        self._sealer = sealer
        self._head = Head(FORMAT, repository, device)
        if not (_SAFE_NAME.match(repository) and _SAFE_NAME.match(device)):
            raise ValueError("ids are plain words")
        self.path = state_dir / "journals" / repository / f"{device}.journal"
        self._stack = ExitStack()
        self._end = 0
        self._number = 0

    def __enter__(self) -> Self:
        try:
            make_folder(self.path.parent)
            self._stack.enter_context(process_lock(self.path.with_suffix(".lock")))
        except LockHeldError as error:
            raise BackupRunningError from error
        except OSError as error:
            raise self._unwritable(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def load(self) -> Iterator[Batch]:
        """Yield what an earlier run left. Must be exhausted before `append`."""
        self._end = self._number = 0
        try:
            with self.path.open("rb") as stream:
                for batch, end in read_batches(stream, self._sealer, self._head):
                    self._end, self._number = end, batch.number
                    yield batch
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unwritable(error) from error

    def append(
        self, moment: Moment, folders: list[tuple[bytes, list[Sent]]], parts: Sequence[tuple[bytes, Part]] = ()
    ) -> None:
        """Add files, and pieces of files, that are durable in the repository; on the disk when it returns.

        Raises:
            JournalUnwritableError: it cannot be written.
        """
        number = self._number + 1
        batch = Batch(number, moment.listed_ns, moment.precision_ns, moment.has_ctime, folders, list(parts))
        try:
            new = self._end == 0
            data = b"" if not new else MAGIC + self._sealed(self._head)
            data += self._sealed(batch)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(descriptor, "r+b") as stream:
                stream.truncate(self._end)
                stream.seek(self._end)
                stream.write(data)
                stream.flush()
                sync_file(stream.fileno())
            if new:
                sync_folder(self.path.parent)
        except OSError as error:
            raise self._unwritable(error) from error
        self._end += len(data)
        self._number = batch.number

    def remove(self) -> None:
        """Forget the journal: a full snapshot holds everything."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        self._end = self._number = 0

    def _sealed(self, document: Head | Batch) -> bytes:
        sealed = self._sealer.seal(_encoder.encode(document))
        return _LENGTH.pack(len(sealed)) + sealed

    def _unwritable(self, error: OSError) -> JournalUnwritableError:
        return JournalUnwritableError(
            path=readable(os.fsencode(self.path.parent)), detail=readable(error.strerror or str(error))
        )
