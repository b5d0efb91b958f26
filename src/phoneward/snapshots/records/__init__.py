"""Text messages and calls of a phone as files in a snapshot, in the format of the app SMS Backup & Restore."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.snapshots.records.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
