"""Work in the background: a backup, a check, a checkup. It goes on when the page is reloaded or the browser closed."""

import contextvars
import enum
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.progress import PHASE_WORDS, Advanced, Event, Listener, Notice, Phase, PhaseDone, PhaseStarted
from phoneward.texts import Words, labelled
from phoneward.web.errors import DiskRefusedError, JobStoppedError, JobUnknownError, PageFaultError

MAX_REMEMBERED: Final = 50
"""Ended jobs that can still be looked at."""
MAX_NOTICES: Final = 100
"""Notices kept of one job; the rest is counted."""
STOP_TIMEOUT_S: Final = 30.0
"""How long the server's end waits for jobs that were told to stop."""
_ESTIMATE_AFTER_S: Final = 5.0
_ESTIMATE_FROM: Final = 0.02


class JobState(enum.Enum):
    """How far a job is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job.

    Attributes:
        sentence: what was done.
        details: more sentences.
        next_label, next_href: the one thing to do next; empty where nothing.
        is_incomplete: done, but something is missing (exit code 3 on the command line).
    """

    sentence: Words
    details: tuple[Words, ...] = ()
    next_label: Words | None = None
    next_href: str = ""
    is_incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """The form that starts a job again after it failed or was stopped.

    Attributes:
        label: of its button.
        action: the address it is sent to.
        fields: name → value, sent along; nothing secret.
        back: the page it was started from.
    """

    label: Words
    action: str
    fields: Mapping[str, str] = field(default_factory=dict)
    back: str = "/"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a job is about.

    Attributes:
        title: "Taking a snapshot".
        command: what does the same on the command line, word by word.
        can_stop: whether a person may stop it.
        again: how it is started again; None where it cannot be from its page.
    """

    title: Words
    command: tuple[str, ...] = ()
    can_stop: bool = True
    again: Again | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is, at one moment.

    Attributes:
        phase: what is being done; None before the first event.
        fraction: 0 to 1 of this phase, None where nobody knows.
        files, bytes: done in this phase.
        current: the name being worked on, readable.
        remaining_s: seconds left of this phase, None while it cannot honestly be said.
    """

    phase: Phase | None = None
    fraction: float | None = None
    files: int = 0
    bytes: int = 0
    current: str = ""
    remaining_s: float | None = None

    @property
    def words(self) -> str:
        """The phase as a msgid; empty before the first."""
        return PHASE_WORDS[self.phase] if self.phase else ""

    @property
    def step(self) -> str:
        """Changes when there is something worth announcing: another phase, another tenth."""
        return f"{self.phase or ''}-{'' if self.fraction is None else int(self.fraction * 10)}"


Work = Callable[[Listener], Outcome]


@dataclass(slots=True)
class Job:
    """One job. Read it from any thread; only its own thread changes it."""

    id: str
    kind: Kind
    key: str
    state: JobState = JobState.RUNNING
    progress: Progress = field(default_factory=Progress)
    notices: list[str] = field(default_factory=list)
    further_notices: int = 0
    outcome: Outcome | None = None
    error: PhonewardError | None = None
    started: float = field(default_factory=time.monotonic)
    stop: threading.Event = field(default_factory=threading.Event, repr=False)
    ended: threading.Event = field(default_factory=threading.Event, repr=False)
    _phase: PhaseStarted | None = None
    _phase_began: float = 0.0
    _interrupted: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_running(self) -> bool:
        """Whether it is still at work."""
        return self.state is JobState.RUNNING

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop and has not yet."""
        return self.is_running and self.stop.is_set()

    def hear(self, event: Event) -> None:
        """Note an event; several threads may report.

        Raises:
            KeyboardInterrupt: the job was told to stop. What is at work treats it as Ctrl-C and leaves all in order; it
                is raised once, since putting things in order reports its progress too.
        """
        with self._lock:
            self._note(event)
            interrupts = self.stop.is_set() and not self._interrupted
            self._interrupted |= interrupts
        if interrupts:
            raise KeyboardInterrupt

    def _note(self, event: Event) -> None:
        if isinstance(event, Notice):
            if len(self.notices) < MAX_NOTICES:
                line = event.sentence if event.path is None else labelled(readable(event.path), event.sentence)
                self.notices.append(line)
            else:
                self.further_notices += 1
        elif isinstance(event, PhaseStarted):
            self._phase, self._phase_began = event, time.monotonic()
            self.progress = Progress(event.phase, 0.0 if event.total_bytes or event.total_files else None)
        elif isinstance(event, Advanced | PhaseDone) and self._phase is not None and event.phase == self._phase.phase:
            self.progress = self._measured(self._phase, event)

    def _measured(self, phase: PhaseStarted, event: Advanced | PhaseDone) -> Progress:
        fraction = _fraction(phase, event)
        elapsed = time.monotonic() - self._phase_began
        remaining = None
        if fraction and fraction >= _ESTIMATE_FROM and elapsed >= _ESTIMATE_AFTER_S:
            remaining = elapsed / fraction * (1 - fraction)
        current = event.current if isinstance(event, Advanced) else None
        name = "" if current is None else readable(current)
        return Progress(event.phase, fraction, event.files_done, event.bytes_done, name, remaining)


def _fraction(phase: PhaseStarted, event: Advanced | PhaseDone) -> float | None:
    if isinstance(event, PhaseDone):
        return 1.0
    if phase.total_bytes:
        return min(1.0, event.bytes_done / phase.total_bytes)
    if phase.total_files:
        return min(1.0, event.files_done / phase.total_files)
    return None


class Jobs:
    """All jobs of this server.

    Args:
        on_fault: hears of exceptions that are no PhonewardError.
    """

    def __init__(self, on_fault: Callable[[BaseException], None]) -> None:
        self._on_fault = on_fault
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._closing = False

    def start(self, kind: Kind, key: str, work: Work) -> tuple[Job, bool]:
        """Start a job, or find the one that runs already.

        Args:
            kind: what it is about.
            key: two jobs of the same key never run at once, such as two backups of one phone.
            work: does it, in a thread, in the language of who asked. Given a listener that it must call now and then.

        Returns:
            The job, and whether it is new.

        Raises:
            JobStoppedError: the server is ending.
        """
        with self._lock:
            if self._closing:
                raise JobStoppedError
            running = next((job for job in self._jobs.values() if job.is_running and job.key == key), None)
            if running is not None:
                return running, False
            job = Job(secrets.token_urlsafe(12), kind, key)
            self._jobs[job.id] = job
            self._forget_old()
        context = contextvars.copy_context()
        # A daemon: work that no longer answers (a broken disk) must not keep the program from ending.
        threading.Thread(target=context.run, args=(self._run, job, work), name=f"job {key}", daemon=True).start()
        return job, True

    def get(self, job_id: str) -> Job:
        """Return a job.

        Raises:
            JobUnknownError: there is none, or it was forgotten.
        """
        job = self._jobs.get(job_id)
        if job is None:
            raise JobUnknownError
        return job

    def all(self) -> list[Job]:
        """Return the jobs that are remembered, the newest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def forget_ended(self) -> None:
        """Let go of what has ended, such as when the vault was locked: its notices name files."""
        with self._lock:
            self._jobs = {job_id: job for job_id, job in self._jobs.items() if job.is_running}

    def close(self, timeout_s: float = STOP_TIMEOUT_S) -> bool:
        """Tell every job to stop and wait; return whether all did."""
        with self._lock:
            self._closing = True
            running = [job for job in self._jobs.values() if job.is_running]
        for job in running:
            job.stop.set()
        until = time.monotonic() + timeout_s
        for job in running:
            job.ended.wait(max(0.0, until - time.monotonic()))
        return all(job.ended.is_set() for job in running)

    def _run(self, job: Job, work: Work) -> None:
        try:
            job.outcome = work(job.hear)
            job.state = JobState.DONE
        except BaseException as error:  # noqa: BLE001 - whatever ended it is shown on its page
            job.error = self._explained(error)
            job.state = JobState.STOPPED if job.stop.is_set() else JobState.FAILED
        finally:
            job.ended.set()

    def _explained(self, error: BaseException) -> PhonewardError:
        if isinstance(error, PhonewardError):
            return error
        if isinstance(error, KeyboardInterrupt):
            return JobStoppedError()
        if isinstance(error, OSError) and error.errno is not None:
            return DiskRefusedError(detail=readable(error.strerror or str(error)))
        self._on_fault(error)
        return PageFaultError()

    def _forget_old(self) -> None:
        ended = [job_id for job_id, job in self._jobs.items() if not job.is_running]
        for job_id in ended[: max(0, len(ended) - MAX_REMEMBERED)]:
            del self._jobs[job_id]
