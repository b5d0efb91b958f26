"""If the phone broke this minute, what would I lose? Encrypted snapshots of a phone and an honest coverage table.

The room that joins phones and vault. Callers use what stands here.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

from phoneward import settings
from phoneward.phones import Phone
from phoneward.progress import Listener, silent
from phoneward.snapshots.answering import answer
from phoneward.snapshots.app_backups import OwnBackupRow, Standing, own_backup_row, own_backup_rows
from phoneward.snapshots.app_folders import (
    KeptFolder,
    computer_id,
    computer_name,
    keep_folder,
    kept_folders,
    known_computer_id,
    leave_folder,
)
from phoneward.snapshots.app_listing import Here, PhonesOwnBackups, found_here, path_id, phones_own_backups
from phoneward.snapshots.app_standing import StillThere, still_there, unproven_files
from phoneward.snapshots.app_taking import beside, folders_of, with_once
from phoneward.snapshots.asking import Asking
from phoneward.snapshots.catalogue import (
    PAGE_SIZE,
    BrowseEntry,
    Catalogue,
    ChangeCounts,
    ChangeRow,
    CoverageSummary,
    CoverageView,
    DamagedFolder,
    DamagedSnapshot,
    FileHistory,
    FileVersion,
    FolderView,
    Found,
    IndexState,
    Listed,
    Page,
    SearchAnswer,
    SnapshotKind,
    SnapshotList,
    kind_of_snapshot,
)
from phoneward.snapshots.copying import (
    VaultCopyPlan,
    copy_vault,
    make_second,
    open_second,
    plan_vault_copy,
    refuse_nested,
)
from phoneward.snapshots.coverage import (
    ApkState,
    AppCoverage,
    Area,
    Coverage,
    OwnBackup,
    Proof,
    ProofLevel,
    RecordCoverage,
    State,
    StorageCoverage,
    Totals,
    Waiting,
    encode_coverage,
)
from phoneward.snapshots.coverage_words import (
    STATE_WORDS,
    app_called,
    app_name,
    app_title,
    apps_called,
    concerns_the_person,
    coverage_sentences,
    gap_why,
    row_why,
    storage_name,
)
from phoneward.snapshots.errors import (
    AmbiguousPhoneError,
    BackupCutShortError,
    BackupRunningError,
    BackupStoppedError,
    CatalogueNotKeptError,
    CoverageMissingError,
    FolderNameError,
    JournalUnwritableError,
    ListingTooLargeError,
    NoAppBackupsError,
    NoAppFilesError,
    NoRecordsError,
    NoSuchPhoneError,
    NothingReachableError,
    PhoneTooFullError,
    ReturnCutShortError,
    SecondVaultMissingError,
    SnapshotsError,
    StateDamagedError,
    StateFullError,
    StateTextError,
    StateTooManyError,
    StateTooNewError,
)
from phoneward.snapshots.family import FamilyRules, family_rules, losses, note_family_rules, plan_family
from phoneward.snapshots.findings_apps import name_of as app_words
from phoneward.snapshots.forgetting import ForgetPlan, Outdated, plan_forget, plan_named
from phoneward.snapshots.gaps import Gap, GapReason
from phoneward.snapshots.inventory import AppRecord, DeviceDocument, PackagesDocument
from phoneward.snapshots.layout import is_own_document, is_proof, is_record, is_state, proof_subject
from phoneward.snapshots.looked_after import LookedAfter, keep_noted, looked_after, note_check, note_restore_test
from phoneward.snapshots.passes import Backup, default_label
from phoneward.snapshots.past_apps import PastApps
from phoneward.snapshots.placing import (
    AppBackup,
    AppBackupsPlan,
    AppData,
    BackupFilePlan,
    ComputerBackup,
    DataFate,
    HeldRecords,
    Place,
    PlacingPlan,
    RecordsPlan,
    backup_guide,
    backup_name,
    backup_sentences,
    place_words,
    plan_app_backups,
    plan_backup_file,
    plan_computer_backups,
    plan_records_into_folder,
    plan_records_onto_phone,
    put_in_folder,
    put_on_computer,
    put_on_phone,
    write_backup_file,
)
from phoneward.snapshots.placing import Fate as PlaceFate
from phoneward.snapshots.placing import Outcome as PlaceOutcome
from phoneward.snapshots.placing import moment_of as record_moment
from phoneward.snapshots.precious_apps import app_content, app_holds
from phoneward.snapshots.proofs_later import FileProof, ProofLookup, restored_when
from phoneward.snapshots.proofs_restored import Compared, Unproven
from phoneward.snapshots.reading import (
    SnapshotInfo,
    coverage_of,
    describe,
    device_of,
    find,
    is_partial,
    list_path,
    list_snapshots,
    node_at,
    open_path,
)
from phoneward.snapshots.reasons import gap_sentence, next_step_sentence, reason_sentence
from phoneward.snapshots.records import RecordsFileError
from phoneward.snapshots.records.contentlines import escaped as escaped_text
from phoneward.snapshots.records.contentlines import one as content_line
from phoneward.snapshots.records.messages_reading import TextMessage, messages_at_once
from phoneward.snapshots.records.mms_reading import Address as MmsAddress
from phoneward.snapshots.records.mms_reading import Message as MmsMessage
from phoneward.snapshots.records.mms_reading import MessageEnd as MmsEnd
from phoneward.snapshots.records.mms_reading import Part as MmsPart
from phoneward.snapshots.records.texts_reading import Text, Texts
from phoneward.snapshots.restoring import app_paths, prove_restored, restore
from phoneward.snapshots.results import BackupResult, BackupStats, MatchCounts
from phoneward.snapshots.returning import Asked
from phoneward.snapshots.returning_apply import plan_return, put_back, rehearse
from phoneward.snapshots.returning_report import ReturnIssue, ReturnIssueKind, ReturnPlan, ReturnReport
from phoneward.snapshots.returning_root import RootedDone, plan_rooted_return, put_rooted
from phoneward.snapshots.rooted_plan import RootedReturn
from phoneward.snapshots.second_vaults import SecondVault, forget_second, is_copy, note_second, second_vaults
from phoneward.snapshots.state import Change, OwnerState, mark_done, name_phone, set_setting, stored_text, write_note
from phoneward.snapshots.state_phones import KnownPhone, which_phone
from phoneward.snapshots.state_store import change_state, load_state
from phoneward.snapshots.timestamps import Timestamp, snapshot_file, stamp_snapshot, timestamps_of
from phoneward.snapshots.trying import try_restore
from phoneward.snapshots.usage import Per, Usage, UsageTable, usage, usage_name
from phoneward.vault import Repository

__all__ = [
    "PAGE_SIZE",
    "STATE_WORDS",
    "AmbiguousPhoneError",
    "ApkState",
    "AppBackup",
    "AppBackupsPlan",
    "AppCoverage",
    "AppData",
    "AppRecord",
    "Area",
    "Asked",
    "Asking",
    "BackupCutShortError",
    "BackupFilePlan",
    "BackupResult",
    "BackupRunningError",
    "BackupStats",
    "BackupStoppedError",
    "BrowseEntry",
    "Catalogue",
    "CatalogueNotKeptError",
    "Change",
    "ChangeCounts",
    "ChangeRow",
    "Compared",
    "ComputerBackup",
    "Coverage",
    "CoverageMissingError",
    "CoverageSummary",
    "CoverageView",
    "DamagedFolder",
    "DamagedSnapshot",
    "DataFate",
    "DeviceDocument",
    "FamilyRules",
    "FileHistory",
    "FileProof",
    "FileVersion",
    "FolderNameError",
    "FolderView",
    "ForgetPlan",
    "Found",
    "Gap",
    "GapReason",
    "HeldRecords",
    "Here",
    "IndexState",
    "JournalUnwritableError",
    "KeptFolder",
    "KnownPhone",
    "Listed",
    "ListingTooLargeError",
    "LookedAfter",
    "MatchCounts",
    "MmsAddress",
    "MmsEnd",
    "MmsMessage",
    "MmsPart",
    "NoAppBackupsError",
    "NoAppFilesError",
    "NoRecordsError",
    "NoSuchPhoneError",
    "NothingReachableError",
    "Outdated",
    "OwnBackup",
    "OwnBackupRow",
    "OwnerState",
    "PackagesDocument",
    "Page",
    "PastApps",
    "Per",
    "PhoneTooFullError",
    "PhonesOwnBackups",
    "Place",
    "PlaceFate",
    "PlaceOutcome",
    "PlacingPlan",
    "Proof",
    "ProofLevel",
    "ProofLookup",
    "RecordCoverage",
    "RecordsFileError",
    "RecordsPlan",
    "ReturnCutShortError",
    "ReturnIssue",
    "ReturnIssueKind",
    "ReturnPlan",
    "ReturnReport",
    "RootedDone",
    "RootedReturn",
    "SearchAnswer",
    "SecondVault",
    "SecondVaultMissingError",
    "SnapshotInfo",
    "SnapshotKind",
    "SnapshotList",
    "SnapshotsError",
    "Standing",
    "State",
    "StateDamagedError",
    "StateFullError",
    "StateTextError",
    "StateTooManyError",
    "StateTooNewError",
    "StillThere",
    "StorageCoverage",
    "Text",
    "TextMessage",
    "Texts",
    "Timestamp",
    "Totals",
    "Unproven",
    "Usage",
    "UsageTable",
    "VaultCopyPlan",
    "Waiting",
    "answer",
    "app_called",
    "app_content",
    "app_holds",
    "app_name",
    "app_paths",
    "app_title",
    "app_words",
    "apps_called",
    "backup",
    "backup_guide",
    "backup_name",
    "backup_sentences",
    "change_state",
    "computer_id",
    "computer_name",
    "concerns_the_person",
    "content_line",
    "copy_vault",
    "coverage_of",
    "coverage_sentences",
    "default_label",
    "describe",
    "device_of",
    "encode_coverage",
    "escaped_text",
    "family_rules",
    "find",
    "forget_second",
    "found_here",
    "gap_sentence",
    "gap_why",
    "is_copy",
    "is_own_document",
    "is_partial",
    "is_proof",
    "is_record",
    "is_state",
    "keep_folder",
    "keep_noted",
    "kept_folders",
    "kind_of_snapshot",
    "known_computer_id",
    "leave_folder",
    "list_path",
    "list_snapshots",
    "load_state",
    "looked_after",
    "losses",
    "make_second",
    "mark_done",
    "messages_at_once",
    "name_phone",
    "next_step_sentence",
    "node_at",
    "note_check",
    "note_family_rules",
    "note_restore_test",
    "note_second",
    "open_path",
    "open_second",
    "own_backup_row",
    "own_backup_rows",
    "path_id",
    "phones_own_backups",
    "place_words",
    "plan_app_backups",
    "plan_backup_file",
    "plan_computer_backups",
    "plan_family",
    "plan_forget",
    "plan_named",
    "plan_records_into_folder",
    "plan_records_onto_phone",
    "plan_return",
    "plan_rooted_return",
    "plan_vault_copy",
    "proof_subject",
    "prove_restored",
    "put_back",
    "put_in_folder",
    "put_on_computer",
    "put_on_phone",
    "put_rooted",
    "reason_sentence",
    "record_moment",
    "refuse_nested",
    "rehearse",
    "restore",
    "restored_when",
    "row_why",
    "second_vaults",
    "set_setting",
    "snapshot_file",
    "stamp_snapshot",
    "still_there",
    "storage_name",
    "stored_text",
    "timestamps_of",
    "try_restore",
    "unproven_files",
    "usage",
    "usage_name",
    "which_phone",
    "write_backup_file",
    "write_note",
]


def backup(
    phone: Phone,
    repo: Repository,
    *,
    listener: Listener = silent,
    dry_run: bool = False,
    state_dir: Path | None = None,
    label: str | None = None,
    verify_all: bool = False,
    cache_dir: Path | None = None,
    also: Sequence[tuple[str, Path]] = (),
    verify_apps: Collection[str] = (),
) -> BackupResult:
    """Take a snapshot of a phone, or say what one would send.

    Folders of this computer that the person said belong to this phone go along (`app_folders`).

    Args:
        phone: open (inside its `with`).
        repo: open; locked here, its index loaded here.
        listener: hears the phases inventory, list, compare, send and store, and a Notice for each file that could
            not be read.
        dry_run: list and compare, write nothing; no lock is taken.
        state_dir: where the resume journal lies; by default the person's state folder.
        label: the snapshot's host name instead of the phone's own label.
        verify_all: compare every file with the SHA-256 that the phone computes, not only what is new and a sample.
        cache_dir: where this computer remembers how the last snapshot was listed, so that the next one is quicker: a
            disposable cache, sealed. Without it everything is compared name by name.
        also: folders of this computer that go along this once, each with the package of the app that it is of.
        verify_apps: compare every file of these apps (packages), and wait for it, as `verify_all` does for all.

    Returns:
        The new snapshot and what it covers. `complete` False is exit code 3: something is named in the coverage.

    Raises:
        BackupCutShortError: the phone is gone. What came over is kept (journal, partial snapshot); run it again.
        BackupStoppedError: Ctrl-C, likewise.
        BackupRunningError: another backup of this phone into this repository runs on this computer.
        NothingReachableError: no storage of the phone can be listed.
        PhoneGoneError: the phone is gone before anything was sent.
        JournalUnwritableError, VaultError: notes or vault cannot be written; what the journal has is safe.
    """
    where = settings.load().state_dir if state_dir is None else state_dir
    folders = with_once(folders_of(phone, repo, where, listener), phone.identity.id, also)
    with beside(phone, folders) as (joined, others):
        apps = frozenset(verify_apps)
        work = Backup(joined, repo, listener, where, label or default_label(phone), verify_all, cache_dir, others, apps)
        return work.rehearse() if dry_run else work.run()
