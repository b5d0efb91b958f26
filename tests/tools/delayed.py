"""A storage that is far away: every request takes its time, and all share one link. Requests are counted."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from phoneward.vault import FileId, FileType, Storage
from phoneward.vault.blobs import BytesLike
from phoneward.vault.storage.base import FreeSpace, ListedFile


@dataclass
class Link:
    """A link of so many bytes a second each way; None does not limit it."""

    bytes_per_s: float | None = None
    _free_at: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def carry(self, way: str, size: int) -> None:
        """Wait until so many bytes have gone over, behind all that others asked for before."""
        if self.bytes_per_s is None:
            return
        with self._lock:
            start = max(time.monotonic(), self._free_at.get(way, 0.0))
            done = self._free_at[way] = start + size / self.bytes_per_s
        time.sleep(max(0.0, done - time.monotonic()))


class DelayedStorage:
    """A storage behind a slow link.

    Args:
        inner: where the files really lie.
        delay_s: of each request, there and back.
        bytes_per_s: of the link, each way.
        requests_at_once: how many it says it bears.

    Attributes:
        requests: how many there were, by the call and the kind of file.
        most_at_once: how many were on the way together at most.
        most_packs_at_once: of these, for packs.
    """

    def __init__(
        self,
        inner: Storage,
        *,
        delay_s: float = 0.02,
        bytes_per_s: float | None = None,
        requests_at_once: int = 16,
    ) -> None:
        self.inner = inner
        self.requests_at_once = requests_at_once
        self.requests: Counter[tuple[str, FileType]] = Counter()
        self.most_at_once = self.most_packs_at_once = 0
        self._delay_s = delay_s
        self._link = Link(bytes_per_s)
        self._now = self._packs_now = 0
        self._lock = threading.Lock()

    @property
    def total(self) -> int:
        """All requests so far."""
        return sum(self.requests.values())

    def forget(self) -> None:
        """Count anew."""
        self.requests.clear()
        self.most_at_once = self.most_packs_at_once = 0

    @contextmanager
    def _asked(self, call: str, kind: FileType) -> Iterator[None]:
        is_pack = kind is FileType.PACK
        with self._lock:
            self.requests[call, kind] += 1
            self._now += 1
            self._packs_now += is_pack
            self.most_at_once = max(self.most_at_once, self._now)
            self.most_packs_at_once = max(self.most_packs_at_once, self._packs_now)
        try:
            time.sleep(self._delay_s)
            yield
        finally:
            with self._lock:
                self._now -= 1
                self._packs_now -= is_pack

    @property
    def location(self) -> str:
        return self.inner.location

    def create(self) -> None:
        self.inner.create()

    def exists(self, file_type: FileType, name: FileId) -> bool:
        with self._asked("exists", file_type):
            return self.inner.exists(file_type, name)

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        with self._asked("save", file_type):
            self._link.carry("up", sum(map(len, pieces)))
            self.inner.save(file_type, name, pieces)

    def load(self, file_type: FileType, name: FileId, offset: int = 0, length: int | None = None) -> bytes:
        with self._asked("load", file_type):
            data = self.inner.load(file_type, name, offset, length)
            self._link.carry("down", len(data))
            return data

    def holds(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> bool:
        with self._asked("holds", file_type):
            self._link.carry("down", sum(map(len, pieces)))
            return self.inner.holds(file_type, name, pieces)

    def size(self, file_type: FileType, name: FileId) -> int:
        with self._asked("size", file_type):
            return self.inner.size(file_type, name)

    def list(self, file_type: FileType) -> Iterator[ListedFile]:
        with self._asked("list", file_type):
            found = tuple(self.inner.list(file_type))
            self._link.carry("down", 100 * len(found))
        yield from found

    def remove(self, file_type: FileType, name: FileId) -> None:
        with self._asked("remove", file_type):
            self.inner.remove(file_type, name)

    def free_space(self) -> FreeSpace | None:
        return self.inner.free_space()

    def remove_leftovers(self, older_than_s: float) -> int:
        return self.inner.remove_leftovers(older_than_s)
