"""What can go wrong while a snapshot is taken or asked for."""

from phoneward.errors import ExitCode, PhonewardError, UsageError
from phoneward.texts import N_


class SnapshotsError(PhonewardError):
    """Base of the errors of `snapshots/`."""


class BackupCutShortError(SnapshotsError):
    """The connection broke in the middle; what came over is safe and the next run goes on from there.

    `details["files"]` is how many came over whole; the beginning of one that did not may be kept too.
    """

    message = N_("The backup was cut short: {detail} What came over is kept and will not be sent again.")
    next_step = N_("Plug the phone in again, unlock it, and run the same command: it goes on where it stopped.")
    exit_code = ExitCode.FAILED


class BackupStoppedError(SnapshotsError):
    """The person stopped the backup."""

    message = N_("You stopped the backup. What came over is kept and will not be sent again.")
    next_step = N_("Run the same command again when you like: it goes on where it stopped.")
    exit_code = ExitCode.INTERRUPTED


class BackupRunningError(SnapshotsError):
    """Another process backs up the same phone into the same repository."""

    message = N_("Another backup of this phone into this vault is running on this computer.")
    next_step = N_("Wait until it has ended, then run the command again if you still want to.")
    exit_code = ExitCode.LOCKED


class JournalUnwritableError(SnapshotsError):
    """The resume journal cannot be kept."""

    message = N_("Phoneward cannot write its notes to {path} ({detail}).")
    next_step = N_("Free some space there or choose another folder with PHONEWARD_STATE_DIR, then run it again.")


class ListingTooLargeError(SnapshotsError):
    """The phone names more files than any phone holds."""

    message = N_("The phone lists more than {limit} files or folders: that cannot be true, so the backup was stopped.")
    next_step = N_("Restart the phone and try again. If it happens again, the phone or its software is not sound.")


class NothingReachableError(SnapshotsError):
    """No storage of the phone can be listed."""

    message = N_("No storage of this phone can be read ({detail}).")
    next_step = N_("Unlock the phone, allow file access when it asks, and run the command again.")


class CoverageMissingError(SnapshotsError):
    """A snapshot has no coverage document, or none that can be understood."""

    message = N_("Snapshot {snapshot} does not say what it covers ({detail}).")
    next_step = N_("Choose a snapshot that Phoneward made: phoneward snapshots")


class CatalogueNotKeptError(SnapshotsError):
    """What the search needs cannot be kept on this computer."""

    message = N_("The search could not be prepared: this computer's cache folder is full or cannot be written.")
    next_step = N_("Make some room on this computer's disk, then open the page again. Your backups are not affected.")


class NoAppFilesError(UsageError):
    """A restore of one app finds nothing of it."""

    message = N_("Snapshot {snapshot} holds nothing of the app {app}.")
    next_step = N_("See which apps it holds with: phoneward coverage")
    exit_code = ExitCode.FAILED


class NoRecordsError(SnapshotsError):
    """A restore of records finds none."""

    message = N_("Snapshot {snapshot} holds none of the records that were asked for.")
    next_step = N_("See what it holds, and why not more, with: phoneward coverage")
    exit_code = ExitCode.FAILED


class NoAppBackupsError(SnapshotsError):
    """A restore of apps' own backups finds none."""

    message = N_("Snapshot {snapshot} holds no backup that such an app made of itself.")
    next_step = N_("See which apps have one, and how to make one, with: phoneward coverage")
    exit_code = ExitCode.FAILED


class NoAppDataError(SnapshotsError):
    """A restore as an Android backup file finds no app's data."""

    message = N_("Snapshot {snapshot} holds no data of such an app.")
    next_step = N_("See which apps' data it holds with: phoneward ls SNAPSHOT /appdata")
    exit_code = ExitCode.FAILED


class BackupFileExistsError(SnapshotsError):
    """The Android backup file that is to be written is there already."""

    message = N_("{path} is there already and was left as it is.")
    next_step = N_("Choose another name for the file; nothing is ever written over.")
    exit_code = ExitCode.FAILED


class BackupFileUnwritableError(SnapshotsError):
    """The Android backup file cannot be written; nothing of it is left."""

    message = N_("{path} could not be written ({reason}); nothing of it is left.")
    next_step = N_("Choose another place, or make room there, then run the same command again.")
    exit_code = ExitCode.FAILED


class AppDataDamagedError(SnapshotsError):
    """A file of an app's data turned out to be damaged while the Android backup file was written."""

    message = N_("{path} in the vault cannot be read ({detail}), so no file was written.")
    next_step = N_(
        "Put the other apps back one by one with --app. What else is damaged, says: phoneward check --read-data"
    )
    exit_code = ExitCode.FAILED


class NoPrivateDataError(SnapshotsError):
    """A snapshot has no private data of an app."""

    message = N_("Snapshot {snapshot} holds no private data of {app}.")
    next_step = N_("See what it holds of the app with: phoneward coverage. On a rooted phone it is taken by: --root")
    exit_code = ExitCode.FAILED


class AppNotInstalledError(SnapshotsError):
    """An app whose data is to be put back is not on the phone."""

    message = N_("{app} is not installed on this phone, so its data has no place there.")
    next_step = N_(
        "Install it first, from its store or out of the snapshot with: phoneward restore SNAPSHOT --to-phone SERIAL "
        "--app {app} --apks. Then run the same command again."
    )
    exit_code = ExitCode.FAILED


class OtherSignerError(SnapshotsError):
    """The app on the phone is signed by somebody else than at the backup."""

    message = N_("{app} on this phone is signed by somebody else than at the backup. Its data was not put there.")
    next_step = N_(
        "Another maker's app would get to read it. Install the app from where you had it then, and run the same "
        "command again."
    )
    exit_code = ExitCode.FAILED


class OlderAppError(SnapshotsError):
    """The app on the phone is older than the data."""

    message = N_("{app} on this phone is older ({now}) than the data ({before}): an older app often cannot read it.")
    next_step = N_("Update the app first. If you want it all the same, add --allow-older-app.")
    exit_code = ExitCode.FAILED


class AppDataUnusableError(SnapshotsError):
    """A name in an app's data cannot be written as it is, so nothing of the app is."""

    message = N_("{path} in the snapshot cannot be put on a phone as it is, so nothing was changed there.")
    next_step = N_("Get the data into a folder with --target DIR and look. Damage is found by: phoneward check")
    exit_code = ExitCode.FAILED


class AppStaysOpenError(SnapshotsError):
    """An app is opened again and again by something, so its data is not touched."""

    message = N_("{app} does not stay closed on the phone, so its data was left as it is.")
    next_step = N_("Leave the phone alone meanwhile, or switch it to flight mode, then run the same command again.")
    exit_code = ExitCode.FAILED


class NotSwappedError(SnapshotsError):
    """The new data could not get its place; the old is where it was."""

    message = N_("The new data of {app} could not be put in place. The old is where it was.")
    next_step = N_("Start the phone anew, unlock it, and run the same command again.")
    exit_code = ExitCode.FAILED


class RootedCutShortError(SnapshotsError):
    """The connection broke while an app's data was put back."""

    message = N_("The work was cut short: {detail} The old data of {app} is on the phone.")
    next_step = N_(
        "Do not open the app. Plug the phone in again, unlock it, and run the same command: it puts the old data back "
        "first where it is not in its place, removes what is half, and begins anew."
    )
    exit_code = ExitCode.FAILED


class NoWayBackError(SnapshotsError):
    """A storage of a snapshot has no folder of files."""

    message = N_("{path} of this snapshot is not a folder that can go back onto a phone.")
    next_step = N_("See what the snapshot holds with: phoneward ls SNAPSHOT")


class ReturnCutShortError(SnapshotsError):
    """The connection broke while files went back to the phone."""

    message = N_("The work was cut short: {detail} Files on the phone by then, each one whole: {files}.")
    next_step = N_("Plug the phone in again, unlock it, and run the same command: what is there already is left alone.")
    exit_code = ExitCode.FAILED


class PhoneTooFullError(SnapshotsError):
    """What was asked for does not fit on the phone."""

    message = N_("The phone has too little room: {needed} bytes are needed on {storage}, {free} are free.")
    next_step = N_("Free some room on the phone, or restore less at once with --include.")
    exit_code = ExitCode.FAILED


class StateDamagedError(SnapshotsError):
    """A snapshot that should hold what a person decided holds nothing that can be understood."""

    message = N_("A list of names, settings and notes in the vault ({name}) cannot be read ({reason}).")
    next_step = N_("Your snapshots are not touched by this. See what is damaged with: phoneward check --read-data")
    exit_code = ExitCode.INCOMPLETE


class StateTooNewError(SnapshotsError):
    """A newer version wrote it in another form."""

    message = N_("A list of names, settings and notes in the vault ({name}) was written by a newer Phoneward.")
    next_step = N_("Install the newest Phoneward on this computer too. Nothing of the list is lost.")
    exit_code = ExitCode.INCOMPLETE


class StateTooManyError(SnapshotsError):
    """More state snapshots than any honest vault has."""

    message = N_("The vault holds too many lists of names, settings and notes; only the newest {count} were read.")
    next_step = N_("See them with: phoneward snapshots --json. Those you do not need go with: phoneward forget ID")
    exit_code = ExitCode.INCOMPLETE


class StateFullError(SnapshotsError):
    """The document would be larger than what is read."""

    message = N_("There is no more room for names, settings and notes in the vault. Nothing was changed.")
    next_step = N_("Delete some long notes that you no longer need, then try again.")
    exit_code = ExitCode.FAILED


class StateTextError(SnapshotsError):
    """A name, a note or a setting is longer than it may be."""

    message = N_("This text is too long: it has {length} characters, and at most {limit} can be kept.")
    next_step = N_("Write it shorter, then try again.")
    exit_code = ExitCode.USAGE


class FolderNameError(SnapshotsError):
    """A folder's path cannot be written down."""

    message = N_("The path of this folder cannot be remembered: {path}")
    next_step = N_("It is very long, or holds bytes that are no text. Give the folder a shorter, plain name.")
    exit_code = ExitCode.USAGE


class NoSuchPhoneError(SnapshotsError):
    """A person named a phone of which the vault holds nothing."""

    message = N_("The vault holds no snapshot of a phone called {name}.")
    next_step = N_("See which phones there are with: phoneward snapshots")
    exit_code = ExitCode.FAILED


class AmbiguousPhoneError(SnapshotsError):
    """A person named a phone in a way that fits several."""

    message = N_("{name} may be any of several phones: {candidates}.")
    next_step = N_("Give the phone's id instead of its name; it is one of those in this message.")
    exit_code = ExitCode.FAILED


class SecondVaultMissingError(SnapshotsError):
    """There is no vault to copy into."""

    message = N_("There is no second vault at {location}.")
    next_step = N_("Attach its disk, or make a second vault there with: phoneward copy --to FOLDER --init")
    exit_code = ExitCode.NO_REPOSITORY
