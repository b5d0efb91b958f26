"""How far one body is unwrapped. What is hostile ends at a bound, and the bound that was reached is named."""

import enum
from dataclasses import dataclass, field
from typing import Final

LARGEST_LAYER: Final = 160 << 20
"""Bytes that one layer may unpack to."""
ALL_LAYERS: Final = 640 << 20
"""Bytes of all layers of one body together."""
DEEPEST: Final = 12
MOST_LAYERS: Final = 5_000
MOST_PICTURES: Final = 2_000
SHORTEST: Final = 64
"""Bytes; nothing shorter is a picture."""


class Problem(enum.StrEnum):
    """Why a part of a body was not looked at."""

    BOMB = "bomb"
    """Something compressed unpacks to more than is looked at; its beginning was looked at."""
    TOO_DEEP = "too-deep"
    """Wrapped in more layers, or in more parts, than are opened."""
    BROKEN = "broken"
    """Something compressed is damaged or cut; what came before was looked at."""
    BROTLI = "brotli"
    """Compressed with Brotli, and no reader of it is installed."""
    ENCODING = "encoding"
    """Packed in a way that Phoneward does not know."""
    PICTURES = "pictures"
    """It holds more pictures than are looked at in one body."""
    LEFT_OUT = "left-out"
    """A container within it (a zip, a database) could not be opened whole."""


@dataclass(slots=True)
class Budget:
    """What is left of the bounds of one body."""

    bytes_left: int = ALL_LAYERS
    layers_left: int = MOST_LAYERS
    pictures_left: int = MOST_PICTURES
    problems: dict[Problem, None] = field(default_factory=dict)

    def note(self, problem: Problem) -> None:
        """Remember a problem, once."""
        self.problems[problem] = None

    def may_open(self, size: int, depth: int) -> bool:
        """Count a layer of so many bytes; False, and noted, where that is too much."""
        self.layers_left -= 1
        self.bytes_left -= size
        if depth > DEEPEST or self.layers_left < 0:
            self.note(Problem.TOO_DEEP)
            return False
        if self.bytes_left < 0:
            self.note(Problem.BOMB)
            return False
        return True

    @property
    def largest(self) -> int:
        """Bytes that the next layer may unpack to."""
        return max(0, min(LARGEST_LAYER, self.bytes_left))


@dataclass(frozen=True, slots=True)
class Node:
    """Some bytes on the way, and how one came to them.

    Attributes:
        data: the bytes.
        form: the way, outermost first.
        content_type: what is said of them; empty where nothing is.
        encodings: content encodings that are said to lie over them, as sent: the last was put on last.
        is_form_value: spaces may stand for the plus signs of base64.
    """

    data: bytes
    form: tuple[str, ...] = ()
    content_type: str = ""
    encodings: tuple[str, ...] = ()
    is_form_value: bool = False

    def inner(self, data: bytes, name: str = "", *, content_type: str = "", is_form_value: bool = False) -> "Node":
        """Return what was unwrapped from it."""
        form = (*self.form, name) if name else self.form
        return Node(data, form, content_type, is_form_value=is_form_value)


def encodings_of(value: str) -> tuple[str, ...]:
    """Return the encodings that a `Content-Encoding` names, in their order."""
    return tuple(one.strip().lower() for one in value.split(",") if one.strip())
