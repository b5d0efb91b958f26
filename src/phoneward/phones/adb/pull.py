"""Contents of many files over one sync connection, without a round trip per file.

Every file costs two requests, an lstat and a RECV, and both run ahead: while one file's bytes come, the next hundreds
are asked for. The lstat comes first so that nothing special is ever opened (RECV would follow a link, and would hang
on a pipe). Measured against a tar stream in docs/decisions/0004-adb-transfer.md.
"""

import enum
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Protocol

from phoneward.errors import readable
from phoneward.phones.adb import byshell, sync
from phoneward.phones.adb.shell import Shell
from phoneward.phones.adb.wire import Channel
from phoneward.phones.base import FileKind, FileStream, Obstacle
from phoneward.phones.errors import FileReadError, PhoneAnswerError, PhoneGoneError, PhoneSilentError
from phoneward.phones.paths import is_clean
from phoneward.texts import _

AHEAD = 256
"""Files asked about, and files asked for, beyond the one being read."""

PIECE_BYTES = 1 << 20
_SKIP_BYTES = 8 << 20
"""Rest of an unwanted file that is read over; beyond it a new connection is cheaper."""


class SyncSource(Protocol):
    """The phone as this module needs it."""

    @property
    def lstat_word(self) -> bytes:
        """The lstat request that the phone understands."""

    @property
    def shell(self) -> Shell:
        """Its shell."""

    def open_sync(self) -> Channel:
        """Return a new sync connection; PhoneGoneError when the phone is gone."""


class _Step(enum.Enum):
    WAITING = enum.auto()
    ASKED_KIND = enum.auto()
    KNOWN = enum.auto()
    ASKED_CONTENT = enum.auto()
    OVER = enum.auto()


class _PulledFile:
    """One file on its way; iterated once."""

    __slots__ = ("_pull", "failure", "path", "step")

    def __init__(self, path: bytes, pull: "Pull") -> None:
        self.path = path
        self._pull = pull
        self.step = _Step.WAITING
        self.failure: tuple[Obstacle, str] | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self._pull.content(self)

    def fail(self, obstacle: Obstacle, detail: str) -> None:
        """Remember why there is no (further) content."""
        self.failure = (obstacle, detail)
        self.step = _Step.OVER

    def error(self) -> FileReadError:
        """The failure as an exception."""
        obstacle, detail = self.failure or (Obstacle.READ_ERROR, "")
        return FileReadError(obstacle, path=readable(self.path), detail=detail)


class Pull:
    """One `Phone.read`: its own connection, its own window of files.

    Args:
        source: the phone.
        paths: consumed as the window moves.
    """

    def __init__(self, source: SyncSource, paths: Iterable[bytes]) -> None:
        self._source = source
        self._paths = iter(paths)
        self._files: deque[_PulledFile] = deque()
        self._channel: Channel | None = None
        self._owed: deque[_PulledFile] = deque()
        """Files whose answers are still to come, in the order of the requests; `step` tells which answer."""
        self._to_ask: deque[_PulledFile] = deque()
        self._asked_kinds = 0
        self._alone = False

    def streams(self) -> Iterator[FileStream]:
        """Yield the files in the order asked."""
        try:
            while self._look_ahead():
                file = self._files[0]
                yield file
                self._finish(file)
                self._files.popleft()
        finally:
            self._hang_up()

    def content(self, file: _PulledFile) -> Iterator[bytes]:
        """Yield one file's pieces; see `FileStream`."""
        if not self._files or file is not self._files[0]:
            raise RuntimeError("a file must be read before the next is asked for")
        if file.step is not _Step.OVER and len(file.path) > sync.MAX_PATH:
            yield from self._by_shell(file)
        elif self._await_content(file):
            try:
                yield from self._pieces(file)
            except PhoneGoneError as error:
                self._cut_off(file, error)
        file.step = _Step.OVER
        if file.failure is not None:
            raise file.error()

    # -- the window ----------------------------------------------------------------------------------------------------

    def _look_ahead(self) -> bool:
        """Fill the window; returns whether there is a next file."""
        while len(self._files) < 2 * AHEAD:
            path = next(self._paths, None)
            if path is None:
                break
            file = _PulledFile(path, self)
            self._files.append(file)
            if not is_clean(path):
                file.fail(Obstacle.BAD_NAME, "not a path")
            elif len(path) <= sync.MAX_PATH:
                self._to_ask.append(file)
        if self._channel is not None:
            self._ask_more(self._channel)
        return bool(self._files)

    def _ask_more(self, channel: Channel) -> None:
        """Keep AHEAD files asked about. Their RECV goes out as each answer comes, so both kinds of request mix."""
        while self._to_ask and self._asked_kinds < (1 if self._alone else AHEAD):
            file = self._to_ask[0]
            if self._alone and file is not self._files[0]:
                break
            self._to_ask.popleft()
            channel.post(sync.request(self._source.lstat_word, file.path))
            file.step = _Step.ASKED_KIND
            self._asked_kinds += 1
            self._owed.append(file)

    def _connect(self) -> Channel:
        """Return the connection, made anew where there is none, with everything asked for that is wanted."""
        if self._channel is None:
            self._channel = self._source.open_sync()
            self._owed.clear()
            self._to_ask.clear()
            self._asked_kinds = 0
            for file in self._files:
                if file.step is not _Step.OVER and len(file.path) <= sync.MAX_PATH:
                    file.step = _Step.WAITING
                    self._to_ask.append(file)
            self._ask_more(self._channel)
        return self._channel

    def _hang_up(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    # -- answers -------------------------------------------------------------------------------------------------------

    def _await_content(self, file: _PulledFile) -> bool:
        """Read answers until this file's content is next on the wire; False when it has none (see `file.failure`).

        A connection that ends between two files is made anew once, for this file alone: adbd hangs up after a FAIL,
        and on some systems the FAIL itself is lost with the connection.
        """
        while file.step is not _Step.OVER:
            try:
                channel = self._connect()
                if file.step is _Step.ASKED_CONTENT and self._owed[0] is file:
                    channel.need(sync.HEAD.size)
                    return True
                self._read_kind(channel)
            except PhoneGoneError as error:
                self._hang_up()
                if self._alone or isinstance(error, PhoneAnswerError):
                    raise
                self._alone = True
        return False

    def _read_kind(self, channel: Channel) -> None:
        file = self._owed.popleft()
        self._asked_kinds -= 1
        told = sync.read_stat(channel, self._source.lstat_word)
        if isinstance(told, int):
            file.fail(sync.obstacle_of_number(told), f"error {told}")
        elif told.kind is not FileKind.FILE:
            file.fail(Obstacle.SPECIAL, "not a regular file")
        else:
            channel.post(sync.request(sync.RECV, file.path))
            file.step = _Step.ASKED_CONTENT
            self._owed.append(file)
        self._ask_more(channel)

    def _pieces(self, file: _PulledFile) -> Iterator[bytes]:
        """Yield the DATA of the file that is next on the wire, joined up to 1 MiB.

        Whenever it yields, the next thing on the wire is a head (or the file is over), so that `_finish` can go on.
        """
        channel = self._connect()
        word, length = self._head(channel)
        if word == sync.DATA:
            whole = channel.take_if_followed(length, sync.DONE, sync.HEAD.size)
            if whole is not None:
                self._over(file)
                yield whole
                return
        piece = memoryview(bytearray(PIECE_BYTES if word == sync.DATA else 0))
        filled = 0
        while word == sync.DATA:
            channel.take_into(piece[filled : filled + length])
            filled += length
            if filled + sync.MAX_DATA > PIECE_BYTES:
                yield bytes(piece[:filled])
                filled = 0
                if file.step is _Step.OVER:
                    raise RuntimeError("a file must be read before the next is asked for")
            word, length = self._head(channel)
        if word == sync.DONE:
            self._over(file)
        else:
            self._failed(file, channel, length)
        if filled:
            yield bytes(piece[:filled])

    @staticmethod
    def _head(channel: Channel) -> tuple[bytes, int]:
        word, length = channel.unpack(sync.HEAD)
        if word in {sync.DONE, sync.FAIL} or (word == sync.DATA and 0 < length <= sync.MAX_DATA):
            return word, length
        raise PhoneAnswerError(
            detail=_("{word} with {length} bytes in a file").format(word=readable(word), length=length)
        )

    def _over(self, file: _PulledFile) -> None:
        file.step = _Step.OVER
        self._owed.popleft()
        self._alone = False

    def _failed(self, file: _PulledFile, channel: Channel, length: int) -> None:
        """Take the reason and hang up, as adbd does; what was asked for behind it is asked for again."""
        try:
            reason = sync.read_reason(channel, length)
        finally:
            self._hang_up()
        file.fail(sync.obstacle_of_words(reason), reason)
        self._alone = False

    def _cut_off(self, file: _PulledFile, error: PhoneGoneError) -> None:
        """Decide what a connection that ended inside a file means.

        adbd hangs up after it said FAIL, and where requests of ours were still on their way, the reset that follows may
        overtake the FAIL. So the phone is asked again: if it answers, only this file is lost, else the phone is gone.
        """
        self._hang_up()
        self._alone = False
        if isinstance(error, PhoneAnswerError | PhoneSilentError):
            raise error
        channel = self._source.open_sync()
        try:
            channel.post(sync.request(self._source.lstat_word, b"/"))
            sync.read_stat(channel, self._source.lstat_word)
        finally:
            channel.close()
        file.fail(Obstacle.READ_ERROR, str(error.details.get("detail", "")))

    def _finish(self, file: _PulledFile) -> None:
        """Bring the wire to the end of a file of which something may not have been taken."""
        if file.step is _Step.OVER or len(file.path) > sync.MAX_PATH:
            file.step = _Step.OVER
            return
        if self._await_content(file):
            skipped = 0
            try:
                for piece in self._pieces(file):
                    skipped += len(piece)
                    if skipped > _SKIP_BYTES:
                        self._hang_up()
                        break
            except PhoneGoneError as error:
                self._cut_off(file, error)
        file.step = _Step.OVER

    # -- paths that the sync service cannot name -----------------------------------------------------------------------

    def _by_shell(self, file: _PulledFile) -> Iterator[bytes]:
        """Read one file with the phone's shell, which takes longer paths."""
        try:
            yield from byshell.content(self._source.shell, file.path)
        except FileReadError as error:
            file.fail(error.obstacle, str(error.details["detail"]))
