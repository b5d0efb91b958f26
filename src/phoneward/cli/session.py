"""Opens the vault a person named, with the password they have."""

import contextlib
import importlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from phoneward.cli import passwords
from phoneward.cli.frame import Frame
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoneward.cli.output import Output
    from phoneward.vault import Repository, Storage, StorageError
    from phoneward.vaultplace import VaultPlace

NO_LOCK_HELP = N_("Write no lock: for a vault on a disk that cannot be written to.")

ATTEMPTS = 3
"""How often a person at a terminal may type the password."""


@contextlib.contextmanager
def open_vault(frame: Frame) -> Iterator["Repository"]:
    """Yield the opened repository; where there is none, nobody is asked for a password.

    Raises:
        NoRepositoryNamedError, NoTerminalError: the command line lacks something.
        NoRepositoryError, WrongPasswordError: see `vault.open_repository`.
    """
    with open_vault_with_password(frame) as (repository, _password):
        yield repository


@contextlib.contextmanager
def open_vault_with_password(frame: Frame) -> Iterator["tuple[Repository, str]"]:
    """Yield the opened repository and the password that opened it. Raises as `open_vault`."""
    place = frame.settings.repository_place()
    from phoneward import vault

    storage = vault.open_storage(place, frame.settings.access, on_wait=waiting(frame.output))
    vault.remove_leftovers()  # private copies that a killed program left readable on this computer
    if not vault.repository_exists(storage):
        raise vault.NoRepositoryError(location=storage.location)
    given = frame.settings.password()
    if given is None and (kept := _from_keyring(frame, storage, place)) is not None:
        yield kept
        return
    yield (_open(frame, storage, given), given) if given is not None else _ask_and_open(frame, storage)


def waiting(output: "Output") -> "Callable[[StorageError], None]":
    """Return what tells a person that a server is being waited for."""

    def tell(failure: "StorageError") -> None:
        detail = str(failure.details.get("detail") or "")
        output.say(_("The vault's server is waited for: {detail}. Ctrl-C stops.").format(detail=detail))

    return tell


def _open(frame: Frame, storage: "Storage", password: str) -> "Repository":
    from phoneward import vault

    # Whoever opens a vault asks its snapshots, nearly always. What reads them is loaded while the password is tried:
    # both wait for different things.
    beside = threading.Thread(target=importlib.import_module, args=("phoneward.snapshots.reading",), daemon=True)
    beside.start()
    try:
        return vault.open_repository(storage, password, cache=frame.settings.cache_dir)
    finally:
        beside.join()


def _from_keyring(frame: Frame, storage: "Storage", place: "VaultPlace") -> "tuple[Repository, str] | None":
    """Open the vault with the password that the person asked to be remembered; None where that is not to be had."""
    from phoneward import vault
    from phoneward.systemkeyring import SystemKeyring

    kept = SystemKeyring(frame.settings.state_dir).password(place)
    if kept is None:
        return None
    try:
        return _open(frame, storage, kept), kept
    except vault.WrongPasswordError:
        frame.output.say(_("The password in the system's keyring does not open this vault any more."))
        return None


def _ask_and_open(frame: Frame, storage: "Storage") -> "tuple[Repository, str]":
    from phoneward import vault

    for attempt in range(1, ATTEMPTS + 1):
        password = passwords.existing(frame.settings)
        try:
            return _open(frame, storage, password), password
        except vault.WrongPasswordError:
            if attempt == ATTEMPTS:
                raise
            frame.output.say(_("That is not the password. Try again."))
    raise AssertionError  # the last attempt returned or raised
