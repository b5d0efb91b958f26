"""When a book that is being made is saved: seldom enough to cost little, often enough to lose little."""

import time
from typing import Final

EVERY_S: Final = 20.0
_SHARE: Final = 10
"""At least this many times as long is worked as saving took."""


class Pace:
    """Says when the next save is due."""

    def __init__(self) -> None:
        self._next = time.monotonic() + EVERY_S
        self._asked = 0.0

    def is_due(self) -> bool:
        """Tell whether to save now."""
        self._asked = time.monotonic()
        return self._asked >= self._next

    def saved(self) -> None:
        """Note that it was saved, right after `is_due`."""
        now = time.monotonic()
        self._next = now + max(EVERY_S, _SHARE * (now - self._asked))
