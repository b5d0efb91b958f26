"""Which of a person's pictures an app keeps, looked up in snapshots and folders."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.watch.scanning.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
