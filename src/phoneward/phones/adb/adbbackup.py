"""`adb backup`: asks the phone for the backup that its apps make of themselves, and keeps it sealed until it is read.

Source: AOSP cmds/bu Backup.java (options), services/backup `UserBackupManagerService.adbBackup` (a minute to confirm,
TIMEOUT_FULL_CONFIRMATION), `PerformAdbBackupTask` (what is written when, and when nothing is), `AppBackupUtils`
(which apps take part: since Android 12 hardly any that is not built for testing). What the real client does is the
same: it runs `bu backup` on the phone and keeps what comes.

Without compression: the vault compresses and deduplicates better, and the phone's processor is slow. The end of the
stream says that it is whole, and the exit code where the phone's shell tells one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from phoneward.phones.adb.shell import Shell
from phoneward.phones.adb.wire import Channel
from phoneward.phones.androidbackup.contents import APPS
from phoneward.phones.androidbackup.errors import (
    AndroidBackupEmptyError,
    AndroidBackupRefusedError,
    AndroidBackupUnfinishedError,
)
from phoneward.phones.androidbackup.header import HEADER_BYTES, parse_header
from phoneward.phones.androidbackup.phone import AndroidBackupPhone, AskPassword
from phoneward.phones.androidbackup.spool import SealedSpool
from phoneward.phones.base import Unreadable, Volume, VolumeKind
from phoneward.phones.errors import PhoneSilentError
from phoneward.phones.paths import is_below
from phoneward.phones.source import MOUNTS, Source
from phoneward.texts import _

COMMAND: Final = b"bu backup -noapk -noobb -noshared -nosystem -nocompress -keyvalue -all"
"""`-keyvalue` since Android 8; older ones pass over what they do not know."""

NAME: Final = "adb backup"
MOUNT: Final = MOUNTS + b"adb-backup"

CONFIRM_PATIENCE: Final = 30.0
"""Seconds beyond the usual silence (a minute) until the first byte: Android itself waits for a minute."""

SILENCE_PATIENCE: Final = 270.0
"""Then one app may take five minutes to gather its files (TIMEOUT_FULL_BACKUP_INTERVAL)."""

_PIECE: Final = 1 << 20


class Main(Protocol):
    """The phone as this module needs it."""

    @property
    def shell(self) -> Shell:
        """Its shell."""

    def open_service(self, service: bytes) -> Channel:
        """Return a channel to one of its services."""


@dataclass(frozen=True, slots=True)
class AdbBackup:
    """A backup that the phone made, looked through.

    Attributes:
        phone: open; it is closed by whoever asked for it.
        source: the data of the apps that gave some, one volume for each.
        strays: names in it that no app's folder has: they are left out.
    """

    phone: AndroidBackupPhone
    source: Source
    strays: list[Unreadable]


@contextmanager
def taken(phone: Main, password: AskPassword | None, heard: Callable[[int], None]) -> Iterator[AdbBackup]:
    """Yield what `take` returns, and close it."""
    backup = take(phone, password, heard)
    try:
        yield backup
    finally:
        backup.phone.__exit__()


def take(phone: Main, password: AskPassword | None, heard: Callable[[int], None]) -> AdbBackup:
    """Have the phone make a backup, and open it.

    Args:
        phone: open; somebody must confirm on it.
        password: asked once, where the backup is encrypted.
        heard: told how many bytes have come.

    Raises:
        AndroidBackupRefusedError: nothing came.
        AndroidBackupEmptyError: no app gave anything.
        AndroidBackupError: what came cannot be read to its end.
        PhoneGoneError: the connection is lost.
    """
    spool = SealedSpool(NAME)
    try:
        _receive(phone, spool, heard)
        opened = AndroidBackupPhone(spool, password).__enter__()
    except BaseException:  # an interrupt too must not leave the file behind
        spool.close()
        raise
    given = [package for package, files in (opened.apps().backed_up or {}).items() if files]
    volumes = tuple(_volume(package) for package in given)
    strays = [
        item
        for item in opened.list(APPS)
        if isinstance(item, Unreadable) and not any(is_below(item.path, volume.root) for volume in volumes)
    ]
    if not given and not strays:
        opened.__exit__()
        raise AndroidBackupEmptyError(path=NAME)
    return AdbBackup(opened, Source(opened, MOUNT, volumes), strays)


def _volume(package: str) -> Volume:
    root = APPS + b"/" + package.encode("utf-8", "surrogateescape")
    return Volume(VolumeKind.APP_DATA, "appdata", root, package, 0, package=package)


def _receive(phone: Main, spool: SealedSpool, heard: Callable[[int], None]) -> None:
    pieces = _by_shell(phone) if phone.shell.has_protocol else _by_exec(phone)
    try:
        for piece in pieces:
            spool.add(piece)
            heard(spool.size)
    except PhoneSilentError as error:
        if spool.size:
            raise AndroidBackupUnfinishedError(path=NAME, detail=error.sentence()) from error
    if not spool.size:
        raise AndroidBackupRefusedError(path=NAME)
    if parse_header(spool.read_at(0, HEADER_BYTES), NAME).start >= spool.size:
        raise AndroidBackupEmptyError(path=NAME)


def _by_shell(phone: Main) -> Iterator[bytes]:
    stream = phone.shell.start(COMMAND)
    try:
        stream.end_input()
        stream.be_patient(CONFIRM_PATIENCE)
        came = False
        for piece in stream.output():
            if not came:
                stream.be_patient(SILENCE_PATIENCE)
            came = True
            yield piece
        if came and stream.code != 0:
            raise AndroidBackupUnfinishedError(path=NAME, detail=_("the phone's program ended with an error"))
    finally:
        stream.close()


def _by_exec(phone: Main) -> Iterator[bytes]:
    """Before Android 7 there is no shell protocol: where the stream ends, only the backup itself can tell."""
    channel = phone.open_service(b"exec:" + COMMAND)
    try:
        channel.be_patient(SILENCE_PATIENCE)
        while piece := channel.take_some(_PIECE):
            yield piece
    finally:
        channel.close()
