"""Install an update only when the data is safe: judged, saved, agreed to, installed byte for byte, looked at after.

Callers use what stands here.
"""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.updates.installing.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
