"""What the snapshots room knows when it answers: gathered once, then only read."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.phones import ANDROID_BACKUP, IPHONE_BACKUP
from phoneward.snapshots.answer_ages import plausible
from phoneward.snapshots.app_listing import Here, found_here
from phoneward.snapshots.asking import Asking
from phoneward.snapshots.coverage import MAX_DOCUMENT, Coverage, ProofLevel, Waiting, decode_coverage
from phoneward.snapshots.inventory import MAX_DOCUMENT as MAX_DEVICE
from phoneward.snapshots.inventory import decode_device, utc
from phoneward.snapshots.layout import COVERAGE_DOCUMENT, DEVICE_DOCUMENT
from phoneward.snapshots.parents import TreeReader, read_document
from phoneward.snapshots.proofs_later import DOCUMENT as PROOF_DOCUMENT
from phoneward.snapshots.proofs_later import MAX_DOCUMENT as MAX_PROOF
from phoneward.snapshots.proofs_later import decode_proof
from phoneward.snapshots.reading import SnapshotInfo
from phoneward.snapshots.second_vaults import SecondVault, is_copy, second_vaults
from phoneward.snapshots.state import OwnerState
from phoneward.vault import FileId, Repository

MAX_PROOFS: Final = 50
"""The newest proofs about a phone that are opened in search of a restore."""

FOLDER: Final = "folder"


@dataclass(frozen=True, slots=True)
class OtherPhone:
    """Another phone of the vault.

    Attributes:
        label: what the person calls it, else its own label; readable.
        whole: its newest finished snapshot; None where there is none.
    """

    device: str
    label: str
    whole: SnapshotInfo | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the room's findings are made from.

    Attributes:
        now: the time that ages are counted to.
        snapshot: the one that is asked about.
        coverage: its document; None where it has none that can be understood, `no_coverage` says why.
        kind: how the phone was read, "adb", "folder" or "android-backup"; empty where unknown.
        newest: the newest finished snapshot of the same phone.
        cut_short: the newest run of that phone, where it was cut short and nothing finished came after it.
        waiting: what that run had still to send; None where unknown.
        restored: when a restore of this phone was last compared, as far as anybody noted it.
        read_back: when the whole vault was last read back.
        damaged: names of snapshot files that cannot be read.
        here: apps' own backups on this computer, and the folders of it that go along.
        phones: id and name of every phone of the vault, the one that is asked about first.
        seconds: copies of the vault on other disks; None where it is itself the copy of another.
    """

    now: dt.datetime
    snapshot: SnapshotInfo | None = None
    coverage: Coverage | None = None
    no_coverage: str = ""
    kind: str = ""
    newest: SnapshotInfo | None = None
    cut_short: SnapshotInfo | None = None
    waiting: Waiting | None = None
    others: tuple[OtherPhone, ...] = ()
    restored: dt.datetime | None = None
    read_back: dt.datetime | None = None
    damaged: tuple[FileId, ...] = ()
    here: tuple[Here, ...] = ()
    phones: tuple[tuple[str, str], ...] = ()
    seconds: tuple[SecondVault, ...] | None = None

    @property
    def id(self) -> str:
        """The full ID of the snapshot that is asked about; empty where there is none."""
        return "" if self.snapshot is None else self.snapshot.snapshot.id or ""

    @property
    def device(self) -> str:
        """The phone's id; empty where nobody knows it."""
        return "" if self.snapshot is None else self.snapshot.device

    @property
    def taken(self) -> dt.datetime | None:
        """When the snapshot that is asked about was taken."""
        return None if self.snapshot is None else time_of(self.snapshot)


def time_of(info: SnapshotInfo) -> dt.datetime | None:
    """Return when a snapshot was taken; None where its time cannot be one."""
    return plausible(utc(info.snapshot.time_ns))


def gather(asking: Asking) -> Facts:
    """Look at the vault's list of snapshots, the coverage document and the proofs.

    Raises:
        VaultError: the snapshot's own documents lie in a damaged part of the vault.
    """
    trees = TreeReader(asking.repo)
    every = [info for info in asking.every if info.device and not info.proof]
    snapshot = asking.snapshot
    device = snapshot.device if snapshot is not None else ""
    own = [info for info in every if info.device == device] if snapshot is not None else every
    newest = _newest(own, partial=False)
    cut_short = _cut_short(own, newest)
    coverage, trouble = (None, "") if snapshot is None else _coverage(asking.repo, trees, snapshot)
    return Facts(
        now=asking.now,
        snapshot=snapshot,
        coverage=coverage,
        no_coverage=trouble,
        kind="" if snapshot is None else _kind(asking.repo, trees, snapshot),
        newest=newest,
        cut_short=cut_short,
        waiting=None if cut_short is None else _waiting(asking.repo, trees, cut_short),
        others=() if snapshot is None else others_of(every, device, asking.state),
        restored=_latest(plausible(asking.last_restore_test), _restored(asking, trees, device)),
        read_back=plausible(asking.last_read_data),
        damaged=tuple(asking.damaged),
        here=tuple(found_here(asking.on_computer, asking.state, asking.computer, asking.now)),
        phones=_phones(every, snapshot, asking.state),
        seconds=None if is_copy(asking.state) else tuple(second_vaults(asking.state)),
    )


def _phones(
    every: Sequence[SnapshotInfo], asked: SnapshotInfo | None, state: OwnerState
) -> tuple[tuple[str, str], ...]:
    newest = {info.device: info for info in (*every, *([asked] if asked is not None else [])) if not info.backup_file}
    named = [(info.device, state.called(info.device, info.label)) for info in newest.values() if info.device]
    return tuple(sorted(named, key=lambda one: asked is None or one[0] != asked.device))


def _newest(infos: Sequence[SnapshotInfo], *, partial: bool) -> SnapshotInfo | None:
    return next((info for info in reversed(infos) if info.partial == partial), None)


def _cut_short(own: Sequence[SnapshotInfo], whole: SnapshotInfo | None) -> SnapshotInfo | None:
    partial = _newest(own, partial=True)
    if partial is None or (whole is not None and partial.snapshot.time_ns <= whole.snapshot.time_ns):
        return None
    return partial


def _coverage(repo: Repository, trees: TreeReader, info: SnapshotInfo) -> tuple[Coverage | None, str]:
    trees.nodes(
        info.snapshot.tree
    )  # where the top folder is damaged, that is the trouble, not a document "missing" in it
    try:
        return decode_coverage(read_document(repo, trees, info.snapshot, COVERAGE_DOCUMENT, MAX_DOCUMENT)), ""
    except ValueError as error:
        return None, readable(str(error))[:200]


def _kind(repo: Repository, trees: TreeReader, info: SnapshotInfo) -> str:
    try:
        kind = decode_device(read_document(repo, trees, info.snapshot, DEVICE_DOCUMENT, MAX_DEVICE)).kind
    except (ValueError, PhonewardError):  # only which command is suggested depends on it
        return ""
    return kind if kind in {"adb", FOLDER, ANDROID_BACKUP, IPHONE_BACKUP} else ""


def _waiting(repo: Repository, trees: TreeReader, info: SnapshotInfo) -> Waiting | None:
    try:
        found, _trouble = _coverage(repo, trees, info)
    except PhonewardError:  # that the run was cut short is worth saying without its figures
        return None
    return None if found is None else found.waiting


def others_of(every: Sequence[SnapshotInfo], device: str, state: OwnerState) -> tuple[OtherPhone, ...]:
    """Return the phones of a vault but for one, from all its snapshots, oldest first."""
    phones: dict[str, OtherPhone] = {}
    for info in every:  # oldest first: the last word on a phone stands
        if info.device == device or info.backup_file:  # what a backup file holds grows no older
            continue
        known = phones.get(info.device)
        whole = known.whole if known is not None else None
        phones[info.device] = OtherPhone(
            info.device, state.called(info.device, info.label), whole if info.partial else info
        )
    return tuple(phones.values())


def _restored(asking: Asking, trees: TreeReader, device: str) -> dt.datetime | None:
    """Return when a restore of this phone was last compared, by the vault's own proofs."""
    proofs = (info for info in reversed(asking.every) if info.proof and info.device == device and device)
    for info in islice(proofs, MAX_PROOFS):
        try:
            proof = decode_proof(read_document(asking.repo, trees, info.snapshot, PROOF_DOCUMENT, MAX_PROOF))
        except (ValueError, PhonewardError):  # damaged: it proves nothing
            continue
        if proof.level is ProofLevel.RESTORED and proof.subject == info.subject and proof.files:
            return plausible(proof.date)
    return None


def _latest(*times: dt.datetime | None) -> dt.datetime | None:
    return max((time for time in times if time is not None), default=None)
