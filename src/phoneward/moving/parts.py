"""The parts of a move, in the order in which they are carried out.

Files come first, then what apps made of themselves, so that a backup is in its place before its app is installed: some
apps look for one only when they are set up. Apps come last.
"""

import enum
from typing import Final

from phoneward.texts import N_, Words, words


class Part(enum.StrEnum):
    """One part of a move. The words are those of `--only`."""

    FILES = "files"
    APP_BACKUPS = "app-backups"
    RECORDS = "records"
    APPS = "apps"


class PartState(enum.Enum):
    """What a plan says of a part."""

    TO_DO = "to-do"
    DONE = "done"
    """An earlier run did it: it is not done twice."""
    NOTHING = "nothing"
    """The snapshot holds nothing of it."""
    LEFT_OUT = "left-out"
    """It was not asked for this time."""


TITLES: Final = {
    Part.FILES: N_("Files"),
    Part.APP_BACKUPS: N_("Backups that apps made of themselves"),
    Part.RECORDS: N_("Messages, calls, contacts and the calendar"),
    Part.APPS: N_("Apps"),
}


def title(part: Part) -> Words:
    """Return what a part is called, as a heading."""
    return Words(TITLES[part])


def in_sentence(part: Part) -> Words:
    """Return what a part is called within a sentence."""
    return {
        Part.FILES: words("the files"),
        Part.APP_BACKUPS: words("the apps' own backups"),
        Part.RECORDS: words("messages, calls, contacts and the calendar"),
        Part.APPS: words("the apps"),
    }[part]
