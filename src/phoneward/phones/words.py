"""Our own short words about a single file, beside the phone's. They are stored in English and translated when shown.

The `detail` of an `Unreadable` and of a `FileReadError` ends up in the coverage document of a snapshot, which does not
depend on the language of whoever ran the backup.
"""

from typing import Final

from phoneward.texts import N_, _

NOT_DESCRIBED: Final = N_("not described")
NOT_A_FOLDER: Final = N_("not a folder")
NOT_A_FILE: Final = N_("not a regular file")
LINK_UNKNOWN: Final = N_("link target unknown")
PATH_TOO_LONG: Final = N_("path longer than this phone can be asked for")
NOT_A_PATH: Final = N_("no file can have this path")
NO_SUCH_DESCRIPTION: Final = N_("the backup's list does not say what it is")
CUT_OFF_IN_BACKUP: Final = N_("in the backup it is cut off or damaged; what there is was taken")
NOT_IN_FOLDER: Final = N_("the backup lists it, and its content is not in the folder")
NO_KEY: Final = N_("the backup's list has no key that opens it")
NO_TOOLS: Final = N_("this phone's tools cannot do it")
TOO_MANY_APPS: Final = N_("more such apps than any phone has")
NO_SU: Final = N_("it has no program that gives root rights, or that program did not give them")
PART_OF_SYSTEM: Final = N_("it is a part of the system itself")
NOT_INSTALLED: Final = N_("it is not installed for the phone's owner")
NO_DATA_FOLDER: Final = N_("it has no folder of data, or the phone was not unlocked since it was started")
NO_ANSWER: Final = N_("no answer")
CUT_OFF_IN_ANSWER: Final = N_("the connection ended in the middle of an answer")
CUT_OFF_IN_FILE: Final = N_("the connection ended in the middle of a file")
LINK_OR_GONE: Final = N_("its folder is a link, or is not there any more")
TAKEN_MEANWHILE: Final = N_("something else got this name meanwhile, and was left as it is")
READ_BACK_DIFFERENT: Final = N_("the phone read back something else than was sent")
NO_SESSION: Final = N_("the phone did not say why")
SIZE_CHANGED: Final = N_("a file became shorter or longer while it was sent")
INSTALLED_MEANWHILE: Final = N_("it is installed already, or the phone does not say whether it is")

INSTALL_WORDS: Final = {
    "INSTALL_FAILED_INSUFFICIENT_STORAGE": N_("there is too little room on the phone"),
    "INSTALL_FAILED_MEDIA_UNAVAILABLE": N_("the phone's storage is not available"),
    "INSTALL_FAILED_ALREADY_EXISTS": N_("it is installed already"),
    "INSTALL_FAILED_UPDATE_INCOMPATIBLE": N_("it is there already, signed by somebody else"),
    "INSTALL_FAILED_VERSION_DOWNGRADE": N_("a newer version is there already"),
    "INSTALL_FAILED_SHARED_USER_INCOMPATIBLE": N_(
        "it shares its storage with other apps, and they are signed by others"
    ),
    "INSTALL_FAILED_UID_CHANGED": N_("it changes with which other apps it shares its data"),
    "INSTALL_FAILED_DUPLICATE_PERMISSION": N_("another app on the phone already defines a permission of the same name"),
    "INSTALL_FAILED_PERMISSION_MODEL_DOWNGRADE": N_("it was made for an older Android than the app that is there"),
    "INSTALL_FAILED_OLDER_SDK": N_("it needs a newer Android than this phone has"),
    "INSTALL_FAILED_NEWER_SDK": N_("it was made for an older Android than this phone has"),
    "INSTALL_FAILED_DEPRECATED_SDK_VERSION": N_("this Android does not take apps made for such an old one"),
    "INSTALL_FAILED_NO_MATCHING_ABIS": N_("it was made for another kind of processor"),
    "INSTALL_FAILED_CPU_ABI_INCOMPATIBLE": N_("it was made for another kind of processor"),
    "INSTALL_FAILED_MISSING_SHARED_LIBRARY": N_("it needs a part of the system that this phone does not have"),
    "INSTALL_FAILED_MISSING_SPLIT": N_("a part of it that it needs is not in the snapshot"),
    "INSTALL_FAILED_USER_RESTRICTED": N_(
        "the phone does not allow it: switch on 'Install via USB' under Developer options, and tap Allow if it asks"
    ),
    "INSTALL_FAILED_VERIFICATION_FAILURE": N_("the phone's own checker of apps refused it"),
    "INSTALL_FAILED_VERIFICATION_TIMEOUT": N_("the phone's own checker of apps did not answer in time"),
    "INSTALL_FAILED_ABORTED": N_("it was cancelled on the phone"),
    "INSTALL_FAILED_TEST_ONLY": N_("it is a version for tests only"),
    "INSTALL_FAILED_INVALID_APK": N_("the phone takes it for damaged"),
    "INSTALL_PARSE_FAILED_NOT_APK": N_("the phone takes it for damaged"),
    "DELETE_FAILED_INTERNAL_ERROR": N_("the phone cannot remove it"),
    "DELETE_FAILED_DEVICE_POLICY_MANAGER": N_(
        "it manages this phone: take that right away in the phone's settings first"
    ),
    "INSTALL_PARSE_FAILED_NO_CERTIFICATES": N_("it bears no signature that the phone knows"),
}
"""What Android's own words for a refused app mean (AOSP PackageManager.java)."""

_OURS: Final = frozenset(
    {
        NO_SUCH_DESCRIPTION,
        CUT_OFF_IN_BACKUP,
        NOT_IN_FOLDER,
        NO_KEY,
        LINK_OR_GONE,
        TAKEN_MEANWHILE,
        READ_BACK_DIFFERENT,
        NO_SESSION,
        INSTALLED_MEANWHILE,
        SIZE_CHANGED,
        *INSTALL_WORDS.values(),
        NOT_DESCRIBED,
        NOT_A_FOLDER,
        NOT_A_FILE,
        LINK_UNKNOWN,
        PATH_TOO_LONG,
        NOT_A_PATH,
        NO_SU,
        PART_OF_SYSTEM,
        NOT_INSTALLED,
        NO_DATA_FOLDER,
        NO_TOOLS,
        NO_ANSWER,
        CUT_OFF_IN_ANSWER,
        CUT_OFF_IN_FILE,
    }
)


def translated_detail(detail: str) -> str:
    """Return a detail in the reader's language where the words are ours; the phone's own words as they are."""
    return _(detail) if detail in _OURS else detail
