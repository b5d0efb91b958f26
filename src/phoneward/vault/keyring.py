"""The passwords of a repository: listing, adding, removing and changing them.

Source: restic cmd/restic/cmd_key_{add,list,passwd,remove}.go, internal/repository/key.go. Each key file holds the same
master key, so adding one changes nothing else, and removing one takes nothing back from somebody who has a copy of the
repository from before and knows that password.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.texts import enumeration
from phoneward.vault.blobs import FileId, FileType
from phoneward.vault.crypto import SealingKey
from phoneward.vault.errors import (
    AmbiguousKeyError,
    AppendOnlyError,
    FileMissingError,
    KeyFileError,
    KeyInUseError,
    KeyNotFoundError,
    KeyNotWorkingError,
    LastKeyError,
    OldKeyStaysError,
    TooManyKeysError,
)
from phoneward.vault.go_text import parse_time
from phoneward.vault.keys import MAX_KEYS_TRIED, NewKeyCost, load_key_file, open_key_file, parse_key_file, save_key
from phoneward.vault.locks import HeldLock
from phoneward.vault.repository import Repository

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN_CANDIDATES: Final = 5


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What a key file says of itself, in plain text: anybody who can write to the vault can write this.

    Attributes:
        created: None where it gives no time that can be.
        current: the repository was opened with it.
    """

    id: FileId
    username: str
    hostname: str
    created: datetime | None
    current: bool


def list_keys(repo: Repository, *, on_damaged: Callable[[FileId, PhonewardError], None] | None = None) -> list[KeyInfo]:
    """Return the keys, oldest first.

    Args:
        repo: open.
        on_damaged: called for each file that is no key file. Without it the first such error is raised.

    Raises:
        KeyFileError: see `on_damaged`.
        StorageError: they cannot be read.
    """
    found = []
    for name, size in sorted(repo.list_files(FileType.KEY)):
        try:
            key_file, _cost = parse_key_file(load_key_file(repo.storage, name, size))
        except FileMissingError:
            continue  # somebody removed it meanwhile
        except ValueError as error:
            damaged = KeyFileError(name=f"keys/{name}", problem=str(error))
            if on_damaged is None:
                raise damaged from error
            on_damaged(name, damaged)
            continue
        created = _time(key_file.created)
        found.append(KeyInfo(name, key_file.username, key_file.hostname, created, name == repo.key_name))
    return sorted(found, key=lambda key: (key.created or _EPOCH, key.id))


def _time(text: str) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=parse_time(text)[0] // 1000)
    except (ValueError, OverflowError):
        return None


def find_key(repo: Repository, name: str) -> FileId:
    """Return the full name of the key file whose first digits a person named, damaged or not.

    Raises:
        KeyNotFoundError, AmbiguousKeyError: there is no such one, or several.
    """
    wanted = name.strip().lower()
    found = sorted(file.name for file in repo.list_files(FileType.KEY) if wanted and file.name.startswith(wanted))
    if not found:
        raise KeyNotFoundError(name=readable(name))
    if len(found) > 1:
        shown = enumeration(file_id[:12] for file_id in found[:_SHOWN_CANDIDATES])
        raise AmbiguousKeyError(name=readable(name), count=len(found), candidates=shown)
    return found[0]


def add_key(
    repo: Repository, password: str, *, username: str = "", hostname: str = "", kdf: NewKeyCost | None = None
) -> FileId:
    """Store another key, read it back, see that it opens the repository, and return its name.

    Args:
        repo: open.
        password: of the new key.
        username: whose it is; empty for this computer's user.
        hostname: where; empty for this computer.
        kdf: what guessing the password shall cost; None measures this computer.

    Raises:
        TooManyKeysError: there are as many as are tried when a repository is opened.
        KeyNotWorkingError: it does not open the repository; it was removed again.
        StorageError: it was not stored.
    """
    count = _sound_keys(repo)
    if count >= MAX_KEYS_TRIED:
        raise TooManyKeysError(count=count, limit=MAX_KEYS_TRIED)
    return _add_verified(repo, password, username, hostname, kdf)


def _sound_keys(repo: Repository) -> int:
    return len(list_keys(repo, on_damaged=lambda _name, _error: None))


def _add_verified(repo: Repository, password: str, username: str, hostname: str, kdf: NewKeyCost | None) -> FileId:
    cost = kdf or NewKeyCost.calibrated()
    name = save_key(repo.storage, repo.key, password, cost, username=username, hostname=hostname)
    try:
        master = open_key_file(repo.storage.load(FileType.KEY, name), password)
    except ValueError:
        master = None
    if master is None or _parts(master) != _parts(repo.key):
        with suppress(AppendOnlyError):
            repo.storage.remove(FileType.KEY, name)
        raise KeyNotWorkingError
    return name


def _parts(key: SealingKey) -> tuple[bytes, bytes, bytes]:
    return key.encrypt, key.mac_k, key.mac_r


def remove_key(repo: Repository, name: FileId, lock: HeldLock) -> None:
    """Remove a key; durable on return.

    Args:
        repo: open.
        name: of the key file, in full; it may be damaged.
        lock: exclusive and held.

    Raises:
        KeyInUseError: the repository was opened with it.
        LastKeyError: the one it was opened with is gone: this may be the last.
        LockLostError: the lock is gone.
        FileMissingError, StorageError: it was not removed.
    """
    if name == repo.key_name:
        raise KeyInUseError(name=name[:8])
    lock.confirm()
    if not repo.storage.exists(FileType.KEY, repo.key_name):
        raise LastKeyError(name=name[:8])
    repo.storage.remove(FileType.KEY, name)


def change_password(
    repo: Repository,
    password: str,
    lock: HeldLock,
    *,
    username: str = "",
    hostname: str = "",
    kdf: NewKeyCost | None = None,
) -> FileId:
    """Put a new key in the place of the one the repository was opened with, and return its name.

    The new one is durable and has opened the repository before the old one goes, so that at any moment one of the two
    opens it.

    Raises:
        TooManyKeysError: there are more than are tried when a repository is opened: the new one might not be one of
            those.
        KeyNotWorkingError: the new one does not open the repository; the old one stays.
        OldKeyStaysError: the old one could not be removed; both open the repository.
        AppendOnlyError: the place would keep the old key; nothing was changed.
        StorageError: the new one was not stored; nothing was changed.
    """
    count = _sound_keys(repo)
    if count > MAX_KEYS_TRIED:  # restic adds any number
        raise TooManyKeysError(count=count, limit=MAX_KEYS_TRIED)
    repo.ensure_removable()
    old = repo.key_name
    new = _add_verified(repo, password, username, hostname, kdf)
    repo.key_name = new
    try:
        lock.confirm()
        repo.storage.remove(FileType.KEY, old)
    except FileMissingError:
        pass
    except PhonewardError as error:
        raise OldKeyStaysError(name=old[:8], reason=error.sentence()) from error
    return new
