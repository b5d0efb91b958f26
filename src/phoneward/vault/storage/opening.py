"""The storage at a place: each kind's library is loaded only where such a place is opened."""

from collections.abc import Mapping
from pathlib import Path

from phoneward.vault.storage.base import Storage
from phoneward.vault.storage.local import LocalStorage
from phoneward.vaultplace import UnknownServiceError, VaultPlace, shown_place


def open_storage(place: VaultPlace, access: Mapping[str, str]) -> Storage:  # noqa: ARG001 - each remote kind takes its own of it
    """Return the storage at a place; it is not asked yet whether there is anything.

    Args:
        place: a folder or an address.
        access: who may enter it: the variables of `vaultplace.ACCESS_VARIABLES` that are set.

    Raises:
        RemoteAddressError: the address cannot be understood.
        UnknownServiceError: nothing here speaks to it.
    """
    if isinstance(place, Path):
        return LocalStorage(place)
    raise UnknownServiceError(place=shown_place(place))
