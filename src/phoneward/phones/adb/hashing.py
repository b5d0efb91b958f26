"""SHA-256 of files, computed on the phone: `xargs -0 sha256sum` in one shell, names in, lines out.

toybox prints `DIGEST  NAME` (toys/lsb/md5sum.c) and does not escape names; GNU escapes line ends and backslashes. So a
name with such a character could pass for another line, and is asked for by itself, through the tool's standard input,
where no name is printed. All other names make exactly one line each. A line is taken only where it names a file that
was asked for, in the order of asking; each batch begins and ends with `/dev/null`, whose lines frame it: files of which
nothing was told (the tool had an error) are noticed at once, and nothing shifts. The opening `/dev/null` of a batch is
sent with the batch before, since xargs runs a batch when the entry after it comes (toys/posix/xargs.c).

toybox has sha256sum since Android 8; older phones have md5sum and sha1sum only, which prove too little.
"""

import re
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from phoneward.phones.adb.shell import Shell, ShellStream, quote, together
from phoneward.phones.base import Hashed
from phoneward.phones.errors import PhoneAnswerError, PhoneGoneError, PhoneSilentError
from phoneward.phones.paths import is_clean
from phoneward.texts import _

BATCH: Final = 256
BATCH_BYTES: Final = 32 << 20
"""A batch is closed behind this many bytes of files: its lines come when its process ends."""

_NAME_BYTES: Final = 96 << 10
_BATCHES_AHEAD: Final = 3
_MAX_LINE: Final = 32 << 10
_MAX_PATH: Final = 4095
"""Linux takes no longer path at once (limits.h, PATH_MAX with its closing NUL)."""

_SLOWEST: Final = 2 << 20
"""Bytes a second below which no phone hashes: silence is borne so long."""

_FRAME: Final = b"/dev/null"
_GROUP: Final = BATCH + 2
"""Entries that xargs takes at once: the opening frame, the paths, and closing frames, one at least."""

_EMPTY: Final = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
"""SHA-256 of nothing (FIPS 180-4)."""

_LINE: Final = re.compile(rb"([0-9a-f]{64})  (/.*)", re.DOTALL)
_ALONE: Final = re.compile(rb"([0-9a-f]{64})(?:  -)?\n")
_ODD: Final = re.compile(rb"[\n\r\\]")

_MAX_OUTPUT: Final = 1 << 20
"""Of one batch: more than its lines, whatever names they hold."""


def command(batch: int) -> bytes:
    """Return the command that reads names, each closed by NUL, and writes lines."""
    return together(b"sha256sum", batch, _MAX_OUTPUT)


def works(shell: Shell) -> bool:
    """Tell whether this phone's tools answer as `HashRun` needs it: asked, not guessed from a version."""
    if not shell.has_protocol:
        return False
    try:
        done = shell.run(command(2), stdin=(_FRAME + b"\0") * 3, limit=1 << 16)
    except (PhoneAnswerError, PhoneSilentError):  # a tool that floods or hangs must not cost the backup
        return False
    return [parse_line(line) for line in done.stdout.split(b"\n")[:-1]] == [(_EMPTY, _FRAME)] * 3


def parse_line(line: bytes) -> tuple[bytes, bytes] | None:
    """Return the digest and the path of a line without its line end; None where it is no such line."""
    found = _LINE.fullmatch(line)
    return (bytes.fromhex(found[1].decode("ascii")), found[2]) if found else None


class BatchReader:
    """Puts the lines of one batch beside the paths that were asked for.

    Args:
        paths: what was asked for, in order, none with a line end or a backslash in it.
        closing: how many lines of `/dev/null` stand behind them; one more stands before.
    """

    def __init__(self, paths: list[bytes], closing: int) -> None:
        self._paths = paths
        self._closing = closing
        self._open = False
        self.digests: list[bytes | None] = []

    def take(self, line: bytes) -> bool:
        """Take in a line; tells whether the batch is complete.

        Raises:
            PhoneAnswerError: it is no line of this batch, or none in its turn.
        """
        told = parse_line(line)
        if told == (_EMPTY, _FRAME):
            if not self._open:
                self._open = True
                return False
            self._pass_over(len(self._paths))
            self._closing -= 1
            return self._closing == 0
        if told is None or not self._open:
            raise PhoneAnswerError(detail=_("checksums that were not asked for"))
        digest, path = told
        try:
            at = self._paths.index(path, len(self.digests))
        except ValueError as error:
            raise PhoneAnswerError(detail=_("checksums that were not asked for")) from error
        self._pass_over(at)
        self.digests.append(digest)
        return False

    def _pass_over(self, until: int) -> None:
        self.digests.extend([None] * (until - len(self.digests)))


@dataclass(slots=True)
class _Batch:
    """Files that are asked for at once; `alone`: one, whose name could pass for something else."""

    paths: list[bytes] = field(default_factory=list)
    size: int = 0
    name_bytes: int = 0
    alone: bool = False

    @property
    def is_full(self) -> bool:
        return len(self.paths) == BATCH or self.size >= BATCH_BYTES or self.name_bytes >= _NAME_BYTES

    @property
    def closing(self) -> int:
        return _GROUP - 1 - len(self.paths)


class HashRun:
    """Digests of files, in the order asked; see `Phone.hash`.

    Args:
        shell: of a phone for which `works` is true.
        files: paths with the sizes that are expected; taken with a bounded read-ahead.
    """

    def __init__(self, shell: Shell, files: Iterable[tuple[bytes, int]]) -> None:
        self._shell = shell
        self._files = iter(files)
        self._held: tuple[bytes, int] | None = None
        self._running: ShellStream | None = None
        self._guard = threading.Lock()
        self._stopped = False

    def stop(self) -> None:
        """End it, from any thread: the iteration raises PhoneGoneError."""
        with self._guard:
            self._stopped = True
            if self._running is not None:
                self._running.abort()

    def __iter__(self) -> Iterator[Hashed]:
        """Yield one item for each file.

        Raises:
            PhoneGoneError: the connection was lost, or `stop` was called.
            PhoneAnswerError: there came what was not asked for.
        """
        waiting: deque[_Batch] = deque()
        many = _Many(self)
        try:
            while True:
                while len(waiting) < _BATCHES_AHEAD and (batch := self._next_batch()).paths:
                    waiting.append(batch)
                    if not batch.alone:
                        many.ask(batch)
                if not waiting:
                    return
                batch = waiting.popleft()
                digests = [self._alone(batch.paths[0])] if batch.alone else many.answer(batch)
                yield from map(Hashed, batch.paths, digests)
        finally:
            many.close()

    def start(self, command: bytes) -> ShellStream:
        """Start a command that `stop` ends."""
        stream = self._shell.start(command)
        with self._guard:
            self._running = stream
            if self._stopped:
                stream.abort()
        return stream

    def _next_batch(self) -> _Batch:
        batch = _Batch()
        while not batch.is_full:
            item = self._held or next(self._files, None)
            self._held = None
            if item is None:
                break
            path, size = item
            batch.alone = _ODD.search(path) is not None or not is_clean(path) or len(path) > _MAX_PATH
            if batch.alone and batch.paths:
                self._held, batch.alone = item, False
                break
            batch.paths.append(path)
            batch.size += size
            batch.name_bytes += len(path)
            if batch.alone:
                break
        return batch

    def _alone(self, path: bytes) -> bytes | None:
        if not is_clean(path) or len(path) > _MAX_PATH:
            return None
        many = self._running
        stream = self.start(b"p=" + quote(path) + b'; [ -f "$p" ] && [ ! -L "$p" ] && exec sha256sum < "$p"')
        try:
            stream.end_input()
            answer = b""
            for piece in stream.output():
                answer += piece
                if len(answer) > _MAX_LINE:
                    raise PhoneAnswerError(detail=_("checksums that were not asked for"))
        finally:
            stream.close()
            with self._guard:
                self._running = many
        found = _ALONE.fullmatch(answer)
        return bytes.fromhex(found[1].decode("ascii")) if found and stream.code == 0 else None


class _Many:
    """One `xargs` for all batches but the lone ones; started when the first comes."""

    def __init__(self, run: HashRun) -> None:
        self._run = run
        self._stream: ShellStream | None = None
        self._lines: Iterator[bytes] = iter(())

    def ask(self, batch: _Batch) -> None:
        """Send a batch, and the opening of the next."""
        if self._stream is None:
            self._stream = self._run.start(command(_GROUP))
            self._lines = _lines(self._stream)
            self._stream.send(_FRAME + b"\0")
        names = b"".join([path + b"\0" for path in batch.paths])
        self._stream.send(names + (_FRAME + b"\0") * (batch.closing + 1))

    def answer(self, batch: _Batch) -> list[bytes | None]:
        """Return the digests of the oldest batch."""
        assert self._stream is not None  # noqa: S101 - `ask` comes first
        self._stream.be_patient(batch.size / _SLOWEST)
        reader = BatchReader(batch.paths, batch.closing)
        for line in self._lines:
            if reader.take(line):
                return reader.digests
        raise PhoneGoneError(detail=_("the phone's shell ended in the middle of its work"))

    def close(self) -> None:
        """End the shell."""
        if self._stream is not None:
            self._stream.close()


def _lines(stream: ShellStream) -> Iterator[bytes]:
    pending = b""
    for piece in stream.output():
        *lines, pending = (pending + piece).split(b"\n")
        yield from lines
        if len(pending) > _MAX_LINE:
            raise PhoneAnswerError(detail=_("checksums that were not asked for"))
