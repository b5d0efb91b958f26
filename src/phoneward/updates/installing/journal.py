"""What is being done to a phone at this moment, so that a cut in the middle is noticed at the next connect.

One small file for each vault and phone in the person's state folder, sealed with the vault's key: it names an app. It
is written before anything on the phone changes and removed once it is known how it ended. Replaced as a whole, so that
it is either the old or the new one, whatever happens. What cannot be read counts as none and is left as it is.
"""

import contextlib
import datetime as dt
import enum
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

import msgspec

from phoneward.durable import LockHeldError, make_folder, process_lock, sync_file, sync_folder
from phoneward.errors import PhonewardError, readable
from phoneward.updates.installing.errors import InstallNoteError, InstallRunningError
from phoneward.vault import Repository, SealError

FORMAT: Final = 1
FOLDER: Final = "installs"
MAX_FILE: Final = 1 << 20
MAX_APKS: Final = 1000
_DIGEST: Final = re.compile(r"([0-9a-f]{64})?\Z")
_SAFE: Final = re.compile(r"[0-9A-Za-z_-]{1,100}\Z")


class Step(enum.StrEnum):
    """How far it had come when it was written down."""

    INSTALLING = "installing"
    """The new version is about to take the place of the old one; the data stays."""
    REMOVING = "removing"
    """The app is about to be removed, or was."""
    REMOVED = "removed"
    """The app is removed, as was agreed; the new version is to be installed."""


class NotedApk(msgspec.Struct, frozen=True):
    """One APK file: its name in the set, and its SHA-256 in hexadecimal digits."""

    name: str
    size: int
    sha256: str


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """What was begun.

    Attributes:
        package: the app.
        name: what the person calls it, readable.
        started: when, aware.
        snapshot: full id of the one that has what was there before.
        old_version, old_uid, old_first_installed_ns, old_code_path: of the app as it was; None or empty where not told.
        old_apks: its files.
        new_version: of what was to be installed.
        new_apks: its files.
        inherits: the old APKs that are not among the new ones stay.
        folder: name of the private copy of them, beside this file; empty where it is gone.
    """

    format: int = FORMAT
    package: str
    name: str
    step: Step
    started: dt.datetime
    snapshot: str
    old_version: int | None
    old_uid: int | None
    old_first_installed_ns: int | None
    old_code_path: bytes = b""
    old_apks: list[NotedApk]
    new_version: int
    new_apks: list[NotedApk]
    inherits: bool = False
    folder: str = ""


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Begun)


def decode_begun(data: bytes) -> Begun:
    """Return what a note says.

    Raises:
        ValueError: it is none of a format known here.
    """
    try:
        begun = _decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    names = [apk.name for apk in (*begun.old_apks, *begun.new_apks)]
    if begun.format != FORMAT or begun.started.tzinfo is None or len(names) > MAX_APKS:
        raise ValueError("not a note of a format known here")
    digests = [apk.sha256 for apk in (*begun.old_apks, *begun.new_apks)]
    if not all(_DIGEST.match(digest) for digest in digests) or not begun.new_apks:
        raise ValueError("no checksums")
    if begun.folder and not _SAFE.match(begun.folder):
        raise ValueError("not the name of a folder of ours")
    return begun


class Installs:
    """The notes of one phone in one vault. A context manager: it is locked while it is open.

    Args:
        state_dir: the person's state folder.
        repo: the vault.
        device: the phone's id.

    Attributes:
        folder: of this phone alone; private copies lie in it.

    Raises (on entering):
        InstallRunningError: another install on this phone is at work.
        InstallNoteError: the folder cannot be used.
    """

    def __init__(self, state_dir: Path, repo: Repository, device: str) -> None:
        if not (_SAFE.match(repo.config.id) and _SAFE.match(device)):
            raise ValueError("ids are plain words")
        self._repo = repo
        self.folder = state_dir / FOLDER / repo.config.id / device
        self._path = self.folder / "install.begun"
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        try:
            make_folder(self.folder)
            self._stack.enter_context(process_lock(self._path.with_suffix(".lock")))
        except LockHeldError as error:
            raise InstallRunningError from error
        except OSError as error:
            raise self._unwritable(error) from error
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def load(self) -> Begun | None:
        """Return what was begun and is not known to have ended; None where there is nothing that can be read.

        Raises:
            InstallNoteError: the file is there and cannot be opened.
        """
        return self._read()

    def _read(self) -> Begun | None:
        try:
            with self._path.open("rb") as stream:
                data = stream.read(MAX_FILE)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            return decode_begun(self._repo.open_sealed(data))
        except (ValueError, PhonewardError, SealError):  # of another key, of a later version, damaged
            return None

    def note(self, begun: Begun) -> None:
        """Write down what is begun; on the disk when it returns.

        Raises:
            InstallNoteError: it cannot be written: then nothing may be begun.
        """
        new = self._path.with_suffix(".new")
        try:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(self._repo.seal(_encoder.encode(begun)))
                stream.flush()
                sync_file(stream.fileno())
            new.replace(self._path)
            sync_folder(self.folder)
        except OSError as error:
            raise self._unwritable(error) from error

    def forget(self) -> None:
        """Forget it: it is known how it ended."""
        try:
            self._path.unlink(missing_ok=True)
            sync_folder(self.folder)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> InstallNoteError:
        return InstallNoteError(path=readable(os.fsencode(self.folder)), detail=readable(error.strerror or str(error)))


@contextlib.contextmanager
def opened(state_dir: Path, repo: Repository, device: str) -> Iterator[Installs]:
    """Yield the notes of a phone, locked. Raises as `Installs`."""
    with Installs(state_dir, repo, device) as installs:
        yield installs


def has_begun(state_dir: Path, repo: Repository, device: str) -> Begun | None:
    """Return what was begun on a phone and is not known to have ended, without a lock: to tell of it."""
    try:
        return Installs(state_dir, repo, device).load()
    except (ValueError, PhonewardError):
        return None
