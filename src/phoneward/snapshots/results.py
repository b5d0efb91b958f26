"""What a backup tells its caller."""

from dataclasses import dataclass, field

from phoneward.snapshots.coverage import AppCoverage, Coverage, State
from phoneward.vault import FileId


@dataclass(slots=True)
class MatchCounts:
    """What came of comparing with the SHA-256 sums that the phone computes.

    Attributes:
        matched_files, matched_bytes: the phone's SHA-256 is the vault's.
        changed_files: changed on the phone while they were read; read again.
        mismatched_files: the phone's SHA-256 is another one, twice, though the file did not change.
        silently_changed_files: another content than at the last backup under the same size and times; read again.
        resent_files: read again since the sums differed.
        unanswered_files: the phone gave no sum, or not in time: they stay as sure as they were.
    """

    matched_files: int = 0
    matched_bytes: int = 0
    changed_files: int = 0
    mismatched_files: int = 0
    silently_changed_files: int = 0
    resent_files: int = 0
    unanswered_files: int = 0


@dataclass(frozen=True, slots=True)
class BackupStats:
    """What a backup did. Sizes in bytes.

    Attributes:
        files_new, files_changed, files_unmodified: as seen by the snapshot (links included).
        files_listed, bytes_listed: what the phone listed.
        files_to_send, bytes_to_send: what was not in the repository, by the phone's sizes.
        files_sent, bytes_sent: what came over the wire, files read more than once counted each time.
        files_resumed, bytes_resumed: what an earlier, cut short run had brought over.
        data_blobs, tree_blobs: new ones, our own documents not counted.
        data_added, data_added_packed: plaintext and stored bytes of new blobs, our own documents included.
        duration_ns: from the start to the durable snapshot.
    """

    files_new: int = 0
    files_changed: int = 0
    files_unmodified: int = 0
    dirs_new: int = 0
    dirs_changed: int = 0
    dirs_unmodified: int = 0
    files_listed: int = 0
    bytes_listed: int = 0
    files_to_send: int = 0
    bytes_to_send: int = 0
    files_sent: int = 0
    bytes_sent: int = 0
    files_resumed: int = 0
    bytes_resumed: int = 0
    data_blobs: int = 0
    tree_blobs: int = 0
    data_added: int = 0
    data_added_packed: int = 0
    duration_ns: int = 0


@dataclass(frozen=True, slots=True)
class BackupResult:
    """What became of a backup.

    Attributes:
        snapshot_id: the new snapshot; None for a dry run.
        complete: False where anything that the phone showed is missing or uncertain (exit code 3).
        coverage: None for a dry run.
        parent: the snapshot it was compared with.
        resumed: whether a cut short run was continued.
        matching: what came of comparing with the phone's own checksums.
        private_apps: how many apps keep data where no computer can read it and made no backup of themselves that is
            kept; those of the system, of closed users and of backup files are not counted, those of which the phone
            does not tell are. They do not make it incomplete (docs/decisions/0005-snapshot-pass.md, "Exit code 3").
    """

    snapshot_id: FileId | None
    complete: bool
    coverage: Coverage | None
    stats: BackupStats
    parent: FileId | None
    resumed: bool
    dry_run: bool = False
    matching: MatchCounts = field(default_factory=MatchCounts)

    @property
    def private_apps(self) -> int:
        """See above; 0 for a dry run."""
        apps = () if self.coverage is None or self.coverage.is_of_backup_file else self.coverage.apps
        return len({app.package for app in apps if _keeps_private_data(app)})

    @property
    def files_held(self) -> int:
        """Files that the snapshot holds (a dry run: that the phone lists)."""
        return self.stats.files_listed if self.coverage is None else self.coverage.totals.kept_files

    @property
    def bytes_held(self) -> int:
        """Their size in bytes."""
        return self.stats.bytes_listed if self.coverage is None else self.coverage.totals.kept_bytes


def _keeps_private_data(app: AppCoverage) -> bool:
    reachable = app.reason not in {"user-unreachable", "bad-package-name"}
    return not app.is_system and reachable and app.state in {State.PART, State.OUT_OF_REACH} and app.phone_bytes != 0
