"""It happened. What can still be saved? The room never writes to a phone, and never to what it looks at.

Callers use what `face.py` lists, by the room's own name: `from phoneward.rescue import card_of`.
"""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.rescue.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
