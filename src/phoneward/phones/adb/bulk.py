"""The adb phone where thousands of small things are done at once; see `phones.bulk`."""

from collections.abc import Iterable, Iterator
from typing import Protocol, cast

from phoneward.phones.adb import stats
from phoneward.phones.adb.rows import RowWalk
from phoneward.phones.adb.shell import Shell
from phoneward.phones.adb.smallfiles import SmallFiles
from phoneward.phones.adb.wire import Channel
from phoneward.phones.base import ListingItem
from phoneward.phones.bulk import FolderRows, SmallFile
from phoneward.phones.paths import is_clean


class BulkSource(Protocol):
    """The phone as this module needs it: one that knows LIS2 and LST2, and whose `stat` works."""

    @property
    def shell(self) -> Shell:
        """Its shell."""

    def open_sync(self) -> Channel:
        """Return a new sync connection."""

    def stat(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
        """Describe paths; see `Phone.stat`."""


class AdbBulk:
    """See `BulkPhone`.

    Args:
        phone: whose connections are used.
    """

    def __init__(self, phone: BulkSource) -> None:
        self._phone = phone

    def list_rows(self, root: bytes) -> Iterator[FolderRows | list[ListingItem]]:
        """Walk a tree; see `BulkPhone.list_rows`."""
        return RowWalk(self._phone).rows(root)

    def read_small(self, paths: Iterable[bytes], limit: int) -> Iterator[list[SmallFile]]:
        """Read files, some at a time; see `BulkPhone.read_small`."""
        return SmallFiles(self._phone, paths, limit).batches()

    def stat_many(self, groups: Iterable[list[bytes]]) -> Iterator[list[ListingItem]]:
        """Describe paths, a group at a time; see `BulkPhone.stat_many`."""
        for paths, told in stats.describe_groups(self._phone.shell, groups, _is_ordinary):
            if None not in told:
                yield cast("list[ListingItem]", told)
                continue
            missing = self._phone.stat([path for path, entry in zip(paths, told, strict=True) if entry is None])
            yield [entry if entry is not None else next(missing) for entry in told]


def _is_ordinary(paths: list[bytes]) -> bool:
    return 0 < len(paths) <= stats.BATCH and sum(map(len, paths)) <= stats.BATCH_BYTES and all(map(is_clean, paths))
