"""A scheduled run: what is due is done, one thing after the other, once."""

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from phoneward.durable import LockHeldError, process_lock
from phoneward.errors import ExitCode, readable
from phoneward.progress import Listener, silent
from phoneward.schedules.deciding import Task, copy_standing, is_overdue, plug_in_is_due, tasks
from phoneward.schedules.errors import ScheduleNotesError, ScheduleRunningError
from phoneward.schedules.log import MAX_TEXT, By, Log, Result, Round, Run, load_log, save_log
from phoneward.schedules.made import Made
from phoneward.schedules.settings_file import Schedule, load_schedule
from phoneward.schedules.telling import Happened, Outcome, tell
from phoneward.texts import Day, counted

if TYPE_CHECKING:
    from phoneward.schedules.desk import Desk

LOCK: Final = "schedule.lock"
_AGAIN: Final = dt.timedelta(days=7)
"""What is still overdue is told again after so long."""
Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """Return the time by the clock on the wall, in UTC."""
    return dt.datetime.now(dt.UTC)


@contextlib.contextmanager
def one_at_a_time(state_dir: Path) -> Iterator[None]:
    """Hold the lock of scheduled runs.

    Raises:
        ScheduleRunningError: another run has it.
        ScheduleNotesError: the state folder cannot be written to.
    """
    try:
        state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with process_lock(state_dir / LOCK):
            yield
    except LockHeldError as error:
        raise ScheduleRunningError from error
    except OSError as error:
        detail = readable(error.strerror or str(error))
        raise ScheduleNotesError(path=readable(str(state_dir)), detail=detail) from error


def is_running(state_dir: Path) -> bool:
    """Tell whether a scheduled run is under way."""
    try:
        with process_lock(state_dir / LOCK):
            return False
    except LockHeldError:
        return True
    except OSError:
        return False


def run(
    state_dir: Path,
    *,
    by: By = "hand",
    everything: bool = False,
    plugged_in: str | None = None,
    clock: Clock = utc_now,
    listener: Listener = silent,
) -> Run | None:
    """Do what is due.

    Args:
        state_dir: the person's state folder, with the schedule.
        by: who asked.
        everything: do all that was set, due or not.
        plugged_in: only back up this phone (its id), if it was not backed up lately.
        clock: the time by the clock on the wall, aware.
        listener: hears the progress of each job.

    Returns:
        What was done; None where nothing was due.

    Raises:
        NoScheduleError: nothing was set.
        ScheduleRunningError: another run is under way.
        ScheduleNotesError: the state folder cannot be written to.
    """
    with one_at_a_time(state_dir):
        schedule = load_schedule(state_dir)
        return _Running(schedule, state_dir, by, clock, listener).run(everything=everything, plugged_in=plugged_in)


@dataclass(slots=True)
class _Running:
    schedule: Schedule
    state_dir: Path
    by: By
    clock: Clock
    listener: Listener
    log: Log = field(default_factory=Log)
    results: list[Result] = field(default_factory=list)
    said: set[tuple[Happened, str] | None] = field(default_factory=set)

    def run(self, *, everything: bool, plugged_in: str | None) -> Run | None:
        now = self.clock()
        self.log = load_log(self.state_dir).of(self.schedule.vault, self.schedule.copy_to)
        if self.log.running is not None:  # nobody holds the lock: it was killed, or the computer went off
            self.log = self.log.with_run(self.log.running)
        if self.by == "timer":
            self.log = msgspec.structs.replace(self.log, called=now)
        chosen = self._chosen(now, everything=everything, plugged_in=plugged_in)
        if not chosen:
            self._save()
            return None
        began = time.monotonic()
        self.log = msgspec.structs.replace(self.log, running=Run(now, self.by))
        self._save()
        from phoneward.schedules.desk import Desk

        desk = Desk(self.schedule, self.state_dir, self.listener)
        code = ExitCode.FAILED
        try:
            for task in chosen:
                if task.job == "copy" and not everything and not self._copy_is_due():
                    continue
                self._do(desk, task)
            code = _exit_code(self.results)
        except BaseException:  # Ctrl-C, or the system ends it: what was done until then is noted
            code = ExitCode.INTERRUPTED
            raise
        finally:
            done = Run(now, self.by, round(time.monotonic() - began, 3), int(code), tuple(self.results))
            self.log = self.log.with_run(done)
            self._save()
        return done

    def _chosen(self, now: dt.datetime, *, everything: bool, plugged_in: str | None) -> list[Task]:
        every = tasks(self.schedule, self.log, now)
        if plugged_in is not None:
            note = self.log.note("backup", plugged_in)
            return [
                task
                for task in every
                if task.job == "backup" and task.key == plugged_in and plug_in_is_due(self.schedule, note, now)
            ]
        if everything:
            return every
        due = [task for task in every if task.due.is_due]
        if any(task.job == "backup" for task in due):  # the copy follows a backup that is made now
            due = [task for task in every if task.due.is_due or task.job == "copy"]
        return due

    def _copy_is_due(self) -> bool:
        return copy_standing(self.schedule, self.log, self.clock()).is_due

    def _do(self, desk: "Desk", task: Task) -> None:
        from phoneward.schedules import jobs  # a call that finds nothing due needs none of it

        begun = self.clock()
        self.log = self.log.with_note(task.job, task.key, tried=begun)
        made = jobs.do(desk, task, self._round(begun))
        is_done = made.kind in {"done", "incomplete", "alarm"}  # what is damaged is not read again every hour
        result = Result(
            task.job,
            made.kind,
            str(made.sentence)[:MAX_TEXT],
            target=task.key,
            name=task.target.name if task.target is not None else "",
            advice=str(made.advice or "")[:MAX_TEXT],
            code=made.code,
            missed=task.due.missed if is_done else 0,
            missed_since=task.due.missed_since if is_done else None,
            proof=made.proof,
        )
        self.results.append(result)
        self._note(task, result, made, begun, is_done=is_done)
        so_far = msgspec.structs.replace(self.log.running or Run(begun, self.by), results=tuple(self.results))
        self.log = msgspec.structs.replace(self.log, running=so_far)
        self._save()

    def _round(self, now: dt.datetime) -> Round:
        """Return which part is read back now. A round that was begun with other parts begins anew."""
        reading, known = self.schedule.reading, self.log.round
        of = 1 if reading is None else reading[1]
        if known is None or known.of != of or not 1 < known.next <= of:
            return Round(now, of)
        return known

    def _note(self, task: Task, result: Result, made: Made, begun: dt.datetime, *, is_done: bool) -> None:
        note = self.log.note(task.job, task.key)
        if made.round is not None:
            self.log = msgspec.structs.replace(self.log, round=made.round)
        is_wrong = not is_done or (made.kind == "alarm" and task.job in {"read-data", "restore-test"})
        failing_since = (note.failing_since or begun) if is_wrong else None
        self.log = self.log.with_note(
            task.job, task.key, done=begun if is_done else note.done, failing_since=failing_since
        )
        key, outcome = self._outcome(task, result, begun)
        said = None if outcome is None else (outcome.happened, outcome.sentence)
        # One reason may stop several jobs of a run, such as a password that does not fit: it is told once.
        if outcome is not None and (key != note.told or is_done) and said not in self.said:
            self.said.add(said)
            tell(outcome, self.state_dir)
        self.log = self.log.with_note(task.job, task.key, told=key)

    def _outcome(self, task: Task, result: Result, now: dt.datetime) -> tuple[str, Outcome | None]:
        """Return what there is to tell of a result, and a word that stays the same while it is the same thing."""

        def of(happened: Happened, sentence: str = result.sentence) -> Outcome:
            return Outcome(happened, task.job, now, sentence, result.advice, result.name, result.missed)

        if result.kind == "alarm":
            return f"alarm {task.due.number}", of(Happened.ALARM)
        if result.kind == "failed":
            return f"failed {result.code} {task.due.number}", of(Happened.FAILED)
        if result.kind == "waiting":
            note = self.log.note(task.job, task.key)
            if task.job != "backup" or not is_overdue(self.schedule, note, now):
                return "", None
            since = self.schedule.set_at if note.done is None else note.done
            return f"overdue {(now - since) // _AGAIN}", of(Happened.MISSED)
        if result.missed:
            return "", of(Happened.MISSED, f"{missed_sentence(result)} {result.sentence}")
        return "", of(Happened.DONE)

    def _save(self) -> None:
        save_log(self.state_dir, self.log)


def missed_sentence(result: Result) -> str:
    """Return that times went by, and that this made up for them."""
    assert result.missed_since is not None  # noqa: S101 - asked only where something was missed
    return str(
        counted(
            "Missed {count} run since {date}, made up for now.",
            "Missed {count} runs since {date}, made up for now.",
            result.missed,
            date=Day(result.missed_since),
        )
    )


def _exit_code(results: list[Result]) -> ExitCode:
    kinds = {result.kind for result in results}
    if kinds & {"failed", "alarm"}:
        return ExitCode.FAILED
    return ExitCode.INCOMPLETE if kinds & {"incomplete", "waiting"} else ExitCode.DONE
