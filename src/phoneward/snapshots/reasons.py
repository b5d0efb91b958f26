"""The sentences behind the codes of a coverage document, made when it is shown, in the reader's language."""

from typing import Final

from phoneward.snapshots.gaps import GapReason
from phoneward.texts import N_, _

GAP_SENTENCES: Final[dict[str, str]] = {
    GapReason.DENIED: N_("Phoneward is not allowed to read it."),
    GapReason.VANISHED: N_("It was there when the files were listed, and gone when it was to be read."),
    GapReason.READ_ERROR: N_("Reading it failed."),
    GapReason.BAD_NAME: N_("Its name cannot be a file name, so it was left out."),
    GapReason.SPECIAL: N_("It is not a file but a device, socket or pipe; there is nothing in it to keep."),
    GapReason.TOO_LONG: N_("It lies too deep in folders within folders."),
    GapReason.LOCKED: N_("It belongs to another user or profile whose storage the phone keeps closed."),
    GapReason.CONTRADICTION: N_("One name was described as two different things; the folder was kept."),
    GapReason.UNLISTED_FOLDER: N_("Files in this folder were listed, but not the folder: its own date is not kept."),
    GapReason.IMPOSSIBLE: N_("What was told about it cannot be true."),
    GapReason.ENDLESS: N_("More of it kept coming than the file can hold, so it was left out."),
    GapReason.TWICE: N_("The backup file holds two of this name. The later one is kept, as Android would restore it."),
    GapReason.FOREIGN: N_("It stands in the backup file where no Android puts anything, so it was left out."),
    GapReason.ABSENT: N_("This folder of the computer was not there, or could not be opened."),
    GapReason.TORN: N_("It kept changing while it was read. What came over last is kept, and may not fit together."),
    GapReason.MISMATCH: N_(
        "Two checks found another checksum of it than when it came over, though it did not change. What came over last"
        " is kept. The cable, the phone's memory card, a disk or a computer's memory may be faulty: try another cable."
    ),
    GapReason.GONE_WHILE_READ: N_("It was read and then deleted. What came over is kept."),
}

REASON_SENTENCES: Final[dict[str, str]] = {
    "all-kept": N_("Everything that could be seen is kept."),
    "some-missing": N_("Some of it could not be read; the list names each."),
    "storage-locked": N_("The phone keeps this storage closed to us."),
    "computer-folder-absent": N_("This folder of the computer was not there, or could not be opened."),
    "nothing-private": N_("The phone says this app holds no data of its own beyond what is kept."),
    "private-out-of-reach": N_("The app keeps data where Android lets only the app itself read."),
    "private-unknown": N_("The phone did not say whether the app holds data that only it can read."),
    "own-backup": N_("The app made a backup of itself, and that file is kept."),
    "own-backup-damaged": N_(
        "A backup of the app was found, but it is damaged or holds nothing, so it does not count."
    ),
    "user-unreachable": N_("The app belongs to another user or profile whose storage cannot be read."),
    "bad-package-name": N_("The phone gave a name that no app can have."),
    "cut-short": N_("The backup was cut short."),
    "records-unclear": N_("What the phone said of some of them could be read in more than one way."),
    "records-incomplete": N_("The phone did not give out a picture, a text or the addresses of some of them."),
    "records-absent": N_("The phone has none: it has no such list."),
    "records-unanswered": N_("The phone gave no answer that makes sense."),
    "records-refused-by-version": N_("This version of Android does not let a computer read them; newer ones do."),
    "records-part-refused": N_("The phone gave them and refused some of what belongs to them."),
    "records-refused": N_("The phone refused, though most phones with this version of Android allow it."),
    "backup-records-absent": N_("The iPhone's backup does not hold them."),
    "backup-records-unclear": N_(
        "Their database in the iPhone's backup is damaged in part, or has something that is not known here. It is kept"
        " itself, too."
    ),
    "backup-records-incomplete": N_("Pictures or other attachments of some of them are not in the iPhone's backup."),
    "from-backup-file": N_(
        "What the backup file holds of this app is kept. Whether that was all of it, the file does not say."
    ),
    "from-adb-backup": N_(
        "What the app gave to Android's own backup is kept. Whether that was all of it, nobody can tell."
    ),
    "app-data-kept": N_("The app was built for testing, so a computer may read its data: all of it is kept."),
    "run-as-refused": N_("The app was built for testing, so a computer may read its data, but the phone refused."),
    "other-users-data": N_("Only the data of the phone's owner can be read; this is another user's copy of the app."),
    "from-iphone-backup": N_(
        "What the iPhone's backup holds of this app is kept. Caches, and what the app itself keeps out of backups, are"
        " not in it."
    ),
    "not-in-iphone-backup": N_("The iPhone's backup names this app and holds none of its data."),
    "not-in-backup-file": N_("The backup file names this app and holds none of its data."),
}

NEXT_STEP_SENTENCES: Final[dict[str, str]] = {
    "nothing": "",
    "run-again": N_("Run the backup again."),
    "see-gaps": N_(
        "Look at the list of what is missing and why; what can be opened on the phone, open there, and run the backup"
        " again."
    ),
    "unlock-user": N_("Switch to that user or turn the work profile on, unlock it, and run the backup again."),
    "computer-folder-back": N_(
        "If it is on a disk, plug that in. If it was moved, say where it is now with `phoneward app-backups keep"
        " FOLDER`; if it is no longer wanted, `phoneward app-backups leave`. Then run the backup again."
    ),
    "encrypt-iphone-backup": N_(
        "An encrypted backup holds them: switch on “Encrypt local backup” in Finder, iTunes or Apple Devices, choose a"
        " password that you will not lose, and back the iPhone up again."
    ),
    "look-in-icloud": N_(
        "Open those messages on the iPhone: what shows only after a moment lies in iCloud and comes down then. Back the"
        " iPhone up again afterwards."
    ),
    "own-backup-whatsapp": N_(
        "In WhatsApp choose Settings, Chats, Chat backup, Back up; then run this backup again. Keep the backup's"
        " password or key: without it nobody can open the file."
    ),
    "own-backup-signal": N_(
        "In Signal choose Settings, Backups, On-device backups, Turn on backups, and write its key down; then run this"
        " backup again."
    ),
    "own-backup-line": N_(
        "LINE's own backup goes into the cloud (Home, Settings, Chat history backup). A chat that matters can be"
        " exported as text from its own menu; then run this backup again."
    ),
    "own-backup-qq": N_(
        "Move the chats to QQ on a computer, whose folder can then be kept too. Never uninstall QQ before that."
    ),
    "own-backup-telegram": N_(
        "Telegram keeps ordinary chats on its servers. For a copy of your own choose Settings, Advanced, Export"
        " Telegram data in Telegram Desktop."
    ),
    "own-backup-threema": N_("In Threema choose Backups, Data backup, and keep the password; then run this again."),
    "own-backup-aegis": N_("In Aegis choose Settings, Import and Export, Export; then run this backup again."),
    "own-backup-sms": N_("In SMS Backup & Restore make a local backup; then run this backup again."),
    "own-backup-contacts": N_(
        "In the phone's contacts app look for Export (under Settings, Manage contacts or Import/Export) and save all"
        " contacts to a file on the phone; then run this backup again."
    ),
    "export-calendar": N_(
        "In the phone's calendar app look for an export as an .ics file and save it on the phone; then run this backup"
        " again. A calendar that is kept in an account (Google, Exchange, iCloud) can also be saved from its web page."
    ),
    "own-backup-wechat": N_(
        "Back up to WeChat on a computer (its menu, Backup and Migration, Backup and Restore), then keep that backup"
        " here too. Never uninstall WeChat before that: uninstalling deletes all chats."
    ),
    "new-own-backup": N_(
        "Make that backup anew, copy it by cable or in binary mode, and run this again: the list of backup files says"
        " what is wrong with it."
    ),
    "refresh-own-backup": N_(
        "Let the app make a new backup and run this again: the one that is kept holds only what there was on its date."
    ),
    "look-in-app": N_("Look in the app's own settings for a backup or an export, make one, and run this backup again."),
}


def gap_sentence(reason: str) -> str:
    """Return why a name is missing or uncertain, for a person. An unknown code is returned as it is."""
    return _(GAP_SENTENCES[reason]) if reason in GAP_SENTENCES else reason


def reason_sentence(code: str) -> str:
    """Return the sentence behind the `reason` of an app or storage. An unknown code is returned as it is."""
    return _(REASON_SENTENCES[code]) if code in REASON_SENTENCES else code


def next_step_sentence(code: str) -> str:
    """Return the sentence behind a `next_step`; empty where nothing is to be done, an unknown code as it is."""
    return _(NEXT_STEP_SENTENCES[code]) if code in NEXT_STEP_SENTENCES else code
