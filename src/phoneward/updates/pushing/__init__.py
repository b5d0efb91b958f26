"""For those who push updates: what every phone in the field would do with one, before it goes out.

A gate for one update, a catalogue run over a whole store, and the prompt that a store should show.
"""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.updates.pushing.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
