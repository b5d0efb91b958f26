"""The codes of the snapshots room's findings and what each means. docs/reference/findings.md repeats this table.

A code, once given, keeps its meaning: people's "done" marks and other programs hold on to it.
"""

from collections.abc import Mapping
from typing import Final

NONE: Final = "snapshots.none"
DAMAGED: Final = "snapshots.damaged"
NO_COVERAGE: Final = "snapshots.no-coverage"
EMPTY: Final = "snapshots.empty"
CUT_SHORT: Final = "snapshots.cut-short"
OLD: Final = "snapshots.old"
AHEAD: Final = "snapshots.from-the-future"
APP_OUT_OF_REACH: Final = "snapshots.app-out-of-reach"
APPS_OUT_OF_REACH: Final = "snapshots.apps-out-of-reach"
OWN_BACKUP_OLD: Final = "snapshots.own-backup-old"
OWN_BACKUP_NOT_KEPT: Final = "snapshots.own-backup-not-kept"
RECORDS_OUT_OF_REACH: Final = "snapshots.records-out-of-reach"
APPS_NOT_KEPT: Final = "snapshots.apps-themselves-missing"
STORAGE_CLOSED: Final = "snapshots.storage-closed"
STORAGE_MISSING: Final = "snapshots.storage-missing"
NAMES_MISSING: Final = "snapshots.names-missing"
NAMES_UNCERTAIN: Final = "snapshots.names-uncertain"
INCOMPLETE: Final = "snapshots.incomplete"
MISMATCHED: Final = "snapshots.mismatched"
NOT_COMPARED: Final = "snapshots.not-compared"
CLOCK_SET_BACK: Final = "snapshots.clock-set-back"
OTHER_PHONE_OLD: Final = "snapshots.other-phone-old"
OTHER_PHONE_NONE: Final = "snapshots.other-phone-none"
NEVER_RESTORED: Final = "snapshots.never-restored"
RESTORE_TEST_OLD: Final = "snapshots.restore-test-old"
NEVER_READ_BACK: Final = "snapshots.never-read-back"
READ_BACK_OLD: Final = "snapshots.read-back-old"
ONE_DISK: Final = "snapshots.one-disk-only"
SECOND_COPY_OLD: Final = "snapshots.second-copy-old"
NO_SCHEDULE: Final = "snapshots.no-schedule"
SCHEDULE_LATE: Final = "snapshots.schedule-late"
SCHEDULE_FAILED: Final = "snapshots.schedule-failed"
SCHEDULE_ALARM: Final = "snapshots.schedule-alarm"
MOVE_NOT_FINISHED: Final = "snapshots.move-not-finished"

CODES: Final[Mapping[str, str]] = {
    NONE: "The vault holds no finished snapshot of a phone.",
    DAMAGED: "Files that describe snapshots cannot be read; nobody knows what those snapshots hold. Subject: the file.",
    NO_COVERAGE: "The snapshot says nothing of what it covers: another program made it, or its document is unreadable.",
    EMPTY: "The snapshot holds no file of the phone.",
    CUT_SHORT: "The newest backup of the phone was cut short, and nothing finished came after it.",
    OLD: "The phone's newest finished snapshot is old: advice from 8 days, warning from 31. Of an iPhone's backup the "
    "day on which the iPhone made it counts.",
    AHEAD: "The newest snapshot bears a time that is still to come, so that nobody can tell how old it is.",
    APP_OUT_OF_REACH: "One app whose content is precious (chats, login codes) keeps it where no computer can read. "
    "Subject: the package.",
    APPS_OUT_OF_REACH: "All other apps that keep something where no computer can read, summed up. Warning from 1 GB.",
    OWN_BACKUP_OLD: "An app is kept only by a backup it made of itself, and that is old: from 8 days on for apps that "
    "make one every night, later for others (`phoneward app-backups guide APP` says when). Subject: the package.",
    OWN_BACKUP_NOT_KEPT: "A backup that an app made on this computer is in no phone's snapshots. Warning where the "
    "app's data is out of reach otherwise. Subject: the package and a short name for the folder.",
    RECORDS_OUT_OF_REACH: "The phone did not let its messages, its call list, its contacts or its calendar be read; "
    "for messages and calls: and no backup of the app SMS Backup & Restore is in the snapshot. Subject: `sms`, `mms`, "
    "`calls`, `contacts` or `calendar`.",
    APPS_NOT_KEPT: "For some apps the app itself (its APK files) is not in the snapshot, so this version cannot come "
    "back.",
    STORAGE_CLOSED: "A storage was not readable: a work profile, an app twin, another user. Subject: its path.",
    STORAGE_MISSING: "A storage that the snapshot before had was not there. Subject: its kind and name.",
    NAMES_MISSING: "Names that the phone showed are not in the snapshot. One finding a reason. Subject: the reason.",
    NAMES_UNCERTAIN: "Names are in the snapshot, but not for certain. One finding a reason. Subject: the reason.",
    INCOMPLETE: "The snapshot calls itself incomplete and does not say why.",
    MISMATCHED: "The phone twice computed another checksum than the vault's, though the file did not change.",
    NOT_COMPARED: "Files were stored and read back, but never compared with the phone's own checksums.",
    CLOCK_SET_BACK: "The phone's clock was set back since the snapshot before.",
    OTHER_PHONE_OLD: "Another phone in this vault has an old snapshot (ages as for `snapshots.old`). Subject: its id.",
    OTHER_PHONE_NONE: "Another phone in this vault has no finished snapshot. Subject: its id.",
    NEVER_RESTORED: "The vault holds no proof that a restore of this phone was ever compared.",
    RESTORE_TEST_OLD: "A restore of this phone was last compared more than half a year ago.",
    NEVER_READ_BACK: "Nobody noted that the whole vault was ever read back.",
    READ_BACK_OLD: "The whole vault was last read back more than three months ago.",
    ONE_DISK: "No second vault is noted: everything lies on one disk.",
    SECOND_COPY_OLD: "The second vault lacks the newest snapshot, and all was last copied long ago, or never: advice "
    "from 31 days, warning from 92.",
    NO_SCHEDULE: "No schedule on this computer backs up into this vault.",
    SCHEDULE_LATE: "A scheduled backup was not made for three days, or for two of its own times. Subject: the phone.",
    SCHEDULE_FAILED: "Something scheduled failed when it was last tried. Subject: the job, and its phone.",
    SCHEDULE_ALARM: "Something scheduled found damage in the vault. Subject: the job.",
    MOVE_NOT_FINISHED: "A move to a new phone was begun on this computer and is not finished. Subject: both phones.",
}
