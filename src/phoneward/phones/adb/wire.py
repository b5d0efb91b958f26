"""One connection to the adb server: never waits to write while the other side waits to write, never waits for ever."""

import contextlib
import selectors
import socket
import struct
from typing import Any

from phoneward.phones.errors import PhoneAnswerError, PhoneGoneError, PhoneSilentError
from phoneward.phones.words import CUT_OFF_IN_ANSWER, CUT_OFF_IN_FILE
from phoneward.texts import _

BUFFER_BYTES = 512 * 1024
WRITE_BEFORE_WAITING = 32 * 1024


class Channel:
    """A socket with a receive buffer of fixed size and a queue of what is still to be sent.

    What is posted goes out while answers are awaited, so a peer that is busy sending cannot lock us up. The queue is
    bounded by its users: they post at most what they have windows for.

    Args:
        sock: connected; owned from now on.
        idle_timeout: seconds without a byte in either direction after which the phone counts as gone.
    """

    def __init__(self, sock: socket.socket, idle_timeout: float) -> None:
        sock.settimeout(0)
        self._sock = sock
        self._idle_timeout = idle_timeout
        self._selector = selectors.DefaultSelector()
        self._selector.register(sock, selectors.EVENT_READ)
        self._events = selectors.EVENT_READ
        self._buffer = bytearray(BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0
        self._out = bytearray()
        self._closed = False
        self._patience = 0.0

    def close(self) -> None:
        """Hang up. What the other side still sends is lost."""
        if not self._closed:
            self._closed = True
            self._selector.close()
            with contextlib.suppress(OSError):
                self._sock.close()

    def abort(self) -> None:
        """End the connection from another thread than the one that reads: it finds the connection ended."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def be_patient(self, seconds: float) -> None:
        """Bear this many more seconds of silence than usual, from now on."""
        self._patience = seconds

    @property
    def buffered(self) -> int:
        """Bytes that have come and were not taken."""
        return self._end - self._start

    @property
    def unsent(self) -> int:
        """Bytes that were posted and have not left."""
        return len(self._out)

    def post(self, data: bytes) -> None:
        """Queue bytes; they leave by themselves while something is awaited, or by `flush`."""
        self._out += data
        if len(self._out) >= WRITE_BEFORE_WAITING:
            self._send_some()

    def flush(self) -> None:
        """Send what is queued without reading (for short requests and for streams that expect no answer yet)."""
        while self._send_some():
            self._wait()

    def send_down_to(self, most: int) -> None:
        """Wait until at most `most` queued bytes are unsent. Answers that come meanwhile are kept, not waited for.

        A peer that hung up takes nothing more: the queue is dropped, and what the peer said last can still be taken.
        """
        while len(self._out) > most and self._send_some():
            self._wait()
            self._receive_if_any()

    def room_or_answer(self) -> None:
        """Wait until something came, or something left. Returns at once where nothing is queued."""
        if self._send_some():
            self._wait()

    def need(self, count: int) -> None:
        """Wait until `count` bytes (at most BUFFER_BYTES) lie in the buffer.

        Raises:
            PhoneGoneError: the connection ended or stalled before.
        """
        while self._end - self._start < count:
            if not self._receive():
                raise PhoneGoneError(detail=CUT_OFF_IN_ANSWER)

    def at_end(self) -> bool:
        """Tell whether the other side hung up and everything it said was taken; waits for the next byte."""
        return self._end == self._start and not self._receive()

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes (at most BUFFER_BYTES)."""
        if self._end - self._start < count:
            self.need(count)
        start = self._start
        self._start = start + count
        return bytes(self._view[start : start + count])

    def unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        """Return the next bytes decoded by a struct."""
        if self._end - self._start < layout.size:
            self.need(layout.size)
        values = layout.unpack_from(self._buffer, self._start)
        self._start += layout.size
        return values

    def peek_id(self) -> bytes:
        """Return the next four bytes and leave them where they are."""
        if self._end - self._start < 4:
            self.need(4)
        return bytes(self._view[self._start : self._start + 4])

    def take_some(self, most: int) -> bytes:
        """Return what there is, at least one byte and at most `most`; b"" at the end of the connection."""
        if self._end == self._start and not self._receive():
            return b""
        return self.take(min(most, self._end - self._start))

    def take_if_followed(self, count: int, word: bytes, behind: int) -> bytes | None:
        """Return the next `count` bytes if `word` follows them, and drop `behind` bytes that begin with the word.

        Else return None and leave everything where it is. Waits until all of it has come.
        """
        self.need(count + behind)
        end = self._start + count
        if not self._buffer.startswith(word, end):
            return None
        content = bytes(self._view[self._start : end])
        self._start = end + behind
        return content

    def peek(self) -> bytes:
        """Return all that is buffered and leave it where it is."""
        return bytes(self._view[self._start : self._end])

    def drop(self, count: int) -> None:
        """Take `count` buffered bytes away that `peek` showed."""
        self._start += count

    def more(self) -> bool:
        """Wait for further bytes; False when the other side hung up.

        Raises:
            PhoneAnswerError: the buffer is full of one answer.
        """
        return bool(self._receive())

    @property
    def is_full(self) -> bool:
        """Whether nothing more fits into the buffer before something is taken."""
        return self._end - self._start == BUFFER_BYTES

    def take_into(self, target: memoryview) -> None:
        """Fill `target` with the next bytes: what is buffered first, the rest straight from the socket."""
        have = min(len(target), self._end - self._start)
        target[:have] = self._view[self._start : self._start + have]
        self._start += have
        while have < len(target):
            got = self._receive_into(target[have:])
            if not got:
                raise PhoneGoneError(detail=CUT_OFF_IN_FILE)
            have += got

    def skip(self, count: int) -> None:
        """Throw the next bytes away."""
        while count:
            if self._end == self._start and not self._receive():
                raise PhoneGoneError(detail=CUT_OFF_IN_FILE)
            step = min(count, self._end - self._start)
            self._start += step
            count -= step

    def _receive(self) -> int:
        """Receive into the buffer; returns the bytes that came, 0 when the other side hung up."""
        if self._start == self._end:
            self._start = self._end = 0
        elif self._end == BUFFER_BYTES or self._start > BUFFER_BYTES // 2:
            waiting = self._end - self._start
            self._view[:waiting] = bytes(self._view[self._start : self._end])
            self._start, self._end = 0, waiting
        if self._end == BUFFER_BYTES:
            raise PhoneAnswerError(detail=_("an answer longer than any should be"))
        got = self._receive_into(self._view[self._end :])
        self._end += got
        return got

    def _receive_into(self, target: memoryview) -> int:
        while True:
            if self._out:
                self._send_some()
            try:
                return self._sock.recv_into(target)
            except BlockingIOError:
                self._wait()
            except OSError as error:
                raise PhoneGoneError(detail=error.strerror or str(error)) from error

    def _receive_if_any(self) -> None:
        """Take what has come, if there is room for it; the end of the connection is left for `need` to find."""
        if self._start == self._end:
            self._start = self._end = 0
        if self._end == BUFFER_BYTES:
            raise PhoneAnswerError(detail=_("an answer longer than any should be"))
        try:
            got = self._sock.recv_into(self._view[self._end :])
        except BlockingIOError:
            return
        except OSError:
            got = 0
        if not got:
            self._out.clear()
        self._end += got

    def _send_some(self) -> bool:
        """Send what can be sent now; returns whether something is left."""
        while self._out:
            try:
                sent = self._sock.send(self._out)
            except BlockingIOError:
                return True
            except OSError:
                # What the peer said before it hung up is still to be read and says more than this error does.
                self._out.clear()
                return False
            del self._out[:sent]
        return False

    def _wait(self) -> None:
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._out else 0)
        if wanted != self._events:
            self._selector.modify(self._sock, wanted)
            self._events = wanted
        bearable = self._idle_timeout + self._patience
        if not self._selector.select(bearable):
            raise PhoneSilentError(seconds=f"{bearable:g}")
