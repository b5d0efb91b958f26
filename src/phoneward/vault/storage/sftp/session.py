"""A conversation with an SFTP server, shared by all threads: many requests are under way at once."""

import itertools
import struct
import threading
import time
from typing import Final

from phoneward.texts import _
from phoneward.vault.storage.sftp.links import Link
from phoneward.vault.storage.sftp.packets import (
    EXTENDED,
    INIT,
    LIMITS,
    VERSION,
    Answer,
    SessionLostError,
    WrongPacketError,
    text,
)

_LARGEST_PACKET: Final = 256 * 1024 + 1024
"""Bytes; OpenSSH's own bound is 256 KiB (`SFTP_MAX_MSG_LENGTH`)."""
_SAFE_BLOCK: Final = 32 * 1024
"""What every server reads and writes at once (draft, section 3)."""
_BLOCK: Final = 64 * 1024
_FIRST_WORD: Final = -1
_PROTOCOL: Final = 3


class SftpSession:
    """A conversation with one server.

    Args:
        link: the way to it, fresh.
        timeout_s: when nothing has come for so many seconds while something is asked, the session ends.
        start_s: the same until the server has said its first word (log in included).

    Raises:
        SessionLostError, WrongPacketError: it did not begin. The link's last words tell more.
    """

    def __init__(self, link: Link, timeout_s: float, start_s: float) -> None:
        self._link = link
        self._timeout_s = start_s
        self._numbers = itertools.count(1)
        self._asked: dict[int, Answer] = {_FIRST_WORD: Answer()}
        self._write_lock = threading.Lock()
        self._state_lock = threading.Lock()
        self._failure: Exception | None = None
        self._heard = time.monotonic()
        self._ended = threading.Event()
        begun = self._asked[_FIRST_WORD]
        threading.Thread(target=self._listen, daemon=True, name="sftp-listen").start()
        threading.Thread(target=self._watch, daemon=True, name="sftp-watch").start()
        try:
            self._send(struct.pack(">IBI", 5, INIT, _PROTOCOL))
            self.extensions = begun.version()
            self.block = self._block()
        except BaseException as error:  # Ctrl-C too: nobody has this session yet, so nobody else would end its threads
            self.end(error if isinstance(error, Exception) else None)
            raise
        self._timeout_s = timeout_s

    @property
    def alive(self) -> bool:
        """Whether requests can still be sent."""
        return self._failure is None

    def ask(self, kind: int, *parts: bytes | memoryview) -> Answer:
        """Send a request and return at once.

        Raises:
            SessionLostError, WrongPacketError: the session has ended.
        """
        answer = Answer()
        number = next(self._numbers) & 0xFFFFFFFF
        with self._state_lock:
            self._raise_failure()
            if not self._asked:
                self._heard = time.monotonic()
            self._asked[number] = answer
        self._send(b"".join((struct.pack(">IBI", 5 + sum(map(len, parts)), kind, number), *parts)))
        return answer

    def end(self, failure: Exception | None = None) -> None:
        """End the session; whoever waits for an answer gets the failure."""
        with self._state_lock:
            if self._failure is not None:
                return
            self._failure = failure or SessionLostError(_("the connection was closed"))
            waiting = list(self._asked.values())
            self._asked.clear()
        self._ended.set()
        self._link.end()
        for answer in waiting:
            answer.settle(0, b"", self._failure)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise type(self._failure)(*self._failure.args) from self._failure

    def _send(self, packet: bytes) -> None:
        with self._write_lock:
            try:
                self._link.write(packet)
            except (OSError, ValueError):  # ValueError: closed
                self.end(SessionLostError(_("the connection ended")))
                self._raise_failure()
            except BaseException:  # Ctrl-C in the middle of a packet: what follows would not be understood
                self.end()
                raise

    def _block(self) -> int:
        """Return how many bytes are read and written at once."""
        if LIMITS not in self.extensions:
            return _SAFE_BLOCK
        _packet, read, write = self.ask(EXTENDED, text(LIMITS)).numbers(3)
        return max(1024, min(_BLOCK, *(limit or _BLOCK for limit in (read, write))))

    def _watch(self) -> None:
        while not self._ended.wait(min(1.0, self._timeout_s / 4)):
            if self._asked and time.monotonic() - self._heard > self._timeout_s:
                self.end(SessionLostError(_("the server has fallen silent")))

    def _listen(self) -> None:
        failure: Exception = SessionLostError(_("the connection ended"))
        try:
            while self._hear():
                pass
        except (OSError, ValueError):
            pass
        except WrongPacketError as error:
            failure = error
        self.end(failure)
        with self._write_lock:
            self._link.release()

    def _hear(self) -> bool:
        head = self._link.read(9)
        if len(head) < 9:
            return False
        length, kind, number = struct.unpack(">IBI", head)
        if not 5 <= length <= _LARGEST_PACKET:
            raise WrongPacketError(_("this is not SFTP"))
        body = self._link.read(length - 5)
        if len(body) < length - 5:
            return False
        self._heard = time.monotonic()
        if kind == VERSION and number < _PROTOCOL:
            raise WrongPacketError(_("its SFTP is too old"))
        answer = self._asked.pop(_FIRST_WORD if kind == VERSION else number, None)
        if answer is None:
            if self._failure is not None:
                return False
            raise WrongPacketError(_("an answer came that nobody asked for"))
        answer.settle(kind, body)
        return True
