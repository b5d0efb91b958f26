"""The search for what is left, best source first. Nothing is written: neither to a phone nor to what is looked at."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.rescue.searching.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
