"""If the phone broke this minute, what would I lose? Encrypted snapshots of a phone and an honest coverage table.

The room that joins phones and vault. Callers use what `face.py` lists, by the room's own name.
"""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.snapshots.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
