"""Which apps hold copies of my pictures, and did they send them?

Callers use what `face.py` lists, by the room's own name: `from phoneward.watch import scan`. What compares or draws
pictures needs the extra `watch` (numpy, OpenCV); the rest works without it.
"""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.watch.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
