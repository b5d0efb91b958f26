"""If I give up this number, who gets in where? Which accounts hang on a number, and how to leave it in good order.

Callers use what `face.py` lists, by the room's own name: `from phoneward.numbers import inventory_of`. Services use
`phoneward.numbers.gate` alone, and load nothing of the person's side.
"""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.numbers.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
