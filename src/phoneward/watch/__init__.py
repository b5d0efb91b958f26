"""Which apps hold copies of my pictures, and did they send them?

Callers use what `face.py` lists, by the room's own name: `from phoneward.watch import scan`. It is loaded when
something of it is first asked for: most of it needs the extra `watch`. What `plain.py` lists works without it.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoneward.watch.face import *  # noqa: F403 - what the type checker sees of `__getattr__` below


def __getattr__(name: str) -> object:
    """Return what the face lists under a name (PEP 562)."""
    # A module of the room is no name of the face: `from phoneward.watch import finding_codes` asks here first.
    if name.startswith("_") or find_spec(f"{__name__}.{name}") is not None:
        raise AttributeError(name)
    plain = import_module("phoneward.watch.plain")
    return getattr(plain if name in plain.__all__ else import_module("phoneward.watch.face"), name)
