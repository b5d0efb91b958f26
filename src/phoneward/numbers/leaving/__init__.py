"""The leaving plan: what to do about each account, in which order, until when."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.numbers.leaving.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
