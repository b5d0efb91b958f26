"""What went wrong while somebody was answered, told to whoever runs the service: callers alone see a 500 or 503."""

import time
import traceback
from collections.abc import Callable
from pathlib import PurePath
from typing import Final

from phoneward.errors import PhonewardError
from phoneward.numbers.gate.service.errors import AnswerFaultError
from phoneward.numbers.gate.service.problems import status_of

QUIET_S: Final = 60.0
"""Seconds for which the same is not told again: a database that is away fails a thousand requests a second."""


class Trouble:
    """Tells each kind of trouble once in a while.

    Args:
        tell: is told; writes it where the operator looks.
        monotonic: a clock that only goes forward, in seconds.
    """

    def __init__(self, tell: Callable[[PhonewardError], None], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._monotonic = monotonic
        self._told: dict[str, float] = {}

    def refused(self, error: PhonewardError) -> None:
        """Tell of an error that is not the caller's."""
        if status_of(error) >= 500:
            self._once(error.code, error)

    def fault(self, error: Exception) -> None:
        """Tell of a mistake of the program: what and where, none of its words, which may hold a number."""
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        self._once(f"{type(error).__name__} {place}", AnswerFaultError(kind=type(error).__name__, place=place))

    def _once(self, which: str, error: PhonewardError) -> None:
        now = self._monotonic()
        if now - self._told.get(which, -QUIET_S) >= QUIET_S:
            self._told[which] = now
            self._tell(error)
