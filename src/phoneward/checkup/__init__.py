"""The checkup: asks all six questions and gives one report."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.checkup.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
