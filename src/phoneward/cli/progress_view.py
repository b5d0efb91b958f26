"""Draws progress events: bars on a terminal, JSON lines where they were asked for, notices everywhere else."""

import contextlib
import math
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from phoneward.cli.output import Output, console
from phoneward.errors import readable
from phoneward.progress import (
    PHASE_WORDS,
    Advanced,
    Event,
    Listener,
    Notice,
    Phase,
    PhaseDone,
    PhaseStarted,
    StepDone,
    StepStarted,
)
from phoneward.remaining import Remaining
from phoneward.texts import _, formats, labelled

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

STATUS_INTERVAL_S = 0.5
"""Seconds between two JSON status lines of one phase."""


@contextlib.contextmanager
def listening(output: Output, remaining: Remaining | None = None) -> Iterator[Listener]:
    """Yield the listener that fits this run; whatever it drew is put away at the end.

    Args:
        output: where to.
        remaining: tells how long a job of several steps still takes.
    """
    remaining = remaining or Remaining()
    if output.json:
        yield _JsonStatus(output, remaining) if output.verbose else _ignore
    elif output.draws:
        with _bars() as bars:
            yield _Bars(bars, output, remaining)
    else:
        yield _Notices(output)


def _ignore(_event: Event) -> None:
    """Notices are in the summary, which names every file."""


def _is_shown(notice: Notice, output: Output) -> bool:
    """Names are listed in the report at the end; while the work goes on only `--verbose` shows them too."""
    return notice.path is None or output.verbose


class _Notices:
    """No terminal: only what a person must see."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def __call__(self, event: Event) -> None:
        if isinstance(event, Notice) and _is_shown(event, self._output):
            self._output.say(notice_line(event))


class _JsonStatus:
    """Status lines on stdout, at most one in `STATUS_INTERVAL_S` and phase."""

    def __init__(self, output: Output, remaining: Remaining) -> None:
        self._output = output
        self._remaining = remaining
        self._last: dict[Phase, float] = {}
        self._totals: dict[Phase, PhaseStarted] = {}
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        with self._lock:
            if isinstance(event, Notice):
                path = None if event.path is None else readable(event.path)
                self._output.emit("notice", {"path": path, "sentence": event.sentence})
                return
            self._remaining(event)
            if isinstance(event, (StepStarted, StepDone)):
                self._output.emit("step_status", _step_document(event, self._remaining))
                return
            if isinstance(event, PhaseStarted):
                self._totals[event.phase] = event
            elif isinstance(event, Advanced):
                now = time.monotonic()
                if now - self._last.get(event.phase, -math.inf) < STATUS_INTERVAL_S:
                    return
                self._last[event.phase] = now
            self._output.emit("status", self._document(event))

    def _document(self, event: PhaseStarted | Advanced | PhaseDone) -> dict[str, object]:
        totals = self._totals.get(event.phase)
        started = isinstance(event, PhaseStarted)
        document: dict[str, object] = {
            "phase": event.phase,
            "files_done": 0 if isinstance(event, PhaseStarted) else event.files_done,
            "bytes_done": 0 if isinstance(event, PhaseStarted) else event.bytes_done,
            "total_files": totals.total_files if totals else None,
            "total_bytes": totals.total_bytes if totals else None,
            "state": "started" if started else "running" if isinstance(event, Advanced) else "done",
        }
        if isinstance(event, Advanced) and event.current is not None:
            document["current"] = readable(event.current)
        return document


def _step_document(event: StepStarted | StepDone, remaining: Remaining) -> dict[str, object]:
    step, seconds = remaining.step, remaining.seconds
    assert step is not None  # noqa: S101 - `remaining` has heard the event, and a step begins before it ends
    return {
        "step": event.name,
        "number": step.number,
        "steps": list(step.names),
        "title": _(step.title),
        "state": "started" if isinstance(event, StepStarted) else "done",
        "fraction": remaining.fraction,
        "seconds_remaining": None if seconds is None else round(seconds, 1),
    }


def notice_line(notice: Notice) -> str:
    """Return a notice as one line of text."""
    return notice.sentence if notice.path is None else labelled(readable(notice.path), notice.sentence)


def _bars() -> "Progress":
    import sys

    from rich.progress import BarColumn, Progress, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class TimeLeft(TimeRemainingColumn):
        """Of a phase what its speed says; of a whole job what `Remaining` says, and nothing where it says nothing."""

        def render(self, task: Task) -> Text:
            remaining = task.fields.get("remaining")
            if remaining is None:
                return super().render(task)
            return Text(left(remaining), style="progress.remaining")

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[amount]}"),
        TimeLeft(compact=True),
        console=console(sys.stderr),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        refresh_per_second=8,
    )


def left(remaining: Remaining) -> str:
    """Return "about 3 min 20 s left"; empty while nobody knows."""
    seconds = remaining.seconds
    return "" if seconds is None else _("about {time} left").format(time=formats.duration(seconds))


class _Bars:
    """One bar a phase, above them one for the whole job where it has steps; notices stand above the bars and stay."""

    def __init__(self, bars: "Progress", output: Output, remaining: Remaining) -> None:
        self._bars = bars
        self._output = output
        self._remaining = remaining
        self._whole: TaskID | None = None
        self._tasks: dict[Phase, TaskID] = {}
        self._by_bytes: set[Phase] = set()

    def __call__(self, event: Event) -> None:
        self._remaining(event)
        if isinstance(event, Notice):
            if _is_shown(event, self._output):
                self._bars.console.print(notice_line(event))
        elif isinstance(event, (StepStarted, StepDone)):
            self._step(event)
        elif isinstance(event, PhaseStarted):
            total = event.total_bytes or event.total_files
            if event.total_bytes:
                self._by_bytes.add(event.phase)
            if event.phase in self._tasks:
                self._bars.remove_task(self._tasks[event.phase])
            self._tasks[event.phase] = self._bars.add_task(_(PHASE_WORDS[event.phase]), total=total, amount="")
        elif event.phase in self._tasks:
            done = event.bytes_done if event.phase in self._by_bytes else event.files_done
            task = self._tasks[event.phase]
            self._bars.update(task, completed=done, amount=amount(event))
            if isinstance(event, PhaseDone):
                self._bars.update(task, total=done or 1, completed=done or 1)
            self._move_whole()

    def _step(self, event: StepStarted | StepDone) -> None:
        if isinstance(event, StepStarted):
            title = _("Step {number} of {count}: {title}").format(
                number=event.number, count=len(event.names), title=_(event.title)
            )
            if self._whole is None:
                self._whole = self._bars.add_task(title, total=1, amount="", remaining=self._remaining)
            else:
                self._bars.update(self._whole, description=title)
        for task in self._tasks.values():  # the phases of the step before
            self._bars.remove_task(task)
        self._tasks.clear()
        self._move_whole()

    def _move_whole(self) -> None:
        fraction = self._remaining.fraction
        if self._whole is not None and fraction is not None:
            self._bars.update(self._whole, completed=fraction)


def amount(event: Advanced | PhaseDone) -> str:
    """Return "1,234 files · 5.6 GB"; of what counts snapshots or messages, how many of these."""
    counts = {
        "catalogue": formats.snapshots,
        "read-history": formats.snapshots,
        "read-messages": formats.messages,
    }
    count = counts.get(event.phase, formats.files)
    parts = [count(event.files_done)] if event.files_done else []
    if event.bytes_done:
        parts.append(formats.size(event.bytes_done))
    return " · ".join(parts)
