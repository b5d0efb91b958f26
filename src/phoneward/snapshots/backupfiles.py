"""Android's backup files (.ab, Xiaomi's .bak) among the files of a snapshot: is it one, and is it sound?

Only the beginning is looked at, as it lies in the vault: that tells an encrypted one, one that holds nothing, one that
a program took for text and rewrote, and what is none at all. Whether its end is there, only reading all would tell.
"""

import datetime as dt
import enum
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.phones.androidbackup.errors import (
    AndroidBackupAsTextError,
    AndroidBackupEmptyError,
    AndroidBackupError,
    AndroidBackupUnknownKindError,
    NotAndroidBackupError,
)
from phoneward.phones.androidbackup.header import HEADER_BYTES, Header, parse_header
from phoneward.snapshots.coverage import BackupFile
from phoneward.snapshots.inventory import utc
from phoneward.snapshots.ownbackups import BACKUP_ENDINGS
from phoneward.vault import BlobId, Node

MAX_FILES: Final = 200
"""Newest ones that are looked into. A Xiaomi phone's backup is one file for each app."""

_BLOCK: Final = 512


class FileState(enum.StrEnum):
    """What the beginning of a file tells."""

    SOUND = "sound"
    """An Android backup whose beginning is as it should be."""
    ENCRYPTED = "encrypted"
    """One that only its password opens."""
    EMPTY = "empty"
    """One into which nothing was put."""
    AS_TEXT = "rewritten-as-text"
    """One whose line ends were rewritten (CRLF)."""
    DAMAGED = "damaged"
    """One that cannot be read even at its beginning."""
    UNKNOWN = "unknown-kind"
    """One of a version that is not known here."""
    NOT_ONE = "not-a-backup"
    """Something else, or nothing at all."""
    NOT_LOOKED = "not-looked-into"
    """The vault does not give it back."""


USELESS: Final = frozenset({FileState.EMPTY, FileState.AS_TEXT, FileState.DAMAGED, FileState.NOT_ONE})
"""No app comes back from these."""


def state_of(head: bytes, size: int) -> FileState:
    """Return what a file is.

    Args:
        head: its beginning, at least `HEADER_BYTES` of it or all.
        size: of the whole file, in bytes.
    """
    try:
        header = parse_header(head[:HEADER_BYTES], "")
    except AndroidBackupError as error:
        return next((state for kind, state in _STATES if isinstance(error, kind)), FileState.DAMAGED)
    if header.encryption is not None:
        return FileState.ENCRYPTED
    return _state_of_content(header, head[header.start :], whole=size <= len(head))


_STATES: Final = (
    (AndroidBackupEmptyError, FileState.EMPTY),
    (AndroidBackupAsTextError, FileState.AS_TEXT),
    (AndroidBackupUnknownKindError, FileState.UNKNOWN),
    (NotAndroidBackupError, FileState.NOT_ONE),
)


def _state_of_content(header: Header, body: bytes, *, whole: bool) -> FileState:
    if header.compressed:
        try:
            body = zlib.decompressobj().decompress(body, 1 << 16)
        except zlib.error:
            return FileState.DAMAGED
    first = body[:_BLOCK]
    if not first.strip(b"\0"):
        return FileState.EMPTY if whole or len(first) == _BLOCK else FileState.DAMAGED
    return FileState.SOUND if _is_tar_header(first) else FileState.DAMAGED


def _is_tar_header(block: bytes) -> bool:
    """Tell whether the sum that a tar header holds of itself is right (POSIX.1-2001, pax, "ustar Header Block")."""
    told = block[148:156].strip(b" \0")
    if len(block) != _BLOCK or not told or told.strip(b"01234567"):
        return False
    return int(told, 8) == sum(block[:148]) + sum(block[156:]) + 8 * ord(" ")


@dataclass(slots=True)
class BackupFiles:
    """The newest files by name, noted while the folders of a snapshot are built."""

    _newest: list[tuple[int, bytes, int, BlobId | None]] = field(default_factory=list)
    _places: set[bytes] = field(default_factory=set)

    def note(self, place: bytes, nodes: Iterable[Node]) -> None:
        """Take in the files of a folder that are called like backups. A folder may come twice; the last word stands."""
        for node in nodes:
            if not node.name.endswith(BACKUP_ENDINGS):
                continue
            path = place + b"/" + node.name
            if path in self._places:
                self._newest = [found for found in self._newest if found[1] != path]
                heapify(self._newest)
            self._places.add(path)
            heappush(self._newest, (node.mtime_ns, path, node.size, node.content[0] if node.content else None))
            if len(self._newest) > MAX_FILES:
                self._places.discard(heappop(self._newest)[1])

    def look(
        self, load: Callable[[BlobId], bytes], before: Sequence[BackupFile], names: Callable[[bytes], bool]
    ) -> dict[bytes, BackupFile]:
        """Return what each of them is, by place, newest first.

        Args:
            load: a blob of the vault.
            before: what the snapshot before said: of a file that is the same it is not asked again.
            names: whether a file counts as some app's own backup by its name. Any other .bak that is none is left out.
        """
        known = {(file.path, file.bytes, file.date): file for file in before}
        looked = {}
        for mtime_ns, place, size, blob in sorted(self._newest, reverse=True):
            path, date = readable(place), utc(mtime_ns) or dt.datetime.fromtimestamp(0, dt.UTC)
            file = known.get((path, size, date))
            if file is None or file.state == FileState.NOT_LOOKED:
                file = BackupFile(path, date, size, _state(load, blob, size))
            if file.state != FileState.NOT_ONE or names(place) or place.lower().endswith(b".ab"):
                looked[place] = file
        return looked


def _state(load: Callable[[BlobId], bytes], blob: BlobId | None, size: int) -> FileState:
    if blob is None:
        return FileState.EMPTY
    try:
        head = load(blob)
    except PhonewardError:  # a blob that is missing or damaged: `check` names it
        return FileState.NOT_LOOKED
    return state_of(head, size)
