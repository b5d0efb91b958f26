"""The storage at a place: each kind's library is loaded only where such a place is opened."""

from collections.abc import Mapping
from pathlib import Path

from phoneward.vault.storage.base import Storage
from phoneward.vault.storage.local import LocalStorage
from phoneward.vaultplace import RemoteKind, UnknownServiceError, VaultPlace, shown_place


def open_storage(place: VaultPlace, access: Mapping[str, str]) -> Storage:
    """Return the storage at a place; it is not asked yet whether there is anything.

    Args:
        place: a folder or an address.
        access: who may enter it: the variables of `vaultplace.ACCESS_VARIABLES` that are set.

    Raises:
        RemoteAddressError: the address cannot be understood.
        RemotePartMissingError: the library for it is not installed.
        UnknownServiceError: nothing here speaks to it.
    """
    if isinstance(place, Path):
        return LocalStorage(place)
    from phoneward.vault.storage.retrying import RetryingStorage

    if place.kind is RemoteKind.REST:
        from phoneward.vault.storage.rest import RestStorage

        return RetryingStorage(RestStorage(place, access))
    raise UnknownServiceError(place=shown_place(place))
