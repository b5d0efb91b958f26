"""Moving a file's bytes: many blocks are under way at once, so that the way's length does not count."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from phoneward.texts import _
from phoneward.vault.blobs import BytesLike
from phoneward.vault.storage.sftp.packets import (
    BAD_MESSAGE,
    EOF,
    EXTENDED,
    FSETSTAT,
    FSYNC,
    OP_UNSUPPORTED,
    READ,
    WRITE,
    Answer,
    StatusError,
    WrongPacketError,
    mode_attributes,
    text,
)
from phoneward.vault.storage.sftp.session import SftpSession

_READ_ONLY: Final = mode_attributes(0o400)

_WINDOW: Final = 4 * 1024 * 1024
"""Bytes under way for one file: more than ssh itself lets through without an answer (2 MiB)."""
_MOST_CRUMBS: Final = 1000
"""So many blocks of a file may come back shorter than asked."""


def upload(session: SftpSession, handle: bytes, pieces: Sequence[BytesLike], offset: int) -> None:
    """Write what the pieces hold from `offset` on, guard the file against change and have it durable.

    Raises:
        StatusError, SessionLostError, WrongPacketError.
    """
    under_way: deque[Answer] = deque()
    at = offset
    for block in _blocks(pieces, offset, session.block):
        size = sum(map(len, block))
        under_way.append(session.ask(WRITE, text(handle), at.to_bytes(8), size.to_bytes(4), *block))
        at += size
        if len(under_way) * session.block > _WINDOW:
            under_way.popleft().status()
    guarded = session.ask(FSETSTAT, text(handle), _READ_ONLY)
    flushed = flush(session, handle)
    for answer in under_way:
        answer.status()
    guarded.succeeded()  # not every server knows permissions
    must_be_flushed(flushed)


def flush(session: SftpSession, handle: bytes) -> Answer | None:
    """Ask for what is known of an open file to be durable; None where the server has no such operation."""
    return session.ask(EXTENDED, text(FSYNC), text(handle)) if FSYNC in session.extensions else None


def must_be_flushed(answer: Answer | None) -> None:
    """Wait until it is; go on where the file system has no such operation, as on a local disk. Raises StatusError."""
    try:
        if answer is not None:
            answer.status()
    except StatusError as error:
        if error.code not in {BAD_MESSAGE, OP_UNSUPPORTED}:
            raise


def read_blocks(session: SftpSession, handle: bytes, offset: int, length: int) -> Iterator[memoryview]:
    """Yield the bytes of a range in order, up to the file's end.

    Raises:
        StatusError, SessionLostError, WrongPacketError.
    """
    under_way: deque[tuple[int, int, Answer]] = deque()
    next_offset, end = offset, offset + length
    crumbs = 0

    def ask(start: int, size: int) -> tuple[int, int, Answer]:
        return start, size, session.ask(READ, text(handle), start.to_bytes(8), size.to_bytes(4))

    while True:
        while next_offset < end and next_offset - (under_way[0][0] if under_way else next_offset) < _WINDOW:
            size = min(session.block, end - next_offset)
            under_way.append(ask(next_offset, size))
            next_offset += size
        if not under_way:
            return
        start, size, answer = under_way.popleft()
        try:
            data = answer.data()
        except StatusError as error:
            if error.code == EOF:
                return
            raise
        if not 0 < len(data) <= size:
            raise WrongPacketError(_("a block is not as long as it must be"))
        if len(data) < size:
            crumbs += 1
            if crumbs > _MOST_CRUMBS:
                raise WrongPacketError(_("a block is not as long as it must be"))
            under_way.appendleft(ask(start + len(data), size - len(data)))
        yield data


def equal_bytes(session: SftpSession, handle: bytes, pieces: Sequence[BytesLike], length: int) -> int:
    """Return how many of the file's first `length` bytes are those of the pieces, up to the first block that differs.

    Raises as `read_blocks`.
    """
    expected = deque(memoryview(piece) for piece in pieces if len(piece))
    equal = 0
    for block in read_blocks(session, handle, 0, length):
        rest = block
        while rest:
            if not expected:
                return equal
            size = min(len(rest), len(expected[0]))
            if bytes(expected[0][:size]) != bytes(rest[:size]):  # bytes compare 60 times as fast as views
                return equal
            rest = rest[size:]
            expected[0] = expected[0][size:]
            if not expected[0]:
                expected.popleft()
        equal += len(block)
    return equal


def _blocks(pieces: Sequence[BytesLike], offset: int, size: int) -> Iterator[list[memoryview]]:
    """Yield the bytes from `offset` on as lists of views that make up `size` bytes each, the last one fewer."""
    block: list[memoryview] = []
    room = size
    skip = offset
    for piece in pieces:
        view = memoryview(piece)[skip:]
        skip = max(0, skip - len(piece))
        while view:
            block.append(view[:room])
            view = view[len(block[-1]) :]
            room -= len(block[-1])
            if not room:
                yield block
                block, room = [], size
    if block:
        yield block
