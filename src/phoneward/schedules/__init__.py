"""It keeps happening: backups by themselves, on time and when a phone is plugged in, and what was missed made up for.

The system's own timer calls `run` each hour; what is due is decided here, so it is the same on every system. Nobody is
asked anything, and nothing leaves this computer.
"""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.schedules.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
