"""Contents of many small files over one sync connection, a group at a time: the fast way of `pull.py` for most files.

Kinds (lstat) are asked for a group, then the contents of its regular files, while the next groups are asked about
already. What has come is parted in one loop over the receive buffer. Whatever is out of the ordinary (a refusal, no
regular file, a larger one, a name that sync cannot say) is handed back without content: `Pull` says what is wrong.

Source: AOSP packages/modules/adb file_sync_protocol.h, daemon/file_sync_service.cpp.
"""

import struct
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol

from phoneward.errors import readable
from phoneward.phones.adb import sync
from phoneward.phones.adb.wire import BUFFER_BYTES, Channel
from phoneward.phones.bulk import SmallFile
from phoneward.phones.errors import PhoneAnswerError, PhoneGoneError, PhoneSilentError
from phoneward.phones.paths import is_clean
from phoneward.phones.words import CUT_OFF_IN_ANSWER
from phoneward.texts import _

GROUP: Final = 128
"""Files whose kinds are asked for together: 128 answers of 72 bytes."""

GROUPS_AHEAD: Final = 4
ABOUT_AHEAD: Final = 2
"""Groups at work, and those of them that are being asked about: so that while the contents of one come, those of the
next are asked for already."""

LIMIT: Final = BUFFER_BYTES // 4
"""No file is larger here: it has to lie whole in the buffer, the heads of its pieces included."""

MAX_HANG_UPS: Final = 20
"""adbd hangs up after every refusal. Where nearly all is refused this way is slower, and given up."""

_KIND: Final = struct.Struct("<4sI16xI12xQ24x")
"""Of an LST2 answer: its word, the error, the mode, the size (`sync_stat_v2`)."""
_TYPE_MASK, _REGULAR = 0o170000, 0o100000


class SyncSource(Protocol):
    """The phone as this module needs it; it knows LST2."""

    def open_sync(self) -> Channel:
        """Return a new sync connection; PhoneGoneError when the phone is gone."""


@dataclass(slots=True)
class _Group:
    """Files asked for together.

    Attributes:
        asked: which of them were asked about, ascending; then which were asked for.
        done: how many of `paths` were handed out.
    """

    paths: list[bytes]
    asked: list[int] = field(default_factory=list)
    coming: bool = False
    done: int = 0


class SmallFiles:
    """One `BulkPhone.read_small`: its own connection, its own window of groups."""

    def __init__(self, source: SyncSource, paths: Iterable[bytes], limit: int) -> None:
        self._source = source
        self._paths = iter(paths)
        self._limit = min(limit, LIMIT)
        self._channel: Channel | None = None
        self._groups: deque[_Group] = deque()
        self._owed: deque[_Group] = deque()
        """Groups whose answers are to come, in the order of the requests; `coming` tells which answers."""
        self._hang_ups = 0

    def batches(self) -> Iterator[list[SmallFile]]:
        """Yield files in the order asked; see `BulkPhone.read_small`."""
        try:
            self._fill()
            while self._groups:
                yield from self._next_answers()
                while self._groups and self._groups[0].done == len(self._groups[0].paths):
                    self._groups.popleft()
                self._fill()
        finally:
            self._hang_up()

    # -- asking --------------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        while len(self._groups) < GROUPS_AHEAD and sum(not group.coming for group in self._groups) < ABOUT_AHEAD:
            group = _Group(list(islice(self._paths, GROUP)))
            if not group.paths:
                return
            self._groups.append(group)
            if self._channel is not None:
                self._ask_kinds(self._channel, group)

    def _ask_kinds(self, channel: Channel, group: _Group) -> None:
        paths = group.paths
        group.coming = False
        group.asked = [
            at for at in range(group.done, len(paths)) if is_clean(paths[at]) and len(paths[at]) <= sync.MAX_PATH
        ]
        channel.post(b"".join([sync.request(sync.LSTAT_V2, paths[at]) for at in group.asked]))
        self._owed.append(group)

    def _ask_contents(self, channel: Channel, group: _Group) -> None:
        """Read the kinds of a group, and ask for what is a regular file and small enough."""
        channel.need(_KIND.size * len(group.asked))
        told = channel.take(_KIND.size * len(group.asked))
        wanted = []
        for at, (word, error, mode, size) in zip(group.asked, _KIND.iter_unpack(told), strict=True):
            if word != sync.LSTAT_V2:
                raise PhoneAnswerError(
                    detail=_("{answered} in answer to {word}").format(
                        answered=readable(word), word=readable(sync.LSTAT_V2)
                    )
                )
            if not error and mode & _TYPE_MASK == _REGULAR and size <= self._limit:
                wanted.append(at)
        group.asked, group.coming = wanted, True
        channel.post(b"".join([sync.request(sync.RECV, group.paths[at]) for at in wanted]))
        self._owed.append(group)

    def _connected(self) -> Channel:
        """Return the connection, made anew where there is none, with everything asked about that is at work."""
        if self._channel is None:
            self._channel = self._source.open_sync()
            self._owed.clear()
            for group in self._groups:
                self._ask_kinds(self._channel, group)
        return self._channel

    def _hang_up(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    # -- answers -------------------------------------------------------------------------------------------------------

    def _next_answers(self) -> Iterator[list[SmallFile]]:
        if self._hang_ups > MAX_HANG_UPS:
            yield self._given_up(len(self._groups[0].paths))
            return
        try:
            channel = self._connected()
            group = self._owed.popleft()
            if group.coming:
                yield from self._contents(channel, group)
            else:
                self._ask_contents(channel, group)
        except (PhoneAnswerError, PhoneSilentError):
            raise
        except PhoneGoneError:
            # adbd hangs up after a refusal, and the reset may overtake its words. Whether the phone itself is gone is
            # told by the next connection.
            if self._channel is None:
                raise
            yield self._refused()

    def _contents(self, channel: Channel, group: _Group) -> Iterator[list[SmallFile]]:
        """Yield the files of a group as they come, some at a time; a refusal among them ends the connection."""
        waiting = deque(group.asked)
        while waiting:
            contents, used, refused = parted(channel.peek(), len(waiting), self._limit)
            channel.drop(used)
            if contents:
                yield self._handed_out(group, waiting, contents)
            if refused or (not contents and channel.is_full):
                yield self._refused()
                return
            if waiting and not contents and not channel.more():
                raise PhoneGoneError(detail=CUT_OFF_IN_ANSWER)
        if group.done < len(group.paths):
            yield self._handed_out(group, waiting, [])

    @staticmethod
    def _handed_out(group: _Group, waiting: "deque[int]", contents: list[bytes]) -> list[SmallFile]:
        """Put contents beside their paths; those between them have none."""
        paths, at = group.paths, group.done
        files: list[SmallFile] = []
        for content in contents:
            until = waiting.popleft()
            while at < until:
                files.append((paths[at], None))
                at += 1
            files.append((paths[at], content))
            at += 1
        if not waiting:
            files += [(path, None) for path in paths[at:]]
            at = len(paths)
        group.done = at
        return files

    def _refused(self) -> list[SmallFile]:
        """Hang up as adbd does, and go on behind the file that was next; what was asked for is asked for again."""
        self._hang_up()
        self._hang_ups += 1
        group = self._groups[0]
        behind = next((at for at in group.asked if at >= group.done), group.done)
        return self._given_up(behind + 1)

    def _given_up(self, until: int) -> list[SmallFile]:
        group = self._groups[0]
        files: list[SmallFile] = [(path, None) for path in group.paths[group.done : until]]
        group.done = max(until, group.done)
        return files


def parted(data: bytes, most: int, limit: int) -> tuple[list[bytes], int, bool]:
    """Part answers to RECV: `DATA` length bytes … `DONE` time, again and again.

    Args:
        data: what came so far; may end anywhere.
        most: files that were asked for.
        limit: bytes of the largest file.

    Returns:
        The contents of the files that are whole, how many bytes of `data` they take, and whether the next answer is
        a refusal or too long.

    Raises:
        PhoneAnswerError: it is no answer to RECV.
    """
    contents: list[bytes] = []
    head = sync.HEAD.unpack_from
    used, last = 0, len(data) - sync.HEAD.size
    at, size = 0, 0
    pieces: list[bytes] = []
    while at <= last and len(contents) < most:
        word, length = head(data, at)
        at += 8
        if word == sync.DATA and 0 < length <= sync.MAX_DATA:
            size += length
            if size > limit:
                return contents, used, True
            pieces.append(data[at : at + length])
            at += length
        elif word == sync.DONE:
            contents.append(pieces[0] if len(pieces) == 1 else b"".join(pieces))
            used, pieces, size = at, [], 0
        elif word == sync.FAIL:
            return contents, used, True
        else:
            raise PhoneAnswerError(
                detail=_("{word} with {length} bytes in a file").format(word=readable(word), length=length)
            )
    return contents, used, False
