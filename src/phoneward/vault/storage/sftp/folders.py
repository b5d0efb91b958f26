"""Looking into folders of an SFTP server: several are asked at once, and each is read as far as it is wanted."""

from collections.abc import Iterator, Sequence
from typing import Final

from phoneward.texts import _
from phoneward.vault.storage.sftp.packets import (
    CLOSE,
    EOF,
    NO_SUCH_FILE,
    OPENDIR,
    READDIR,
    Answer,
    FolderItem,
    StatusError,
    WrongPacketError,
    text,
)
from phoneward.vault.storage.sftp.session import SftpSession

_AT_ONCE: Final = 32
_MOST_ITEMS: Final = 5_000_000
"""A folder that goes on for longer does not end."""


def items(session: SftpSession, folders: Sequence[str]) -> Iterator[tuple[str, FolderItem]]:
    """Yield what is in folders, with the folder; what is missing holds nothing.

    Raises:
        StatusError, SessionLostError, WrongPacketError.
    """
    for start in range(0, len(folders), _AT_ONCE):
        opening = [
            (folder, session.ask(OPENDIR, text(folder.encode(errors="surrogateescape"))))
            for folder in folders[start : start + _AT_ONCE]
        ]
        opened = [(folder, handle) for folder, answer in opening if (handle := _handle(answer)) is not None]
        reading = [(folder, handle, _read(session, handle), _read(session, handle)) for folder, handle in opened]
        for folder, handle, first, second in reading:
            for item in _items(session, handle, first, second):
                yield folder, item


def _items(session: SftpSession, handle: bytes, current: Answer, following: Answer) -> Iterator[FolderItem]:
    seen = 0
    while True:
        try:
            some = current.names()
        except StatusError as error:
            if error.code != EOF:
                raise
            session.ask(CLOSE, text(handle))  # nobody waits for that answer
            return
        current, following = following, _read(session, handle)
        seen += max(1, len(some))
        if seen > _MOST_ITEMS:
            session.end()  # it would go on asking for space here
            raise WrongPacketError(_("a folder does not end"))
        yield from some


def _read(session: SftpSession, handle: bytes) -> Answer:
    return session.ask(READDIR, text(handle))


def _handle(answer: Answer) -> bytes | None:
    try:
        return answer.handle()
    except StatusError as error:
        if error.code == NO_SUCH_FILE:
            return None
        raise
