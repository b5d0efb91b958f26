"""Single files of a snapshot to places of their own: records as importable files, apps' own backups to their apps."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.snapshots.placing.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
