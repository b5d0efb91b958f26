"""The codes of the rescue room's findings and what each means. docs/reference/findings.md repeats this table.

A code, once given, keeps its meaning: people's "done" marks and other programs hold on to it.
"""

from collections.abc import Mapping
from typing import Final

EMPTIED: Final = "rescue.app-emptied"
BACKUPS_GONE: Final = "rescue.own-backups-gone"
IN_TRASH: Final = "rescue.in-trash"

CODES: Final[Mapping[str, str]] = {
    EMPTIED: "Between two snapshots nearly all of an app's data vanished, by the phone's own figure or by what the "
    "snapshots hold. The person may have done it on purpose; else it may have happened. Subject: the package and the "
    "first snapshot in which it was gone.",
    BACKUPS_GONE: "The backups that an app had made itself are gone from the phone since an earlier snapshot. Subject: "
    "the package and the first snapshot in which they were gone.",
    IN_TRASH: "Files lie in the phone's trash, which empties itself. The snapshot has them.",
}
