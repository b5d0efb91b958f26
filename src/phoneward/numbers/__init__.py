"""If I give up this number, who gets in where? Which accounts hang on a number, and how to leave it in good order.

Callers use what `face.py` lists, by the room's own name: `from phoneward.numbers import inventory_of`. It is loaded
when something of it is first asked for, so that services which use `phoneward.numbers.gate` alone load no vault and
nothing else of the person's side.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoneward.numbers.face import *  # noqa: F403 - what the type checker sees of `__getattr__` below


def __getattr__(name: str) -> object:
    """Return what the face lists under a name (PEP 562)."""
    if name.startswith("_"):
        raise AttributeError(name)
    return getattr(import_module("phoneward.numbers.face"), name)
