"""Is this update safe for my data? What Android would do with an update, before anything is installed.

Callers use what `face.py` lists, by the room's own name.
"""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.updates.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
