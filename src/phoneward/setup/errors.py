"""What can stand in the way of setting up."""

from phoneward.errors import ExitCode, PhonewardError, UsageError
from phoneward.texts import N_


class SetupError(PhonewardError):
    """Base of the errors of `setup/`."""


class PlaceIsFileError(SetupError):
    """The vault's place is a file."""

    message = N_("{path} is a file. A vault is a folder.")
    next_step = N_("Name a new folder, such as {example}.")
    exit_code = ExitCode.USAGE


class PlaceInUseError(SetupError):
    """The vault's place holds other things."""

    message = N_("The folder {path} is not empty, and it holds no vault.")
    next_step = N_("Name a new folder, such as {example}, so that nothing of yours is mixed up with the vault.")
    exit_code = ExitCode.USAGE


class PlaceIsDiskError(SetupError):
    """The vault's place is a whole disk."""

    message = N_("{path} is a whole disk. A vault is a folder on it.")
    next_step = N_("Name a new folder there, such as {example}.")
    exit_code = ExitCode.USAGE


class PlaceNotWritableError(SetupError):
    """Nothing can be written where the vault should be."""

    message = N_("Nothing can be written into {path} ({detail}).")
    next_step = N_("Check whether the disk is locked or read-only, or choose another folder.")


class PlaceOnPhoneError(SetupError):
    """The vault would lie on the phone that it is to protect."""

    message = N_("{path} is on the phone itself. If the phone were lost, the vault would be lost with it.")
    next_step = N_("Choose a folder on this computer, or better on an external disk.")
    exit_code = ExitCode.USAGE


class PlaceNameError(SetupError):
    """The vault's path cannot be printed and typed again."""

    message = N_("The folder name {path} holds characters that cannot be printed, so nobody could type it again.")
    next_step = N_("Choose a folder with an ordinary name.")
    exit_code = ExitCode.USAGE


class PlaceTooLongError(SetupError):
    """The vault's path is longer than systems allow."""

    message = N_("The folder name is too long.")
    next_step = N_("Choose a folder with a shorter name.")
    exit_code = ExitCode.USAGE


class PlaceUnnamedError(SetupError):
    """What should be an address of a place elsewhere is none."""

    message = N_("This is no address of a place elsewhere.")
    next_step = N_("Write it like this: {example}")
    exit_code = ExitCode.USAGE


class KitExistsError(SetupError):
    """There is a file where the recovery kit should be written."""

    message = N_("There is already a file at {path}. It was left as it is.")
    next_step = N_("Name another file for the recovery kit.")
    exit_code = ExitCode.USAGE


class KitInVaultError(SetupError):
    """The recovery kit would be written into the vault."""

    message = N_("{path} lies inside the vault. A key does not belong in the box that it opens.")
    next_step = N_("Name a file outside the vault's folder.")
    exit_code = ExitCode.USAGE


class KitKindError(SetupError):
    """The recovery kit's file ends in something other than .html, .pdf or .txt."""

    message = N_("A recovery kit is a web page, a PDF or a text, and {path} is none of these.")
    next_step = N_("Name a file that ends in .html, .pdf or .txt.")
    exit_code = ExitCode.USAGE


class KitNotWrittenError(SetupError):
    """The recovery kit could not be written."""

    message = N_("The recovery kit could not be written to {path} ({detail}).")
    next_step = N_("Name another file for it with --kit FILE. The first backup waits until it is written.")


class PasswordEmptyError(UsageError):
    """An empty password protects nothing."""

    message = N_("The password is empty, so nothing would be protected.")
    next_step = N_("Choose a password of several words; everything in the vault is protected by it alone.")


class WeakPasswordError(SetupError):
    """A weak password was chosen and the person has not said that they want it all the same."""

    message = N_("This password would be guessed: {reason}")
    next_step = N_("Choose a better one, or say that you want to use it anyway.")
    exit_code = ExitCode.USAGE


class StepTooEarlyError(SetupError):
    """A step was asked for before what it needs."""

    message = N_("This step comes later: “{earlier}” has to be done first.")
    next_step = N_("Run phoneward setup: it shows the steps in their order.")


class VerificationFailedError(SetupError):
    """What was stored did not come back as it should."""

    message = N_("The check of the first snapshot found something wrong: {detail}")
    next_step = N_(
        "Delete nothing, and keep the phone as it is. Try another cable or another disk for the vault, then run: "
        "phoneward check --read-data"
    )
