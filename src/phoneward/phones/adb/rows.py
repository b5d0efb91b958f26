"""A walk by the sync service (LIS2) that yields whole folders as rows: names cost a microsecond or two each.

The walk is `SyncWalk`'s; only the reading of answers differs. What is no plain file or folder comes as an item.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from phoneward.errors import readable
from phoneward.phones.adb import sync
from phoneward.phones.adb.shell import Shell
from phoneward.phones.adb.walk import CHECKED_TOGETHER, MAX_DOTS, SyncWalk
from phoneward.phones.adb.wire import BUFFER_BYTES, Channel
from phoneward.phones.base import Entry, FileKind, ListingItem, Obstacle, Unreadable
from phoneward.phones.bulk import BulkRow, FolderRows
from phoneward.phones.errors import PhoneAnswerError, PhoneGoneError
from phoneward.phones.numbers import LATEST_NS, MAX_SIZE
from phoneward.phones.paths import join
from phoneward.phones.words import CUT_OFF_IN_ANSWER, NOT_A_FOLDER
from phoneward.texts import _

MAX_ROWS: Final = 20_000
"""Rows that come at once; a folder with more comes in parts."""

LINKS_TOGETHER: Final = 1_000
"""Links whose targets are asked for together."""

_DENTRY: Final = struct.Struct("<4sI16xI12xQ8xqqI")
"""Of a DNT2: its word, the error, mode, size, mtime, ctime, the name's length (`sync_dent_v2`)."""

_HEAD_BYTES: Final = _DENTRY.size
_REGULAR, _FOLDER = 0o10, 0o04
_SECOND_NS: Final = 10**9
_LAST_SECOND: Final = LATEST_NS // _SECOND_NS


class RowSource(Protocol):
    """The phone as this module needs it: one that knows LIS2."""

    @property
    def shell(self) -> Shell:
        """Its shell."""

    def open_sync(self) -> Channel:
        """Return a new sync connection."""

    def stat(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
        """Describe paths; see `Phone.stat`."""


class RowWalk(SyncWalk):
    """One `BulkPhone.list_rows`.

    Args:
        phone: whose `stat` works, so that `find` can walk what has too long a path.
    """

    def __init__(self, phone: RowSource) -> None:
        super().__init__(phone, sync.LIST_V2, by_find=True)
        self._phone = phone
        self._data = b""
        self._at = 0
        self._rows: list[BulkRow] = []
        self._others: list[ListingItem] = []
        self._links: list[bytes] = []
        self._seen = self._dots = 0

    def rows(self, root: bytes) -> Iterator[FolderRows | list[ListingItem]]:
        """Yield every name below a folder."""
        (top,) = self._phone.stat([root])
        if isinstance(top, Unreadable):
            yield [top]
            return
        if top.kind is not FileKind.DIRECTORY:
            yield [Unreadable(root, Obstacle.SPECIAL, NOT_A_FOLDER)]
            return
        channel = self._source.open_sync()
        self._waiting.append(root)
        try:
            while self._waiting or self._asked:
                yield from _some(self._ask(channel))
                if self._asked:
                    yield from self._folder_rows(channel, self._asked.popleft())
                if len(self._silent) >= CHECKED_TOGETHER:
                    yield from _some(self._check_silent())
                if len(self._links) >= LINKS_TOGETHER:
                    yield from _some(self._followed_up())
            yield from _some(self._check_silent())
            yield from _some(self._followed_up())
        finally:
            channel.close()

    def _followed_up(self) -> Iterator[ListingItem]:
        """Ask for the targets of links."""
        links, self._links = self._links, []
        return self._phone.stat(links) if links else iter(())

    def _folder_rows(self, channel: Channel, folder: bytes) -> Iterator[FolderRows | list[ListingItem]]:
        self._seen = self._dots = 0
        more = False
        while not self._parse(folder):
            if len(self._rows) >= MAX_ROWS or len(self._others) >= MAX_ROWS:
                more = True
                yield from self._so_far(folder, more=True)
            piece = channel.take_some(BUFFER_BYTES)
            if not piece:
                raise PhoneGoneError(detail=CUT_OFF_IN_ANSWER)
            self._data = self._data[self._at :] + piece
            self._at = 0
        more = more or bool(self._others)
        yield from self._so_far(folder, more=more)
        if not self._seen:
            self._silent.append(folder)

    def _so_far(self, folder: bytes, *, more: bool) -> Iterator[FolderRows | list[ListingItem]]:
        """Yield what was read of a folder."""
        rows, self._rows = self._rows, []
        others, self._others = self._others, []
        names = b"".join([row[0] for row in rows])
        if b"/" in names or b"\0" in names:
            others += [_bad_name(folder, row[0]) for row in rows if _is_bad(row[0])]
            rows = [row for row in rows if not _is_bad(row[0])]
            more = True
        yield FolderRows(folder, rows, more)
        for item in others:
            if isinstance(item, Entry) and item.kind is FileKind.SYMLINK:
                self._links.append(item.path)
        yield from _some(item for item in others if not (isinstance(item, Entry) and item.kind is FileKind.SYMLINK))

    def _parse(self, folder: bytes) -> bool:
        """Part what has come; tells whether the folder's end was in it."""
        data, at = self._data, self._at
        last = len(data) - _HEAD_BYTES
        unpack, add = _DENTRY.unpack_from, self._rows.append
        ended = False
        while at <= last:
            word, error, mode, size, mtime, ctime, length = unpack(data, at)
            if word != sync.DENT_V2 or not 0 < length <= sync.MAX_NAME:
                ended = _is_end(word, length)
                at += _HEAD_BYTES
                break
            start = at + _HEAD_BYTES
            end = start + length
            if end > len(data):
                break
            name = data[start:end]
            at = end
            self._seen += 1
            kind = mode >> 12
            if (
                kind == _REGULAR
                and not error
                and size <= MAX_SIZE
                and -_LAST_SECOND <= mtime <= _LAST_SECOND
                and -_LAST_SECOND <= ctime <= _LAST_SECOND
            ):
                add((name, 0, size, mode & 0o7777, mtime * _SECOND_NS, ctime * _SECOND_NS, None))
            else:
                self._add_other(folder, name, error or sync.Described(mode, size, mtime, ctime))
        self._at = at
        return ended

    def _add_other(self, folder: bytes, name: bytes, told: sync.Described | int) -> None:
        """Take in what is no plain file."""
        if name in {b".", b".."}:
            self._dots += 1
            if self._dots > MAX_DOTS:
                raise PhoneAnswerError(detail=_("a folder that holds itself again and again"))
            return
        if _is_bad(name):
            self._others.append(_bad_name(folder, name))
            return
        path = join(folder, name)
        item = sync.item_of(path, told)
        if not isinstance(item, Entry) or item.kind is not FileKind.DIRECTORY:
            self._others.append(item)
            return
        self._rows.append((name, 1, 0, item.mode, item.mtime_ns, item.ctime_ns or 0, None))
        self._others += self._enter(path)


def _is_end(word: bytes, length: int) -> bool:
    if word == sync.DONE:
        return True
    raise PhoneAnswerError(
        detail=_("{word} with a name of {length} bytes in a folder").format(word=readable(word), length=length)
    )


def _is_bad(name: bytes) -> bool:
    return b"/" in name or b"\0" in name


def _bad_name(folder: bytes, name: bytes) -> Unreadable:
    return Unreadable(folder, Obstacle.BAD_NAME, readable(name[:300]))


def _some(items: Iterable[ListingItem]) -> Iterator[list[ListingItem]]:
    """Yield items together, if there are any."""
    found = list(items)
    if found:
        yield found
