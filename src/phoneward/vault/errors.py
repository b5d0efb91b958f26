"""What can go wrong with a repository."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_


class VaultError(PhonewardError):
    """Base of the errors of `vault/`."""


class NoRepositoryError(VaultError):
    """There is nothing to open."""

    message = N_("There is no vault at {location}.")
    next_step = N_("Check the place for typing errors, or make one there with: phoneward init")
    exit_code = ExitCode.NO_REPOSITORY


class RepositoryExistsError(VaultError):
    """`init` would write over a repository, or over what is left of one."""

    message = N_("There is already a vault at {location}.")
    next_step = N_("Use it as it is, or choose an empty folder for a new one.")


class KeyLeftBehindError(RepositoryExistsError):
    """Two made a vault at the same place at once; this one gave way, and its key file stays: nothing is removed there.

    It opens nothing of the vault. Details: `names`, the key files.
    """

    message = N_("Somebody else made a vault at {location} at the same moment. A key file of this run is left in it.")
    next_step = N_(
        "It opens nothing there, and may stay. Use the vault that is there with its own password, or choose another "
        "place for a new one. Whoever keeps the server may remove it: {names}. If both passwords are the same, plain "
        "restic may say that config or key is damaged: nothing is; have it open with the key that phoneward key list "
        "shows as in use: restic --key-hint KEY"
    )


class WrongPasswordError(VaultError):
    """No key file opens with this password."""

    message = N_("The password does not open the vault at {location}.")
    next_step = N_("Type the password again; check Caps Lock and the keyboard layout.")
    exit_code = ExitCode.WRONG_PASSWORD


class KeyFileError(VaultError):
    """A key file is damaged or was made to harm."""

    message = N_("The key file {name} cannot be used: {problem}")
    next_step = N_("Copy the folder 'keys' back from another copy of this vault, then try again.")


class WeakKeyCostError(VaultError):
    """A new key would be cheap to guess. Programming error or a wrong setting, never a person's mistake."""

    message = N_("The cost asked for the new key is too low: its password could be guessed quickly.")
    next_step = N_("Leave the cost out: a safe one is measured on this computer.")


class UnsupportedVersionError(VaultError):
    """The repository is of a format version this program does not know."""

    message = N_("The vault has format version {version}, which this program does not know.")
    next_step = N_("Install a newer Phoneward, or open the vault with a newer restic.")


class DamagedError(VaultError):
    """A stored file is not what was written, or was made to harm."""

    message = N_("The file {name} in the vault is damaged: {problem}")
    next_step = N_("Find out how much is affected with: phoneward check --read-data")


class FileMissingError(VaultError):
    """A file that must be there is not."""

    message = N_("The file {name} is missing from the vault.")
    next_step = N_("Find out how much is affected with: phoneward check")


class BlobMissingError(VaultError):
    """No index knows this blob."""

    message = N_("A piece of stored data ({blob}) is missing from the vault's index.")
    next_step = N_("Find out how much is affected with: phoneward check")


class TooLargeError(VaultError):
    """A single piece is larger than the format's safe bounds."""

    message = N_("A single piece of {size} bytes is too large to store (at most {limit} bytes).")
    next_step = N_("Run the command again with --verbose and send us what it prints.")


class VerifyError(VaultError):
    """What was just encrypted did not open to what went in: memory or processor fault, or a defect of ours."""

    message = N_("Encrypting {blob} gave a wrong result, so it was not stored. This computer's memory may be faulty.")
    next_step = N_("Run the backup again; if it happens again, test this computer's memory.")


class ReadBackError(VerifyError):
    """A file that was just stored reads otherwise than it was written."""

    message = N_("{blob} was written to the vault, and the disk gave back something else.")
    next_step = N_(
        "Nothing wrong stays in the vault. Very likely the disk, its cable or the card reader is faulty: use another"
        " one for the vault and run the command again."
    )


class ChunkerError(VaultError):
    """The compiled chunker is missing."""

    message = N_("The fast chunker (pyfastcdc) is not installed properly on this computer: {problem}")
    next_step = N_("Install Phoneward again, e.g. with: pipx reinstall phoneward")


class RepositoryLockedError(VaultError):
    """Somebody else works on the repository."""

    message = N_("The vault has been in use by {holder} for {age}.")
    next_step = N_("Wait until that has ended. If it was cut off, remove what it left with: phoneward unlock")
    exit_code = ExitCode.LOCKED


class LockUnreadableError(VaultError):
    """A lock file cannot be understood, so nobody can tell whether its owner still works."""

    message = N_("The lock file {name} in the vault cannot be read: {problem}")
    next_step = N_("Make sure no other backup is running, then remove it with: phoneward unlock --remove-all")
    exit_code = ExitCode.LOCKED


class LockLostError(VaultError):
    """Our own lock could not be kept: others may have changed the repository since."""

    message = N_("This computer lost its hold on the vault ({problem}), so the work was stopped to be safe.")
    next_step = N_("Run the same command again: it goes on where it stopped.")
    exit_code = ExitCode.LOCKED


class StorageError(VaultError):
    """Base of what the place of storage refuses. `path` is readable, `detail` are the system's own words."""

    message = N_("The storage failed at {path}: {detail}")
    next_step = N_("Check that the disk is connected and healthy, then run the same command again.")


class StorageFullError(StorageError):
    """No space left, or the quota is used up."""

    message = N_("The disk that holds the vault is full ({path}).")
    next_step = N_("Free some space on that disk, then run the same command again: it goes on where it stopped.")


class StorageDeniedError(StorageError):
    """Not allowed, or a read-only disk."""

    message = N_("Phoneward may not write to or read from {path}: {detail}")
    next_step = N_("Check who owns the folder and whether the disk is read-only, then try again.")


class NameTakenError(StorageError):
    """A stored file of this name exists: files are written once and never changed."""

    message = N_("The file {path} exists already and is never written over.")
    next_step = N_("Run the same command again; if it stays, send us what it prints with --verbose.")


class TransientStorageError(StorageError):
    """A remote place failed in a way that may pass: no connection, cut, too slow, too busy, an error of its own.

    Raised by the storages themselves and caught by `RetryingStorage`; a person sees `StorageUnreachableError`.

    Args:
        retry_after_s: the server asked to wait this long, seconds; None where it did not.
        is_unclear: of a `save`: the server may still be at it, and may yet take away or cut what it finds under this
            name then. The name is not to be used again.
    """

    def __init__(self, *, retry_after_s: float | None = None, is_unclear: bool = False, **details: object) -> None:
        super().__init__(**details)
        self.retry_after_s = retry_after_s
        self.is_unclear = is_unclear


class StorageUnreachableError(StorageError):
    """A remote place did not answer, or only with failures, for as long as was waited for it."""

    message = N_("There is no answer from {path}: {detail}")
    next_step = N_(
        "Check the address, your connection and whether the server runs, then run the same command again: it goes on "
        "where it stopped."
    )


class UnclearSaveError(StorageUnreachableError):
    """Nobody knows what becomes of a file that was sent: it is to be made anew, under another name.

    `storage.under_new_names` does that; where it cannot be done, a person sees that there was no answer.
    """


class WrongAnswerError(StorageError):
    """A remote place answers, but not as its protocol says: another service, or a server that lies."""

    message = N_("What {path} answers is not what a vault's server answers: {detail}")
    next_step = N_("Check the address. If it is right, the server or something on the way to it is faulty.")


class StorageAccessError(StorageDeniedError):
    """A remote place wants another user, password or key."""

    message = N_("{path} refuses entry: the user name, the password or the key is wrong ({detail}).")
    next_step = N_("Check who you enter as. This is about the server; the vault's own password was not asked yet.")


class AppendOnlyError(StorageDeniedError):
    """A remote place takes new files and neither changes nor removes any."""

    message = N_("{path} keeps everything and removes nothing, so this cannot be done from here.")
    next_step = N_(
        "Nothing is lost. Whoever keeps the server can remove old snapshots there, with a user who may remove."
    )


class StorageRightsError(StorageDeniedError):
    """A remote place knows the user, and does not let this one do that."""

    message = N_("{path} does not let this user or key do that: {detail}")
    next_step = N_("Where you got the key from, let it list, read and write at this place. Nothing was changed.")


class ClockWrongError(StorageError):
    """A service refuses because this computer's time differs from its own by more than it takes (S3: 15 minutes)."""

    message = N_("This computer's clock is wrong, and {path} refuses to answer because of that.")
    next_step = N_("Let this computer set its date and time by itself, then run the same command again.")


class NoBucketError(StorageError):
    """There is no such bucket."""

    message = N_("There is no bucket named {bucket} at {path}.")
    next_step = N_("Check its name for typing errors. A new bucket is made at the provider, before the first backup.")


class WrongRegionError(StorageError):
    """The bucket lies in another region than was asked, and the service does not say in which."""

    message = N_("The bucket of {path} lies in another region: {detail}")
    next_step = N_("Look at the provider in which region it is, and say it with AWS_DEFAULT_REGION.")


class OldLayoutError(StorageError):
    """The files lie as restic put them into S3 until 2017 (`s3legacy`)."""

    message = N_("The vault at {path} lies in the order that restic used before version 0.7.")
    next_step = N_(
        "Let restic 0.17 put it in order: RESTIC_FEATURES=deprecate-s3-legacy-layout=false restic migrate s3_layout"
    )


class ServerUnknownError(StorageAccessError):
    """The SSH server's key stands in no known_hosts file, so anybody might answer there."""

    message = N_("This computer does not know the server of {path} yet: {detail}")
    next_step = N_(
        "Connect once by hand with: {command} – and compare the fingerprint it shows with the one that you get from "
        "whoever keeps the server. Then run the same command again."
    )


class ServerKeyChangedError(StorageAccessError):
    """The SSH server shows another key than the one in known_hosts, or a revoked one."""

    message = N_("The server of {path} shows another key than before, so nothing was sent there: {detail}")
    next_step = N_(
        "Ask whoever keeps the server whether its key was changed. Only if it was, forget the old one with: "
        "ssh-keygen -R {host} – and connect once by hand. If it was not, somebody else answers in its place."
    )


class RemotePartMissingError(VaultError):
    """The libraries for vaults that lie elsewhere are not installed."""

    message = N_("Vaults that lie elsewhere need a part of Phoneward that is not installed.")
    next_step = N_("Install it with: pipx install 'phoneward[remote]'")


class TreeDamagedError(VaultError):
    """A tree blob decrypts and has the right hash, but is no list of nodes."""

    message = N_("A list of files in the vault is damaged: {reason}.")
    next_step = N_("Run “phoneward check”, and restore from another snapshot meanwhile.")


class SnapshotDamagedError(VaultError):
    """A snapshot document decrypts, but is no snapshot."""

    message = N_("The snapshot {name} is damaged: {reason}.")
    next_step = N_("Run “phoneward check”. Other snapshots are not affected: “phoneward snapshots” lists them.")


class NoSnapshotsError(VaultError):
    """`latest` was asked for, and there is no finished snapshot."""

    message = N_("There is no finished snapshot in this vault yet.")
    next_step = N_("Make one with “phoneward backup”.")


class SnapshotNotFoundError(VaultError):
    """No snapshot's ID starts with the text given."""

    message = N_("There is no snapshot whose ID starts with “{name}”.")
    next_step = N_("List the snapshots with “phoneward snapshots”, or say `latest`.")


class AmbiguousSnapshotError(VaultError):
    """Several snapshots' IDs start with the text given."""

    message = N_("“{name}” fits {count} snapshots: {candidates}.")
    next_step = N_("Give more digits of the one you mean.")


class PathNotFoundError(VaultError):
    """A path asked for is not in the snapshot."""

    message = N_("The snapshot holds nothing at {path}.")
    next_step = N_("Look at what it holds with “phoneward ls”; upper and lower case matter.")


class NotAFileError(VaultError):
    """Content was asked of something that has none."""

    message = N_("{name} is not a file, so it has no content to open.")
    next_step = N_("Choose a file, or restore the folder.")


class SizeMismatchError(VaultError):
    """A file's blobs do not add up to the size its node claims. restic never looks at this."""

    message = N_("{name} should be {expected} bytes long, but {actual} bytes are stored.")
    next_step = N_("Do not trust this copy: take it from another snapshot, and run “phoneward check --read-data”.")


class RestoreTargetError(VaultError):
    """The folder to restore into cannot be used."""

    message = N_("Nothing can be restored into {path}: {reason}.")
    next_step = N_("Choose another folder with --target; it is created if it does not exist.")


class NotEnoughSpaceError(VaultError):
    """What is to be restored is larger than the free space."""

    message = N_("Restoring takes {needed} bytes, and {path} has {free} bytes free.")
    next_step = N_("Free some space, choose another disk with --target, or restore a part with --include.")


class TooManyFilesError(VaultError):
    """A snapshot unfolds into more names than any phone holds: a hostile repository."""

    message = N_("This snapshot claims to hold {count} files, more than the {limit} that can be restored at once.")
    next_step = N_("If this vault is really yours, restore it in parts with --include.")


class SubsetError(VaultError):
    """`--read-data-subset` makes no sense."""

    message = N_("“{subset}” does not name a part of the vault to read.")
    next_step = N_("Write 1/5 for the first of five parts, 10% for a random tenth, or 500M for that many bytes.")
    exit_code = ExitCode.USAGE


class MaterialiseError(VaultError):
    """A private copy of a stored file cannot be made on this computer."""

    message = N_("No private copy can be made in {path}: {reason}.")
    next_step = N_("Free some space there, or make sure that the folder is yours.")


class NoKeepRuleError(VaultError):
    """`forget` was told neither what to keep nor which snapshots to remove."""

    message = N_("Nothing says which snapshots to keep, so none is removed.")
    next_step = N_(
        "Say it with a rule such as --keep-daily 30 --keep-monthly 12 (not 0), or name the snapshots to remove."
    )
    exit_code = ExitCode.USAGE


class GroupWouldVanishError(VaultError):
    """The rules would remove every snapshot of a series."""

    message = N_("These rules would remove every snapshot of {group}, so nothing is removed.")
    next_step = N_("Add a rule that keeps some, such as --keep-last 1, or name the snapshots to remove.")


class PatternError(VaultError):
    """A search pattern makes no sense."""

    message = N_("The pattern “{pattern}” cannot be understood.")
    next_step = N_("Close every [ with a ], and write \\[ for the character itself.")
    exit_code = ExitCode.USAGE


class KeyNotFoundError(VaultError):
    """No key file's name starts with the text given."""

    message = N_("There is no key whose ID starts with “{name}”.")
    next_step = N_("List the keys with: phoneward key list")


class AmbiguousKeyError(VaultError):
    """Several key files' names start with the text given."""

    message = N_("“{name}” fits {count} keys: {candidates}.")
    next_step = N_("Give more digits of the one you mean.")


class KeyInUseError(VaultError):
    """The key to be removed is the one the vault was opened with."""

    message = N_("The key {name} is the one you opened the vault with, so it stays.")
    next_step = N_("Open the vault with another password to remove it, or change this one with: phoneward key passwd")


class LastKeyError(VaultError):
    """Removing this key would leave none that is known to open the repository."""

    message = N_("The key {name} stays: the one you opened the vault with is gone, and no other may be left.")
    next_step = N_("Somebody else is changing the keys of this vault just now. List them with: phoneward key list")


class TooManyKeysError(VaultError):
    """More keys than are tried when a repository is opened."""

    message = N_("The vault has {count} keys already, and opening it tries no more than {limit}.")
    next_step = N_("Remove one that is not needed any more with: phoneward key remove")


class OldKeyStaysError(VaultError):
    """The new password works, but the key file of the old one could not be removed."""

    message = N_("The new password works, but the old key {name} could not be removed: {reason}")
    next_step = N_("The old password still opens the vault. Remove it with: phoneward key remove {name}")


class KeyNotWorkingError(VaultError):
    """A new key file, read back, does not open the repository; it was removed again."""

    message = N_("The new key does not open the vault when it is read back, so nothing was changed.")
    next_step = N_("Check that the disk is healthy, then try again. Your old password still works.")


class VaultNotWholeError(VaultError):
    """Prune removes nothing where it cannot see all that snapshots need."""

    message = N_("Nothing was removed, because the vault is not whole: {problem}")
    next_step = N_(
        "Find out how much is affected with: phoneward check. If only the index is wrong, this mends it: "
        "phoneward repair index"
    )


class CleaningSpaceError(VaultError):
    """Prune or repair would fill the disk."""

    message = N_("This needs {needed} bytes of free space on the disk that holds the vault, and {free} are free.")
    next_step = N_("Free some space on that disk, or have less packed anew with: phoneward prune --max-repack-size 0")


class PruneOptionError(VaultError):
    """`--max-unused` or `--max-repack-size` makes no sense."""

    message = N_("“{value}” is not an amount for {option}.")
    next_step = N_("Write a size such as 500M; --max-unused also takes a share such as 5%, or the word unlimited.")
    exit_code = ExitCode.USAGE


class SameVaultError(VaultError):
    """Copying into the repository it comes from, or into a copy of its folder."""

    message = N_("{source} and {destination} are one and the same vault, or the one is a copy of the other's folder.")
    next_step = N_("Name another folder for the second vault; `phoneward copy --to FOLDER --init` makes one there.")
    exit_code = ExitCode.USAGE


class NestedVaultsError(VaultError):
    """One of two repositories would lie inside the other."""

    message = N_("One of the two vaults would lie inside the other: {source} and {destination}.")
    next_step = N_("Choose a folder of its own for the second vault, best on another disk.")
    exit_code = ExitCode.USAGE
