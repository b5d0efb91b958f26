"""Contents of many files to the phone over one sync connection, without a round trip per file.

A file is `SEND path,mode`, `DATA` of at most 64 KB each, `DONE` with its time in whole seconds; adbd answers each with
OKAY, or with FAIL and a reason, and hangs up after a FAIL once it has read that file to its end.
Source: AOSP packages/modules/adb file_sync_protocol.h, daemon/file_sync_service.cpp (`send_impl`,
`handle_send_file`), docs/dev/sync.md.
"""

import hashlib
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from phoneward.errors import PhonewardError, readable
from phoneward.phones.adb import sync
from phoneward.phones.adb.pull import SyncSource
from phoneward.phones.adb.shell import Shell, quote
from phoneward.phones.adb.wire import Channel
from phoneward.phones.errors import PhoneAnswerError, PhoneGoneError, PhoneSilentError
from phoneward.phones.words import CUT_OFF_IN_FILE
from phoneward.texts import _

SEND, OKAY = b"SEND", b"OKAY"
MODE = 0o100660
"""What Android's shared storage shows for every file; its own rules decide (docs/decisions/0010)."""

UNANSWERED = 128
"""Files sent beyond the last one that was answered."""

_QUEUED = 256 * 1024
_ANSWER = struct.Struct("<4sI")
_LATEST = 2**32 - 1

LONGEST_PATH = sync.MAX_PATH - len(b",%d" % MODE)
"""adbd takes no longer path, the mode included."""


@dataclass(slots=True)
class Shipment:
    """One file on its way to the phone.

    Attributes:
        path: where it is put; no link, nothing of that name.
        seconds: its time, seconds since 1970.
        pieces: yields the content, anew on each call.
        sent: SHA-256 of what was sent, once it was.
        size: how much that was, bytes.
        failure: why it is not there, in the phone's words; None while it may be.
        source_error: why its content could not be read here. What was sent of it is no file.
    """

    path: bytes
    seconds: int
    pieces: Callable[[], Iterator[bytes]]
    sent: bytes = b""
    size: int = 0
    failure: str | None = None
    source_error: PhonewardError | None = None


class Push:
    """A sync connection for sending; made when something is sent, and again after a FAIL.

    Args:
        source: the phone.
    """

    def __init__(self, source: SyncSource) -> None:
        self._source = source
        self._channel: Channel | None = None

    def close(self) -> None:
        """Hang up."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def send(self, shipments: Sequence[Shipment]) -> None:
        """Send files; returns when each was answered, `failure` is set where the answer was no.

        Raises:
            PhoneGoneError: the connection was lost.
        """
        at = 0
        alone = False
        while at < len(shipments):
            reached = _Stretch(at)
            try:
                self._stretch(shipments, reached, at + 1 if alone else len(shipments))
                alone = False
            except PhoneGoneError as error:
                self.close()
                if isinstance(error, PhoneAnswerError | PhoneSilentError):
                    raise
                if alone:
                    # Twice the same end at the same file: if the phone still answers, the file is the reason.
                    self._require_phone()
                    shipments[at].failure = CUT_OFF_IN_FILE
                    reached.answered = at + 1
                # Else a FAIL may have been lost with the connection: send the first unanswered one by itself.
                alone = not alone
            at = reached.answered

    def _stretch(self, shipments: Sequence[Shipment], reached: "_Stretch", end: int) -> None:
        """Send from the first unanswered one on, until all are answered or one fails (`reached` tells)."""
        channel = self._channel = self._channel or self._source.open_sync()
        for number in range(reached.answered, end):
            if not self._post(channel, shipments[number]):
                reached.answered += self._take_answers(channel, shipments, reached.answered, number, wait_to=number)
                if reached.answered == number:
                    reached.answered = number + 1
                    self.close()  # half of a file was announced: only the end of the connection takes that back
                return
            window = max(reached.answered, number + 1 - UNANSWERED)
            reached.answered += self._take_answers(channel, shipments, reached.answered, number + 1, wait_to=window)
            if self._channel is None:
                return
        channel.send_down_to(0)
        reached.answered += self._take_answers(channel, shipments, reached.answered, end, wait_to=end)

    def _post(self, channel: Channel, shipment: Shipment) -> bool:
        """Queue one file; False where its content ended in an error after it was begun."""
        digest = hashlib.sha256()
        size = 0
        begun = False
        try:
            for piece in shipment.pieces():
                if not begun:
                    channel.post(sync.request(SEND, shipment.path + b",%d" % MODE))
                    begun = True
                digest.update(piece)
                size += len(piece)
                _post_data(channel, piece)
        except PhoneGoneError:
            raise
        except PhonewardError as error:
            shipment.source_error = error
            return False
        if not begun:
            channel.post(sync.request(SEND, shipment.path + b",%d" % MODE))
        channel.post(sync.HEAD.pack(sync.DONE, min(max(shipment.seconds, 0), _LATEST)))
        shipment.sent, shipment.size = digest.digest(), size
        return True

    def _take_answers(
        self, channel: Channel, shipments: Sequence[Shipment], answered: int, sent: int, *, wait_to: int
    ) -> int:
        """Take the answers that have come, and wait for those before `wait_to`; returns how many were taken."""
        taken = 0
        while answered + taken < sent and (answered + taken < wait_to or channel.buffered >= _ANSWER.size):
            word, length = channel.unpack(_ANSWER)
            taken += 1
            if word == OKAY:
                continue
            if word != sync.FAIL:
                raise PhoneAnswerError(detail=_("{answered} instead of OKAY").format(answered=readable(word)))
            try:
                shipments[answered + taken - 1].failure = sync.read_reason(channel, length) or "FAIL"
            finally:
                self.close()  # as adbd does; what went out behind it is sent again
            break
        return taken

    def _require_phone(self) -> None:
        """Ask the phone anything; PhoneGoneError where it does not answer."""
        channel = self._source.open_sync()
        try:
            channel.post(sync.request(self._source.lstat_word, b"/"))
            sync.read_stat(channel, self._source.lstat_word)
        finally:
            channel.close()


def send_by_shell(shell: Shell, shipment: Shipment) -> None:
    """Send one file whose path is longer than the sync service takes; sets what `Push.send` sets, but no time.

    Raises:
        PhoneGoneError: the connection was lost.
    """
    folder, _slash, name = shipment.path.rpartition(b"/")
    script = b"umask 007; d=" + quote(folder) + b'; cd -P -- "$d" && [ "$PWD" = "$d" ] && exec cat > ./' + quote(name)
    stream = shell.start(script)
    digest = hashlib.sha256()
    try:
        for piece in shipment.pieces():
            digest.update(piece)
            shipment.size += len(piece)
            stream.send_steadily(piece)
        stream.end_input()
        for _ignored in stream.output():
            pass
        if stream.code != 0:
            shipment.failure = readable(stream.stderr.strip()[-200:]) or CUT_OFF_IN_FILE
    except PhoneGoneError:
        raise
    except PhonewardError as error:
        shipment.source_error = error
    finally:
        stream.close()
    shipment.sent = digest.digest()


@dataclass(slots=True)
class _Stretch:
    answered: int


def _post_data(channel: Channel, piece: bytes) -> None:
    for start in range(0, len(piece), sync.MAX_DATA):
        step = piece[start : start + sync.MAX_DATA]
        channel.post(sync.HEAD.pack(sync.DATA, len(step)) + step)
        channel.send_down_to(_QUEUED)
