"""What can be wrong with an Android backup file: one sentence each, and what to do now."""

from phoneward.errors import ExitCode
from phoneward.phones.errors import PhoneError, PhoneGoneError
from phoneward.texts import N_


class AndroidBackupError(PhoneError):
    """Base: nothing is taken from this file. `path` is the file, readable."""


class AndroidBackupMissingError(AndroidBackupError):
    """The file cannot be opened."""

    message = N_("The backup file {path} cannot be opened ({detail}).")
    next_step = N_("Check the spelling, and that it is a file that you may read; is its disk plugged in?")


class NotAndroidBackupError(AndroidBackupError):
    """The file is something else."""

    message = N_("{path} is not an Android backup file.")
    next_step = N_(
        "Such files are made by 'adb backup' (.ab) and by Xiaomi's local backup (.bak). To keep any other file, put it "
        "into a folder and give that folder with --folder."
    )


class AndroidBackupEmptyError(AndroidBackupError):
    """What `adb backup` leaves when no app took part, or nobody confirmed on the phone."""

    message = N_("The phone put nothing into this backup: {path} holds no files.")
    next_step = N_(
        "There is nothing in it to keep. Since Android 12 'adb backup' leaves nearly all apps out, and it stays empty "
        "where it was not confirmed on the phone; take a snapshot of the phone itself with 'phoneward backup'."
    )


class AndroidBackupAsTextError(AndroidBackupError):
    """The line ends were rewritten on the way (CRLF)."""

    message = N_("{path} was damaged when it was copied: a program took it for text and rewrote its line ends.")
    next_step = N_(
        "Copy it from where it was made once more, by cable or in binary mode, and use that copy. This one cannot be "
        "mended for certain."
    )


class AndroidBackupCutOffError(AndroidBackupError):
    """The file ends before its content does."""

    message = N_("{path} is cut off: the backup in it goes on where the file ends.")
    next_step = N_(
        "Copy the file again from where it was made; if it is as short there, that backup was never finished."
    )


class AndroidBackupDamagedError(AndroidBackupError):
    """The file's content contradicts itself."""

    message = N_("{path} is damaged: it cannot be read to its end.")
    next_step = N_("Copy the file again from where it was made; nothing was taken from this copy.")


class AndroidBackupUnknownKindError(AndroidBackupError):
    """A version or encryption that no Android known here writes."""

    message = N_("{path} is an Android backup of a kind that is not known here (version {version}, {encryption}).")
    next_step = N_("Versions 1 to 5, unencrypted or with AES-256, can be read. Is there a newer Phoneward?")


class AndroidBackupTooLargeError(AndroidBackupError):
    """A bomb: far more names, or far more content, than a phone's backup has."""

    message = N_("{path} would unfold to more than any phone's backup holds, so it is not read further.")
    next_step = N_("Somebody may have made this file to do harm. Use a backup file whose origin you know.")


class AndroidBackupPasswordError(AndroidBackupError):
    """The password is not the one that the file was made with."""

    message = N_("This password does not open the backup file {path}.")
    next_step = N_(
        "Type the password that was entered on the phone when this backup was made; it may be the phone's 'desktop "
        "backup password' of that time. Nobody can open the file without it."
    )
    exit_code = ExitCode.WRONG_PASSWORD


class AndroidBackupLockedError(AndroidBackupError):
    """The file is encrypted and no password was given."""

    message = N_("The backup file {path} is encrypted and needs a password.")
    next_step = N_("Put its password into a file and name that with --android-backup-password-file.")
    exit_code = ExitCode.WRONG_PASSWORD


class AndroidBackupSpoolError(AndroidBackupError):
    """This computer cannot keep the backup while it is looked through."""

    message = N_("There is no room for {path} on this computer's disk ({detail}).")
    next_step = N_("Make room on the disk that holds temporary files, then run the same command again.")


class AndroidBackupRefusedError(AndroidBackupError):
    """Not a single byte came of `adb backup`."""

    message = N_("Nothing came of {path}: it was not confirmed on the phone, or the phone does not allow it.")
    next_step = N_(
        "Run it again, unlock the phone and tap 'Back up my data' within a minute. Where the phone asks for its "
        "desktop backup password, that must be right; some companies' phones forbid it altogether."
    )


class AndroidBackupUnfinishedError(AndroidBackupError):
    """The phone ended `adb backup` with an error, or fell silent."""

    message = N_("{path} came to no end ({detail}), so nothing of it is kept.")
    next_step = N_("Keep the phone unlocked and plugged in, and run it again. The rest of the backup is not touched.")


class AndroidBackupChangedError(PhoneGoneError):
    """The file is not what it was when it was opened, or cannot be read any more."""

    message = N_("The backup file {path} changed or went away while it was read ({detail}).")
    next_step = N_("Wait until it is copied completely and its disk is plugged in, then run the same command again.")
