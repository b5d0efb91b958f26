"""The vault of this server: locked or open, its index kept fresh. Safe for several threads."""

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from phoneward.settings import NoRepositoryNamedError, Settings
from phoneward.systemkeyring import SystemKeyring
from phoneward.vault import (
    FileType,
    NoRepositoryError,
    Repository,
    Storage,
    WrongPasswordError,
    for_looking,
    open_repository,
    open_storage,
    repository_exists,
)
from phoneward.vault.storage import NO_NAME
from phoneward.vaultplace import VaultPlace
from phoneward.web.errors import TriesTooFastError, TryRunningError, VaultShutError

FREE_TRIES: Final = 3
"""Wrong passwords before a person must wait."""
LONGEST_WAIT_S: Final = 60.0


class VaultDoor:
    """Opens the vault once and hands it out.

    Args:
        settings: name the vault and, perhaps, its password.
        clock: for tests.
        remembered: names the vault that was used last, where the settings name none.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
        remembered: Callable[[], VaultPlace | None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._remembered = remembered
        self._clock = clock
        self._state = threading.RLock()
        self._trying = threading.Lock()
        self._place: VaultPlace | None = None
        self._entry: Mapping[str, str] = {}
        self._at: tuple[VaultPlace, Storage] | None = None
        self._repo: Repository | None = None
        self._config_digest = b""
        self._wrong = 0
        self._next_try = 0.0
        self._setting_failed = False

    @property
    def is_open(self) -> bool:
        """Whether the password was given."""
        return self._repo is not None

    def place(self) -> VaultPlace:
        """Return where the vault lies.

        Raises:
            NoRepositoryNamedError: nothing names it.
        """
        if self._place is not None:
            return self._place
        try:
            return self._settings.repository_place()
        except NoRepositoryNamedError:
            place = self._remembered()
            if place is None:
                raise
            return place

    def choose(self, place: VaultPlace, entry: Mapping[str, str] | None = None) -> None:
        """Take another place, where a vault is or shall be made. Its password is asked for anew.

        Args:
            place: a folder or an address.
            entry: who enters there, by restic's variables; it goes to no other place, and is kept in memory alone.
        """
        with self._state:
            if self._place != place or entry:
                self._place, self._repo, self._at, self._entry = place, None, None, entry or {}

    @property
    def access(self) -> Mapping[str, str]:
        """Who enters the vault's place: what is set, and what was typed for this place."""
        return {**self._settings.access, **self._entry}

    @property
    def is_entered(self) -> bool:
        """Whether somebody typed who enters the vault's place: it is forgotten with this server."""
        return bool(self._entry)

    def access_at(self, place: VaultPlace, entry: Mapping[str, str]) -> Mapping[str, str]:
        """Return who would enter a place: what was typed for the vault's goes to no other server.

        Args:
            place: perhaps the vault's.
            entry: what was typed now, by restic's variables; empty takes what was typed for the same place before.
        """
        return {**self._settings.access, **(entry or (self._entry if place == self._place else {}))}

    def storage_at(self, place: VaultPlace) -> Storage:
        """Return the vault's place; it is not asked yet whether there is a vault. The same again each time.

        Raises:
            PhonewardError: see `vault.open_storage`.
        """
        with self._state:
            if self._at is None or self._at[0] != place:
                self._at = (place, open_storage(place, self.access))
            return self._at[1]  # the same again: a distant one keeps its connections

    def take(self, place: VaultPlace, repo: Repository) -> None:
        """Take a vault that is open already, such as one just made, or one whose password was just changed."""
        with self._state:
            if self._place != place:
                self._at, self._entry = None, {}
            self._place = place
            self._accept(repo)

    def require_there(self) -> None:
        """Check that there is a vault to be opened.

        Raises:
            NoRepositoryNamedError, NoRepositoryError, StorageError: there is not.
        """
        self._storage()

    def unlock(self, password: str) -> None:
        """Open the vault with a password that a person typed.

        Raises:
            WrongPasswordError: it is not the one.
            TriesTooFastError: too many were wrong; wait.
            TryRunningError: trying one takes seconds and much memory, so one at a time.
            NoRepositoryNamedError, NoRepositoryError, StorageError: there is nothing to open.
        """
        wait = self._next_try - self._clock()
        if wait > 0:
            raise TriesTooFastError(seconds=max(1, round(wait)))
        if not self._trying.acquire(blocking=False):
            raise TryRunningError
        try:
            repo = open_repository(self._storage(), password, cache=self._settings.cache_dir)
        except WrongPasswordError:
            self._note_wrong()
            raise
        finally:
            self._trying.release()
        with self._state:
            self._wrong = 0
            self._accept(repo)

    def lock(self) -> None:
        """Forget the vault's key; work that runs goes on with its own."""
        with self._state:
            self._repo = None
            self._setting_failed = True

    @contextlib.contextmanager
    def vault(self, *, load_index: bool = True) -> Iterator[Repository]:
        """Yield the open vault for reading, its index fresh. It must not be written with: see `own`.

        Args:
            load_index: False for what can do without: the index of a large vault far away takes many seconds.

        Raises:
            VaultShutError: its password is needed first.
            NoRepositoryNamedError, NoRepositoryError, StorageError: it is not named, not there, or unreadable.
        """
        with self._state:
            repo = self._opened()
            if self._was_pruned(repo):
                # Others may be reading with this one: they go on with the old index.
                repo = self._repo = self._twin(repo)
        if load_index:  # by itself: others may show meanwhile what needs no index
            repo.load_index()
        yield repo

    @contextlib.contextmanager
    def own(self, *, load_index: bool = True) -> Iterator[Repository]:
        """Yield the open vault for a job of its own, which may write: nobody else uses this object.

        Args:
            load_index: False for work that reads the index itself, such as a check, which names what is damaged in it.

        Raises:
            As `vault`.
        """
        with self._state:
            repo = self._twin(self._opened())
        if load_index:
            repo.load_index()
        yield repo

    def _opened(self) -> Repository:
        """Return the vault as it was opened, or open it with the password that is set."""
        storage = self._storage()
        if self._repo is not None and self._config_digest != _config_digest(storage):
            self._repo = None  # another vault lies there now
        if self._repo is None:
            password = None if self._setting_failed else self._settings.password() or self._kept()
            if password is None:
                raise VaultShutError
            try:
                self._accept(open_repository(storage, password, cache=self._settings.cache_dir))
            except WrongPasswordError:
                self._setting_failed = True
                raise
        assert self._repo is not None  # noqa: S101 - set by _accept
        return self._repo

    def _kept(self) -> str | None:
        """Return the password that the person asked this computer to remember."""
        return SystemKeyring(self._settings.state_dir).password(self.place())

    def _storage(self) -> Storage:
        storage = self.storage_at(self.place())
        if not repository_exists(for_looking(storage)):
            raise NoRepositoryError(location=storage.location)
        return storage

    def _accept(self, repo: Repository) -> None:
        self._repo = repo
        self._config_digest = _config_digest(repo.storage)

    def _note_wrong(self) -> None:
        with self._state:
            self._wrong += 1
            over = self._wrong - FREE_TRIES
            if over >= 0:
                self._next_try = self._clock() + min(LONGEST_WAIT_S, 2.0 ** (over + 1))

    @staticmethod
    def _twin(repo: Repository) -> Repository:
        return repo.twin()

    @staticmethod
    def _was_pruned(repo: Repository) -> bool:
        return not repo.loaded_indexes.issubset(file.name for file in repo.list_files(FileType.INDEX))

    def __repr__(self) -> str:
        return f"VaultDoor({'open' if self.is_open else 'locked'})"


def _config_digest(storage: Storage) -> bytes:
    """Return a digest of the vault's `config`: another vault at the same place has another."""
    return hashlib.sha256(storage.load(FileType.CONFIG, NO_NAME)).digest()
