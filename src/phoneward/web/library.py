"""What is in the open vault, as pages ask for it: the catalogue, what the person calls their phones, proofs.

One catalogue for each open vault. It is prepared in the background: a page that needs it begins that by itself.
"""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from phoneward.progress import Listener
from phoneward.settings import Settings
from phoneward.snapshots import (
    Catalogue,
    FileProof,
    Listed,
    OwnerState,
    ProofLookup,
    SnapshotInfo,
    SnapshotKind,
    load_state,
)
from phoneward.texts import words
from phoneward.vault import Repository, Snapshot
from phoneward.web.errors import SnapshotGoneError
from phoneward.web.jobs import Job, Jobs, Kind, Outcome
from phoneward.web.vaults import VaultDoor

KIND: Final = Kind(words("Preparing the search"))
FULL_ID: Final = 64
_SHORTEST_ID: Final = 8
_LOOKUPS: Final = 4


@dataclass(slots=True)
class _Proofs:
    lookup: ProofLookup
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Opened:
    """The open vault at one moment.

    Attributes:
        repo: for reading.
        catalogue: of it.
        listed: its snapshots.
        state: what the person decided.
    """

    repo: Repository
    catalogue: Catalogue
    listed: Listed
    state: OwnerState

    def find(self, name: str) -> SnapshotInfo:
        """Return a snapshot of a phone by its ID, or at least eight digits of it.

        Raises:
            SnapshotGoneError: there is none (any more).
        """
        wanted = name.lower() if _SHORTEST_ID <= len(name) <= FULL_ID else "?"
        for info in self.listed.infos:
            if (info.snapshot.id or "").startswith(wanted) and info.of_phone:
                return info
        raise SnapshotGoneError

    def newest(self, device: str | None = None) -> SnapshotInfo | None:
        """Return the newest finished snapshot of a phone, or of any; what another program made does not count."""
        whole = self.listed.select(device=device, kinds=frozenset({SnapshotKind.WHOLE}))
        ours = [info for info in whole if info.device]
        return next((info for info in ours if not info.backup_file), next(iter(ours), None))

    def phone(self, info: SnapshotInfo) -> str:
        """Return what the person calls a snapshot's phone, readable."""
        return self.state.called(info.device, info.label)

    def phone_named(self, device: str, label: str) -> str:
        """Return what the person calls a phone, else its label, readable."""
        return self.state.called(device, label)

    def before(self, info: SnapshotInfo) -> SnapshotInfo | None:
        """Return the whole snapshot of the same phone that came before."""
        older = False
        for other in self.listed.select(device=info.device):
            if older and other.of_phone and not other.partial and (info.device or other.label == info.label):
                return other
            older = older or other.snapshot.id == info.snapshot.id
        return None


class Library:
    """The catalogue of this server's vault.

    Args:
        settings: say where the cache is.
        door: opens the vault.
        jobs: where the catalogue is prepared.
    """

    def __init__(self, settings: Settings, door: VaultDoor, jobs: Jobs) -> None:
        self._settings = settings
        self._door = door
        self._jobs = jobs
        self._lock = threading.Lock()
        self._repo: Repository | None = None
        self._catalogue: Catalogue | None = None
        self._state: OwnerState = OwnerState()
        self._state_of: frozenset[str | None] | None = None
        self._proofs: OrderedDict[tuple[str, int], _Proofs] = OrderedDict()
        self._tried = 0
        self._job: Job | None = None

    @contextlib.contextmanager
    def open(self, *, load_index: bool = True) -> Iterator[Opened]:
        """Yield the open vault; its catalogue is begun where something is missing from it.

        Args:
            load_index: False for what lists snapshots; the catalogue loads the index where it needs it.

        Raises:
            As `VaultDoor.vault`, and StorageError.
        """
        with self._door.vault(load_index=load_index) as repo:
            catalogue = self._of(repo)
            listed = catalogue.snapshots()
            yield Opened(repo, catalogue, listed, self._state_now(repo, listed))

    def begin(self) -> Job | None:
        """Prepare what is missing from the catalogue; return the job that does, None where nothing is missing.

        Raises:
            As `open`.
        """
        with self.open() as opened:
            return self.prepare(opened)

    def prepare(self, opened: Opened) -> Job | None:
        """As `begin`, for a page that has opened the vault already. One that failed is not begun again by itself."""
        if opened.catalogue.state().is_whole:
            return None
        with self._lock:
            version = opened.listed.version
            if self._job is not None and (self._job.is_running or self._tried == version):
                return self._job
            self._tried = version
            catalogue = opened.catalogue
            self._job, _is_new = self._jobs.start(KIND, "catalogue", lambda listener: _build(catalogue, listener))
            return self._job

    def proof(self, opened: Opened, snapshot: Snapshot, path: bytes) -> FileProof | None:
        """Return how sure a file of a snapshot is; None where the snapshot says nothing of it."""
        key = (snapshot.id or "", opened.listed.version)
        with self._lock:
            known = self._proofs.get(key)
        if known is None:
            everything = [info.snapshot for info in opened.listed.infos]
            known = _Proofs(ProofLookup(opened.repo, snapshot, everything))
            with self._lock:
                self._proofs[key] = known
                while len(self._proofs) > _LOOKUPS:
                    self._proofs.popitem(last=False)
        with known.lock:
            return known.lookup.of(path)

    def forget(self) -> None:
        """Let go of everything, such as when the vault was locked."""
        with self._lock:
            self._repo, self._catalogue = None, None
            self._state, self._state_of = OwnerState(), None
            self._proofs.clear()
            self._tried = 0

    def _of(self, repo: Repository) -> Catalogue:
        with self._lock:
            if self._catalogue is None or self._repo is not repo:
                folder = self._settings.cache_dir / "catalogue" / repo.config.id[:16]
                self._catalogue, self._repo = Catalogue(repo, folder), repo
                self._state_of, self._tried = None, 0
                self._proofs.clear()
            return self._catalogue

    def _state_now(self, repo: Repository, listed: Listed) -> OwnerState:
        some = [info.snapshot for info in listed.infos if info.state]
        names = frozenset(snapshot.id for snapshot in some)
        with self._lock:
            if self._state_of == names:
                return self._state
        state = load_state(repo, snapshots=some)
        with self._lock:
            self._state, self._state_of = state, names
        return state


def _build(catalogue: Catalogue, listener: Listener) -> Outcome:
    whole = catalogue.build(listener)
    said = words("All snapshots can be searched now.") if whole else words("Not all snapshots can be searched.")
    return Outcome(said, next_label=words("Search"), next_href="/search", is_incomplete=not whole)
