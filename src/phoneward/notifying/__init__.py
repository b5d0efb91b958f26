"""A person is told of what failed, was missed or is alarming: only by the ways that they set, and else not at all."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.notifying.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
