"""What can be wrong with an iPhone backup: one sentence each, and what to do now."""

from phoneward.errors import ExitCode
from phoneward.phones.errors import PhoneError, PhoneGoneError
from phoneward.texts import N_


class IphoneBackupError(PhoneError):
    """Base: nothing is taken from this folder. `path` is the folder, readable."""


class IphoneBackupMissingError(IphoneBackupError):
    """The folder cannot be opened."""

    message = N_("The backup folder {path} cannot be opened ({detail}).")
    next_step = N_(
        "Check the spelling, and that its disk is plugged in. On a Mac, allow your terminal under System Settings, "
        "Privacy & Security, Full Disk Access: without it macOS shows iPhone backups to no program."
    )


class NotIphoneBackupError(IphoneBackupError):
    """The folder is something else."""

    message = N_("{path} is not an iPhone backup.")
    next_step = N_(
        "An iPhone backup is a folder with a long name of digits and letters, with the files Manifest.db and "
        "Info.plist in it. `phoneward backup --iphone` without a folder lists those in the usual places."
    )


class SeveralIphoneBackupsError(IphoneBackupError):
    """The folder holds backups, and is none itself."""

    message = N_("{path} is the folder in which backups lie: {backups}.")
    next_step = N_("Name the one that you mean, for example: phoneward backup --iphone {example}")
    exit_code = ExitCode.USAGE


class IphoneBackupTooOldError(IphoneBackupError):
    """Before iOS 10 the list of files was Manifest.mbdb."""

    message = N_(
        "{path} was made by iOS 9 or older: its list of files is a Manifest.mbdb, which Phoneward does not read."
    )
    next_step = N_(
        "To keep it as it is, take it with --folder: Finder or iTunes can still restore it. If the iPhone can be "
        "updated to iOS 10 or later, make a new backup then."
    )


class IphoneBackupUnfinishedError(IphoneBackupError):
    """The program that made it was stopped."""

    message = N_("The backup {path} was never finished ({detail}).")
    next_step = N_(
        "Let Finder, iTunes or Apple Devices make the backup once more, to the end. What there is can be kept as it "
        "is with --folder."
    )


class IphoneBackupDamagedError(IphoneBackupError):
    """Its lists contradict themselves or cannot be read."""

    message = N_("{path} is damaged: {file} cannot be read ({detail}).")
    next_step = N_("Copy the folder again from where it was made, or make the backup once more.")


class IphoneBackupTooLargeError(IphoneBackupError):
    """Far more names than a phone has."""

    message = N_("{path} lists more files than any phone holds, so it is not read further.")
    next_step = N_("Somebody may have made this folder to do harm. Use a backup whose origin you know.")


class IphoneBackupLockedError(IphoneBackupError):
    """The backup is encrypted and no password was given."""

    message = N_("The backup {path} is encrypted and needs a password.")
    next_step = N_("Put its password into a file and name that with --iphone-password-file.")
    exit_code = ExitCode.WRONG_PASSWORD


class IphoneBackupPasswordError(IphoneBackupError):
    """The password is not the backup's."""

    message = N_("This password does not open the backup {path}.")
    next_step = N_(
        "It is the password that was chosen when 'Encrypt local backup' was switched on in Finder or iTunes: not the "
        "iPhone's code, and not the Apple account's password. Nobody can open the backup without it; how to set a new "
        "one for later backups is in Apple's article 'If you forgot the password for your encrypted backup'."
    )
    exit_code = ExitCode.WRONG_PASSWORD


class IphoneBackupUnknownKindError(IphoneBackupError):
    """An encryption that no iOS known here writes."""

    message = N_("{path} is encrypted in a way that is not known here ({detail}).")
    next_step = N_("Backups of iOS 10.2 and later can be read. Is there a newer Phoneward?")


class IphoneBackupSpoolError(IphoneBackupError):
    """This computer cannot keep the list of files while it is read."""

    message = N_("There is no room on this computer's disk to open the lists of {path} ({detail}).")
    next_step = N_("Make room on the disk that holds temporary files, then run the same command again.")


class IphoneToolError(PhoneError):
    """A program of libimobiledevice does not work on this computer."""

    message = N_("The program {program} does not work on this computer ({detail}).")
    next_step = N_("Back the iPhone up with Finder, iTunes or Apple Devices, and name the folder with --iphone FOLDER.")


class IphoneToolUnfinishedError(PhoneError):
    """`idevicebackup2` ended with an error."""

    message = N_("{program} did not finish the backup (exit code {code}); what it said stands above.")
    next_step = N_(
        "Unlock the iPhone, tap Trust if it asks, enter its code, and run the same command again: what came over "
        "already is kept. There must be as much room on this computer as the iPhone's content takes."
    )


class IphoneBackupGoneError(PhoneGoneError):
    """The folder is not there any more."""

    message = N_("The backup {path} cannot be read any more ({detail}).")
    next_step = N_("Plug its disk in again, and run the same command: it goes on where it stopped.")
