"""Our short words about single names on their way back to a phone; translated when shown."""

from typing import Final

from phoneward.phones import FileKind, Refusal
from phoneward.texts import N_

NO_SUCH_STORAGE: Final = N_("the phone has no such card or user, or it cannot be reached")
NOT_A_FILE_OF_THE_PHONE: Final = N_("it is not a file that a computer may write to a phone")
NO_APKS: Final = N_("the snapshot holds no complete set of its files")
INSTALLED_UNKNOWN: Final = N_("the phone does not say whether it is installed")
NO_CONTENT: Final = N_("the snapshot does not say what is in it")
CANNOT_LOOK: Final = N_("the phone does not let us look there")
TWIN: Final = N_("another name differs only in upper and lower case, which this storage takes for the same")

UNSAFE_NAME: Final = N_("no file can have such a name")
NO_LINKS: Final = N_("it is a link, and Android's shared storage knows no links")
SPECIAL: Final = N_("devices, pipes and sockets are not restored")
TOO_LONG: Final = N_("its name or path is too long for the phone")
NOT_UTF8: Final = N_("its name is not UTF-8, which cards do not take")
REFUSED_CHARACTER: Final = N_("its name has a character that cards do not take")
FOLDER_FAILED: Final = N_("its folder could not be made")

FILE_IN_THE_WAY: Final = N_("a file is in the place of a folder")

KINDS: Final = {
    FileKind.FILE: N_("a file"),
    FileKind.DIRECTORY: N_("a folder"),
    FileKind.SYMLINK: N_("a link"),
    FileKind.OTHER: N_("a device, pipe or socket"),
}

REFUSALS: Final = {
    Refusal.DENIED: N_("the phone does not allow it"),
    Refusal.NO_ROOM: N_("there is no room left on the phone"),
    Refusal.BAD_NAME: N_("the phone does not take its name"),
    Refusal.IN_THE_WAY: N_("something else is in its place"),
    Refusal.EXISTS: N_("something else got this name meanwhile, and was left as it is"),
    Refusal.DIFFERENT: N_("the phone read back something else than was sent"),
    Refusal.SOURCE: N_("its content in the vault cannot be read"),
    Refusal.FAILED: N_("the phone did not say why"),
}
