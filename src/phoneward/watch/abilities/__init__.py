"""What could this app do? By its own file: permissions, code, what it accepts on the network, what it hides.

This part of the room needs no pictures, so its face is here too: who asks only this loads nothing else.
"""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.watch.abilities.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
