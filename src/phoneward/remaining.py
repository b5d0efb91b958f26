"""How far a job is and how long the rest takes, told from its progress events. Says nothing where nobody can know.

One object hears one job. The command line and the page both show what it says.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from phoneward.progress import Advanced, Event, PhaseDone, PhaseStarted, StepDone, StepStarted

MIN_FRACTION: Final = 0.02
MIN_SECONDS: Final = 1.0
"""Before so much of a phase is done, its speed is noise."""


class Remaining:
    """Hears the events of one job and estimates. Any thread may tell it things or ask it.

    Args:
        past: how many seconds steps took the last time, by name; those of other steps do not matter.
        clock: seconds that never go back.
    """

    def __init__(self, past: Mapping[str, float] | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._past = {name: seconds for name, seconds in (past or {}).items() if seconds > 0}
        self._clock = clock
        self._lock = threading.Lock()
        self._step: StepStarted | None = None
        self._step_began = 0.0
        self._done: set[str] = set()
        self._phase: PhaseStarted | None = None
        self._phase_began = 0.0
        self._phase_fraction: float | None = None
        self._shown = 0.0
        self.took: dict[str, float] = {}
        """Seconds that each step took that is done: what `past` is the next time."""

    def __call__(self, event: Event) -> None:
        """Take in an event."""
        with self._lock:
            match event:
                case StepStarted():
                    self._step, self._step_began = event, self._clock()
                    self._phase = self._phase_fraction = None
                case StepDone():
                    self._done.add(event.name)
                    self.took[event.name] = max(0.0, self._clock() - self._step_began)
                    self._phase = self._phase_fraction = None
                case PhaseStarted():
                    self._phase, self._phase_began, self._phase_fraction = event, self._clock(), None
                case Advanced() | PhaseDone() if self._phase is not None and event.phase == self._phase.phase:
                    self._phase_fraction = 1.0 if isinstance(event, PhaseDone) else _part(self._phase, event)
                case _:
                    pass

    @property
    def step(self) -> StepStarted | None:
        """The step that is at work; None before the first, and in a job that has none."""
        with self._lock:
            return self._step

    @property
    def fraction(self) -> float | None:
        """How much is done, from 0 to 1; never less than it said before. None while nobody knows.

        Of a job without steps it is the fraction of the phase at work.
        """
        with self._lock:
            if self._step is None:
                return self._phase_fraction
            names = self._step.names
            known = all(name in self._past for name in names)
            weights = {name: self._past[name] if known else 1.0 for name in names}
            done = sum(weights[name] for name in names if name in self._done)
            if self._step.name not in self._done:
                done += weights[self._step.name] * self._part_of_step()
            self._shown = max(self._shown, min(1.0, done / sum(weights.values())))
            return self._shown

    @property
    def seconds(self) -> float | None:
        """How many seconds are left; None while nobody knows.

        A step that was measured before is expected to take as long again. One that was not counts by the work its
        phase has done so far. While neither is known of the step at work, or of one that is still to come, there is
        no honest figure. Of a job without steps these are the seconds of the phase at work.
        """
        with self._lock:
            if self._step is None:
                return self._left_of_phase()
            later = self._step.names[self._step.number :]
            if any(name not in self._past for name in later):
                return None
            left = 0.0 if self._step.name in self._done else self._left_of_step()
            return None if left is None else left + sum(self._past[name] for name in later)

    def _part_of_step(self) -> float:
        assert self._step is not None  # noqa: S101 - asked only within a step
        past = self._past.get(self._step.name)
        if past is not None:
            return min(0.99, (self._clock() - self._step_began) / past)
        return min(0.99, self._phase_fraction or 0.0)

    def _left_of_step(self) -> float | None:
        assert self._step is not None  # noqa: S101 - asked only within a step
        past = self._past.get(self._step.name)
        if past is not None and (left := past - (self._clock() - self._step_began)) > 0:
            return left
        return self._left_of_phase()

    def _left_of_phase(self) -> float | None:
        fraction, elapsed = self._phase_fraction, self._clock() - self._phase_began
        if fraction is None or fraction < MIN_FRACTION or elapsed < MIN_SECONDS:
            return None
        return elapsed * (1 - fraction) / fraction


def _part(phase: PhaseStarted, event: Advanced) -> float | None:
    """Return how much of a phase is done: by bytes where they are known, else by files."""
    if phase.total_bytes:
        return max(0.0, min(1.0, event.bytes_done / phase.total_bytes))
    if phase.total_files:
        return max(0.0, min(1.0, event.files_done / phase.total_files))
    return None
