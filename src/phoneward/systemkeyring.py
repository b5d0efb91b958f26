"""A vault's password in the keyring of the operating system: only where the person asked for it, vault by vault.

The state folder notes for which vaults that is so, and under which name; without such a note no keyring is ever asked.
Only keyrings that encrypt what they hold are used: a plain file would be worth less than no password at all.
"""

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_, Words, _, words
from phoneward.vaultplace import VaultPlace

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE: Final = "Phoneward vault"
NAME: Final = "keyring.json"
MAX_FILE: Final = 1 << 20
MAX_VAULTS: Final = 100

_KNOWN: Final = {
    "keyring.backends.SecretService": words("the keyring of this desktop (Secret Service)"),
    "keyring.backends.libsecret": words("the keyring of this desktop (libsecret)"),
    "keyring.backends.kwallet": words("KDE's wallet"),
    "keyring.backends.macOS": words("the keychain of this Mac"),
    "keyring.backends.Windows": words("Windows' credential store"),
}
"""Modules of the library `keyring` whose stores are encrypted for this user."""


class KeyringPartMissingError(PhonewardError):
    """The optional library is not installed."""

    message = N_("The part of Phoneward that uses the system's keyring is not installed.")
    next_step = N_("Install it with: pipx install 'phoneward[keyring]'")
    exit_code = ExitCode.USAGE


class NoSafeKeyringError(PhonewardError):
    """There is no keyring that encrypts what it holds."""

    message = N_("This computer offers no keyring that keeps passwords safe ({backend}), so none was stored.")
    next_step = N_("Log in to a desktop with a keyring, such as GNOME or KDE, or keep typing the password.")


class KeyringRefusedError(PhonewardError):
    """The keyring did not do it."""

    message = N_("The keyring of this computer refused: {detail}")
    next_step = N_("Unlock the keyring and try again. The vault itself is not touched by this.")


class _File(msgspec.Struct, frozen=True):
    """The note: vaults' folders and the names under which the keyring has their passwords."""

    vaults: dict[str, str] = {}


class SystemKeyring:
    """The passwords that a person asked to be remembered.

    Args:
        state_dir: the person's state folder; made when something is noted.
    """

    def __init__(self, state_dir: Path) -> None:
        self._file = state_dir / NAME

    def is_remembered(self, place: VaultPlace) -> bool:
        """Tell whether the person asked for this vault's password to be remembered. The keyring is not asked."""
        return _key(place) in self._load()

    def password(self, place: VaultPlace) -> str | None:
        """Return a vault's password; None where nobody asked for that, or the keyring does not give it."""
        account = self._load().get(_key(place))
        if account is None:
            return None
        try:
            return _call(lambda backend: backend.get_password(SERVICE, account)) or None
        except PhonewardError:  # a person who is asked for the password knows it
            return None

    def remember(self, place: VaultPlace, password: str) -> Words:
        """Store a vault's password, or the new one in the place of the old; return where, in words.

        Raises:
            KeyringPartMissingError, NoSafeKeyringError, KeyringRefusedError: it was not stored.
        """
        noted = self._load()
        account = noted.get(_key(place)) or secrets.token_hex(8)
        backend = safe_backend()
        _call(lambda chosen: chosen.set_password(SERVICE, account, password), backend)
        if _call(lambda chosen: chosen.get_password(SERVICE, account), backend) != password:
            raise KeyringRefusedError(detail=_("it does not give back what it was given"))
        self._save({**noted, _key(place): account})
        return backend_words(backend)

    def forget(self, place: VaultPlace) -> bool:
        """Remove a vault's password from the keyring; return whether one was remembered.

        Raises:
            KeyringPartMissingError, NoSafeKeyringError, KeyringRefusedError: it may still be there. It is not used any
                more.
        """
        noted = self._load()
        account = noted.pop(_key(place), None)
        if account is None:
            return False
        self._save(noted)

        def remove(backend: "KeyringBackend") -> None:
            if backend.get_password(SERVICE, account) is not None:
                backend.delete_password(SERVICE, account)

        _call(remove)
        return True

    def _load(self) -> dict[str, str]:
        try:
            with self._file.open("rb") as stream:
                data = stream.read(MAX_FILE + 1)
            return dict(msgspec.json.decode(data, type=_File).vaults) if len(data) <= MAX_FILE else {}
        except (OSError, msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return {}

    def _save(self, vaults: dict[str, str]) -> None:
        kept = dict(list(vaults.items())[-MAX_VAULTS:])
        temporary = self._file.with_name(f".{NAME}-{secrets.token_hex(6)}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                    stream.write(msgspec.json.encode(_File(kept)))
                temporary.replace(self._file)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise KeyringRefusedError(detail=readable(error.strerror or str(error))) from error


def _key(place: VaultPlace) -> str:
    return readable(os.path.realpath(place) if isinstance(place, Path) else str(place))


def safe_backend() -> "KeyringBackend":
    """Return the keyring that this computer offers.

    Raises:
        KeyringPartMissingError: the library is not installed.
        NoSafeKeyringError: it is none that encrypts what it holds, or there is none.
        KeyringRefusedError: it cannot be asked.
    """
    try:
        import keyring
    except ImportError as error:
        raise KeyringPartMissingError from error
    try:
        chosen = keyring.get_keyring()
        offered: list[KeyringBackend] = list(getattr(chosen, "backends", None) or [chosen])
    except Exception as error:  # backends are plug-ins of the system: they raise what they like
        raise KeyringRefusedError(detail=readable(str(error))[:200]) from error
    for backend in offered:  # the best first
        if type(backend).__module__ in _KNOWN:
            return backend
    raise NoSafeKeyringError(backend=readable(type(chosen).__module__))


def backend_words(backend: "KeyringBackend") -> Words:
    """Return what a keyring is called, for a person."""
    return _KNOWN[type(backend).__module__]


def _call(work: "Callable[[KeyringBackend], T]", backend: "KeyringBackend | None" = None) -> "T":
    """Ask the keyring for something and put its errors into ours.

    Raises:
        KeyringPartMissingError, NoSafeKeyringError, KeyringRefusedError: it did not do it.
    """
    chosen = safe_backend() if backend is None else backend
    try:
        return work(chosen)
    except Exception as error:  # as above
        raise KeyringRefusedError(detail=readable(str(error) or type(error).__name__)[:200]) from error
