"""What can be wrong with an app's file."""

from phoneward.errors import PhonewardError
from phoneward.texts import N_


class ApkError(PhonewardError):
    """An app's file cannot be used. Base of all that this room raises."""

    message = N_("{file} is not an app that a phone could install: {problem}.")
    next_step = N_("Do not install it. Get the file again from where the app's publisher offers it.")


class ApkUnreadableError(ApkError):
    """The file cannot be opened or read on this computer."""

    message = N_("{file} cannot be read: {problem}.")
    next_step = N_("Check the name of the file and whether you may read it.")


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

    message = N_("{file} is not read: its part {part} would take {size}, and {limit} is the most that this may be.")
