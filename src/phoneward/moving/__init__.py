"""A new phone: files, apps, records and the apps' own backups in one guided move that can be left and gone on with.

`choose_old` and `look_at_new` find the two phones, `MovePlanner` says what would go over, `Mover` does it, and
`MoveReport` tells what came over, what did not and why, and what is still to do. The old phone is never touched.
Callers use what `face.py` lists, by the room's own name.
"""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.moving.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
