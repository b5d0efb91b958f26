"""A clock that can be set."""

import datetime as dt


class Clock:
    """The time, or another one that goes on from where it was set.

    Args:
        now: aware; None is the computer's own time.
        ticking: False: it stands still until it is moved.
    """

    def __init__(self, now: dt.datetime | None = None, *, ticking: bool = True) -> None:
        self._ticking = ticking
        self._offset = dt.timedelta()
        self._fixed = dt.datetime.now(dt.UTC)
        if now is not None:
            self.set(now)

    def now(self) -> dt.datetime:
        """Return the time, aware, in UTC."""
        return (dt.datetime.now(dt.UTC) if self._ticking else self._fixed) + self._offset

    def set(self, now: dt.datetime) -> None:
        """Set it."""
        self._offset += now - self.now()

    def advance(self, seconds: float) -> None:
        """Move it."""
        self._offset += dt.timedelta(seconds=seconds)
