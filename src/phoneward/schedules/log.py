"""What scheduled runs did: one private, bounded file in the state folder.

For each job it has when it was last done, and the last runs with what came of them. It is a convenience: deleted, the
next run does what may not have been due yet, and no data is lost.
"""

import datetime as dt
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from phoneward.schedules.settings_file import MAX_FILE, write_private

NAME: Final = "schedule-log.json"
MAX_RUNS: Final = 60
MAX_NOTES: Final = 50
MAX_TEXT: Final = 600

Time = Annotated[dt.datetime, msgspec.Meta(tz=True)]
By = Literal["timer", "hand", "plug-in"]
JobKind = Literal["backup", "copy", "read-data", "restore-test"]
Kind = Literal["done", "incomplete", "waiting", "failed", "alarm", "stopped"]


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of one job.

    Attributes:
        job, target: what, and of which phone (its key); empty where of none.
        name: what the person calls the phone.
        kind: how it ended. `waiting`: something it needs was not there; nothing is wrong.
        sentence, advice: in the language of that run.
        code: the error's, for programs.
        missed, missed_since: how many times had gone by without it, made up for now.
        proof: of a restore test, the ID of the proof that the vault keeps.
    """

    job: JobKind
    kind: Kind
    sentence: str
    target: str = ""
    name: str = ""
    advice: str = ""
    code: str = ""
    missed: int = 0
    missed_since: Time | None = None
    proof: str = ""


class Run(msgspec.Struct, frozen=True, omit_defaults=True):
    """One run.

    Attributes:
        began: by the clock on the wall.
        seconds: how long it took, by a clock that nobody sets.
        exit_code: what the program ended with; None where it did not come to its end.
    """

    began: Time
    by: By
    seconds: float = 0.0
    exit_code: int | None = None
    results: tuple[Result, ...] = ()


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one job stands.

    Attributes:
        done: when it last came to its end.
        tried: when it was last begun.
        told: what was last told of it, so that the same is not told every hour.
        failing_since: the first try that failed since it was last done.
    """

    done: Time | None = None
    tried: Time | None = None
    told: str = ""
    failing_since: Time | None = None


class Round(msgspec.Struct, frozen=True, omit_defaults=True):
    """One round through the vault: every part is read back once.

    Attributes:
        began: when its first part was begun.
        of: how many parts there are.
        next: the part that comes next.
    """

    began: Time
    of: int
    next: int = 1


class Log(msgspec.Struct, frozen=True, omit_defaults=True):
    """All of it.

    Attributes:
        running: the run that is under way, or was cut off.
        vault, copy_to: what the notes are about.
    """

    notes: dict[str, Note] = {}
    runs: tuple[Run, ...] = ()
    running: Run | None = None
    called: Time | None = None
    round: Round | None = None
    vault: str = ""
    copy_to: str = ""

    def of(self, vault: str, copy_to: str) -> "Log":
        """Return the log without notes about another vault: what was done with that says nothing of this one."""
        known = self if vault == self.vault else msgspec.structs.replace(self, notes={}, round=None)
        notes = {name: note for name, note in known.notes.items() if name != "copy" or copy_to == self.copy_to}
        return msgspec.structs.replace(known, notes=notes, vault=vault, copy_to=copy_to)

    def note(self, job: JobKind, target: str = "") -> Note:
        """Return how a job stands."""
        return self.notes.get(note_key(job, target)) or Note()

    def with_note(self, job: JobKind, target: str, **changes: object) -> "Log":
        """Return the log with a changed note; the oldest notes go where there are too many."""
        key = note_key(job, target)
        others = {name: note for name, note in self.notes.items() if name != key}
        kept = dict(list(others.items())[-(MAX_NOTES - 1) :])
        return msgspec.structs.replace(
            self, notes={**kept, key: msgspec.structs.replace(self.note(job, target), **changes)}
        )

    def with_run(self, run: Run) -> "Log":
        """Return the log with a run that ended."""
        return msgspec.structs.replace(self, runs=(*self.runs, run)[-MAX_RUNS:], running=None)


def note_key(job: JobKind, target: str) -> str:
    """Return the name of a note."""
    return f"{job}:{target}" if target else job


def load_log(state_dir: Path) -> Log:
    """Return what is noted; nothing where it cannot be read."""
    try:
        with (state_dir / NAME).open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
        return msgspec.json.decode(data, type=Log) if len(data) <= MAX_FILE else Log()
    except (OSError, msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return Log()


def save_log(state_dir: Path, log: Log) -> None:
    """Write it down; the oldest runs go where it would be too long to be read again.

    Raises:
        ScheduleNotesError: it cannot be.
    """
    data = msgspec.json.encode(log)
    while len(data) > MAX_FILE and log.runs:
        log = msgspec.structs.replace(log, runs=log.runs[1 + len(log.runs) // 2 :])
        data = msgspec.json.encode(log)
    write_private(state_dir / NAME, data)
