"""What a phone may offer beside `Phone`: the same work for thousands of small things at once.

A name of a listing, a small file, a description: each costs a few microseconds here, where an object, an iterator and a
call for each cost ten times as much. Nothing is lost for speed: what is out of the ordinary is handed back, and is
then done one by one by the methods of `Phone`, which say what is wrong with it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from phoneward.phones.base import FileKind, ListingItem, Phone

KINDS: Final = (FileKind.FILE, FileKind.DIRECTORY, FileKind.SYMLINK, FileKind.OTHER)
"""Kinds by number, as `BulkRow` tells them."""

BulkRow: TypeAlias = tuple[bytes, int, int, int, int, int, None]
"""Name, kind (0 or 1: a file or a folder), size, permission bits, mtime_ns, ctime_ns, no link target; as in `Entry`."""

SmallFile: TypeAlias = tuple[bytes, bytes | None]
"""Path and content; None: ask for it with `Phone.read`."""


@dataclass(slots=True)
class FolderRows:
    """A folder's files and folders.

    Attributes:
        path: absolute path on the phone, clean.
        rows: in whole seconds. No name is empty, `.` or `..` or holds `/` or NUL; names may come twice.
        more: whether there is more in it: a link, a special file, a name without a description. That comes as items
            of their own.
    """

    path: bytes
    rows: list[BulkRow]
    more: bool


class BulkPhone(Protocol):
    """A phone that does much at once. Every iterator has a connection of its own; several threads may each have one."""

    def list_rows(self, root: bytes) -> Iterator[FolderRows | list[ListingItem]]:
        """Walk a tree as `Phone.list` with `precise=False`: the same names, each in one of the two forms."""

    def read_small(self, paths: Iterable[bytes], limit: int) -> Iterator[list[SmallFile]]:
        """Read files, in the order asked, some at a time.

        Args:
            paths: consumed lazily with a bounded read-ahead.
            limit: bytes of the largest file; the content of larger ones is None.

        Raises:
            PhoneGoneError: the connection is lost; nothing more will come.
        """

    def stat_many(self, groups: Iterable[list[bytes]]) -> Iterator[list[ListingItem]]:
        """Describe the paths of each group as `Phone.stat`, one list for each group (a thousand paths or so).

        Groups are consumed lazily with a read-ahead of a few.
        """


def as_bulk(phone: Phone) -> BulkPhone | None:
    """Return the phone as one that does much at once, None where it is none."""
    bulk: BulkPhone | None = getattr(phone, "bulk", None)
    return bulk
