"""Commands on the phone, with their real exit code.

Shell protocol v2 (AOSP packages/modules/adb shell_protocol.h; Android 7 and later): packets of one byte of kind, four
bytes of little-endian length, and data; stdout, stderr and the exit code come apart. Older phones have only `shell:`,
where everything runs together through a terminal; there a random word carries the exit code.
"""

import re
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from phoneward.errors import readable
from phoneward.phones.adb.wire import Channel
from phoneward.phones.errors import PhoneAnswerError, PhoneGoneError
from phoneward.phones.words import CUT_OFF_IN_ANSWER
from phoneward.texts import _

STDIN, STDOUT, STDERR, EXIT, CLOSE_STDIN = range(5)
_PACKET = struct.Struct("<BI")
MAX_PACKET = 1 << 20
"""adbd's MAX_PAYLOAD (adb.h): no packet of its shell is longer."""

_STDERR_KEPT = 64 * 1024
_MAX_STDERR = 64 << 20
"""Most that is read over: `find` names every folder it may not enter."""

_MAX_EMPTY_PACKETS = 1000
"""adbd sends none; without a bound they would go on for ever."""
_STDIN_STEP = 32 * 1024
_STDIN_QUEUED = 256 * 1024

MAX_ANSWER = 64 << 20
"""Most that one command may print. `dumpsys package` of a full phone is about 10 MB."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a command left behind."""

    stdout: bytes
    stderr: bytes
    code: int


class Services(Protocol):
    """Opens services of one phone."""

    def open_service(self, service: bytes) -> Channel:
        """Return a channel to it; PhoneGoneError when the phone is not there."""


def quote(argument: bytes) -> bytes:
    """Return an argument as one word of the phone's shell, whatever it holds (POSIX shell, single quotes)."""
    return b"'" + argument.replace(b"'", b"'\\''") + b"'"


def fresh_word() -> bytes:
    """Return a word that no file name and no output can hold by design."""
    return b"pw" + secrets.token_hex(12).encode()


def together(tool: bytes, batch: int, limit: int) -> bytes:
    """Return a command that runs a tool over the names from its input, some at a time, and says what it printed.

    toybox' tools write each line or each field by itself, and adbd makes a packet of each write that it sees: a shell
    gathers what one run prints and writes it at once. Where the shell has no `print -r` or the tools no `head -c` (both
    are tried), `cat` joins what it can.

    Args:
        tool: the command; names are added behind it. Its error output is dropped.
        batch: names for one run (`xargs -0 -n`).
        limit: bytes of one run's output that are taken, so that no tool fills the phone's memory.
    """
    names = b"xargs -0 -n %d " % batch
    gather = b'x=$("$@" | head -c %d); [ -n "$x" ] && print -r -- "$x"' % limit
    return b"exec 2>/dev/null; if [ \"$(print -r -- 'a\\b' | head -c 3)\" = 'a\\b' ]; then %s; else %s | cat; fi" % (
        names + b"sh -c " + quote(gather) + b" sh " + tool,
        names + tool,
    )


class ShellStream:
    """A running command of shell protocol v2: input goes in while output comes out, in one thread.

    Args:
        channel: to a `shell,v2,raw:` service; owned from now on.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.stderr = b""
        self._stderr_size = 0
        self._empty_packets = 0
        self.code: int | None = None

    def close(self) -> None:
        """Hang up; adbd then kills what still runs."""
        self._channel.close()

    def abort(self) -> None:
        """End it from another thread: whoever reads its output gets PhoneGoneError."""
        self._channel.abort()

    def be_patient(self, seconds: float) -> None:
        """Bear this many more seconds of silence than usual, from now on."""
        self._channel.be_patient(seconds)

    def send(self, data: bytes) -> None:
        """Queue input for the command."""
        for start in range(0, len(data), _STDIN_STEP):
            step = data[start : start + _STDIN_STEP]
            self._channel.post(_PACKET.pack(STDIN, len(step)) + step)

    def send_steadily(self, data: bytes) -> None:
        """Queue input of any length, waiting while too much of it is unsent. What the command says meanwhile is kept.

        For commands that print little before their input has ended.
        """
        for start in range(0, len(data), _STDIN_STEP):
            self.send(data[start : start + _STDIN_STEP])
            self._channel.send_down_to(_STDIN_QUEUED)

    def end_input(self) -> None:
        """Tell the command that nothing more comes."""
        self._channel.post(_PACKET.pack(CLOSE_STDIN, 0))

    def output(self) -> Iterator[bytes]:
        """Yield stdout as it comes, in pieces of at most 1 MiB; ends with the command, `code` is set then.

        Raises:
            PhoneGoneError: the connection ended before the command did.
            PhoneAnswerError: this is not the shell protocol, or a flood of what is no output.
        """
        while self.code is None:
            kind, length = self._channel.unpack(_PACKET)
            if length > MAX_PACKET:
                raise PhoneAnswerError(detail=_("a shell packet of {length} bytes").format(length=length))
            self._empty_packets += not length
            if self._empty_packets > _MAX_EMPTY_PACKETS:
                raise PhoneAnswerError(detail=_("shell packets without content"))
            if kind == EXIT and length == 1:
                self.code = self._channel.take(1)[0]
            elif kind == STDERR:
                self._keep_stderr(length)
            elif kind == STDOUT:
                yield from self._stdout(length)
            else:
                raise PhoneAnswerError(detail=_("an unknown shell packet ({kind})").format(kind=kind))

    def _stdout(self, length: int) -> Iterator[bytes]:
        while length:
            piece = self._channel.take_some(length)
            if not piece:
                raise PhoneGoneError(detail=CUT_OFF_IN_ANSWER)
            length -= len(piece)
            yield piece

    def _keep_stderr(self, length: int) -> None:
        self._stderr_size += length
        if self._stderr_size > _MAX_STDERR:
            raise PhoneAnswerError(detail=_("complaints of more than {limit} bytes").format(limit=_MAX_STDERR))
        room = max(0, min(length, _STDERR_KEPT - len(self.stderr)))
        self.stderr += self._channel.take(room)
        self._channel.skip(length - room)


class Shell:
    """Runs commands on one phone.

    Args:
        services: the phone.
        protocol: whether it speaks shell protocol v2.
    """

    def __init__(self, services: Services, *, protocol: bool) -> None:
        self._services = services
        self.has_protocol = protocol

    def start(self, command: bytes) -> ShellStream:
        """Return a running command whose input and output are streams (shell protocol v2 only)."""
        assert self.has_protocol  # noqa: S101 - callers choose another way on old phones
        return ShellStream(self._services.open_service(b"shell,v2,raw:" + command))

    def run(self, command: bytes, *, stdin: bytes = b"", limit: int = MAX_ANSWER) -> Finished:
        """Run a command to its end.

        Args:
            command: text for the phone's shell.
            stdin: input (not on phones without the shell protocol).
            limit: most bytes of output taken.

        Raises:
            PhoneGoneError: the connection was lost.
            PhoneAnswerError: it printed more than `limit`, or what is no answer.
        """
        if not self.has_protocol:
            assert not stdin  # noqa: S101
            return self._run_old(command, limit)
        stream = self.start(command)
        try:
            stream.send(stdin)
            stream.end_input()
            stdout = _collect(stream.output(), limit, command)
            return Finished(stdout, stream.stderr, stream.code if stream.code is not None else -1)
        finally:
            stream.close()

    def _run_old(self, command: bytes, limit: int) -> Finished:
        """Run over plain `shell:`: exit codes by a word at the end, the terminal's line ends undone.

        A terminal writes each line end as CR LF (termios ONLCR), so every LF that comes has exactly one CR of the
        terminal before it; whether a terminal is in between is seen from the last line, which we know.
        """
        word = fresh_word()
        script = b"( " + command + b"\n) 2>/dev/null </dev/null; echo " + word + b"$?" + word
        channel = self._services.open_service(b"shell:" + script)
        try:
            answer = _collect(_until_end(channel), limit + 200, command)
        finally:
            channel.close()
        return parse_old_answer(answer, word)


def parse_old_answer(answer: bytes, word: bytes) -> Finished:
    """Return what came before `word CODE word` at the end of a plain shell's answer.

    Raises:
        PhoneGoneError: the closing word is missing, so the answer was cut.
    """
    end = re.search(re.escape(word) + rb"(\d{1,3})" + re.escape(word) + rb"(\r?)\n\Z", answer)
    if end is None or int(end[1]) > 255:
        raise PhoneGoneError(detail=_("an answer was cut off"))
    stdout = answer[: end.start()]
    return Finished(stdout.replace(b"\r\n", b"\n") if end[2] else stdout, b"", int(end[1]))


def _until_end(channel: Channel) -> Iterator[bytes]:
    while piece := channel.take_some(1 << 16):
        yield piece


def _collect(pieces: Iterator[bytes], limit: int, command: bytes) -> bytes:
    answer = bytearray()  # not a list of pieces: a phone may send each byte by itself
    for piece in pieces:
        if len(answer) + len(piece) > limit:
            raise PhoneAnswerError(
                detail=_("'{command}' printed more than {limit} bytes").format(
                    command=readable(command[:60]), limit=limit
                )
            )
        answer += piece
    return bytes(answer)
