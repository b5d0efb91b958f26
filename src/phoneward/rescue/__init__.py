"""It happened. What can still be saved? The room never writes to a phone, and never to what it looks at.

Callers use what `face.py` lists, by the room's own name: `from phoneward.rescue import card_of`. It is loaded when
something of it is first asked for, so that `phoneward rescue sqlite` starts without the vault.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoneward.rescue.face import *  # noqa: F403 - what the type checker sees of `__getattr__` below


def __getattr__(name: str) -> object:
    """Return what the face lists under a name (PEP 562)."""
    # A module of the room is no name of the face: `from phoneward.rescue import remnant` asks here first.
    if name.startswith("_") or find_spec(f"{__name__}.{name}") is not None:
        raise AttributeError(name)
    return getattr(import_module("phoneward.rescue.face"), name)
