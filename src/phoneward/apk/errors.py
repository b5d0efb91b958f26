"""What can be wrong with an app's file."""

from phoneward.errors import PhonewardError, readable
from phoneward.texts import N_, Words, words


class ApkError(PhonewardError):
    """An app's file cannot be used. Base of all that this room raises."""

    message = N_("{file} is not an app that a phone could install: {problem}.")
    next_step = N_("Do not install it. Get the file again from where the app's publisher offers it.")


class ApkUnreadableError(ApkError):
    """The file cannot be opened or read on this computer."""

    message = N_("{file} cannot be read: {problem}.")
    next_step = N_("Check the name of the file and whether you may read it.")

    @classmethod
    def because(cls, file: str, error: OSError) -> "ApkUnreadableError":
        """Return it with the system's own word about why; what people meet most is said in theirs."""
        problem: Words | str = readable(error.strerror or str(error))
        if isinstance(error, FileNotFoundError):
            problem = words("there is no such file")
        elif isinstance(error, PermissionError):
            problem = words("you have no right to read it")
        return cls(file=file, problem=problem)


class ApkChangedError(ApkError):
    """The file became shorter or was changed while it was read."""

    message = N_("{file} was changed while it was being read.")
    next_step = N_("Wait until the download is complete, then try again.")


class ContainerError(ApkError):
    """Its ZIP container is not one that Android reads; `problem` says why."""

    message = N_("{file} is damaged, or is no app's file: {problem}.")


class HiddenPrefixError(ContainerError):
    """The file does not begin with its first entry: how a program hides in front of a signed app ("Janus")."""

    message = N_(
        "{file} begins with something that is no part of the app. This is how a foreign program is hidden in front of "
        "an app that somebody else signed."
    )


class ApkTooLargeError(ApkError):
    """A part of it says that it is larger than such a part of an app may be."""

    message = N_("{file} is not read: {part} would take {size}, and {limit} is the most that this may be.")


class ManifestError(ApkError):
    """Its AndroidManifest.xml is missing, damaged, or says what Android refuses; `problem` says which."""

    message = N_("{file} is not an app that a phone could install: {problem}.")


class BundleError(ApkError):
    """Files that do not make one app: of two apps or versions, without an app, or a bundle that cannot be unpacked."""

    message = N_("{file} is not one app: {problem}.")
    next_step = N_("Name the files of one app, all of the same version, and no others.")


class NoRoomError(ApkError):
    """A bundle's packed APKs do not fit on this computer's disk."""

    message = N_("{file} needs {size} to be unpacked, and there is not so much free on this computer.")
    next_step = N_("Make room on this computer, then try again.")
