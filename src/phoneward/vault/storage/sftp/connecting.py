"""From an address to a session, and from what ssh says to an error that a person understands."""

import shutil
from typing import Final

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.vault.errors import (
    ServerKeyChangedError,
    ServerUnknownError,
    StorageAccessError,
    StorageError,
    TransientStorageError,
    WrongAnswerError,
)
from phoneward.vault.storage.sftp.addresses import SftpAddress
from phoneward.vault.storage.sftp.links import Link, SshProgramLink
from phoneward.vault.storage.sftp.packets import SessionLostError, WrongPacketError
from phoneward.vault.storage.sftp.session import SftpSession
from phoneward.vault.storage.sftp.without_ssh import ParamikoLink

_KEY_CHANGED: Final = ("REMOTE HOST IDENTIFICATION HAS CHANGED", "REVOKED HOST KEY")
_KEY_UNKNOWN: Final = ("Host key verification failed", "host key is known for")
_REFUSED: Final = ("Permission denied", "Too many authentication failures", "No more authentication methods")
_NO_SFTP: Final = ("subsystem request failed",)
_WRONG_SETTINGS: Final = ("Bad configuration option", "Bad owner or permissions", "terminating, ")


def connect(address: SftpAddress, location: str, *, timeout_s: float, connect_s: float) -> SftpSession:
    """Return a new session.

    Raises:
        ServerUnknownError, ServerKeyChangedError: the server's key is not in known_hosts, or another one is.
        StorageAccessError: the server does not let this person in.
        TransientStorageError: there is no connection.
        WrongAnswerError: there is no SFTP.
        StorageError: ssh cannot be used at all.
        RemotePartMissingError: there is no ssh here, and nothing in its place.
    """
    link = _link(address, location, connect_s)
    try:
        return SftpSession(link, timeout_s, connect_s)
    except (SessionLostError, WrongPacketError) as error:
        raise _explained(link.last_words(), error, address, location) from error


def _link(address: SftpAddress, location: str, connect_s: float) -> Link:
    program = shutil.which("ssh")
    if program is None:
        return ParamikoLink.open(address, location, connect_s)
    try:
        return SshProgramLink(program, address, connect_s)
    except OSError as error:
        raise StorageError(path=location, detail=readable(f"{program}: {error.strerror or error}")) from error


def _explained(words: str, error: Exception, address: SftpAddress, location: str) -> StorageError:
    lines = [line for line in words.splitlines() if line.strip() and not line.startswith(("@@", "**"))]
    said = readable(lines[-1].strip()[:300]) if lines else str(error)

    def says(signs: tuple[str, ...]) -> bool:
        return any(sign in words for sign in signs)

    found: StorageError
    if says(_KEY_CHANGED):
        found = ServerKeyChangedError(path=location, detail=said, host=readable(address.known_as))
    elif says(_KEY_UNKNOWN):
        found = ServerUnknownError(path=location, detail=said, command=address.by_hand)
    elif says(_REFUSED):
        found = StorageAccessError(path=location, detail=said)
    elif says(_NO_SFTP):
        found = WrongAnswerError(path=location, detail=_("the server offers no SFTP"))
    elif says(_WRONG_SETTINGS):
        found = StorageError(path=location, detail=said)
    elif isinstance(error, WrongPacketError):
        found = WrongAnswerError(path=location, detail=str(error))
    else:
        found = TransientStorageError(path=location, detail=said)
    return found
