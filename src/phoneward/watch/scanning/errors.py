"""What can go wrong while a snapshot is looked through for copies."""

from phoneward.errors import ExitCode
from phoneward.texts import N_
from phoneward.watch.errors import WatchError


class SensitiveTextError(WatchError):
    """What a person said of a picture does not fit."""

    message = N_("What is said of a picture may have {label} characters, and its path {path}.")
    next_step = N_("Write: --sensitive PATH=LABEL, such as --sensitive DCIM/Screenshots=bank.")
    exit_code = ExitCode.USAGE


class EvidenceFolderError(WatchError):
    """The pictures cannot be written where the person wants them."""

    message = N_("The pictures cannot be written into {path}: it is not an empty folder, or may not be written to.")
    next_step = N_("Name a folder that does not exist yet. It will hold your pictures unencrypted.")
    exit_code = ExitCode.USAGE
