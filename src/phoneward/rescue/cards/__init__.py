"""First-response cards: what to do and what not to do in the first minutes, in order, each with its reason."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.rescue.cards.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
