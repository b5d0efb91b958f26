"""Copying a vault into a second one: every snapshot of a phone, the proofs about them, and what the person decided.

Proofs and time stamps name the snapshot they are about; a copy has another ID and notes its first one, by which they
find it (`names_of`). State snapshots are not copied as they are: what they hold is merged into the second vault's own.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from phoneward.errors import PhonewardError
from phoneward.progress import Listener, Notice, silent
from phoneward.snapshots.errors import SecondVaultMissingError
from phoneward.snapshots.layout import is_proof, is_state, proof_subject
from phoneward.snapshots.reading import find
from phoneward.snapshots.second_vaults import note_copy_of, portable
from phoneward.snapshots.state import OwnerState
from phoneward.snapshots.state_store import adopt_state, change_state, load_state
from phoneward.texts import _
from phoneward.vault import (
    CopyPlan,
    CopyReport,
    FileId,
    HeldLock,
    NestedVaultsError,
    Repository,
    Snapshot,
    Storage,
    VaultError,
    init_repository,
    load_snapshots,
    names_of,
    open_repository,
    plan_copy,
    refuse_same,
    repository_exists,
    run_copy,
)
from phoneward.vaultplace import VaultPlace


@dataclass(frozen=True, slots=True)
class VaultCopyPlan:
    """What copying would do. Nothing has been written yet.

    Attributes:
        copy: the snapshots and how much they take.
        everything: whether all snapshots of the vault were chosen.
        damaged: snapshot files of the first vault that cannot be read.
        state: what the person decided in the first vault.
    """

    copy: CopyPlan
    everything: bool
    damaged: dict[FileId, PhonewardError]
    state: OwnerState

    @property
    def is_whole(self) -> bool:
        """Whether all that the vault holds can be read, as far as it was looked at."""
        return self.everything and not self.damaged and self.copy.report.ok


def refuse_nested(source: VaultPlace, destination: VaultPlace) -> None:
    """Refuse a second vault inside the first, or the other way round. Elsewhere only the IDs tell (`refuse_same`).

    Raises:
        NestedVaultsError: so it would be, links followed. One folder twice is refused as well.
    """
    if not isinstance(source, Path) or not isinstance(destination, Path):
        return
    first, second = os.path.realpath(source), os.path.realpath(destination)
    try:
        nested = os.path.commonpath([first, second]) in {first, second}
    except ValueError:  # two drives
        return
    if nested:
        raise NestedVaultsError(source=str(source), destination=str(destination))


def open_second(source: Repository, storage: Storage, password: str, *, cache: Path | None = None) -> Repository:
    """Open the second vault; its index is not loaded yet.

    Args:
        source: the first vault.
        storage: where the second one lies.
        password: of the second one.
        cache: see `vault.open_repository`.

    Raises:
        SecondVaultMissingError: there is none.
        SameVaultError: it is the first one, or a copy of its folder.
        WrongPasswordError: it has another password.
        VaultError: it cannot be opened.
    """
    if not repository_exists(storage):
        raise SecondVaultMissingError(location=storage.location)
    destination = open_repository(storage, password, cache=cache)
    refuse_same(source, destination)
    return destination


def make_second(source: Repository, storage: Storage, password: str) -> Repository:
    """Make a second vault that cuts files where the first does, so that backups made into it share what was copied.

    Raises:
        RepositoryExistsError: there is one.
        StorageError: the place cannot be written to.
    """
    return init_repository(storage, password, chunker_of=source)


def plan_vault_copy(
    source: Repository,
    destination: Repository,
    refs: Sequence[str] = (),
    hosts: Sequence[str] = (),
    *,
    listener: Listener = silent,
) -> VaultCopyPlan:
    """Return what is to be copied: the newest first, so that a full disk holds what matters most; proofs at the end.

    Args:
        source: open, its index loaded.
        destination: likewise.
        refs: snapshots by `latest` or first digits, with the proofs about them; none for all.
        hosts: only of phones with these names.
        listener: hears how far it is.

    Raises:
        SameVaultError: the two are one.
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
        StorageError: one of the two cannot be read.
    """
    refuse_same(source, destination)
    damaged: dict[FileId, PhonewardError] = {}
    every = load_snapshots(source, on_damaged=damaged.__setitem__)
    there = load_snapshots(destination, on_damaged=lambda _name, _error: None)
    chosen = _chosen(source, every, refs, hosts)
    plan = plan_copy(source, destination, chosen, there, listener=listener)
    everything = not refs and not hosts
    return VaultCopyPlan(plan, everything, damaged if everything else {}, load_state(source, snapshots=every))


def _chosen(source: Repository, every: Iterable[Snapshot], refs: Sequence[str], hosts: Sequence[str]) -> list[Snapshot]:
    newest = [snapshot for snapshot in reversed(list(every)) if not is_state(snapshot)]
    if refs:
        wanted = {find(source, ref).id for ref in refs}
        chosen = [s for s in newest if s.id in wanted]
    else:
        chosen = [s for s in newest if not is_proof(s) and (not hosts or s.hostname in hosts)]
    names = {name for snapshot in chosen for name in names_of(snapshot)}
    proofs = [s for s in newest if is_proof(s) and s not in chosen]
    return chosen + [s for s in proofs if (not refs and not hosts) or proof_subject(s) in names]


def copy_vault(
    source: Repository,
    destination: Repository,
    lock: HeldLock,
    plan: VaultCopyPlan,
    *,
    listener: Listener = silent,
) -> CopyReport:
    """Copy what was planned, then what the person decided.

    Args:
        source: as planned with.
        destination: likewise; it is written to.
        lock: held in the destination.
        plan: from `plan_vault_copy`.
        listener: hears the progress, and where what was decided could not be kept.

    Raises:
        LockLostError, StorageError, VerifyError: see `vault.run_copy`.
    """
    report = run_copy(source, destination, lock, plan.copy, listener=listener)
    try:
        adopt_state(destination, lock, portable(plan.state))
        change_state(destination, lock, [note_copy_of(source.config.id)])
    except VaultError as error:
        sentence = _("Names and notes could not be kept in the second vault: {detail}")
        listener(Notice(None, sentence.format(detail=error.sentence())))
    return report
