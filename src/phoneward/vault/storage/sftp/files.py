"""Single files of an SFTP server: looking, opening, beginning, naming."""

import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from phoneward.vault.blobs import BytesLike
from phoneward.vault.storage.sftp.packets import (
    CLOSE,
    EXTENDED,
    FLAG_CREATE,
    FLAG_EXCLUSIVE,
    FLAG_READ,
    FLAG_WRITE,
    HARDLINK,
    LSTAT,
    MKDIR,
    NO_SUCH_FILE,
    OPEN,
    REMOVE,
    RENAME,
    SETSTAT,
    Answer,
    Attributes,
    SessionLostError,
    StatusError,
    WrongPacketError,
    mode_attributes,
    text,
)
from phoneward.vault.storage.sftp.session import SftpSession
from phoneward.vault.storage.sftp.transfers import equal_bytes, flush, must_be_flushed

PRIVATE_FILE: Final = mode_attributes(0o600)
PRIVATE_FOLDER: Final = mode_attributes(0o700)
_FOR_READING: Final = FLAG_READ.to_bytes(4)
_FOR_WRITING: Final = FLAG_WRITE.to_bytes(4)
_NEW: Final = (FLAG_WRITE | FLAG_CREATE | FLAG_EXCLUSIVE).to_bytes(4)
_NO_ATTRIBUTES: Final = bytes(4)


class NotRegularError(Exception):
    """A link, a pipe, a folder, or something the server does not describe."""


class TakenError(Exception):
    """Something has the name already."""


def path_text(path: str) -> bytes:
    """Return a path as it goes over the wire."""
    return text(path.encode(errors="surrogateescape"))


def is_regular(attributes: Attributes) -> bool:
    """Tell whether this is a plain file."""
    return attributes.mode is not None and stat.S_ISREG(attributes.mode)


def is_folder(answer: Answer) -> bool:
    """Wait for the answer to STAT and tell whether there is a folder."""
    try:
        mode = answer.attributes().mode
    except StatusError:
        return False
    return mode is not None and stat.S_ISDIR(mode)


def is_there(answer: Answer) -> bool:
    """Wait for the answer to LSTAT and tell whether there is anything."""
    try:
        answer.attributes()
    except StatusError as error:
        if error.code == NO_SUCH_FILE:
            return False
        raise
    return True


def must_be_free(answer: Answer) -> None:
    """Wait for the answer to LSTAT; raises TakenError where there is anything."""
    if is_there(answer):
        raise TakenError


def size_of(attributes: Attributes) -> int:
    """Return a plain file's size in bytes; raises NotRegularError."""
    if not is_regular(attributes) or attributes.size is None:
        raise NotRegularError
    return attributes.size


@contextmanager
def opened(session: SftpSession, path: str) -> Iterator[tuple[bytes, int]]:
    """Open a plain file for reading; give its handle and size.

    Raises:
        NotRegularError: and nothing of it was read.
    """
    looked = session.ask(LSTAT, path_text(path))
    answer = session.ask(OPEN, path_text(path), _FOR_READING, _NO_ATTRIBUTES)
    try:
        size = size_of(looked.attributes())
    except NotRegularError:
        session.end()  # a server that opens a pipe may wait there for ever
        raise
    handle = answer.handle()
    try:
        yield handle, size
    finally:
        if session.alive:
            session.ask(CLOSE, text(handle))  # nobody waits for that answer


def begin(session: SftpSession, temporary: str, folder: str) -> bytes:
    """Make a new file and return its handle for writing."""
    request = (path_text(temporary), _NEW, PRIVATE_FILE)
    try:
        return session.ask(OPEN, *request).handle()
    except StatusError as error:
        if error.code != NO_SUCH_FILE:
            raise
    session.ask(MKDIR, path_text(folder), PRIVATE_FOLDER)  # restic makes its folders on demand, too
    return session.ask(OPEN, *request).handle()


def go_on(session: SftpSession, temporary: str) -> bytes:
    """Open a file that was begun and return its handle for writing."""
    session.ask(SETSTAT, path_text(temporary), PRIVATE_FILE)  # it may be guarded already
    return session.ask(OPEN, path_text(temporary), _FOR_WRITING, _NO_ATTRIBUTES).handle()


def arrived(session: SftpSession, temporary: str, pieces: Sequence[BytesLike]) -> int:
    """Return how many bytes of an upload that was cut lie there, read back: the server may have been off, too."""
    try:
        with opened(session, temporary) as (handle, size):
            return equal_bytes(session, handle, pieces, size) if size <= sum(map(len, pieces)) else 0
    except StatusError:
        return 0


@contextmanager
def closing(session: SftpSession, handle: bytes) -> Iterator[Callable[[], Answer]]:
    """Close a handle in the end, or before by calling what is given."""
    answers: list[Answer] = []

    def close() -> Answer:
        if not answers:
            answers.append(session.ask(CLOSE, text(handle)))
        return answers[0]

    try:
        yield close
    finally:
        if session.alive:
            close()  # nobody waits for that answer


def link(session: SftpSession, handle: bytes, temporary: str, path: str, close: Callable[[], Answer]) -> bool:
    """Give an open file its name by a hard link, which every server refuses where the name is taken.

    SFTP cannot flush a folder. But ext4, XFS and btrfs make a file's new names durable together with the file, so it
    is flushed once more.

    Returns:
        False where the file system has no hard links, such as exFAT; nothing has changed.

    Raises:
        TakenError: something has that name.
        StatusError: it has the name, and is not durable.
    """
    if HARDLINK not in session.extensions:
        return False
    linked = session.ask(EXTENDED, text(HARDLINK), path_text(temporary), path_text(path))
    flushed = flush(session, handle)
    if not linked.succeeded():
        must_be_free(session.ask(LSTAT, path_text(path)))
        return False
    removed = session.ask(REMOVE, path_text(temporary))
    must_be_flushed(flushed)
    if not removed.succeeded():  # on Windows not while it is open
        close().succeeded()
        session.ask(REMOVE, path_text(temporary)).succeeded()
    return True


def rename(session: SftpSession, temporary: str, path: str, close: Callable[[], Answer]) -> None:
    """Give a file its name; OpenSSH's server refuses where it is taken, not all do. Raises StatusError."""
    close().status()
    session.ask(RENAME, path_text(temporary), path_text(path)).status()


def remove_quietly(session: SftpSession, path: str) -> None:
    """Remove a file if that is still possible."""
    with suppress(SessionLostError, WrongPacketError):
        session.ask(REMOVE, path_text(path)).succeeded()
