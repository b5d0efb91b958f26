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
NO_ANSWER: Final = N_("no answer")
CUT_OFF_IN_ANSWER: Final = N_("the connection ended in the middle of an answer")
CUT_OFF_IN_FILE: Final = N_("the connection ended in the middle of a file")

_OURS: Final = frozenset(
    {
        NOT_DESCRIBED,
        NOT_A_FOLDER,
        NOT_A_FILE,
        LINK_UNKNOWN,
        PATH_TOO_LONG,
        NOT_A_PATH,
        NO_ANSWER,
        CUT_OFF_IN_ANSWER,
        CUT_OFF_IN_FILE,
    }
)


def translated_detail(detail: str) -> str:
    """Return a detail in the reader's language where the words are ours; the phone's own words as they are."""
    return _(detail) if detail in _OURS else detail
