"""What can go wrong with the files a person names. No sentence bears anything that stands in such a file."""

from phoneward.errors import ExitCode
from phoneward.numbers.errors import NumbersError
from phoneward.texts import N_


class PasswordsFileError(NumbersError):
    """An export of a password manager is damaged, cut short, or larger than any can be."""

    message = N_("This export of a password manager cannot be used: {detail}. Nothing of it was used. ({name})")
    next_step = N_("Export it again, and look through the new file.")
    exit_code = ExitCode.FAILED


class UnknownPasswordsFileError(NumbersError):
    """A file is no export that is known."""

    message = N_("This is no export of a password manager that Phoneward knows: {name}.")
    next_step = N_(
        "Known are Bitwarden (JSON, CSV), 1Password (1pux, CSV), KeePass (XML, CSV), Dashlane (zip, CSV), Chrome, "
        "Edge, Firefox, Apple, LastPass and Proton Pass (CSV)."
    )
    exit_code = ExitCode.FAILED


class EncryptedExportError(NumbersError):
    """An export is encrypted."""

    message = N_("This export is encrypted, and only Bitwarden itself can open it: {name}.")
    next_step = N_(
        "Export it once more with the file format “.json”, without a password, look through it, and delete it at once."
    )
    exit_code = ExitCode.FAILED


class KeePassDatabaseError(NumbersError):
    """A file is a KeePass database, not an export of one."""

    message = N_("This is a KeePass database, which Phoneward does not open: {name}.")
    next_step = N_(
        "Export it with KeePass (File > Export, KeePass XML) or KeePassXC: keepassxc-cli export --format xml "
        "FILE.kdbx > FILE.xml. Look through that file, and delete it at once."
    )
    exit_code = ExitCode.FAILED


class MailboxError(NumbersError):
    """A file is no mailbox, or one that cannot be read."""

    message = N_("This mailbox cannot be used: {detail}. Nothing of it was used. ({name})")
    next_step = N_(
        "Export the mailbox as mbox (one file with all letters) and name that file; unpack an archive first."
    )
    exit_code = ExitCode.FAILED
