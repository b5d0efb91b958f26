"""What set-up on the page knows beside what can be seen: which phone is meant, and the last look at it."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from phoneward import phones, setup
from phoneward.errors import PhonewardError
from phoneward.phones import Diagnosis
from phoneward.settings import NoRepositoryNamedError, Settings
from phoneward.setup import Attached, Journey, Source
from phoneward.vault import Repository
from phoneward.vaultplace import RemotePlace, folder_of
from phoneward.web.vaults import VaultDoor

LOOK_AGAIN_S: Final = 1.0
"""Several windows that ask within this time are told of the same look."""


class SetupDesk:
    """Set-up's state of this server. Safe for several threads.

    Args:
        settings: where things are remembered.
        door: the vault.
        diagnose: looks at what is attached; for tests.
    """

    def __init__(
        self, settings: Settings, door: VaultDoor, diagnose: Callable[[], Diagnosis] = phones.diagnose
    ) -> None:
        self._settings = settings
        self._door = door
        self._diagnose = diagnose
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._source = Source()
        self._seen: tuple[float, Diagnosis] | None = None
        self._serials: set[str] = set()
        self._needed: dict[Source, int | None] = {}
        self._new_at: Path | None = None
        self.making = threading.Lock()
        """Held while a vault is made: two windows must not make two."""

    # -- the phone -------------------------------------------------------------------------------------------------

    @property
    def source(self) -> Source:
        """Which phone is meant."""
        return self._source

    def choose(self, source: Source) -> None:
        """Take a phone, or a folder in the place of one."""
        self._source = source

    def look(self) -> Diagnosis:
        """Look at what is attached; one look at a time, shared by all who ask meanwhile."""
        with self._looking:
            if self._seen is None or time.monotonic() - self._seen[0] > LOOK_AGAIN_S:
                self._seen = (time.monotonic(), self._diagnose())
                # Counted from its end: a look may take seconds.
                self._seen = (time.monotonic(), self._seen[1])
                self._serials |= {phone.serial for phone in self._seen[1].ready}
            return self._seen[1]

    def known_serials(self) -> frozenset[str]:
        """Return the phones that were ready at some time since the server began: no form can name another."""
        self.look()
        return frozenset(self._serials)

    def attached(self) -> Attached:
        """Return how things stand with the phone that is meant."""
        source = self._source
        return setup.look_at_phone(source, None if source.folder is not None else self.look())

    def ready_source(self, attached: Attached) -> Source:
        """Return the phone that was seen to be ready, by its serial number: it stays the same if another comes."""
        return self._source if self._source.folder is not None else Source(attached.serial)

    def needed(self, attached: Attached) -> int | None:
        """Return how much the phone says it holds; None where it does not tell. Asked once for each phone."""
        if not attached.ready:
            return None
        source = self.ready_source(attached)
        if source not in self._needed:
            found = None
            with contextlib.suppress(PhonewardError), source.open() as phone:
                found = setup.needed_bytes(phone)
            self._needed[source] = found
        return self._needed[source]

    # -- the vault -------------------------------------------------------------------------------------------------

    def place(self) -> Path | None:
        """Return the vault's folder; None where none is chosen.

        Raises:
            RemoteRepositoryError: the vault lies elsewhere.
        """
        try:
            return folder_of(self._door.place())
        except NoRepositoryNamedError:
            return None

    def is_named(self) -> bool:
        """Tell whether the command line or the environment names the vault: then one that is missing is missed."""
        try:
            return self._settings.repository_place() == self._door.place()
        except NoRepositoryNamedError:
            return False

    def journey(self, repo: Repository | None = None) -> Journey:
        """Return the way so far; with the vault where that is open."""
        cache = self._settings.cache_dir / "snapshots"
        return Journey(self._settings.state_dir, self._source, self.place(), cache_dir=cache, repo=repo)

    @contextlib.contextmanager
    def looking(self) -> Iterator[Journey]:
        """Yield the way so far, for reading: with the vault, where it was opened and is there."""
        with self._lock, contextlib.ExitStack() as stack:
            repo: Repository | None = None
            if self._door.is_open:
                with contextlib.suppress(PhonewardError):
                    repo = stack.enter_context(self._door.vault())
            yield self.journey(repo)

    def is_missed(self) -> bool:
        """Tell whether a vault should be where none is now: it is on a server, was used before, or is named."""
        if isinstance(self._door.place(), RemotePlace):
            return True
        with self.looking() as journey:
            is_away = self.is_away(journey)
        return is_away or self.is_named()

    def is_away(self, journey: Journey) -> bool:
        """Tell whether a vault that was used before is missing: its disk is probably not plugged in.

        Not where the person said since that a new one shall be made at that very place.
        """
        remembered = journey.remembered
        was_there = bool(remembered.kit or remembered.snapshot)
        return was_there and not journey.has_vault and journey.place != self._new_at

    def take_place(self, path: Path) -> None:
        """Take a place for the vault that the person chose."""
        self._new_at = path
        self.journey().choose_place(path)
        self._door.choose(path)

    def vault_made(self, journey: Journey) -> None:
        """Take the vault that was just made, open as it is: from now on it is missed when it is not there."""
        self._new_at = None
        if journey.place is not None and journey.repo is not None:
            self._door.take(journey.place, journey.repo)

    def is_unfinished(self, repo: Repository, *, has_snapshot: bool) -> bool:
        """Tell whether set-up has something left to do: there is no snapshot yet, or the first was never tried.

        Args:
            repo: open.
            has_snapshot: whether it holds a finished snapshot of a phone.
        """
        if isinstance(self._door.place(), RemotePlace):  # set-up is for folders
            return False
        if not has_snapshot:
            return True
        remembered = self.journey(repo).remembered
        return bool(remembered.kit and remembered.snapshot and not remembered.proof)
