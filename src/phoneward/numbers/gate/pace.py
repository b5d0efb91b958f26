"""How often one provider is asked."""

import datetime as dt
import re
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

LONGEST_PAUSE_S = 300.0
"""Seconds. What a Retry-After asks beyond that is asked again after it."""


class Pace:
    """A token bucket, and the pause that a provider asked for.

    Args:
        per_s: questions a second in the long run; None for no limit of ours.
        burst: how many at once.
        monotonic: a clock that only goes forward, in seconds.
    """

    def __init__(
        self, per_s: float | None = None, burst: int = 10, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_s = per_s
        self._burst = float(burst)
        self._monotonic = monotonic
        self._left = self._burst
        self._at = monotonic()
        self._paused_until = 0.0

    def take(self, patience_s: float) -> float | None:
        """Return after how many seconds the question may be asked; None where that is more than `patience_s`.

        What is returned is taken: the next one waits for longer.
        """
        now = self._monotonic()
        wait = max(0.0, self._paused_until - now)
        if self._per_s is not None:
            self._left = min(self._burst, self._left + (now - self._at) * self._per_s)
            self._at = now
            wait = max(wait, (1 - self._left) / self._per_s)
        if wait > patience_s:
            return None
        if self._per_s is not None:
            self._left -= 1
        return wait

    def pause(self, seconds: float) -> None:
        """Ask nothing for so long; at most `LONGEST_PAUSE_S`."""
        self._paused_until = max(self._paused_until, self._monotonic() + min(seconds, LONGEST_PAUSE_S))


def asked_pause_s(value: str, now: dt.datetime) -> float:
    """Return the seconds that a Retry-After asks for (RFC 9110, section 10.2.3); one where it does not say."""
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    try:
        date = parsedate_to_datetime(value)
        return max(0.0, (date if date.tzinfo else date.replace(tzinfo=dt.UTC)).timestamp() - now.timestamp())
    except (ValueError, TypeError, OverflowError):
        return 1.0
