"""The storage at a place: each kind's library is loaded only where such a place is opened."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from phoneward.vault.errors import StorageError
from phoneward.vault.storage.base import Storage
from phoneward.vault.storage.local import LocalStorage
from phoneward.vaultplace import RemoteKind, RemotePlace, VaultPlace

_LOOK_S: Final = 10.0
"""Seconds that somebody waits who only wants to know whether the place answers."""


def open_storage(
    place: VaultPlace, access: Mapping[str, str], *, on_wait: Callable[[StorageError], None] | None = None
) -> Storage:
    """Return the storage at a place; it is not asked yet whether there is anything.

    Args:
        place: a folder or an address.
        access: who may enter it: the variables of `vaultplace.ACCESS_VARIABLES` that are set.
        on_wait: hears why a place elsewhere is being waited for, from any thread.

    Raises:
        RemoteAddressError: the address cannot be understood.
        RemotePartMissingError: the extra `remote` is not installed.
    """
    if isinstance(place, Path):
        return LocalStorage(place)
    from phoneward.vault.storage.retrying import RetryingStorage

    raw = _remote(place, access)
    return RetryingStorage(raw) if on_wait is None else RetryingStorage(raw, on_wait=on_wait)


def for_looking(storage: Storage) -> Storage:
    """Return the same place for somebody who waits before a screen: it is soon said that it does not answer.

    Work in the background has the patience of minutes; a page or a question has not.

    Args:
        storage: of `open_storage`; a folder is returned as it is.
    """
    from phoneward.vault.storage.retrying import Patience, RetryingStorage

    if not isinstance(storage, RetryingStorage):
        return storage
    return RetryingStorage(storage.raw, patience=Patience(total_s=_LOOK_S, first_contact_s=_LOOK_S))


def _remote(place: RemotePlace, access: Mapping[str, str]) -> Storage:
    match place.kind:
        case RemoteKind.REST:
            from phoneward.vault.storage.rest import RestStorage

            return RestStorage(place, access)
        case RemoteKind.S3:
            from phoneward.vault.storage.s3 import S3Storage

            return S3Storage(place, access)
        case RemoteKind.SFTP:
            from phoneward.vault.storage.sftp import SftpStorage

            return SftpStorage(place)
