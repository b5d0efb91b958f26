"""The codes of the updates room's findings and what each means. docs/reference/findings.md repeats this table.

A code, once given, keeps its meaning: people's "done" marks and other programs hold on to it.
"""

from collections.abc import Mapping
from typing import Final

WIPED: Final = "updates.wiped"
SIGNER_CHANGED: Final = "updates.signer-changed"
DOWNGRADED: Final = "updates.downgraded"
SIDELOADED: Final = "updates.sideloaded"
GONE: Final = "updates.gone"
SET_UP_ANEW: Final = "updates.phone-set-up-anew"
NOT_PUBLISHER: Final = "updates.not-its-publisher"
TEST_KEY: Final = "updates.test-key"
FILE_WOULD_WIPE: Final = "updates.file-would-wipe"
STORE_UPDATES: Final = "updates.store-updates"
VERSION_NOT_KEPT: Final = "updates.version-not-kept"
CUT_OFF: Final = "updates.install-cut-off"

CODES: Final[Mapping[str, str]] = {
    WIPED: "An app was removed and installed anew between two snapshots, so that its data was wiped; of the last year. "
    "Danger for a month, then warning. Subject: the package, and when its data began anew.",
    SIGNER_CHANGED: "An app has another signer than in an earlier snapshot, and the former one did not hand over. "
    "Danger for a month, then warning; a step less where only Android's short numbers are known. Subject: the package "
    "and the new signer.",
    DOWNGRADED: "An app went back to an older version. Warning for a month, then advice. Subject: the package and the "
    "version.",
    SIDELOADED: "An app that came from a store was installed over from a file. Warning for a month, then advice. "
    "Subject: the package.",
    GONE: "An app whose content is precious (chats, login codes) went from the phone within the last month. Subject: "
    "the package.",
    SET_UP_ANEW: "Almost all apps began anew between two snapshots: the phone was set up anew. Subject: the day.",
    NOT_PUBLISHER: "An app on the phone is not signed by its publisher, as far as that is publicly known. Warning "
    "where two independent sources say who the publisher is, else advice. Subject: the package.",
    TEST_KEY: "An app that a person installed is signed with a key that everybody has (Android's test keys) or with a "
    "developer's key for trying things out. Subject: the package.",
    FILE_WOULD_WIPE: "A file among the phone's own looks like an update and could only be installed by wiping the app. "
    "Subject: its path.",
    STORE_UPDATES: "Nobody noted that the store's automatic updates are off, on a phone with apps whose content is "
    "precious. Mark it as done once they are.",
    VERSION_NOT_KEPT: "Of an app whose content is precious the app itself is not in the snapshot: after an update that "
    "went wrong this version could not come back. Subject: the package.",
    CUT_OFF: "An install that was begun on this computer was cut off, and nobody has found out yet what became of it. "
    "Danger where the app was being removed, else warning. Subject: the package.",
}
