"""The remembered password stays the right one, whatever is done to the vault's passwords."""

import contextlib

from phoneward.errors import PhonewardError
from phoneward.settings import Settings
from phoneward.systemkeyring import SystemKeyring
from phoneward.texts import Words, words
from phoneward.vault import WrongPasswordError, open_repository, open_storage
from phoneward.vaultplace import VaultPlace


def keep_keyring_right(settings: Settings, place: VaultPlace, password: str | None) -> Words | None:
    """Bring the keyring in line with a vault whose passwords were changed. Where nobody asked for it nothing is done.

    Args:
        settings: say where it is noted.
        place: the vault.
        password: the new one in the place of the remembered one; None where a key was removed.

    Returns:
        What to tell the person; None where there is nothing to tell.
    """
    kept = SystemKeyring(settings.state_dir)
    if not kept.is_remembered(place):
        return None
    try:
        if password is not None:
            kept.remember(place, password)
            return words("The keyring of this computer has the new password.")
        if _still_opens(kept, place, settings):
            return None
    except PhonewardError:  # what is remembered is an old password: it must go
        pass
    with contextlib.suppress(PhonewardError):  # it is not used any more, wherever it lies
        kept.forget(place)
    return words("The keyring of this computer does not keep the password any more: you will be asked for it.")


def _still_opens(kept: SystemKeyring, place: VaultPlace, settings: Settings) -> bool:
    password = kept.password(place)
    if password is None:
        return False
    try:
        open_repository(open_storage(place, settings.access), password)
    except WrongPasswordError:
        return False
    return True
