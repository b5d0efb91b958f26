"""One person's way from nothing to a verified backup. Every step can be left, and taken up again another day.

Where they are is found by looking (is there a vault, a kit, a snapshot, a proof?); what is remembered says where to
look (`memory`). A step that was done outside is done.
"""

import datetime as dt
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from phoneward import snapshots
from phoneward.errors import PhonewardError, readable
from phoneward.phones import Phone
from phoneward.progress import Listener, silent
from phoneward.setup import kit as kits
from phoneward.setup.attached import Attached, Source, look_at_phone
from phoneward.setup.disks import disk_of, external_disks
from phoneward.setup.errors import PasswordEmptyError, StepTooEarlyError, WeakPasswordError
from phoneward.setup.far import check_far_place
from phoneward.setup.memory import Memory, Remembered
from phoneward.setup.passwords import Strength, judge
from phoneward.setup.places import PlaceReport, check_place
from phoneward.setup.steps import TITLES, Progress, Step
from phoneward.setup.verifying import Verified, verify
from phoneward.setup.views import Found, progress_of
from phoneward.snapshots import BackupResult, SnapshotInfo
from phoneward.texts import _
from phoneward.vault import (
    FileId,
    FileType,
    Repository,
    Storage,
    VaultError,
    for_looking,
    init_repository,
    open_repository,
    open_storage,
    repository_exists,
)
from phoneward.vaultplace import RemotePlace, VaultPlace

OpenStorage: TypeAlias = Callable[[VaultPlace, Mapping[str, str]], Storage]
_NOBODY: Final[Mapping[str, str]] = {}


@dataclass(slots=True)
class Journey:
    """The way of one phone into one vault. One thread owns it.

    Attributes:
        state_dir, cache_dir: `settings.state_dir` and the folder of `snapshots.backup`'s cache.
        source: which phone.
        place: where the vault lies; None takes the one that was set up last.
        repo: open after `make_vault` or `open_vault`.
        access: who may enter a place elsewhere (`settings.access`); remembered nowhere.
        opener: `vault.open_storage`, or what keeps its connections.
        spare_key: a second key file with the same password, which making the vault left; see `spare_key_sentence`.
        unreachable: why a place elsewhere could not be looked at; found by looking, or known already.
    """

    state_dir: Path
    source: Source = field(default_factory=Source)
    place: VaultPlace | None = None
    cache_dir: Path | None = None
    repo: Repository | None = None
    access: Mapping[str, str] = field(default_factory=lambda: _NOBODY, repr=False)
    opener: OpenStorage = open_storage
    unreachable: PhonewardError | None = None
    spare_key: FileId | None = None
    _at: tuple[VaultPlace, Storage] | None = field(default=None, init=False, repr=False)
    _is_there: bool | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.place is None:
            self.place = self.memory.last_place()
        self._go_to(self.place)

    # -- looking ---------------------------------------------------------------------------------------------------

    @property
    def memory(self) -> Memory:
        """What is remembered."""
        return Memory(self.state_dir)

    @property
    def remembered(self) -> Remembered:
        """What is remembered about this vault."""
        return self.memory.of(self.place) if self.place is not None else Remembered("")

    @property
    def is_far(self) -> bool:
        """Whether the vault lies elsewhere, and not in a folder of this computer."""
        return isinstance(self.place, RemotePlace)

    def storage(self) -> Storage:
        """Return the place where the vault lies or shall lie.

        Raises:
            StepTooEarlyError: none was chosen.
            PhonewardError: see `vault.open_storage`.
        """
        if self.place is None:
            raise StepTooEarlyError(earlier=_(TITLES[Step.PLACE]))
        if self._at is None or self._at[0] != self.place:
            self._at = (self.place, self.opener(self.place, self.access))
        return self._at[1]

    def enter_as(self, access: Mapping[str, str]) -> None:
        """Enter a place elsewhere as somebody else from now on."""
        self.access = access
        self._at = None
        self._look_again()

    @property
    def has_vault(self) -> bool:
        """Whether a vault is there. A disk that is not plugged in, or a server that does not answer, has none."""
        if self.place is None or self.unreachable is not None:
            return False
        if not self.is_far:
            return self._looked()
        if self.repo is not None:
            return True
        if self._is_there is None:  # each look is a question to a server: one is enough until something is changed
            self._is_there = self._looked()
        return self._is_there

    def _looked(self) -> bool:
        try:
            return repository_exists(for_looking(self.storage()))
        except VaultError as error:
            self.unreachable = error if self.is_far else None
            return False
        except PhonewardError as error:  # the address cannot be understood
            self.unreachable = error
            return False

    def _look_again(self) -> None:
        self.unreachable = self._is_there = None

    def _go_to(self, place: VaultPlace | None) -> None:
        self.place = Path(os.path.abspath(place.expanduser())) if isinstance(place, Path) else place

    def look_at_phone(self) -> Attached:
        """Look once at the phone."""
        return look_at_phone(self.source)

    def progress(self, attached: Attached | None = None) -> Progress:
        """Return how far things are, by looking. It reads little, and needs no password.

        Args:
            attached: a look at the phone (`look_at_phone`); None where nobody looked.
        """
        remembered, has_vault = self.remembered, self.has_vault
        written = self.kit_written()
        snapshot = self._first_snapshot(remembered)
        when = self._proven_when(remembered, snapshot)
        proven = when is not None or (bool(snapshot) and self._is_stored(remembered.proof))
        found = Found(
            attached=attached,
            is_folder=self.source.folder is not None,
            place=self.place,
            place_problem=self._place_problem(has_vault=has_vault),
            has_vault=has_vault,
            kit=written.file if written else None,
            kit_when=written.when if written else None,
            snapshot=snapshot,
            proven=proven,
            proven_when=when,
            debugging_off=remembered.debugging_off,
        )
        return progress_of(found)

    def _place_problem(self, *, has_vault: bool) -> PhonewardError | None:
        if self.place is None or has_vault:
            return None
        if isinstance(self.place, RemotePlace):
            return self.unreachable
        try:
            check_place(self.place, phone_folder=self.source.folder)
        except PhonewardError as error:
            return error
        return None

    def kit_written(self) -> kits.KitWritten | None:
        """Return the kit that is known of; None where none was written, as far as anybody can tell.

        One that was written and is gone was printed, or moved to where it is safe: it counts while it is remembered.
        """
        remembered = self.remembered
        if self.place is None or not self.has_vault:
            return None
        if remembered.kit and remembered.kit_written is not None:
            return kits.KitWritten(Path(remembered.kit), already=True, when=remembered.kit_written)
        beside = kits.default_file(self._folder)
        if self.repo is not None and kits.holds_kit(beside, self.repo.config.id):
            return kits.KitWritten(beside, already=True, when=dt.datetime.fromtimestamp(beside.stat().st_mtime, dt.UTC))
        return None

    def _first_snapshot(self, remembered: Remembered) -> str:
        if self.repo is None:
            return remembered.snapshot if self._is_stored(remembered.snapshot) else ""
        found = self.newest(remembered.device)
        return found.snapshot.id or "" if found is not None else ""

    def _proven_when(self, remembered: Remembered, snapshot: str) -> dt.datetime | None:
        if self.repo is None or not snapshot:
            return None
        self.repo.load_index()
        for name in dict.fromkeys((snapshot, remembered.snapshot)):
            if name and (when := snapshots.restored_when(self.repo, FileId(name))) is not None:
                return when
        return None

    def _is_stored(self, snapshot: str) -> bool:
        whole = len(snapshot) == 64 and all(digit in "0123456789abcdef" for digit in snapshot)
        if not whole or self.place is None or (self.is_far and not self.has_vault):
            return False
        try:
            return for_looking(self.storage()).exists(FileType.SNAPSHOT, FileId(snapshot))
        except PhonewardError:
            return False

    def newest(self, device: str = "") -> SnapshotInfo | None:
        """Return the newest finished snapshot of a phone (of any, without `device`); the vault is open."""
        every = snapshots.list_snapshots(self.opened(Step.PASSWORD), on_damaged=lambda _name, _error: None)
        fitting = [
            one
            for one in every
            if one.device
            and one.of_phone
            and not (one.partial or one.backup_file)
            and (not device or one.device == device)
        ]
        return fitting[-1] if fitting else None

    # -- doing -----------------------------------------------------------------------------------------------------

    def check_place(self, place: VaultPlace, needed: int | None = None) -> PlaceReport:
        """Say whether a vault can lie at a place, and what to know about it; the place is not taken.

        Args:
            place: what the person chose.
            needed: bytes that the phone holds; None while nobody knows.

        Raises:
            PhonewardError: it cannot, and why.
        """
        if isinstance(place, RemotePlace):
            return check_far_place(place, self.opener(place, self.access))
        return check_place(place, needed, phone_folder=self.source.folder)

    def choose_place(self, place: VaultPlace, needed: int | None = None) -> PlaceReport:
        """Take a place for the vault; `needed` is what the phone holds, in bytes.

        Raises:
            PhonewardError: a vault cannot lie there.
        """
        report = self.check_place(place, needed)
        self._go_to(report.place)
        self.repo = None
        self._look_again()
        self.memory.keep(self.remembered)
        return report

    def make_vault(self, password: str, *, use_weak: bool = False) -> Strength:
        """Make the vault, and return how strong its password is.

        Raises:
            PasswordEmptyError: it is empty.
            WeakPasswordError: it is weak, and `use_weak` is not said.
            RepositoryExistsError, StorageError: see `vault.init_repository`.
        """
        storage = self.storage()
        if not password:
            raise PasswordEmptyError
        strength = judge(password)
        if strength.is_weak and not use_weak:
            raise WeakPasswordError(reason=str(strength.reason))
        self.repo = init_repository(storage, password, on_spare_key=self._note_spare)
        self.memory.keep(Remembered(str(self.place)))  # a kit or a snapshot of one that was there before is not its own
        return strength

    def _note_spare(self, name: FileId) -> None:
        self.spare_key = name

    def open_vault(self, password: str) -> Repository:
        """Open the vault that is there.

        Raises:
            NoRepositoryError, WrongPasswordError, StorageError: see `vault.open_repository`.
        """
        storage = self.storage()
        self.repo = open_repository(storage, password)
        self.repo.load_index()
        self.memory.keep(self.remembered)
        return self.repo

    def opened(self, earlier: Step) -> Repository:
        """Return the open vault.

        Raises:
            StepTooEarlyError: it is not open yet.
        """
        if self.repo is None or self.place is None:
            raise StepTooEarlyError(earlier=_(TITLES[earlier]))
        return self.repo

    def meet(self, phone: Phone) -> None:
        """Remember which phone it is."""
        label = snapshots.default_label(phone)
        self._keep(device=phone.identity.id, phone=label, serial=self.source.serial or "")

    def sheet(self, *, windows: bool = sys.platform == "win32") -> kits.Sheet:
        """Return the recovery kit of this vault; it is open."""
        repo = self.opened(Step.PASSWORD)
        place = self.place or Path()
        disk = disk_of(place, external_disks()) if isinstance(place, Path) else None
        known = self.newest()
        facts = kits.KitFacts(
            place=place,
            vault_id=repo.config.id,
            phone=self._phone_of(repo, known),
            disk=(disk.label or str(disk.root)) if disk else "",
            made=dt.datetime.now(dt.UTC),
            windows=windows,
            settings=kits.plain_settings(place, self.access),
        )
        return kits.make_sheet(facts)

    @property
    def _folder(self) -> Path | None:
        return self.place if isinstance(self.place, Path) else None

    def _phone_of(self, repo: Repository, known: SnapshotInfo | None) -> str:
        """Return what the person calls the phone, with the label that lists of snapshots show; readable."""
        remembered = self.remembered
        device = remembered.device or (known.device if known else "")
        label = readable(remembered.phone or (known.label if known else ""))
        name = snapshots.load_state(repo).phone_name(device) if device else None
        return label if name is None else _("{name} ({label})").format(name=name, label=label)

    def write_kit(self, file: Path | None = None) -> kits.KitWritten:
        """Write the recovery kit, by default beside the vault; a kit of this vault that is there stays as it is.

        Raises:
            SetupError, PdfMissingError: see `kit.write_kit`.
        """
        written = kits.write_kit(self.sheet(), self._folder, file)
        self._keep(kit=str(written.file), kit_written=written.when)
        return written

    def back_up(self, phone: Phone, listener: Listener = silent) -> BackupResult:
        """Take the backup. The recovery kit comes before.

        Raises:
            StepTooEarlyError: there is no recovery kit yet.
            PhonewardError: see `snapshots.backup`.
        """
        repo = self.opened(Step.PASSWORD)
        if self.kit_written() is None:
            raise StepTooEarlyError(earlier=_(TITLES[Step.KIT]))
        self.meet(phone)
        result = snapshots.backup(phone, repo, listener=listener, state_dir=self.state_dir, cache_dir=self.cache_dir)
        self._keep(snapshot=result.snapshot_id or "", proof="")
        return result

    def verify(self, listener: Listener = silent) -> Verified:
        """Check the vault and try a restore; see `verifying.verify`.

        Raises:
            StepTooEarlyError: there is no backup yet.
            VerificationFailedError: something is damaged or different.
        """
        repo = self.opened(Step.PASSWORD)
        known = self.newest(self.remembered.device)
        if known is None or known.snapshot.id is None:
            raise StepTooEarlyError(earlier=_(TITLES[Step.BACKUP]))
        found = verify(repo, known.snapshot.id, self.state_dir, listener)
        self._keep(snapshot=found.snapshot, proof=found.proof or found.snapshot)
        return found

    def debugging_is_off(self) -> None:
        """Remember that the person switched it off."""
        self._keep(debugging_off=dt.datetime.now(dt.UTC))

    def _keep(self, **changes: object) -> None:
        self.memory.keep(msgspec.structs.replace(self.remembered, **changes))
