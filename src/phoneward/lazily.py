"""A room's public face, loaded name by name: a command that needs three names of a room loads three of its parts.

A room lists what others may use of it as plain imports in its `face.py`, and its `__init__.py` calls `face(__name__)`:

    if TYPE_CHECKING:
        from phoneward.vault.face import *  # what the type checker sees

    lazily.face(__name__)

The face is run once with an import that loads nothing and only notes where each name stands; the name is loaded when
it is first asked for (PEP 562). So nothing is listed twice, and type checker and import-linter read ordinary imports.
Python 3.15 can do this itself (PEP 810, `lazy from … import …`).
"""

import importlib.util
import sys
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple

_PLACES = "_places"


class Place(NamedTuple):
    """Where a name of a face comes from."""

    module: str
    name: str


class Face(ModuleType):
    """A room whose names are loaded when they are first asked for."""

    _places: Mapping[str, Place]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as a module's attributes are
        """Load what the face calls so."""
        if name == "__all__":
            return sorted(self._places)
        place = self._places.get(name)
        if place is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        # As the statement does it, so that `python -X importtime` tells of it, too. It is not kept here: what a test
        # puts in a part's place for a while would stay.
        return getattr(__import__(place.module, fromlist=(place.name,)), place.name)

    def __setattr__(self, name: str, value: object) -> None:
        """Keep a part of the room from hiding what the face calls as the part: Python sets it when it is loaded."""
        if isinstance(value, ModuleType) and name in self._places:
            return
        super().__setattr__(name, value)

    def __dir__(self) -> Iterable[str]:
        """Return the face's names too."""
        return {*super().__dir__(), *self._places}


def face(room: str) -> None:
    """Give a package the names that its `face.py` imports; none of them is loaded yet.

    Args:
        room: the package's `__name__`, while it is being imported.

    Raises:
        ImportError: its face holds something else than `from … import …` and `__all__`.
    """
    package = sys.modules[room]
    package.__dict__[_PLACES] = places(f"{room}.face")
    package.__class__ = Face


def places(module: str) -> Mapping[str, Place]:
    """Return where each name stands that a module of nothing but `from … import …` would hold; loads none of them.

    Raises:
        ImportError: there is no such module, or it holds something else.
    """
    spec = importlib.util.find_spec(module)
    get_code = getattr(spec and spec.loader, "get_code", None)
    code = get_code and get_code(module)
    if not code:
        raise ImportError(f"no module named {module!r}", name=module)
    held: dict[str, object] = {"__builtins__": {"__import__": _noted}}
    exec(code, held)  # noqa: S102 - our own module, as importing it would run it
    return {name: where for name, where in held.items() if isinstance(where, Place)}


class _Noted:
    """A module that is not loaded: its attributes are where they stand."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Place:
        return Place(self._module, name)


def _noted(
    name: str,
    _globals: Mapping[str, object] | None = None,
    _locals: Mapping[str, object] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> _Noted:
    """Stand in for `__import__`."""
    if not fromlist or level:
        raise ImportError(f"a face lists `from … import …` and nothing else: {name}")
    return _Noted(name)
