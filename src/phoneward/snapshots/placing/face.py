"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.snapshots.placing.appbackups import AppBackup, AppBackupsPlan, plan_app_backups
from phoneward.snapshots.placing.backupfile import (
    AppData,
    BackupFilePlan,
    DataFate,
    plan_backup_file,
    write_backup_file,
)
from phoneward.snapshots.placing.into_folder import put_in_folder
from phoneward.snapshots.placing.items import Fate, Item, Outcome, Place, PlacingPlan
from phoneward.snapshots.placing.onto_phone import plan_on_phone, put_on_phone
from phoneward.snapshots.placing.records import (
    KINDS,
    HeldRecords,
    RecordsPlan,
    moment_of,
    plan_records_into_folder,
    plan_records_onto_phone,
)
from phoneward.snapshots.placing.tocomputer import ComputerBackup, plan_computer_backups, put_on_computer
from phoneward.snapshots.placing.words import backup_guide, backup_name, backup_sentences, place_words

__all__ = [
    "KINDS",
    "AppBackup",
    "AppBackupsPlan",
    "AppData",
    "BackupFilePlan",
    "ComputerBackup",
    "DataFate",
    "Fate",
    "HeldRecords",
    "Item",
    "Outcome",
    "Place",
    "PlacingPlan",
    "RecordsPlan",
    "backup_guide",
    "backup_name",
    "backup_sentences",
    "moment_of",
    "place_words",
    "plan_app_backups",
    "plan_backup_file",
    "plan_computer_backups",
    "plan_on_phone",
    "plan_records_into_folder",
    "plan_records_onto_phone",
    "put_in_folder",
    "put_on_computer",
    "put_on_phone",
    "write_backup_file",
]
