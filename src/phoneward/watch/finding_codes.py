"""The codes of the pictures room's findings and what each means. docs/reference/findings.md repeats this table.

A code, once given, keeps its meaning: people's "done" marks and other programs hold on to it.
"""

from collections.abc import Mapping
from typing import Final

NOT_LOOKED: Final = "watch.not-looked-through"
SENSITIVE: Final = "watch.sensitive-kept"
TAKEN_AT_ONCE: Final = "watch.copied-at-once"
KEPT: Final = "watch.copies-kept"
NOBODYS: Final = "watch.copies-in-nobodys-folder"
TEST_PICTURE_LEFT: Final = "watch.test-picture-left"
ORDINARY: Final = "watch.ordinary-copies"

CODES: Final[Mapping[str, str]] = {
    NOT_LOOKED: "The newest snapshot was not looked through for copies of the person's pictures.",
    SENSITIVE: "An app keeps copies of a picture of which the person said what it shows, and no ordinary cause for "
    "them is known. Subject: the package and what the picture is of.",
    TAKEN_AT_ONCE: "An app keeps copies of pictures that it wrote within a minute after they were taken, and no "
    "ordinary cause for them is known. A copy is no upload: whether it was sent, a capture can show. Subject: the "
    "package.",
    KEPT: "An app keeps copies of the person's pictures, and no ordinary cause for them is known. Subject: the "
    "package.",
    NOBODYS: "Copies of the person's pictures lie in folders of which nobody can tell whose they are. Subject: the "
    "folder.",
    TEST_PICTURE_LEFT: "A test picture that was put on a phone may still lie there: the round was cut off before it "
    "was taken away.",
    ORDINARY: "Copies with an ordinary cause: thumbnails of a gallery, pictures that were sent or received in an app, "
    "backups. Nothing is wrong with them.",
}
