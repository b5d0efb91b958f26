"""What set-up on the page knows beside what can be seen: which phone is meant, and the last look at it."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from phoneward import phones, setup
from phoneward.errors import PhonewardError
from phoneward.phones import Diagnosis
from phoneward.settings import NoRepositoryNamedError, Settings
from phoneward.setup import Attached, Journey, PlaceReport, Source
from phoneward.vault import Repository, Storage, StorageError, open_storage
from phoneward.vaultplace import VaultPlace
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
        self._new_at: VaultPlace | None = None
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

    def place(self) -> VaultPlace | None:
        """Return where the vault lies or shall lie; None where no place is chosen."""
        try:
            return self._door.place()
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
        return Journey(
            self._settings.state_dir,
            self._source,
            self.place(),
            cache_dir=self._settings.cache_dir / "snapshots",
            repo=repo,
            access=self._door.access,
            opener=self._open,
        )

    def _open(self, place: VaultPlace, access: Mapping[str, str]) -> Storage:
        """Open a place; the vault's own keeps its connections from page to page."""
        return self._door.storage_at(place) if place == self.place() else open_storage(place, access)

    @contextlib.contextmanager
    def looking(self) -> Iterator[Journey]:
        """Yield the way so far, for reading: with the vault, where it was opened and is there."""
        with self._lock, contextlib.ExitStack() as stack:
            repo: Repository | None = None
            failed: PhonewardError | None = None
            if self._door.is_open:
                try:
                    repo = stack.enter_context(self._door.vault())
                except PhonewardError as error:
                    failed = error
            journey = self.journey(repo)
            if journey.is_far and isinstance(failed, StorageError):
                journey.unreachable = failed  # it was waited for just now, and need not be once more
            yield journey

    def is_missed(self) -> bool:
        """Tell whether a vault should be where none is now: it was used before, or is named."""
        with self.looking() as journey:
            is_away = self.is_away(journey)
        return is_away or self.is_named()

    def is_away(self, journey: Journey) -> bool:
        """Tell whether a vault that was used before is missing: its disk is probably not plugged in.

        Not where the person said since that a new one shall be made at that very place.
        """
        if journey.unreachable is not None:  # nobody knows what is there
            return False
        remembered = journey.remembered
        was_there = bool(remembered.kit or remembered.snapshot)
        return was_there and not journey.has_vault and journey.place != self._new_at

    def take_place(self, place: VaultPlace, entry: Mapping[str, str] | None = None) -> None:
        """Take a place for the vault that the person chose.

        Args:
            place: a folder or an address; it was checked.
            entry: who enters there, see `VaultDoor.choose`.
        """
        self._new_at = place
        self._way_to(place, entry or {}).choose_place(place)
        self._door.choose(place, entry)

    def check_place(self, place: VaultPlace, entry: Mapping[str, str] | None = None) -> PlaceReport:
        """Say whether a vault can lie at a place, and what to know about it.

        Args:
            place: what the person chose.
            entry: who enters there, see `VaultDoor.choose`.

        Raises:
            PhonewardError: it cannot, and why.
        """
        return self._way_to(place, entry or {}).check_place(place, self.needed(self.attached()))

    def _way_to(self, place: VaultPlace, entry: Mapping[str, str]) -> Journey:
        """Return the way to a place that is not the vault's yet: nothing of the vault's connections is used for it."""
        access = self._door.access_at(place, entry)
        return Journey(self._settings.state_dir, self._source, place, access=access)

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
        if not has_snapshot:
            return True
        remembered = self.journey(repo).remembered
        return bool(remembered.kit and remembered.snapshot and not remembered.proof)
